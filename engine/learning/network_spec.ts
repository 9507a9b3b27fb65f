/** A neural network as data: its layers, and where their weights lie in a seed's flat vector. */

export type Activation = "none" | "relu" | "tanh";

/** y = act(W x + b), W (outputs, inputs) row-major with b behind it, `at` words from the start of the group. */
export interface DenseLayer {
  readonly kind: "dense";
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly at: number;
  /** Scale of the initial weights: rows are orthonormal times it. */
  readonly gain: number;
  /** What the biases start at. */
  readonly bias: number;
}

/** Graph attention over a dense layer's output; attention vectors (heads, 2 features) at `at`. */
export interface AttentionLayer {
  readonly kind: "attention";
  readonly heads: number;
  readonly features: number;
  readonly activation: Activation;
  readonly at: number;
}

export type Layer =
  | DenseLayer
  /** Each node's features become the weighted sum of its own and its neighbours' (eq. 24 of Kotecha). */
  | { readonly kind: "convolution" }
  | AttentionLayer
  /** The mean over agents: one agent follows. */
  | { readonly kind: "mean" }
  /** All agents' rows as one agent's. */
  | { readonly kind: "concatenate" };

/** A dense layer that writes some of the output's rows: a distribution's means, a value. `inputs` 0: a constant. */
export type Head = DenseLayer;

export interface NetworkSpec {
  readonly name: string;
  /** Agents and rows an agent that the first layer reads. */
  readonly agents: number;
  readonly inputs: number;
  readonly layers: readonly Layer[];
  /** They all read the last layer's output; their rows follow one another in the network's output. */
  readonly heads: readonly Head[];
  /** Weight group of each agent. */
  readonly groups: readonly number[];
  readonly groupCount: number;
  /** Words of a group, and where group 0 starts in a seed's weights. */
  readonly groupSize: number;
  readonly base: number;
}

/** What a network is made from; `specify` gives it places for its weights. */
export interface NetworkPlan {
  readonly name: string;
  readonly agents: number;
  readonly inputs: number;
  readonly groups: readonly number[];
  readonly layers: readonly PlannedLayer[];
  readonly heads: readonly PlannedHead[];
}

export type PlannedLayer =
  | { readonly kind: "dense"; readonly outputs: number; readonly activation: Activation }
  | {
    readonly kind: "attention";
    readonly heads: number;
    readonly features: number;
    readonly activation: Activation;
  }
  | { readonly kind: "convolution" | "mean" | "concatenate" };

export interface PlannedHead {
  readonly outputs: number;
  readonly activation: Activation;
  readonly gain: number;
  readonly bias?: number;
  /** Rows that do not depend on the input. */
  readonly constant?: boolean;
}

/** Orthogonal weights keep the variance under these gains (Saxe et al. 2014). */
const GAINS: Readonly<Record<Activation, number>> = { none: 1, relu: Math.SQRT2, tanh: 5 / 3 };

/** Lays out a network's weights from word `base` on. */
export function specify(plan: NetworkPlan, base: number): NetworkSpec {
  let at = 0;
  let agents = plan.agents;
  let rows = plan.inputs;
  const dense = (
    inputs: number,
    outputs: number,
    activation: Activation,
    gain: number,
    bias = 0,
  ): DenseLayer => {
    const layer = { kind: "dense", inputs, outputs, activation, at, gain, bias } as const;
    at += outputs * (inputs + 1);
    return layer;
  };
  const layers = plan.layers.flatMap((layer): Layer[] => {
    switch (layer.kind) {
      case "dense": {
        const made = dense(rows, layer.outputs, layer.activation, GAINS[layer.activation]);
        rows = layer.outputs;
        return [made];
      }
      case "attention": {
        // Velickovic et al. apply a shared linear map first.
        const width = layer.heads * layer.features;
        const linear = dense(rows, width, "none", 1);
        const made = { ...layer, at };
        at += 2 * width;
        rows = width;
        return [linear, made];
      }
      case "concatenate":
        rows *= agents;
        agents = 1;
        return [{ kind: "concatenate" }];
      case "mean":
        agents = 1;
        return [{ kind: "mean" }];
      case "convolution":
        return [{ kind: "convolution" }];
    }
  });
  const heads = plan.heads.map(({ outputs, activation, gain, bias, constant }) =>
    dense(constant === true ? 0 : rows, outputs, activation, gain, bias)
  );
  return {
    name: plan.name,
    agents: plan.agents,
    inputs: plan.inputs,
    layers,
    heads,
    groups: plan.groups,
    groupCount: Math.max(...plan.groups) + 1,
    groupSize: Math.ceil(at / 4) * 4,
    base,
  };
}

export function outputRows({ heads }: NetworkSpec): number {
  return heads.reduce((sum, { outputs }) => sum + outputs, 0);
}

/** Agents of the output: 1 once they are joined. */
export function outputAgents({ agents, layers }: NetworkSpec): number {
  return layers.some(({ kind }) => kind === "mean" || kind === "concatenate") ? 1 : agents;
}

/** Every dense layer, heads last: the tensors of a group in the order of their places. */
export function denseLayers({ layers, heads }: NetworkSpec): DenseLayer[] {
  return [...layers.flatMap((layer) => layer.kind === "dense" ? [layer] : []), ...heads];
}

/** Words that all groups take. */
export function weightWords({ groupCount, groupSize }: NetworkSpec): number {
  return groupCount * groupSize;
}
