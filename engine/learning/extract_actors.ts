/** Trained actors as plain data, out of a model's weights. */

import type { Network } from "../network/types.ts";
import type { CompiledNetwork, NodeRule, ObservationRow } from "../simulation/mod.ts";
import type { ActorInput, ActorLayer, ActorNetwork, ActorOutput } from "./actor_network.ts";
import { NO_ROW } from "./agents.ts";
import type { DenseLayer } from "./network_spec.ts";
import { type ActorShape, OBSERVATION_CLIP } from "./actor_shape.ts";

/** What the numbers of a rule's action are called. */
const PARAMETERS: Readonly<Record<NodeRule["rule"], readonly string[]>> = {
  "quantity": ["order quantity"],
  "s-S": ["reorder point", "order-up-to level"],
  "s-Q": ["reorder point", "order quantity"],
  "base-stock": ["base-stock level"],
  "demand-plus": ["order beyond demand"],
  "choice": ["order quantity"],
};

/** One seed's part of the model's arrays. */
export interface ActorWeights {
  /** (words) */
  weights: Float32Array;
  /** (observation rows, 2): mean and inverse deviation. */
  moments: Float32Array;
}

/** The actors of one seed, one an agent. */
export function extractActors(
  { agents, spec, normalises }: ActorShape,
  compiled: CompiledNetwork,
  { weights, moments }: ActorWeights,
): ActorNetwork[] {
  const { inputs } = agents;
  const { network, observations, rules } = compiled;
  return agents.nodes.map((nodes, agent): ActorNetwork => {
    const rows = [...inputs.table.subarray(agent * inputs.rows, (agent + 1) * inputs.rows)];
    const from = spec.base + spec.groups[agent]! * spec.groupSize;
    const dense = spec.layers.filter((layer) => layer.kind === "dense");
    const layers = [...dense, spec.heads[0]!].map((layer) => layerOf(weights.subarray(from), layer));
    const ids = nodes.map((node) => network.nodes[node]!.id);
    return {
      id: agents.nodes.length === 1 ? "all nodes" : ids[0]!,
      nodes: ids,
      inputs: rows.map((row) => inputOf(network, observations[row])),
      ...(normalises ? { normaliser: normaliserOf(rows, moments) } : {}),
      layers,
      head: agents.decision,
      outputs: nodes.flatMap((node) => outputsOf(network.nodes[node]!.id, rules[node]!)),
    };
  });
}

function layerOf(group: Float32Array, { inputs, outputs, activation, at }: DenseLayer): ActorLayer {
  const size = inputs * outputs;
  return {
    inputs,
    outputs,
    activation,
    weights: group.slice(at, at + size),
    bias: group.slice(at + size, at + size + outputs),
  };
}

function inputOf(network: Network, row: ObservationRow | undefined): ActorInput {
  if (row === undefined) return { constant: 0 };
  const { node, feature, lag, ahead, bounds: [low, high] } = row;
  return { node: network.nodes[node]!.id, feature, lag, ahead, low, high };
}

function normaliserOf(rows: readonly number[], moments: Float32Array) {
  const of = (part: 0 | 1) =>
    Float32Array.from(rows, (row) => row === NO_ROW ? part : moments[2 * row + part]!);
  return { mean: of(0), inverseDeviation: of(1), clip: OBSERVATION_CLIP };
}

function outputsOf(node: string, rule: NodeRule): ActorOutput[] {
  const { clip, scale, offset } = rule.decode ?? { clip: [0, Infinity] as const, scale: 1, offset: 0 };
  return PARAMETERS[rule.rule].map((parameter) => ({
    node,
    parameter,
    clip: [clip[0], clip[1]],
    scale,
    offset,
    ...(rule.choices === undefined ? {} : { choices: [...rule.choices] }),
  }));
}
