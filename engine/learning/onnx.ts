/** Trained actors as ONNX models: one an agent, raw units in, raw units out. */

import type { onnx } from "onnx-proto";
import {
  type ActorNetwork,
  type ActorOutput,
  checkActor,
  headSize,
  inputScaling,
  isObserved,
  observedInputs,
} from "./actor_network.ts";

/** The operators that the models use are the same in every later set. */
export const ONNX_OPSET = 17;
const IR_VERSION = 8;
// TensorProto.DataType and AttributeProto.AttributeType of onnx.proto3.
const FLOAT = 1;
const INT64 = 7;
const INT_ATTRIBUTE = 2;

export interface OnnxOptions {
  /** Strings that travel in the model's metadata, such as the run and the card (`actorCard`) as JSON. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * The actor as the bytes of an ONNX model (opset 17).
 *
 * Input `observation`: float32 (batch, observed inputs), raw units. Output `action`: float32 (batch,
 * outputs), raw units: levels or quantities. Everything between is inside: clipping and scaling of the
 * observation, the normaliser, the layers, the best choice, clipping and decoding of the action. The same
 * actor gives the same bytes.
 *
 * @throws InputError where the actor's parts do not fit together
 */
export async function actorToOnnx(
  actor: ActorNetwork,
  { metadata = {} }: OnnxOptions = {},
): Promise<Uint8Array> {
  checkActor(actor);
  const graph = new Graph();
  let x = scaleInputs(graph, actor, "observation");
  x = normalise(graph, actor, x);
  x = applyLayers(graph, actor, x);
  if (actor.head.kind === "categorical") {
    x = graph.add("ArgMax", "best", [x], { axis: 1, keepdims: 1 });
    x = graph.add("Cast", "best_choice", [x], { to: FLOAT });
  }
  graph.add("Identity", "action", [decode(graph, actor.outputs, x)]);
  const model: onnx.IModelProto = {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: ONNX_OPSET }],
    producerName: "bullwhip",
    docString: `Orders of ${
      actor.nodes.join(", ")
    }: parameters of the order rule from what the agent observes`,
    graph: {
      name: actor.id,
      node: graph.nodes,
      initializer: graph.initializers,
      input: [valueInfo("observation", observedInputs(actor).length)],
      output: [valueInfo("action", actor.outputs.length)],
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  // Loaded here: it takes longer to load than the rest of the engine's libraries together.
  const { default: { onnx: { ModelProto } } } = await import("onnx-proto");
  return ModelProto.encode(model).finish();
}

type Attributes = Readonly<Record<string, number>>;

/** Nodes and constants in order; a value's name is that of the node or constant that makes it. */
class Graph {
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];

  /** @param attributes all of them whole numbers */
  add(opType: string, name: string, input: string[], attributes: Attributes = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) => ({
      name: key,
      type: INT_ATTRIBUTE,
      i: value,
    }));
    this.nodes.push({ opType, name, input, output: [name], attribute });
    return name;
  }

  constant(
    name: string,
    values: Float32Array | readonly number[],
    dims: number[] = [1, values.length],
  ): string {
    return this.#initialize(name, FLOAT, Float32Array.from(values), dims);
  }

  indices(name: string, values: readonly number[]): string {
    return this.#initialize(name, INT64, BigInt64Array.from(values, BigInt), [values.length]);
  }

  #initialize(name: string, dataType: number, values: Float32Array | BigInt64Array, dims: number[]): string {
    this.initializers.push({ name, dataType, dims, rawData: new Uint8Array(values.buffer) });
    return name;
  }

  clip(name: string, x: string, low: readonly number[], high: readonly number[]): string {
    const atLeast = this.add("Max", `${name}_low`, [x, this.constant(`${name}_lows`, low)]);
    return this.add("Min", name, [atLeast, this.constant(`${name}_highs`, high)]);
  }

  scale(name: string, x: string, scale: readonly number[], offset: readonly number[]): string {
    const scaled = this.add("Mul", `${name}_product`, [x, this.constant(`${name}_scale`, scale)]);
    return this.add("Add", name, [scaled, this.constant(`${name}_offset`, offset)]);
  }
}

function scaleInputs(graph: Graph, actor: ActorNetwork, observation: string): string {
  const observed = observedInputs(actor);
  const scaling = observed.map(inputScaling);
  const clipped = graph.clip(
    "clipped",
    observation,
    observed.map(({ low }) => low),
    observed.map(({ high }) => high),
  );
  const scaled = graph.scale(
    "scaled",
    clipped,
    scaling.map(({ scale }) => scale),
    scaling.map(({ offset }) => offset),
  );
  if (observed.length === actor.inputs.length) return scaled;
  // A constant takes the place of any observed column, times 0.
  let next = 0;
  const places = actor.inputs.map((input) => isObserved(input) ? next++ : 0);
  const placed = graph.add("Gather", "placed", [scaled, graph.indices("places", places)], { axis: 1 });
  return graph.scale(
    "inputs",
    placed,
    actor.inputs.map((input) => isObserved(input) ? 1 : 0),
    actor.inputs.map((input) => isObserved(input) ? 0 : input.constant),
  );
}

function normalise(graph: Graph, { normaliser }: ActorNetwork, x: string): string {
  if (normaliser === undefined) return x;
  const { mean, inverseDeviation, clip } = normaliser;
  const centred = graph.add("Sub", "centred", [x, graph.constant("mean", mean)]);
  const whitened = graph.add("Mul", "whitened", [
    centred,
    graph.constant("inverse_deviation", inverseDeviation),
  ]);
  return graph.clip("normalised", whitened, [-clip], [clip]);
}

const ACTIVATIONS = { relu: "Relu", tanh: "Tanh" } as const;

function applyLayers(graph: Graph, { layers, head }: ActorNetwork, input: string): string {
  let x = input;
  layers.forEach((layer, k) => {
    // Of the last layer only what the head reads: the rows of the log deviations stay behind.
    const outputs = k === layers.length - 1 ? headSize(head) : layer.outputs;
    const weights = layer.weights.subarray(0, outputs * layer.inputs);
    x = graph.add("Gemm", `layer_${k}`, [
      x,
      graph.constant(`weights_${k}`, weights, [outputs, layer.inputs]),
      graph.constant(`bias_${k}`, layer.bias.subarray(0, outputs), [outputs]),
    ], { transB: 1 });
    if (layer.activation !== "none") x = graph.add(ACTIVATIONS[layer.activation], `layer_${k}_active`, [x]);
  });
  return x;
}

/** Actions -> parameters; each output may pick from a list of its own. */
function decode(graph: Graph, outputs: readonly ActorOutput[], actions: string): string {
  const clipped = graph.clip(
    "action_clipped",
    actions,
    outputs.map(({ clip }) => clip[0]),
    outputs.map(({ clip }) => clip[1]),
  );
  const decoded = graph.scale(
    "decoded",
    clipped,
    outputs.map(({ scale }) => scale),
    outputs.map(({ offset }) => offset),
  );
  if (outputs.every(({ choices }) => choices === undefined)) return decoded;
  const columns = outputs.map(({ choices }, k) => {
    const column = graph.add("Gather", `column_${k}`, [decoded, graph.indices(`column_${k}_at`, [k])], {
      axis: 1,
    });
    if (choices === undefined) return column;
    const rounded = graph.add("Round", `rounded_${k}`, [column]);
    const within = graph.clip(`place_${k}`, rounded, [0], [choices.length - 1]);
    const place = graph.add("Cast", `choice_${k}`, [within], { to: INT64 });
    const list = graph.constant(`choices_${k}`, choices, [choices.length]);
    return graph.add("Gather", `chosen_${k}`, [list, place], { axis: 0 });
  });
  return graph.add("Concat", "parameters", columns, { axis: 1 });
}

function valueInfo(name: string, columns: number): onnx.IValueInfoProto {
  const dim = [{ dimParam: "batch" }, { dimValue: columns }];
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
