/** Many copies of one network, stepped together in WebAssembly. */

import { type KernelCall, paramWords } from "../device/kernel.ts";
import { envStep as L } from "../device/kernels.ts";
import { type WasmArray, WasmDevice } from "../device/wasm.ts";
import { RunError } from "../errors.ts";
import type { Network } from "../network/types.ts";
import type { Phase } from "../random/mod.ts";
import {
  EnvironmentArrays,
  MAX_MEMBERS,
  MAX_PERIODS,
  METRIC_LEVELS,
  type MetricLevel,
  wholeNumber,
} from "./environment_arrays.ts";
import type { ObservationRow } from "./observations.ts";
import type { NodeRule } from "./order_rules.ts";
import type { CompiledNetwork } from "./tables.ts";

export interface EnvironmentOptions {
  /** How many copies run side by side. Default 1. */
  environments?: number;
  /** u32. Default 0. */
  seed?: number;
  /** Which stream of randomness: training, evaluation, search, ... Default "train". */
  phase?: Phase;
  /** First replication number; environment i is replication `firstMember + i` of the seed. Default 0. */
  firstMember?: number;
  /** Order rules by node; by default those of the network's `control`. */
  rules?: readonly NodeRule[];
  /** Periods of an episode. Default: the network's horizon. */
  horizon?: number;
  /** Start the next episode within the step that ends one (Gymnasium's same-step autoreset). Default true. */
  autoreset?: boolean;
  /** Write observations and rewards. Default true. */
  observes?: boolean;
  /** Keep received, shipped, cost and in-transit of every node for traces. Default false. */
  recordsAll?: boolean;
  /** Sums kept over periods. Default "none". */
  metrics?: MetricLevel;
  /** Compiled kernels, where a worker has been handed them. */
  module?: WebAssembly.Module;
  /** Where the arrays live; by default a device of the environment's own. Growing it detaches views taken before. */
  device?: WasmDevice;
}

const MAX_EPISODES = 2 ** 24;

/**
 * A batched environment with Gymnasium's vocabulary. Arrays are views on WebAssembly memory, never copies:
 * `[block][row][272]`, 256 environments a block (the last 16 columns of a row are padding). Environment i is column
 * `i % 256` of block `floor(i / 256)`; `column(rows, row, i)` is that index.
 *
 * Autoreset is "same step": when an episode ends, `truncations` is 1, `finalObservations` holds its last
 * observations, and `observations` already belong to the next episode. Supply networks never terminate by themselves,
 * so `terminations` stays 0.
 *
 * The trajectory of an environment depends on the seed, the phase, the episode and its replication number alone: not
 * on how many run beside it.
 */
export class BatchEnvironment {
  readonly compiled: CompiledNetwork;
  readonly environments: number;
  readonly blocks: number;
  readonly device: WasmDevice;
  /** The same arrays as a device and its kernels see them. */
  readonly arrays: EnvironmentArrays;
  readonly #terminations: WasmArray;
  /** Of env_reset, env_step and env_advance. */
  readonly #reset: WasmArray;
  readonly #step: WasmArray;
  readonly #advance: WasmArray;
  /** Of a step, as the arguments have it. */
  #periods = 1;

  private constructor(device: WasmDevice, arrays: EnvironmentArrays) {
    this.device = device;
    this.arrays = arrays;
    this.compiled = arrays.compiled;
    this.environments = arrays.environments;
    this.blocks = arrays.blocks;
    this.#terminations = device.allocate(this.blocks * L.BLOCK_COLUMNS / 4, "terminations");
    const [step, advance] = arrays.stepCalls(this.#periods);
    this.#reset = argumentsOf(device, arrays.resetCall());
    this.#step = argumentsOf(device, step!);
    this.#advance = argumentsOf(device, advance!);
  }

  /**
   * @throws InputError for options out of range, or a network whose traces are shorter than the horizon
   * @throws RunError when the memory of one device (1 GiB) does not hold that many environments
   */
  static async create(network: Network, options: EnvironmentOptions = {}): Promise<BatchEnvironment> {
    const { environments = 1, seed = 0, module, device, ...others } = options;
    const on = device ?? await WasmDevice.create(module);
    const arrays = EnvironmentArrays.create(on, network, { seeds: [seed], environments, ...others });
    const environment = new BatchEnvironment(on, arrays);
    environment.reset({ seed });
    return environment;
  }

  get network(): Network {
    return this.compiled.network;
  }

  get #control(): Uint32Array {
    return this.device.u32(this.arrays.control);
  }

  /** Periods completed in the current episode, and the episode's number since the last seeded reset. */
  get period(): number {
    return this.#control[L.CONTROL_PERIOD]!;
  }

  get episode(): number {
    return this.#control[L.CONTROL_EPISODE]!;
  }

  /** (blocks, node-major then rule parameters, 272). Write before `step`; what a row means is in `rules`. */
  get actions(): Float32Array {
    return this.device.f32(this.arrays.actions.array);
  }

  /** (blocks, `observationRows`, 272), scaled to [-1, 1]. */
  get observations(): Float32Array {
    return this.device.f32(this.arrays.observations.array);
  }

  /** Like `observations`: the last ones of the episode that the last step ended. */
  get finalObservations(): Float32Array {
    return this.device.f32(this.arrays.finals.array);
  }

  /** (blocks, nodes, 272): the reward of each node's agent in the last period, scaled. */
  get rewards(): Float32Array {
    return this.device.f32(this.arrays.rewards.array);
  }

  /** (environments, padded to whole blocks): always 0. */
  get terminations(): Uint8Array {
    return this.device.u8(this.#terminations);
  }

  /** (environments, padded to whole blocks): 1 where the last step ended an episode. */
  get truncations(): Uint8Array {
    return this.device.u8(this.arrays.truncations);
  }

  /** (blocks, nodes * METRIC_ROWS, 272): sums since the last `clearMetrics`; rows in the order of the M_ constants. */
  get metrics(): Float32Array {
    return this.device.f32(this.arrays.metrics);
  }

  /** (blocks, state rows, 272): the kernel's own rows; `readState` makes sense of them. */
  get state(): Float32Array {
    return this.device.f32(this.arrays.state);
  }

  /** What each row of the observations is. */
  get observationRows(): readonly ObservationRow[] {
    return this.compiled.observations;
  }

  get rules(): readonly NodeRule[] {
    return this.compiled.rules;
  }

  /** Bytes of device memory, all arrays and tables together. */
  get bytes(): number {
    return this.device.allocatedBytes;
  }

  /** Index of an environment's value in an array with `rows` rows a block. */
  column(rows: number, row: number, environment: number): number {
    const block = Math.floor(environment / L.BLOCK_COLUMNS);
    return (block * rows + row) * L.ROW_COLUMNS + environment % L.BLOCK_COLUMNS;
  }

  /**
   * Replication numbers of the first environments; those with the same number see the same chance.
   *
   * @throws InputError for a number that is no u24, or more numbers than environments
   */
  setMembers(members: Uint32Array): void {
    wholeNumber("members", members.length, 0, this.environments);
    wholeNumber("member", members.reduce((most, member) => Math.max(most, member), 0), 0, MAX_MEMBERS - 1);
    const state = this.device.u32(this.arrays.state);
    for (let i = 0; i < members.length; i++) {
      state[this.column(this.compiled.stateRows, 0, i)] = members[i]!;
    }
  }

  /** Lets only the first `count` environments run from the next reset on: a task may be smaller than the batch. */
  useFirst(count: number): void {
    wholeNumber("environments", count, 1, this.environments);
    this.device.u32(this.#reset)[L.RESET_COLUMNS] = count;
    this.device.u32(this.#step)[L.ARG_COLUMNS] = count;
  }

  /** Switches metric sums on or off between steps, as a warm-up needs it. */
  setMetrics(metrics: MetricLevel): void {
    this.#control[L.CONTROL_METRICS] = METRIC_LEVELS[metrics];
  }

  clearMetrics(): void {
    this.metrics.fill(0);
  }

  /** Starts a new episode: with a seed, episode 0 of that seed; without, the next one. Returns the observations. */
  reset(options: { seed?: number } = {}): Float32Array {
    const control = this.#control;
    if (options.seed !== undefined) {
      wholeNumber("seed", options.seed, 0, 2 ** 32 - 1);
      control[L.CONTROL_SEED] = options.seed;
      control[L.CONTROL_EPISODE] = 0;
    } else {
      this.#requireEpisodes(1);
      control[L.CONTROL_EPISODE] = this.episode + 1;
    }
    this.truncations.fill(0);
    this.device.kernels.env_reset(this.#reset.pointer);
    return this.observations;
  }

  /**
   * Runs `periods` periods of every environment with the actions as they stand. `truncations` says whether an episode
   * ended in any of them.
   *
   * @throws RunError past the horizon of an environment that does not autoreset, and after 2^24 episodes of one seed
   */
  step(periods = 1): void {
    wholeNumber("periods", periods, 0, MAX_PERIODS);
    const end = this.period + periods;
    const { horizon, autoresets } = this.arrays;
    if (!autoresets && end > horizon) {
      throw new RunError(`period ${end} lies past the horizon of ${horizon}; reset first`);
    }
    this.#requireEpisodes(Math.floor(end / horizon));
    if (periods !== this.#periods) {
      this.device.u32(this.#step)[L.ARG_PERIODS] = periods;
      this.device.u32(this.#advance)[L.ADVANCE_PERIODS] = periods;
      this.#periods = periods;
    }
    this.device.kernels.env_step(this.#step.pointer);
    this.device.kernels.env_advance(this.#advance.pointer);
  }

  /** Gives every environment the same actions, one a row, as the rules read them. */
  fillActions(values: ArrayLike<number>): void {
    const rows = this.compiled.actionRows;
    const { actions } = this;
    for (let at = 0, row = 0; at < actions.length; at += L.ROW_COLUMNS, row = (row + 1) % rows) {
      actions.fill(values[row]!, at, at + L.ROW_COLUMNS);
    }
  }

  /** The address of a draw has 24 bits for the episode. */
  #requireEpisodes(more: number): void {
    if (this.episode + more < MAX_EPISODES) return;
    throw new RunError(
      `after ${MAX_EPISODES} episodes a seed has no random numbers left; reset with another seed`,
    );
  }
}

/** The words that a kernel of the call reads, at a place of their own. */
function argumentsOf(device: WasmDevice, call: KernelCall): WasmArray {
  const params = paramWords(call);
  const block = device.allocate(call.arrays.length + params.length, `arguments of ${call.label}`);
  const words = device.u32(block);
  call.arrays.forEach((array, k) => words[k] = (array as WasmArray).pointer);
  words.set(params, call.arrays.length);
  return block;
}
