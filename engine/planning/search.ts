/** Plans by simulation: the best parameters of a classical policy for any network. */

import type { Network } from "../network/types.ts";
import { type Policy, policyFromParameters } from "../policies/mod.ts";
import { type Estimate, simulate, type SimulationResult } from "../simulation/mod.ts";
import { CandidateRuns, meansOf } from "./candidate_runs.ts";
import { coordinateSearch } from "./coordinate_search.ts";
import type { Finalist, SearchContext, SearchStage } from "./search_context.ts";
import { SearchDraws } from "./search_draws.ts";
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
  /** Episodes and node-steps simulated; generations drawn; runs of CMA-ES beyond those that the race began with. */
  evaluations: number;
  nodeSteps: number;
  generations: number;
  restarts: number;
  /** Every point that was the best of its stage so far. The first entry is the best structured start. */
  trace: SearchTraceEntry[];
  options: ResolvedSearchOptions;
}

/** Columns of a task: one block of the kernel. */
const TASK_COLUMNS = 256;
/** Replications with which the structured starts are compared. */
const START_REPLICATIONS = 16;
/** Random starts are screened this often; the better eighth goes on with four times the replications. */
const SCREENINGS = 3;
const FIRST_SCREENING = 2;

/**
 * Searches the parameters of a policy that maximise the mean profit of an episode, over all nodes and counted periods
 * (without prices: minimise cost). No derivatives, any network.
 *
 * 1. *Starts*: levels that flows and lead times suggest, and many points at random; the worst are dropped, the others
 *    simulated more often (successive halving, Jamieson and Talwalkar 2016).
 * 2. *Race*: CMA-ES from the best starts, side by side (`race`).
 * 3. *Polish*: coordinate steps and redrawn nodes from the best points of the race (`coordinateSearch`).
 * 4. The winner of a last comparison is evaluated on fresh replications (phase "reevaluate").
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
  const plan = planSearch(resolved, space);
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
  let best: Finalist;
  let restarts: number;
  try {
    const structured = await compare(
      context,
      structuredStarts(network, space, scales),
      START_REPLICATIONS,
      "start",
    );
    let drawn = randomStarts(space, scales, draws, plan.starts);
    for (let k = 0; k < SCREENINGS && drawn.length > plan.race.chains; k++) {
      const compared = await compare(context, drawn, FIRST_SCREENING * 4 ** k, "sample");
      const survivors = k === SCREENINGS - 1
        ? drawn.length
        : Math.max(plan.race.chains, Math.ceil(drawn.length / 8));
      drawn = compared.slice(0, survivors).map(({ values }) => values);
    }
    const raced = await race(context, [structured[0].values, ...drawn], plan.race);
    restarts = raced.restarts;
    const polished: Float64Array[] = [];
    for (const finalist of raced.finalists.slice(0, plan.polished)) {
      polished.push((await coordinateSearch(context, finalist, plan.polish)).values);
    }
    const last = [...polished, raced.finalists[0].values, structured[0].values];
    [best] = await compare(context, last, plan.finalReplications, "final");
  } finally {
    runs.close();
  }
  const policy = policyFromParameters(kind, network, best.values, basis);
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
    evaluations: runs.episodes,
    nodeSteps: runs.nodeSteps,
    generations: draws.generation + 1,
    restarts,
    trace,
    options: resolved,
  };
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
