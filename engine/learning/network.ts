/** A network's calls for one batch of columns: forward, and the gradients backward. */

import type { Device, DeviceArray } from "../device/device.ts";
import { call, type KernelCall } from "../device/kernel.ts";
import * as K from "../device/kernels.ts";
import { allocateView, asOneAgent, fromRow, type View, viewParams } from "../device/view.ts";
import { graphAttentionBackward, graphAttentionForward } from "./attention.ts";
import { type AttentionLayer, type DenseLayer, type NetworkSpec, outputRows } from "./network_spec.ts";

/** Where a network's weights are, and what its layers need beside them. */
export interface NetworkStorage {
  readonly weights: DeviceArray;
  /** Same layout as the weights; absent where nothing is trained. */
  readonly gradients?: DeviceArray;
  /** Words of a seed's weights. */
  readonly stride: number;
  /** Weight group of each agent, and of a joined one. */
  readonly groups: DeviceArray;
  readonly joined: DeviceArray;
  /** The graph of the convolutions or of attention, and its entries. */
  readonly graph?: { readonly table: DeviceArray; readonly edges: number };
}

export interface BuiltNetwork {
  /** (agents, output rows). */
  readonly output: View;
  readonly forward: readonly KernelCall[];
  /** Where the loss writes its gradient, and what carries it to the weights' gradients; empty without gradients. */
  readonly outputGradient: View | undefined;
  readonly backward: readonly KernelCall[];
}

interface Size {
  seeds: number;
  columns: number;
}

/** A layer's output on its way: the values, and the gradient in front of the activation that made them. */
interface Signal {
  readonly agents: number;
  readonly rows: number;
  readonly value: View;
  /** Absent at the network's input. */
  readonly gradient: View | undefined;
  readonly activation: K.Activation;
  readonly groups: DeviceArray;
}

/** Allocates activations for `size.columns` columns a seed, and makes the calls. */
export function buildNetwork(
  device: Device,
  spec: NetworkSpec,
  storage: NetworkStorage,
  size: Size,
  input: View,
): BuiltNetwork {
  const builder = new Builder(device, spec, storage, size);
  return builder.build(input);
}

class Builder {
  readonly #device: Device;
  readonly #spec: NetworkSpec;
  readonly #storage: NetworkStorage;
  readonly #size: Size;
  readonly #forward: KernelCall[] = [];
  /** In the order of the layers; run from the last to the first. */
  readonly #backward: KernelCall[][] = [];

  constructor(device: Device, spec: NetworkSpec, storage: NetworkStorage, size: Size) {
    this.#device = device;
    this.#spec = spec;
    this.#storage = storage;
    this.#size = size;
  }

  build(input: View): BuiltNetwork {
    const spec = this.#spec;
    let signal: Signal = {
      agents: spec.agents,
      rows: spec.inputs,
      value: input,
      gradient: undefined,
      activation: "none",
      groups: this.#storage.groups,
    };
    for (const layer of spec.layers) {
      switch (layer.kind) {
        case "dense":
          signal = this.#dense(signal, layer);
          break;
        case "convolution":
          signal = this.#convolution(signal);
          break;
        case "attention":
          signal = this.#attention(signal, layer);
          break;
        case "mean":
          signal = this.#mean(signal);
          break;
        case "concatenate":
          signal = this.#concatenate(signal);
      }
    }
    return this.#heads(signal);
  }

  get #trains(): boolean {
    return this.#storage.gradients !== undefined;
  }

  #view(what: string, agents: number, rows: number): View {
    return allocateView(this.#device, `${this.#spec.name}: ${what}`, { ...this.#size, agents, rows });
  }

  #emptyLike(
    signal: Pick<Signal, "agents" | "rows">,
    what: string,
  ): { value: View; gradient: View | undefined } {
    const { agents, rows } = signal;
    return {
      value: this.#view(what, agents, rows),
      gradient: this.#trains ? this.#view(`gradient of ${what}`, agents, rows) : undefined,
    };
  }

  #dense(x: Signal, layer: DenseLayer): Signal {
    const made = this.#emptyLike({ agents: x.agents, rows: layer.outputs }, "hidden layer");
    this.#forward.push(this.#denseForward(x, layer, made.value));
    if (made.gradient !== undefined) this.#backward.push(this.#denseBackward(x, layer, made.gradient, 0));
    return { ...made, agents: x.agents, rows: layer.outputs, activation: layer.activation, groups: x.groups };
  }

  #heads(x: Signal): BuiltNetwork {
    const { heads } = this.#spec;
    const { value, gradient } = this.#emptyLike({ agents: x.agents, rows: outputRows(this.#spec) }, "output");
    let row = 0;
    const backward: KernelCall[] = [];
    let reads = 0;
    for (const head of heads) {
      const part = fromRow(value, row);
      this.#forward.push(this.#denseForward(x, head, part));
      if (gradient !== undefined) {
        const slope = fromRow(gradient, row);
        backward.push(...this.#activationGradient(x.agents, head, part, slope));
        backward.push(...this.#denseBackward(x, head, slope, reads));
        if (head.inputs > 0) reads++;
      }
      row += head.outputs;
    }
    return {
      output: value,
      forward: this.#forward,
      outputGradient: gradient,
      backward: [...backward, ...this.#backward.toReversed().flat()],
    };
  }

  #weightParams({ at }: { at: number }) {
    return {
      w_at: this.#spec.base + at,
      w_seed: this.#storage.stride,
      w_group: this.#spec.groupSize,
    };
  }

  #denseForward(x: Signal, layer: DenseLayer, y: View): KernelCall {
    const { inputs, outputs, activation } = layer;
    return call(
      K.denseForward,
      { x: x.value.array, weights: this.#storage.weights, groups: x.groups, y: y.array },
      {
        ...this.#size,
        agents: x.agents,
        inputs,
        outputs,
        activation: K.ACTIVATIONS[activation],
        ...this.#weightParams(layer),
        ...viewParams("x", x.value),
        ...viewParams("y", y),
      },
    );
  }

  #activationGradient(agents: number, { outputs, activation }: DenseLayer, y: View, dy: View): KernelCall[] {
    if (activation === "none") return [];
    return [call(
      K.denseActivationGradient,
      { y: y.array, dy: dy.array },
      {
        ...this.#size,
        agents,
        rows: outputs,
        activation: K.ACTIVATIONS[activation],
        ...viewParams("y", y),
        ...viewParams("dy", dy),
      },
    )];
  }

  /** @param accumulate 1: a head before this one has written the input's gradient */
  #denseBackward(x: Signal, layer: DenseLayer, dy: View, accumulate: number): KernelCall[] {
    const { inputs, outputs } = layer;
    const { weights, gradients } = this.#storage;
    const weightGradient = call(
      K.denseBackwardWeights,
      { dy: dy.array, x: x.value.array, groups: x.groups, gradients: gradients! },
      {
        ...this.#size,
        agents: x.agents,
        inputs,
        outputs,
        group_count: x.agents === this.#spec.agents ? this.#spec.groupCount : 1,
        ...this.#weightParams(layer),
        ...viewParams("dy", dy),
        ...viewParams("x", x.value),
      },
    );
    if (x.gradient === undefined || inputs === 0) return [weightGradient];
    const inputGradient = call(
      K.denseBackwardInput,
      { dy: dy.array, weights, groups: x.groups, x: x.value.array, dx: x.gradient.array },
      {
        ...this.#size,
        agents: x.agents,
        inputs,
        outputs,
        activation: K.ACTIVATIONS[x.activation],
        accumulate: Math.min(1, accumulate),
        ...this.#weightParams(layer),
        ...viewParams("dy", dy),
        ...viewParams("x", x.value),
        ...viewParams("dx", x.gradient),
      },
    );
    return [weightGradient, inputGradient];
  }

  get #graph(): { table: DeviceArray; edges: number } {
    const { graph } = this.#storage;
    if (graph === undefined) throw new TypeError(`${this.#spec.name} has graph layers and no graph`);
    return graph;
  }

  #convolution(x: Signal): Signal {
    const made = { ...this.#emptyLike(x, "neighbourhood") };
    const { table, edges } = this.#graph;
    const size = { ...this.#size, agents: x.agents, rows: x.rows, edges };
    this.#forward.push(call(
      K.graphConvolution,
      { graph: table, x: x.value.array, y: made.value.array },
      { ...size, ...viewParams("x", x.value), ...viewParams("y", made.value) },
    ));
    const gradient = x.gradient === undefined ? undefined : made.gradient;
    if (gradient !== undefined && x.gradient !== undefined) {
      this.#backward.push([call(
        K.graphConvolutionBackward,
        { graph: table, dy: gradient.array, x: x.value.array, dx: x.gradient.array },
        {
          ...size,
          activation: K.ACTIVATIONS[x.activation],
          ...viewParams("dy", gradient),
          ...viewParams("x", x.value),
          ...viewParams("dx", x.gradient),
        },
      )]);
    }
    return { ...x, value: made.value, gradient, activation: "none" };
  }

  #mean(x: Signal): Signal {
    const made = this.#emptyLike({ agents: 1, rows: x.rows }, "mean");
    const size = { ...this.#size, agents: x.agents, rows: x.rows };
    this.#forward.push(call(
      K.pool,
      { x: x.value.array, y: made.value.array },
      { ...size, ...viewParams("x", x.value), ...viewParams("y", made.value) },
    ));
    if (made.gradient !== undefined && x.gradient !== undefined) {
      this.#backward.push([call(
        K.poolBackward,
        { dy: made.gradient.array, x: x.value.array, dx: x.gradient.array },
        {
          ...size,
          activation: K.ACTIVATIONS[x.activation],
          ...viewParams("dy", made.gradient),
          ...viewParams("x", x.value),
          ...viewParams("dx", x.gradient),
        },
      )]);
    }
    return { ...made, agents: 1, rows: x.rows, activation: "none", groups: this.#storage.joined };
  }

  #concatenate(x: Signal): Signal {
    return {
      agents: 1,
      rows: x.agents * x.rows,
      value: asOneAgent(x.value),
      gradient: x.gradient === undefined ? undefined : asOneAgent(x.gradient),
      activation: x.activation,
      groups: this.#storage.joined,
    };
  }

  /** Its input is the linear layer that `specify` puts before it. */
  #attention(x: Signal, { heads, features, activation, at }: AttentionLayer): Signal {
    const made = this.#emptyLike(x, "attention");
    const { table, edges } = this.#graph;
    const { weights, gradients, stride } = this.#storage;
    const shape = { ...this.#size, graph: table, agents: x.agents, heads, features, edges };
    const rows = K.graphAttentionRows(shape);
    const attention = this.#view("attention weights", 1, rows);
    const place = { a_at: this.#spec.base + at, w_seed: stride };
    const seen = { x: x.value, attention };
    this.#forward.push(
      ...graphAttentionForward(shape, { ...seen, y: made.value }, { ...place, weights, activation }),
    );
    if (made.gradient !== undefined && x.gradient !== undefined && gradients !== undefined) {
      const slopes = this.#view("gradient of attention weights", 1, rows);
      const views = { ...seen, dy: made.gradient, d_attention: slopes, dx: x.gradient };
      this.#backward.push(graphAttentionBackward(shape, views, { ...place, weights, gradients }));
    }
    return { ...made, agents: x.agents, rows: x.rows, activation, groups: x.groups };
  }
}
