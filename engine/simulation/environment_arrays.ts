/** The arrays of many environments on a device, and the kernel calls that step them. */

import type { Device, DeviceArray } from "../device/device.ts";
import { call, type KernelCall } from "../device/kernel.ts";
import { envAdvance, envReset, envStep as L, envStepKernel } from "../device/kernels.ts";
import { blockCount, type View } from "../device/view.ts";
import { InputError } from "../errors.ts";
import type { Network } from "../network/types.ts";
import { type Phase, PHASES } from "../random/mod.ts";
import { type NodeRule, rulesOfControl } from "./order_rules.ts";
import { type CompiledNetwork, compileNetwork } from "./tables.ts";

export type MetricLevel = "none" | "objective" | "all";

export const METRIC_LEVELS: Readonly<Record<MetricLevel, number>> = {
  none: L.METRICS_NONE,
  objective: L.METRICS_OBJECTIVE,
  all: L.METRICS_ALL,
};

export const MAX_MEMBERS = 2 ** 24;
export const MAX_PERIODS = 2 ** 20;
const MAX_SEED = 2 ** 32 - 1;

export interface EnvironmentArraysOptions {
  /** u32, one for each of the runs side by side. */
  seeds: readonly number[];
  /** Copies of the network of each seed. */
  environments: number;
  /** Which stream of randomness: training, evaluation, search, ... Default "train". */
  phase?: Phase;
  /** First replication number; environment i of every seed is replication `firstMember + i`. Default 0. */
  firstMember?: number;
  /** Start the next episode within the step that ends one (Gymnasium's same-step autoreset). Default true. */
  autoreset?: boolean;
  /** Sums kept over periods. Default "none". */
  metrics?: MetricLevel;
  /** Write observations and rewards. Default true. */
  observes?: boolean;
  /** Order rules by node; by default those of the network's `control`. A compiled network has its own. */
  rules?: readonly NodeRule[];
  /** Periods of an episode. Default: the network's horizon. A compiled network has its own. */
  horizon?: number;
  /** Keep every node's received, shipped, cost and in-transit. Default false. A compiled network has its own. */
  recordsAll?: boolean;
}

/** Rows of all environments: `agents` times `rows` of them in each block of each seed. */
export interface EnvironmentView extends View {
  readonly agents: number;
  /** Rows of an agent. */
  readonly rows: number;
}

/**
 * Copies of one network for several seeds, on any device. Arrays are `[seed][block][row][272]`, 256 environments a
 * block; all seeds are in the same period. Nothing has happened until `resetCall` has run, or what `saved` names has
 * been written back.
 *
 * Autoreset is "same step": when an episode ends, `finals` takes its last observations, and `observations` already
 * belong to the next episode.
 */
export class EnvironmentArrays {
  readonly device: Device;
  readonly compiled: CompiledNetwork;
  readonly seeds: number;
  /** Environments of a seed, and the blocks that they take. */
  readonly environments: number;
  readonly blocks: number;
  /** Periods of an episode. */
  readonly horizon: number;
  readonly autoresets: boolean;
  readonly metricLevel: MetricLevel;

  /** (seeds, CONTROL_WORDS) u32: kernels/env_step/layout.ts. Not the control words of a training. */
  readonly control: DeviceArray;
  readonly tables: DeviceArray;
  /** (seeds, blocks, state rows, 272) f32; row 0: u32 member numbers. On a GPU, work space behind it. */
  readonly state: DeviceArray;
  /** (seeds, blocks, nodes * METRIC_ROWS, 272) f32: sums over periods. */
  readonly metrics: DeviceArray;
  /** One agent a node where all nodes have equally many rows, else one agent with all rows. */
  readonly observations: EnvironmentView;
  readonly finals: EnvironmentView;
  readonly actions: EnvironmentView;
  /** One agent a node, one row an agent: the reward of the last period, scaled. */
  readonly rewards: EnvironmentView;
  /** WebAssembly's alone: work space, and (seeds, blocks, 256) u8: 1 where the last step ended an episode. */
  readonly scratch: DeviceArray;
  readonly truncations: DeviceArray;

  private constructor(device: Device, compiled: CompiledNetwork, options: EnvironmentArraysOptions) {
    this.device = device;
    this.compiled = compiled;
    this.seeds = options.seeds.length;
    this.environments = options.environments;
    this.blocks = blockCount(options.environments);
    this.horizon = compiled.tables[L.H_HORIZON]!;
    this.autoresets = options.autoreset !== false;
    this.metricLevel = options.metrics ?? "none";

    const nodes = compiled.network.nodes.length;
    const perNode = (of: readonly { readonly node: number }[]) =>
      compiled.network.nodes.map((_, n) => of.reduce((sum, { node }) => sum + (node === n ? 1 : 0), 0));
    const observed = perNode(compiled.observations);
    const claims = compiled.tables[L.H_MOST_CLAIMS]!;
    this.control = device.allocate(this.seeds * L.CONTROL_WORDS, "environment control");
    this.tables = device.allocate(compiled.tables.length, "tables");
    this.scratch = this.#onWasm(
      "scratch",
      L.SCRATCH_ROWS * L.ROW_COLUMNS + L.SCRATCH_VECTORS_PER_CLAIM * 4 * claims,
    );
    // On a GPU the rows that allocations work in stand behind the states of all blocks.
    const behind = device.kind === "wasm" ? 0 : claims * L.CLAIM_ROWS;
    this.state = this.#rows("state", [compiled.stateRows + behind]).array;
    this.actions = this.#rows("actions", compiled.rules.map(({ actions }) => actions));
    this.observations = this.#rows("observations", observed);
    this.finals = this.#rows("final observations", observed);
    this.rewards = this.#rows("rewards", compiled.network.nodes.map(() => 1));
    this.metrics = this.#rows("metrics", [nodes * L.METRIC_ROWS]).array;
    this.truncations = this.#onWasm("truncations", this.seeds * this.blocks * L.BLOCK_COLUMNS / 4);
    device.write(this.tables, compiled.tables);
    this.#writeControl(options);
    this.#writeMembers(options.firstMember ?? 0);
  }

  /**
   * @param network a network, or one that is compiled already, with rules, horizon and records of its own
   * @throws InputError for options out of range, or a network whose traces are shorter than the horizon
   * @throws RunError when the device does not hold that many environments
   */
  static create(
    device: Device,
    network: Network | CompiledNetwork,
    options: EnvironmentArraysOptions,
  ): EnvironmentArrays {
    const { environments, seeds, firstMember = 0 } = options;
    wholeNumber("environments", environments, 1, MAX_MEMBERS);
    wholeNumber("firstMember", firstMember, 0, MAX_MEMBERS - environments);
    if (seeds.length === 0) throw new InputError("seeds", "expected at least one");
    for (const seed of seeds) wholeNumber("seed", seed, 0, MAX_SEED);
    return new EnvironmentArrays(
      device,
      "tables" in network ? network : compiledWith(network, options),
      options,
    );
  }

  /** Starts the episode that `control` names, the first one of each seed, and writes the first observations. */
  resetCall(): KernelCall {
    const { control, tables, state } = this;
    return call(
      envReset,
      { control, tables, state, observations: this.observations.array },
      { seeds: this.seeds, columns: this.environments },
    );
  }

  /** In this order: runs `periods` periods with the actions as they stand, then moves period and episode on. */
  stepCalls(periods = 1): KernelCall[] {
    const { seeds, control, tables, state, metrics, scratch, truncations } = this;
    const step = call(envStepKernel, {
      control,
      tables,
      state,
      observations: this.observations.array,
      actions: this.actions.array,
      finals: this.finals.array,
      rewards: this.rewards.array,
      metrics,
      scratch,
      truncations,
    }, { seeds, columns: this.environments, periods });
    return [step, call(envAdvance, { control, tables }, { seeds, periods })];
  }

  /**
   * What a checkpoint between two steps must hold for a resume with the same bits, where everything else is made anew
   * from the same options: of each array the first `seedWords` words of each seed, one seed after another, or all of it.
   * Actions, rewards and final observations belong to the last step and are not in it.
   */
  saved(): { name: string; array: DeviceArray; seedWords?: number }[] {
    // Behind the states of all seeds there may be work space.
    const seedWords = this.blocks * this.compiled.stateRows * L.ROW_COLUMNS;
    const saved: { name: string; array: DeviceArray; seedWords?: number }[] = [
      { name: "control", array: this.control },
      { name: "state", array: this.state, seedWords },
    ];
    // Past values of lagged features stand in the observations alone.
    if (this.compiled.observations.length > 0) {
      saved.push({ name: "observations", array: this.observations.array });
    }
    if (this.metricLevel !== "none") saved.push({ name: "metrics", array: this.metrics });
    return saved;
  }

  /** A new array with `counts[k]` rows for agent k, or for a single one where they differ. */
  #rows(label: string, counts: readonly number[]): EnvironmentView {
    const total = counts.reduce((a, b) => a + b, 0);
    const equal = counts.every((count) => count === counts[0]);
    const rows = equal ? counts[0]! : total;
    const row = L.ROW_COLUMNS;
    const block = total * row;
    const seed = this.blocks * block;
    return {
      array: this.device.allocate(Math.max(1, this.seeds * seed), label),
      at: 0,
      seed,
      block,
      agent: equal ? rows * row : 0,
      row,
      agents: equal ? counts.length : 1,
      rows,
    };
  }

  #onWasm(label: string, length: number): DeviceArray {
    return this.device.allocate(this.device.kind === "wasm" ? length : 1, label);
  }

  #writeControl({ seeds, phase = "train", observes }: EnvironmentArraysOptions): void {
    const words = new Uint32Array(seeds.length * L.CONTROL_WORDS);
    seeds.forEach((seed, s) => {
      const at = s * L.CONTROL_WORDS;
      words[at + L.CONTROL_SEED] = seed;
      words[at + L.CONTROL_PHASE] = PHASES[phase];
      words[at + L.CONTROL_METRICS] = METRIC_LEVELS[this.metricLevel];
      words[at + L.CONTROL_OBSERVES] = observes === false ? 0 : 1;
      words[at + L.CONTROL_AUTORESETS] = this.autoresets ? 1 : 0;
    });
    this.device.write(this.control, words);
  }

  #writeMembers(firstMember: number): void {
    const block = this.compiled.stateRows * L.ROW_COLUMNS;
    for (let s = 0; s < this.seeds; s++) {
      for (let b = 0; b < this.blocks; b++) {
        const first = b * L.BLOCK_COLUMNS;
        const members = Uint32Array.from(
          { length: Math.min(L.BLOCK_COLUMNS, this.environments - first) },
          (_, i) => firstMember + first + i,
        );
        this.device.write(this.state, members, (s * this.blocks + b) * block);
      }
    }
  }
}

function compiledWith(network: Network, options: EnvironmentArraysOptions): CompiledNetwork {
  const { rules = rulesOfControl(network), recordsAll = false, observes, horizon = network.horizon } =
    options;
  wholeNumber("horizon", horizon, 1, MAX_PERIODS - 1);
  return compileNetwork(network, { rules, recordsAll, observes: observes !== false, horizon });
}

/** @throws InputError unless `value` is a whole number from `low` to `high` */
export function wholeNumber(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new InputError(name, `expected a whole number from ${low} to ${high}, got ${value}`);
  }
}
