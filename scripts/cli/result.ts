/** What a simulation found, for people and as JSON. */

import type { Controller, Estimate, Network, Policy, SimulationResult } from "../../engine/mod.ts";
import { isPolicy, POLICY_KINDS } from "../../engine/mod.ts";
import { type Cell, formatColumn, formatMean, formatTable } from "./table.ts";

/**
 * The JSON form of a result; NaN becomes null when it is written.
 *
 * @param policy its JSON form
 */
export function resultJson(result: SimulationResult, policy: unknown): Record<string, unknown> {
  const { scenario, policy: _, episodeProfits: __, ...rest } = result;
  return { scenario, policy, ...rest };
}

/** `1000 episodes of 50 periods, the first 10 not counted, seed 0` */
export function describeRun({ episodes, periods, warmup, seed }: SimulationResult): string {
  const counted = warmup === 0 ? "" : `, the first ${warmup} not counted`;
  return `${plural(episodes, "episode")} of ${plural(periods, "period")}${counted}, seed ${seed}`;
}

/** Figures of the whole network, means of episodes; what a cap, a lost sale or a yield took is left out where there is nothing. */
export function totalsTable(result: SimulationResult): string {
  const { discarded } = result;
  // Without prices profit is cost with the other sign.
  const sells = result.profitPerPeriod.mean !== -result.costPerPeriod.mean;
  const profits: [string, Estimate][] = [
    ["profit per episode", result.profitPerEpisode],
    ["profit per period", result.profitPerPeriod],
  ];
  const rows: [string, Estimate][] = [
    ...(sells ? profits : []),
    ["cost per period", result.costPerPeriod],
    ["fill rate", result.fillRate],
    ["cycle service level", result.cycleServiceLevel],
    ["inventory turnover per period", result.inventoryTurnover],
    ["units on hand", result.onHand],
    ["units owed", result.backorders],
  ];
  const losses: [string, Estimate][] = [
    ["units lost as sales, per period", discarded.lostSales],
    ["units lost to yield, per period", discarded.lostToYield],
    ["units cut by capacity, per period", discarded.byCapacity],
    ["units trimmed by maxBackorder, per period", discarded.byMaxBackorder],
  ];
  return formatTable(
    ["whole network", "mean ± std. error"],
    [...rows, ...losses.filter(([, { mean }]) => mean !== 0)].map(([name, figure]) => [name, inText(figure)]),
  );
}

/** Means a node and period. */
export function nodesTable({ nodes }: SimulationResult): string {
  const sells = nodes.some(({ costPerPeriod, profitPerPeriod }) => profitPerPeriod !== -costPerPeriod);
  return tableOfColumns([
    ["node", nodes.map(({ id }) => id)],
    ["on hand", formatColumn(nodes.map(({ onHand }) => onHand))],
    ["owed", formatColumn(nodes.map(({ backorders }) => backorders))],
    ["in transit", formatColumn(nodes.map(({ inTransit }) => inTransit))],
    ["order", formatColumn(nodes.map(({ order }) => order))],
    ["demand", formatColumn(nodes.map(({ demand }) => demand))],
    ["fill rate", formatColumn(nodes.map(({ fillRate }) => fillRate))],
    ["cost", formatColumn(nodes.map(({ costPerPeriod }) => costPerPeriod))],
    ...(sells
      ? [["profit", formatColumn(nodes.map(({ profitPerPeriod }) => profitPerPeriod))] as const]
      : []),
    ["bullwhip", formatColumn(nodes.map(({ bullwhip }) => bullwhip))],
  ]);
}

export function echelonsTable({ echelons }: SimulationResult): string {
  return formatTable(
    ["echelon", "bullwhip", "nodes"],
    echelons.map(({ level, nodes, bullwhip }) => [
      level,
      inText(bullwhip),
      nodes.join(" "),
    ]),
  );
}

/** `17.661 ± 0.028`, or a dash where there is no such figure. */
export function inText({ mean, stderr }: Estimate): string {
  return Number.isNaN(mean) ? "-" : formatMean(mean, stderr);
}

const PARAMETER_TITLES = {
  levels: "level",
  reorderPoint: "s",
  orderUpTo: "S",
  quantity: "Q",
} as const;

/** A policy's parameters, a row a node. */
export function policyTable({ kind, parameters }: Policy, network: Network): string {
  const { parameters: names } = POLICY_KINDS[kind];
  return tableOfColumns([
    ["node", network.nodes.map(({ id }) => id)],
    ...names.map((name, p): [string, string[]] => [
      PARAMETER_TITLES[name],
      formatColumn([...parameters[p]!], 5),
    ]),
  ]);
}

/** `s-S on on-hand`: a kind, and what it looks at where one can choose. */
export function describePolicy(policy: Policy | Controller): string {
  if (!isPolicy(policy)) return policy.name;
  const { kind, basis } = policy;
  return POLICY_KINDS[kind].bases.length > 0 ? `${kind} on ${basis}` : kind;
}

function tableOfColumns(columns: readonly (readonly [header: string, cells: readonly Cell[]])[]): string {
  const rows = columns[0]![1].map((_, r) => columns.map(([, cells]) => cells[r]!));
  return formatTable(columns.map(([header]) => header), rows);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
