/** A network as its spec lays it out, in float64 and one column at a time. */

import type {
  Activation,
  AttentionLayer,
  DenseLayer,
  NetworkSpec,
} from "../../engine/learning/network_spec.ts";

/** [agent][row] */
export type AgentRows = readonly Float64Array[];

/** [agent]: whom it listens to, the agent itself among them. */
export type Neighbours = readonly (readonly number[])[];

export interface NetworkResult {
  readonly output: AgentRows;
  /** Distance of the nearest number to the kink of a relu that it goes through. */
  readonly margin: number;
}

const LEAKY_SLOPE = 0.2;

/** The network's output for one column, given the weights of one seed (all networks of it). */
export function evaluateNetwork(
  spec: NetworkSpec,
  weights: ArrayLike<number>,
  neighbours: Neighbours,
  input: AgentRows,
): NetworkResult {
  const kinks = { margin: Infinity };
  let rows = input;
  let groups = spec.groups;
  for (const layer of spec.layers) {
    switch (layer.kind) {
      case "dense":
        rows = rows.map((x, agent) => dense(spec, weights, groups[agent]!, layer, x, kinks));
        break;
      case "convolution":
        rows = convolve(neighbours, rows);
        break;
      case "attention":
        rows = attend(spec, weights, neighbours, layer, rows, kinks);
        break;
      case "concatenate":
        rows = [Float64Array.from(rows.flatMap((x) => [...x]))];
        groups = [0];
        break;
      case "mean":
        rows = [rows[0]!.map((_, r) => rows.reduce((sum, x) => sum + x[r]!, 0) / rows.length)];
        groups = [0];
    }
  }
  const output = rows.map((x, agent) =>
    Float64Array.from(
      spec.heads.flatMap((head) => [...dense(spec, weights, groups[agent]!, head, x, kinks)]),
    )
  );
  return { output, margin: kinks.margin };
}

interface Kinks {
  margin: number;
}

/** W is (outputs, inputs) row-major with the bias behind it, at its place in the group's words. */
function dense(
  { base, groupSize }: NetworkSpec,
  weights: ArrayLike<number>,
  group: number,
  { inputs, outputs, activation, at }: DenseLayer,
  x: Float64Array,
  kinks: Kinks,
): Float64Array {
  const first = base + group * groupSize + at;
  return Float64Array.from({ length: outputs }, (_, o) => {
    let sum = weights[first + outputs * inputs + o]!;
    for (let i = 0; i < inputs; i++) sum += weights[first + o * inputs + i]! * x[i]!;
    return activated(sum, activation, kinks);
  });
}

function activated(x: number, activation: Activation, kinks: Kinks): number {
  if (activation === "none") return x;
  if (activation === "tanh") return Math.tanh(x);
  kinks.margin = Math.min(kinks.margin, Math.abs(x));
  return Math.max(0, x);
}

/** Eq. 24 of Kotecha and del Rio Chanona, without the dense layer. */
function convolve(neighbours: Neighbours, rows: AgentRows): AgentRows {
  return neighbours.map((own, i) =>
    rows[i]!.map((_, r) =>
      own.reduce((sum, j) => sum + rows[j]![r]! / Math.sqrt(own.length * neighbours[j]!.length), 0)
    )
  );
}

/** Velickovic et al. (2018), eq. 1 to 5: of each head first the vector for the node itself, then for a neighbour. */
function attend(
  { base }: NetworkSpec,
  weights: ArrayLike<number>,
  neighbours: Neighbours,
  { heads, features, activation, at }: AttentionLayer,
  rows: AgentRows,
  kinks: Kinks,
): AgentRows {
  const score = (half: 0 | 1, head: number, x: Float64Array) => {
    let sum = 0;
    for (let f = 0; f < features; f++) {
      sum += weights[base + at + (2 * head + half) * features + f]! * x[head * features + f]!;
    }
    return sum;
  };
  return neighbours.map((own, i) => {
    const y = new Float64Array(heads * features);
    for (let head = 0; head < heads; head++) {
      const masses = own.map((j) => {
        const e = score(0, head, rows[i]!) + score(1, head, rows[j]!);
        kinks.margin = Math.min(kinks.margin, Math.abs(e));
        return Math.exp(e > 0 ? e : LEAKY_SLOPE * e);
      });
      const total = masses.reduce((sum, mass) => sum + mass, 0);
      for (const [n, j] of own.entries()) {
        for (let f = head * features; f < (head + 1) * features; f++) {
          y[f]! += masses[n]! / total * rows[j]![f]!;
        }
      }
    }
    return y.map((value) => activated(value, activation, kinks));
  });
}

/** From the arcs of a network: direct suppliers and customers both ways, and the node itself. */
export function neighboursOf(
  { nodes, arcs }: {
    nodes: readonly { id: string }[];
    arcs: readonly { from: string; to: string }[];
  },
): Neighbours {
  const linked = (a: string, b: string) => arcs.some(({ from, to }) => from === a && to === b);
  return nodes.map((own) =>
    nodes.flatMap((other, j) =>
      other === own || linked(own.id, other.id) || linked(other.id, own.id) ? [j] : []
    )
  );
}
