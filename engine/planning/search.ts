/** Plans by simulation: the best parameters of a classical policy for any network. */

import type { Network } from "../network/types.ts";
import { type Policy, policyFromParameters } from "../policies/mod.ts";
import { type Estimate, simulate, type SimulationResult } from "../simulation/mod.ts";
import { CandidateRuns, meansOf } from "./candidate_runs.ts";
import { coordinateSearch } from "./coordinate_search.ts";
import type { Finalist, SearchContext, SearchStage } from "./search_context.ts";
import { SearchDraws } from "./search_draws.ts";
import { evolve } from "./search_evolution.ts";
import {
  planSearch,
  type ResolvedSearchOptions,
  resolveSearchOptions,
  type SearchOptions,
} from "./search_options.ts";
import { race } from "./search_race.ts";
import { nodeScales } from "./search_scales.ts";
import { SearchSpace } from "./search_space.ts";
import { randomStarts, structuredStarts } from "./search_starts.ts";

export interface SearchTraceEntry {
  nodeSteps: number;
  stage: SearchStage;
  /** Estimated from few replications, on which the point was also chosen: a little too high. */
  profitPerEpisode: number;
}

export interface SearchResult {
  policy: Policy;
  /** Of the policy, on replications that the search has not seen. */
  profitPerEpisode: Estimate;
  profitPerPeriod: Estimate;
  costPerPeriod: Estimate;
  /** All that a simulation reports, on the same replications. */
  evaluation: SimulationResult;
  /** The best levels that flows and lead times suggest, and their profit on replications that did not choose them. */
  structured: { policy: Policy; profitPerEpisode: number };
  /** Episodes and node-steps simulated; generations drawn; runs of CMA-ES beyond those that the race began with. */
  evaluations: number;
  nodeSteps: number;
  generations: number;
  restarts: number;
  /** Every point that was the best of its stage so far. The first entry is the best structured start. */
  trace: SearchTraceEntry[];
  options: ResolvedSearchOptions;
}

/** Columns of a task at most: enough to be worth the message, few enough to stay in a core's cache. */
const TASK_COLUMNS = 512;

/**
 * Searches the parameters of a policy that maximise the mean profit of an episode, over all nodes and counted periods
 * (without prices: minimise cost). No derivatives, any network.
 *
 * 1. *Starts*: levels that flows and lead times suggest, and many points at random; the worst are dropped, the others
 *    simulated more often (successive halving, Jamieson and Talwalkar 2016).
 * 2. *Evolution*: a genetic algorithm recombines them node by node, on islands (`evolve`).
 * 3. *Race*: CMA-ES from the islands' best points, side by side (`race`).
 * 4. *Polish*: coordinate steps and redrawn nodes from the best points of the race (`coordinateSearch`).
 * 5. The winner of a last comparison is evaluated on fresh replications (phase "reevaluate").
 *
 * Candidates of a batch share their replications. The result depends on the seed and the options alone.
 *
 * @throws InputError for options out of range, a basis that the kind does not take, bounds that do not fit
 */
export async function search(network: Network, options: SearchOptions): Promise<SearchResult> {
  const resolved = resolveSearchOptions(network, options);
  const { policy: kind, basis, seed, budget, periods, warmup, workers, episodes } = resolved;
  const scales = nodeScales(network, basis);
  const space = new SearchSpace(network, kind, basis, scales, options.bounds);
  const structured = structuredStarts(network, space, scales);
  const plan = planSearch(resolved, space, structured.length);
  const draws = new SearchDraws(seed);
  const trace: SearchTraceEntry[] = [];
  const runs = await CandidateRuns.open({
    network,
    kind,
    basis,
    periods,
    warmup,
    seed,
    workers,
    columns: TASK_COLUMNS,
  });
  const context: SearchContext = {
    space,
    runs,
    draws,
    found({ profit }, stage) {
      const last = trace.at(-1);
      if (last?.stage === stage && profit <= last.profitPerEpisode) return;
      trace.push({ nodeSteps: runs.nodeSteps, stage, profitPerEpisode: profit });
    },
    progress() {
      const { stage, profitPerEpisode: best } = trace[trace.length - 1];
      options.onProgress?.({ done: Math.min(runs.nodeSteps, budget), total: budget, stage, best });
    },
  };
  let compared: Finalist[];
  let first: Float64Array;
  let restarts: number;
  try {
    const suggested = await compare(context, structured, plan.suggested, "start");
    let drawn = randomStarts(space, scales, draws, plan.starts);
    for (const [replications, survivors] of plan.screenings) {
      drawn = (await compare(context, drawn, replications, "sample")).slice(0, survivors).map(({ values }) =>
        values
      );
    }
    first = suggested[0].values;
    const starts = [...suggested.slice(0, plan.evolution.islands).map(({ values }) => values), ...drawn];
    const evolved = await evolve(context, network, starts, plan.evolution);
    const raced = await race(context, raceStarts(evolved, drawn, plan.evolution.islands), plan.race);
    restarts = raced.restarts;
    const polished: Float64Array[] = [];
    for (const finalist of raced.finalists.slice(0, plan.polished)) {
      polished.push((await coordinateSearch(context, finalist, plan.polish)).values);
    }
    const last = [...polished, raced.finalists[0].values, first];
    compared = await compare(context, last, plan.finalReplications, "final");
  } finally {
    runs.close();
  }
  const policyOf = ({ values }: Finalist) => policyFromParameters(kind, network, values, basis);
  const policy = policyOf(compared[0]);
  const start = compared.find(({ values }) => values === first)!;
  const evaluation = await simulate(network, policy, {
    episodes,
    periods,
    warmup,
    seed,
    phase: "reevaluate",
    workers,
  });
  const { profitPerEpisode, profitPerPeriod, costPerPeriod } = evaluation;
  return {
    policy,
    profitPerEpisode,
    profitPerPeriod,
    costPerPeriod,
    evaluation,
    structured: { policy: policyOf(start), profitPerEpisode: start.profit },
    evaluations: runs.episodes,
    nodeSteps: runs.nodeSteps,
    generations: draws.generation + 1,
    restarts,
    trace,
    options: resolved,
  };
}

/** The best point of every island, then by turns more of them and starts that have not been recombined. */
function raceStarts(
  evolved: readonly Float64Array[],
  drawn: readonly Float64Array[],
  islands: number,
): Float64Array[] {
  const others = evolved.slice(islands).flatMap((values, k) =>
    k < drawn.length ? [drawn[k], values] : [values]
  );
  return [...evolved.slice(0, islands), ...others];
}

/** Points by their mean profit on common replications, best first. */
async function compare(
  context: SearchContext,
  points: readonly Float64Array[],
  replications: number,
  stage: SearchStage,
): Promise<Finalist[]> {
  const profits = meansOf(await context.runs.run(points, replications), replications);
  const ranked = points.map((values, k): Finalist => ({ values, profit: profits[k] }));
  ranked.sort((a, b) => b.profit - a.profit);
  context.found(ranked[0], stage);
  context.progress();
  return ranked;
}
