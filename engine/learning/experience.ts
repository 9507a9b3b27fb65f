/** A rollout: every environment stepped by the actors, every sample kept, values and advantages put to them. */

import type { DeviceArray, Profile, Program } from "../device/device.ts";
import { call, type KernelCall } from "../device/kernel.ts";
import * as K from "../device/kernels.ts";
import { allocateView, type View } from "../device/view.ts";
import { PHASES } from "../random/mod.ts";
import type { EnvironmentArrays } from "../simulation/mod.ts";
import {
  advanceCall,
  gatherCall,
  sampleCall,
  scatterCall,
  type SizedView,
  valuesAsAgents,
  withoutGradients,
} from "./calls.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Method } from "./methods.ts";
import { distributionRows, type Model } from "./model.ts";
import { buildNetwork } from "./network.ts";

/** Samples that the critic reads at a time: their activations stay in cache. */
const CRITIC_COLUMNS = 1024;

/**
 * Samples of a rollout, sample-major: `periods * environments`, period-major; then one slot an environment for the
 * observations that follow the last period, and one an environment for each episode that ends within the rollout.
 */
export class Experience {
  /** Samples of a seed that the updates learn from. */
  readonly count: number;
  /** (seeds, capacity, width). */
  readonly samples: DeviceArray;
  /** Words of a seed's samples. */
  readonly stride: number;
  readonly #model: Model;
  readonly #env: EnvironmentArrays;
  readonly #h: Hyperparameters;
  readonly #periods: number;
  /** u32[periods]: where the final observations of a period go, and which ending it is (kernels/advantage). */
  readonly #finalSlots: DeviceArray;
  readonly #ends: DeviceArray;
  readonly #criticColumns: number;
  readonly #chunks: number;
  /** One period; the observations after the last one; the critic on the next samples; advantages and targets. */
  readonly #step: Program;
  readonly #last: Program;
  readonly #values: Program;
  readonly #advantages: Program;

  constructor(model: Model, env: EnvironmentArrays, method: Method, h: Hyperparameters) {
    const { device, seeds, layout } = model;
    const { periods } = h;
    this.#model = model;
    this.#env = env;
    this.#h = h;
    this.#periods = periods;
    const E = env.environments;
    this.count = periods * E;
    const filled = this.count + E + Math.ceil(periods / env.horizon) * E;
    this.#criticColumns = Math.min(CRITIC_COLUMNS, filled);
    this.#chunks = Math.ceil(filled / this.#criticColumns);
    const capacity = this.#chunks * this.#criticColumns;
    this.stride = capacity * layout.width;
    this.samples = device.allocate(seeds.length * this.stride, "samples");
    this.#finalSlots = device.allocate(periods, "final samples");
    this.#ends = device.allocate(periods, "ends");
    this.#step = device.record(this.#stepCalls());
    this.#last = device.record([
      this.#keepObservations(env.observations, this.#upload([this.count], "last sample"), false),
      call(
        K.rolloutProfit,
        { metrics: env.metrics, control: model.control },
        { seeds: seeds.length, columns: E, nodes: env.compiled.network.nodes.length },
      ),
    ]);
    this.#values = device.record(this.#criticCalls(capacity));
    this.#advantages = device.record(this.#advantageCalls(method));
  }

  /**
   * Fills the samples: a rollout from `period` of an episode on, with values, advantages and targets. Nothing is read
   * back.
   */
  async collect(period: number, profile?: Profile): Promise<void> {
    const model = this.#model;
    this.#prepare(period);
    await model.device.run(this.#step, this.#periods, profile);
    await model.device.run(this.#last, 1, profile);
    model.restartCounters();
    await model.device.run(this.#values, this.#chunks, profile);
    await model.device.run(this.#advantages, 1, profile);
    model.restartCounters();
  }

  /** Says where episodes end in the rollout that starts in `period` of one. */
  #prepare(period: number): void {
    const { horizon, environments } = this.#env;
    const ends = new Uint32Array(this.#periods);
    const slots = new Uint32Array(this.#periods).fill(K.NOWHERE);
    let count = 0;
    for (let t = 0; t < this.#periods; t++) {
      if ((period + t + 1) % horizon !== 0) continue;
      slots[t] = this.count + (1 + count) * environments;
      ends[t] = ++count;
    }
    this.#model.device.write(this.#ends, ends);
    this.#model.device.write(this.#finalSlots, slots);
  }

  #upload(values: readonly number[] | Uint32Array, label: string): DeviceArray {
    const { device } = this.#model;
    const array = device.allocate(values.length, label);
    device.write(array, Uint32Array.from(values));
    return array;
  }

  /** Observe, act, keep, step, keep: one period. */
  #stepCalls(): KernelCall[] {
    const { device, seeds, actor, agents, layout } = this.#model;
    const env = this.#env;
    const E = env.environments;
    const size = { seeds: seeds.length, columns: E };
    const shape = { ...size, agents: agents.nodes.length };
    const inputs = allocateView(device, "actor: inputs", { ...size, ...actor.inputs });
    const network = buildNetwork(device, actor.spec, withoutGradients(actor.storage), size, inputs);
    const logProbability = allocateView(device, "log-probabilities", { ...shape, rows: 1 });
    const actionRows = agents.decision.kind === "gaussian" ? agents.decision.actions : 1;
    const actions = { ...env.actions, agent: actionRows * env.actions.row };
    const slots = this.#upload(Array.from({ length: this.#periods }, (_, t) => t * E), "sample of a period");
    const keep = (x: View, count: number, rows: number, first: number) =>
      scatterCall(this.#model, this, { slots, byStep: true }, E, first, { ...x, agents: count, rows });
    return [
      this.#model.selectCall(actor, E, env.observations, inputs),
      ...network.forward,
      sampleCall(this.#model, this.#h, E, network.output, actions, logProbability),
      this.#keepObservations(env.observations, slots, true),
      keep(actions, shape.agents, actionRows, layout.actions),
      keep(network.output, shape.agents, distributionRows(agents), layout.distribution),
      keep(logProbability, shape.agents, 1, layout.logProbability),
      ...env.stepCalls(),
      keep(env.rewards, this.#model.values, 1, layout.reward),
      ...(this.#h.endIs === "truncation" ? [this.#keepObservations(env.finals, this.#finalSlots, true)] : []),
      advanceCall(this.#model, K.control.STEP),
    ];
  }

  #keepObservations(x: SizedView, slots: DeviceArray, byStep: boolean): KernelCall {
    const { environments } = this.#env;
    return scatterCall(
      this.#model,
      this,
      { slots, byStep },
      environments,
      this.#model.layout.observations,
      x,
    );
  }

  /** The critic on the next `#criticColumns` samples. */
  #criticCalls(capacity: number): KernelCall[] {
    const { device, seeds, critic, layout, values } = this.#model;
    const columns = this.#criticColumns;
    const size = { seeds: seeds.length, columns };
    const shape = { agents: 1, rows: this.#model.observationRows };
    const observations = { ...allocateView(device, "observations", { ...size, ...shape }), ...shape };
    const inputs = allocateView(device, "critic: inputs", { ...size, ...critic.inputs });
    const network = buildNetwork(device, critic.spec, withoutGradients(critic.storage), size, inputs);
    const indices = this.#upload(Uint32Array.from({ length: capacity }, (_, k) => k), "all samples");
    const slots = this.#upload(
      Array.from({ length: this.#chunks }, (_, k) => k * columns),
      "chunks of samples",
    );
    const output = valuesAsAgents(critic.spec, network.output, values);
    return [
      gatherCall(this.#model, this, { indices, seed: 0 }, columns, layout.observations, observations),
      this.#model.selectCall(critic, columns, observations, inputs),
      ...network.forward,
      scatterCall(this.#model, this, { slots, byStep: true }, columns, layout.value, output),
      advanceCall(this.#model, K.control.STEP),
      advanceCall(this.#model, K.control.UPDATE),
    ];
  }

  #advantageCalls(method: Method): KernelCall[] {
    const { seeds, control, layout, values } = this.#model;
    const h = this.#h;
    const { samples } = this;
    const place = { seeds: seeds.length, values, samples_seed: this.stride, width: layout.width };
    const noise = h.valueNoise > 0 && method.valueNoise
      ? [call(K.valueNoise, { control, samples }, {
        ...place,
        samples: this.count,
        value_at: layout.value,
        deviation: h.valueNoise,
        phase: PHASES.train,
      })]
      : [];
    return [
      ...noise,
      call(K.advantage, { control, ends: this.#ends, samples }, {
        ...place,
        environments: this.#env.environments,
        periods: this.#periods,
        reward_at: layout.reward,
        value_at: layout.value,
        advantage_at: layout.advantage,
        target_at: layout.target,
        last_from: this.count,
        final_from: this.count + this.#env.environments,
        discount: h.discount,
        lambda: h.lambda,
        bootstraps: h.endIs === "truncation" ? 1 : 0,
      }),
      call(K.valueMoments, { control, samples }, {
        ...place,
        samples: this.count,
        value_at: layout.value,
        target_at: layout.target,
        update: h.normalisesValues ? 1 : 0,
        decay: 0.9,
      }),
      ...(h.normalisesAdvantages
        ? [call(K.advantageMoments, { samples }, {
          ...place,
          samples: this.count,
          advantage_at: layout.advantage,
          mode: 1,
        })]
        : []),
    ];
  }
}
