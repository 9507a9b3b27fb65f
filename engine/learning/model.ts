/** What a training has on its device for all of its seeds: networks' weights, observations' moments, control words. */

import type { Device, DeviceArray } from "../device/device.ts";
import { call, type KernelCall } from "../device/kernel.ts";
import * as K from "../device/kernels.ts";

import { type View, viewParams } from "../device/view.ts";
import type { Network } from "../network/types.ts";
import type { CompiledNetwork } from "../simulation/mod.ts";
import { type Agents, criticInputs, type Inputs } from "./agents.ts";
import { attentionGraph, convolutionGraph, type GraphTable } from "./graph.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import { initialise } from "./initial_weights.ts";
import type { Method } from "./methods.ts";
import type { NetworkStorage } from "./network.ts";
import { type NetworkSpec, specify, weightWords } from "./network_spec.ts";
import { criticPlan } from "./plans.ts";
import { type SampleLayout, sampleLayout } from "./sample_layout.ts";
import { type ActorShape, actorShape, OBSERVATION_CLIP } from "./actor_shape.ts";

const C = K.control;

/** An actor's or a critic's network: its shape, the rows it reads, where its weights are. */
export interface Part {
  readonly spec: NetworkSpec;
  readonly inputs: Inputs;
  /** The inputs' table on the device. */
  readonly table: DeviceArray;
  readonly storage: NetworkStorage;
}

/** A stretch of the weights that is clipped and stepped together: one network of one group. */
export interface Segment {
  readonly name: string;
  readonly at: number;
  readonly words: number;
  readonly rate: number;
}

export class Model {
  readonly device: Device;
  readonly seeds: readonly number[];
  readonly actorShape: ActorShape;
  readonly values: number;
  readonly layout: SampleLayout;
  readonly actor: Part;
  readonly critic: Part;
  readonly segments: readonly Segment[];
  /** Words of a seed's weights. */
  readonly words: number;
  readonly observationRows: number;
  /** (seeds, words), and the same for gradients and Adam's moments. */
  readonly weights: DeviceArray;
  readonly gradients: DeviceArray;
  readonly first: DeviceArray;
  readonly second: DeviceArray;
  /** (seeds, CONTROL_STRIDE). */
  readonly control: DeviceArray;
  /** (seeds, observation rows, 4) and (seeds, observation rows, 2): running sums, and mean with inverse deviation. */
  readonly momentSums: DeviceArray;
  readonly moments: DeviceArray;

  constructor(
    device: Device,
    compiled: CompiledNetwork,
    method: Method,
    h: Hyperparameters,
    seeds: readonly number[],
  ) {
    this.device = device;
    this.seeds = seeds;
    const shape = actorShape(compiled, method, h);
    const actor = shape.spec;
    this.actorShape = shape;
    this.values = method.values === "one" ? 1 : this.agents.nodes.length;
    const inputs = criticInputs(method, compiled);
    const critic = specify(criticPlan(method, inputs, this.values, h), weightWords(actor));
    this.words = weightWords(actor) + weightWords(critic);
    this.segments = [...segmentsOf(actor, 1), ...segmentsOf(critic, h.criticRate)];

    const count = seeds.length;
    this.observationRows = compiled.observations.length;
    this.layout = sampleLayout(this.#sampleSizes(compiled));
    this.weights = device.allocate(count * this.words, "weights");
    this.gradients = device.allocate(count * this.words, "gradients");
    this.first = device.allocate(count * this.words, "Adam's first moments");
    this.second = device.allocate(count * this.words, "Adam's second moments");
    this.control = device.allocate(count * C.CONTROL_STRIDE, "control");
    this.momentSums = device.allocate(count * this.observationRows * 4, "sums of observations");
    this.moments = device.allocate(count * this.observationRows * 2, "moments of observations");
    this.actor = this.#part(actor, this.agents.inputs, undefined);
    this.critic = this.#part(critic, inputs, graphOf(method, compiled.network));
    this.#writeInitial([actor, critic], h);
  }

  get agents(): Agents {
    return this.actorShape.agents;
  }

  /** Whether observations are normalised. */
  get normalises(): boolean {
    return this.actorShape.normalises;
  }

  #sampleSizes({ observations, rules }: CompiledNetwork) {
    const agents = this.agents.nodes.length;
    return {
      observations: observations.length,
      actions: rules.reduce((sum, rule) => sum + rule.actions, 0),
      distribution: agents * distributionRows(this.agents),
      agents,
      values: this.values,
    };
  }

  #part(spec: NetworkSpec, inputs: Inputs, graph: GraphTable | undefined): Part {
    const { device, weights, gradients, words } = this;
    const upload = (values: Uint32Array | Int32Array, label: string) => {
      const array = device.allocate(values.length, label);
      device.write(array, values);
      return array;
    };
    const storage: NetworkStorage = {
      weights,
      gradients,
      stride: words,
      groups: upload(Uint32Array.from(spec.groups), `${spec.name}: weight groups`),
      joined: upload(new Uint32Array(1), `${spec.name}: weight group`),
      ...(graph === undefined ? {} : { graph: { table: upload(graph.words, "graph"), edges: graph.edges } }),
    };
    return { spec, inputs, table: upload(inputs.table, `${spec.name}: rows`), storage };
  }

  #writeInitial(specs: readonly NetworkSpec[], h: Hyperparameters): void {
    const weights = new Float32Array(this.words);
    const control = new Uint32Array(C.CONTROL_STRIDE);
    const floats = new Float32Array(control.buffer);
    floats[C.KL_COEFFICIENT] = h.klCoefficient;
    floats[C.BETA1_POWER] = 1;
    floats[C.BETA2_POWER] = 1;
    floats[C.VALUE_SCALE] = 1;
    const moments = Float32Array.from({ length: 2 * this.observationRows }, (_, k) => k % 2);
    this.seeds.forEach((seed, s) => {
      const numbers = { next: 0 };
      weights.fill(0);
      for (const spec of specs) initialise(weights, spec, seed, numbers);
      control[C.SEED] = seed;
      this.device.write(this.weights, weights, s * this.words);
      this.device.write(this.control, control, s * C.CONTROL_STRIDE);
      this.device.write(this.moments, moments, s * moments.length);
    });
  }

  /** Rows of observations, from environments or samples, as a part's inputs. */
  selectCall(part: Part, columns: number, x: View, y: View): KernelCall {
    return call(
      K.select,
      { table: part.table, moments: this.moments, x: x.array, y: y.array },
      {
        seeds: this.seeds.length,
        agents: part.inputs.agents,
        columns,
        rows: part.inputs.rows,
        normalises: this.normalises ? 1 : 0,
        clip: OBSERVATION_CLIP,
        moments_seed: 2 * this.observationRows,
        ...viewParams("x", x),
        ...viewParams("y", y),
      },
    );
  }

  /** The control words that an iteration begins with: its number, its rates, no statistics. */
  startIteration(
    iteration: number,
    { learningRate, entropyCoefficient }: Pick<Hyperparameters, "learningRate" | "entropyCoefficient">,
  ): void {
    // STEP and UPDATE are 0, ACTIVE is 1.
    const counters = Uint32Array.from([iteration, 0, 0, 1]);
    const statistics = new Float32Array(C.CONTROL_STRIDE - C.MINIBATCHES);
    this.seeds.forEach((_, s) => {
      const at = s * C.CONTROL_STRIDE;
      this.device.write(this.control, counters, at + C.ITERATION);
      this.device.write(this.control, Float32Array.of(learningRate), at + C.LEARNING_RATE);
      this.device.write(this.control, Float32Array.of(entropyCoefficient), at + C.ENTROPY_COEFFICIENT);
      this.device.write(this.control, statistics, at + C.MINIBATCHES);
    });
  }

  /** STEP and UPDATE back to 0. */
  restartCounters(): void {
    const zeros = new Uint32Array(2);
    this.seeds.forEach((_, s) => this.device.write(this.control, zeros, s * C.CONTROL_STRIDE + C.STEP));
  }

  /** What a checkpoint of the model holds. */
  saved(): { name: string; array: DeviceArray }[] {
    return [
      { name: "weights", array: this.weights },
      { name: "adam.first", array: this.first },
      { name: "adam.second", array: this.second },
      { name: "control", array: this.control },
      { name: "observations.sums", array: this.momentSums },
      { name: "observations.moments", array: this.moments },
    ];
  }
}

/** Rows of an agent's distribution. */
export function distributionRows({ decision }: Agents): number {
  return decision.kind === "gaussian" ? 2 * decision.actions : decision.choices;
}

function graphOf({ critic }: Method, network: Network): GraphTable | undefined {
  if (critic === "convolution") return convolutionGraph(network);
  return critic === "attention" ? attentionGraph(network, { self: true }) : undefined;
}

function segmentsOf(spec: NetworkSpec, rate: number): Segment[] {
  return Array.from({ length: spec.groupCount }, (_, group) => ({
    name: spec.groupCount === 1 ? spec.name : `${spec.name} ${group}`,
    at: spec.base + group * spec.groupSize,
    words: spec.groupSize,
    rate,
  }));
}
