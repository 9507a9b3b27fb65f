/** Who decides what on which observations: agents over the rows of a compiled network. */

import { ONES, ZEROS } from "../device/kernels.ts";
import { InputError } from "../errors.ts";
import type { CompiledNetwork, NodeRule, ObservationRow } from "../simulation/mod.ts";
import type { Topology } from "../network/topology.ts";
import type { Method } from "./methods.ts";

/** In a `select` table: a row of zeros, as padding where an agent observes less than another, and one of ones. */
export const NO_ROW = ZEROS;
export const ONE_ROW = ONES;

/** (agents, rows): which observation row each input is. */
export interface Inputs {
  readonly agents: number;
  readonly rows: number;
  readonly table: Int32Array;
}

export type Decision =
  | { readonly kind: "gaussian"; readonly actions: number }
  | { readonly kind: "categorical"; readonly choices: number };

export interface Agents {
  /** Nodes that each agent decides for, ascending. */
  readonly nodes: readonly (readonly number[])[];
  readonly inputs: Inputs;
  readonly decision: Decision;
  /** Weight group of each agent's actor. */
  readonly groups: readonly number[];
  /** Which of the critic's values each agent's advantage comes from. */
  readonly valueOf: readonly number[];
}

type Rows = Pick<CompiledNetwork, "observations" | "rules" | "shape">;

/** @throws InputError where the network has no order rule, or one that does not fit the method */
export function agentsOf(method: Method, { observations, rules, shape }: Rows): Agents {
  const count = rules.length;
  const all = Array.from({ length: count }, (_, node) => node);
  const nodes = method.agents === "central" ? [all] : all.map((node) => [node]);
  return {
    nodes,
    inputs: inputsOf(nodes, observations),
    decision: decisionOf(nodes, rules),
    groups: method.shares === "retailers" ? retailersTogether(shape) : nodes.map((_, agent) => agent),
    valueOf: nodes.map((_, agent) => method.values === "one" ? 0 : agent),
  };
}

/** What the critic reads: a row list an agent of its own, one agent of which reads everything where it is central. */
export function criticInputs(method: Method, { observations, rules }: Rows): Inputs {
  const all = rules.map((_, node) => node);
  const groups = method.critic === "all" ? [all] : all.map((node) => [node]);
  return inputsOf(groups, observations);
}

/** Inputs in the order of the rows, each agent's padded to the longest. */
function inputsOf(nodes: readonly (readonly number[])[], observations: readonly ObservationRow[]): Inputs {
  const lists = nodes.map((own) =>
    observations.flatMap((row, index) => own.includes(row.node) ? [index] : [])
  );
  const rows = Math.max(...lists.map((list) => list.length));
  const table = new Int32Array(nodes.length * rows).fill(NO_ROW);
  lists.forEach((list, agent) => table.set(list, agent * rows));
  return { agents: nodes.length, rows, table };
}

function decisionOf(nodes: readonly (readonly number[])[], rules: readonly NodeRule[]): Decision {
  const [first] = rules as readonly [NodeRule, ...NodeRule[]];
  if (first.decode === undefined) {
    throw new InputError(
      "control",
      'expected the order rule to learn for, such as {"rule": "base-stock", "bounds": [0, 100]}, got nothing',
    );
  }
  const choices = choicesOf(first);
  if (choices === undefined) {
    const rows = nodes.map((own) => own.reduce((sum, node) => sum + rules[node]!.actions, 0));
    return { kind: "gaussian", actions: rows[0]! };
  }
  if (nodes.length !== rules.length) {
    throw new InputError(
      "method",
      `the order rule ${first.rule} needs a method with one agent a node, such as mappo`,
    );
  }
  const counts = new Set(rules.map(choicesOf));
  if (counts.size > 1) {
    throw new InputError(
      "control.bounds",
      `the order rule ${first.rule} needs equally many choices at every node`,
    );
  }
  return { kind: "categorical", choices };
}

/** How many whole actions a rule takes; undefined for those with continuous ones. */
function choicesOf({ rule, choices, decode }: NodeRule): number | undefined {
  if (rule === "choice") return choices!.length;
  if (rule !== "demand-plus") return undefined;
  const [low, high] = decode!.clip;
  return high - low + 1;
}

/** The rules for learning: an action of `demand-plus` is its index, counted from the lower bound. */
export function learningRules(rules: readonly NodeRule[]): NodeRule[] {
  return rules.map((rule) => {
    if (rule.rule !== "demand-plus" || rule.decode === undefined) return rule;
    const [low, high] = rule.decode.clip;
    return { ...rule, decode: { clip: [0, high - low], scale: 1, offset: low } };
  });
}

/** One group for all nodes that only serve customers, then one for each of the others, in the order of the nodes. */
function retailersTogether({ downstreamArcs }: Topology): number[] {
  const isRetailer = (node: number) => downstreamArcs[node]!.length === 0;
  let next = downstreamArcs.some((_, node) => isRetailer(node)) ? 1 : 0;
  return downstreamArcs.map((_, node) => isRetailer(node) ? 0 : next++);
}
