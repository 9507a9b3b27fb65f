/** What a report shows, as plain data, and how results become it. */

import type { Estimate, SimulationResult, TraceRow } from "../simulation/mod.ts";
import { pairedDifference } from "../simulation/mod.ts";

export interface ReportData {
  /** Of the page: method and network. */
  title: string;
  /** Of Bullwhip. */
  version: string;
  /** What repeats the run. */
  command: string;
  /** The run's settings, as config.json has them; nested objects become groups of rows. */
  config: Readonly<Record<string, unknown>>;
  /** Remarks for the reader, a paragraph each. */
  notes?: readonly string[];
  learning?: LearningCurve;
  comparison?: Comparison;
  /** One episode of each policy, the one that matters first. */
  episodes?: readonly EpisodeTrace[];
}

/** Profit per episode while training. */
export interface LearningCurve {
  /** What is counted across, such as "environment steps". */
  across: string;
  /** (points) ascending. */
  steps: readonly number[];
  /** (points) Over seeds. */
  mean: readonly number[];
  low: readonly number[];
  high: readonly number[];
  /** What low and high are, such as "lowest to highest of 5 seeds". */
  band: string;
  /** Profit per episode without exploration, on the evaluation's episodes; stderr over seeds, or NaN. */
  evaluations?: { steps: readonly number[]; mean: readonly number[]; stderr: readonly number[] };
}

export interface Comparison {
  episodes: number;
  periods: number;
  warmup: number;
  seed: number;
  /** The policy that differences are from; absent: there are none. */
  reference?: string;
  rows: readonly ComparisonRow[];
}

export interface ComparisonRow {
  policy: string;
  /** Whether it was learned in this run; the others are baselines. */
  learned: boolean;
  profitPerEpisode: Estimate;
  /** Profit per episode less the reference's, on the same episodes. */
  difference?: Estimate;
  costPerPeriod: Estimate;
  fillRate: Estimate;
  /** Units in the whole network at period ends. */
  onHand: Estimate;
  backorders: Estimate;
  /** [echelon] Variance of orders over variance of customer demand, the customers' side first. */
  bullwhip: readonly Estimate[];
}

/**
 * What a simulation found, as a row.
 *
 * @param reference what the row is compared with, simulated on the same episodes
 */
export function comparisonRow(
  policy: string,
  learned: boolean,
  result: SimulationResult,
  reference?: SimulationResult,
): ComparisonRow {
  return {
    policy,
    learned,
    profitPerEpisode: result.profitPerEpisode,
    ...(reference === undefined || reference === result
      ? {}
      : { difference: pairedDifference(result.episodeProfits, reference.episodeProfits) }),
    costPerPeriod: result.costPerPeriod,
    fillRate: result.fillRate,
    onHand: result.onHand,
    backorders: result.backorders,
    bullwhip: result.echelons.map(({ bullwhip }) => bullwhip),
  };
}

export interface EpisodeTrace {
  policy: string;
  seed: number;
  episode: number;
  nodes: readonly NodeTrace[];
}

/** (periods) each, units, from period 0. */
export interface NodeTrace {
  id: string;
  /** At period ends. */
  onHand: readonly number[];
  backorders: readonly number[];
  /** In the period. */
  orders: readonly number[];
  /** Customer demand plus orders taken in. */
  demand: readonly number[];
}

/**
 * One episode of a trace.
 *
 * @param rows of one episode or more, as `trace` yields them: by period, then by node
 */
export function episodeTrace(
  policy: string,
  seed: number,
  rows: Iterable<Pick<TraceRow, "episode" | "node" | "onHand" | "backorders" | "order" | "demand">>,
  episode = 0,
): EpisodeTrace {
  const nodes = new Map<string, { [key in Exclude<keyof NodeTrace, "id">]: number[] }>();
  for (const row of rows) {
    if (row.episode !== episode) continue;
    let node = nodes.get(row.node);
    if (node === undefined) {
      node = { onHand: [], backorders: [], orders: [], demand: [] };
      nodes.set(row.node, node);
    }
    node.onHand.push(row.onHand);
    node.backorders.push(row.backorders);
    node.orders.push(row.order);
    node.demand.push(row.demand);
  }
  return { policy, seed, episode, nodes: [...nodes].map(([id, lists]) => ({ id, ...lists })) };
}
