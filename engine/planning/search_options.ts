/** What a search can be asked for, and how it spends its budget. */

import { InputError } from "../errors.ts";
import type { Basis, Network } from "../network/types.ts";
import { POLICY_KINDS, type PolicyKind, policyKinds } from "../policies/mod.ts";
import { resolveSimulateOptions } from "../simulation/mod.ts";
import { defaultPopulation } from "./cma_es.ts";
import { type CoordinateSearchOptions, sweepEpisodes } from "./coordinate_search.ts";
import type { SearchStage } from "./search_context.ts";
import type { EvolutionOptions } from "./search_evolution.ts";
import type { RaceOptions } from "./search_race.ts";
import type { SearchBounds, SearchSpace } from "./search_space.ts";

export interface SearchOptions {
  /** The kind of policy whose parameters are searched. */
  policy: PolicyKind;
  /** What s is compared with, for the kinds that let one choose. Default: the kind's own. */
  basis?: Basis;
  /** u32. Default 0. */
  seed?: number;
  /** Threads; the result does not depend on it. Default: all cores, 8 at most. */
  workers?: number;
  /** Node-steps (periods of nodes) to simulate, about. Default: 50 million a parameter, 600 million at most. */
  budget?: number;
  /** Replications of a candidate in the first generations; later ones take more. Default 4. */
  replications?: number;
  /** Fresh replications on which the result is evaluated. Default: the network's `evaluation`, or 1000. */
  episodes?: number;
  /**
   * Least and largest value of a node's parameters (of quantities, as far as they are not negative). Default: those of the
   * network's `control` where its actions are levels, else a wide box around what its flows suggest.
   */
  bounds?: SearchBounds;
  /** Periods of an episode, the warm-up among them. Default: the network's `evaluation`, or its horizon. */
  periods?: number;
  /** Periods at the start that are not counted. Default: the network's `evaluation`, or 0. */
  warmup?: number;
  /** Called after every batch. */
  onProgress?(progress: SearchProgress): void;
}

export interface SearchProgress {
  /** Node-steps. */
  done: number;
  total: number;
  stage: SearchStage;
  /** Estimated profit per episode of the best point. */
  best: number;
}

export type ResolvedSearchOptions =
  & Required<Omit<SearchOptions, "bounds" | "onProgress">>
  & Pick<SearchOptions, "bounds">;

const STEPS_A_PARAMETER = 50e6;
const MOST_STEPS = 600e6;
/** With fewer there is nothing to choose from. */
const LEAST_EPISODES = 10_000;
/** Below this many node-steps workers take longer to start than they save. */
const WORTH_WORKERS = 8e6;
/** A generation has no more columns than keep these busy. */
const MOST_WORKERS = 8;

/** @throws InputError for a kind, basis, seed or count out of range */
export function resolveSearchOptions(network: Network, options: SearchOptions): ResolvedSearchOptions {
  const row = POLICY_KINDS[options.policy];
  if (row === undefined) {
    throw new InputError("policy", `expected one of ${policyKinds.join(", ")}, got ${options.policy}`);
  }
  const basis = options.basis ?? row.basis;
  const bases = row.bases.length > 0 ? row.bases : [row.basis];
  if (!bases.includes(basis)) {
    throw new InputError("basis", `${options.policy} takes ${bases.join(" or ")}, got ${basis}`);
  }
  const { episodes, periods, warmup, seed } = resolveSimulateOptions(network, options);
  const nodes = network.nodes.length;
  const least = LEAST_EPISODES * periods * nodes;
  const usual = Math.min(MOST_STEPS, STEPS_A_PARAMETER * nodes * row.parameters.length);
  const budget = options.budget ?? Math.max(least, usual);
  if (!(budget >= least && budget < Infinity)) {
    throw new InputError(
      "budget",
      `expected at least ${least} node-steps (${LEAST_EPISODES} episodes), got ${budget}`,
    );
  }
  const workers = options.workers ??
    (budget < WORTH_WORKERS ? 1 : Math.min(MOST_WORKERS, navigator.hardwareConcurrency));
  const replications = options.replications ?? 4;
  for (const [where, value] of [["workers", workers], ["replications", replications]] as const) {
    if (!Number.isInteger(value) || value < 1 || value > 1024) {
      throw new InputError(where, `expected a whole number from 1 to 1024, got ${value}`);
    }
  }
  return {
    policy: options.policy,
    basis,
    seed,
    workers,
    budget,
    replications,
    episodes,
    periods,
    warmup,
    ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
  };
}

export interface SearchPlan {
  /** Replications of the structured starts. */
  suggested: number;
  /** Points drawn at random. */
  starts: number;
  /** How often they are simulated to drop all but so many of them. */
  screenings: readonly (readonly [replications: number, survivors: number])[];
  evolution: EvolutionOptions;
  race: RaceOptions;
  /** Points of the race that are polished. */
  polished: number;
  polish: CoordinateSearchOptions;
  /** Replications of the last comparison. */
  finalReplications: number;
}

/** Shares of the budget. */
const SUGGESTED_SHARE = 0.04;
const SAMPLE_SHARE = 0.06;
const EVOLUTION_SHARE = 0.3;
const RACE_SHARE = 0.34;
const POLISH_SHARE = 0.22;
const FINAL_SHARE = 0.04;

/** Replications of a structured start at most. */
const MOST_SUGGESTED = 16;
/** Random starts are screened twice, the second time an eighth of them on four times the replications. */
const SURVIVORS = 1 / 8;
const SECOND_SCREENING = 4;
const MOST_STARTS = 2 ** 15;
/** Islands, their size at most, and the generations that they should have. */
const ISLANDS = 8;
const MOST_POINTS = 64;
const ISLAND_GENERATIONS = 20;
/** Runs of CMA-ES at the start at most, and generations that a run should have, in dimensions. */
const MOST_CHAINS = 32;
const GENERATIONS = 20;
const MOST_ROUNDS = 4;
/** Points that are polished at most, and sweeps that each should have. */
const MOST_POLISHED = 4;
const SWEEPS = 30;
/** Screening of moves against the first generations. */
const POLISH_REPLICATIONS = 4;
const REDRAWS = 8;

/**
 * How a search of this size spends its budget: few runs of CMA-ES and long ones where there are many parameters.
 *
 * @param structured number of structured starts
 */
export function planSearch(
  options: ResolvedSearchOptions,
  space: SearchSpace,
  structured: number,
): SearchPlan {
  const { budget, replications, periods } = options;
  const { dimensions, nodes } = space;
  const episodes = budget / (periods * nodes);
  // Whole vectors of columns.
  const population = Math.ceil(Math.max(8, defaultPopulation(dimensions)) / 8) * 8;
  const race = RACE_SHARE * episodes;
  const runs = race / (population * replications * GENERATIONS * dimensions);
  const chains = 2 ** Math.floor(Math.log2(Math.min(MOST_CHAINS, Math.max(2, runs))));
  const sweep = { replications: replications * POLISH_REPLICATIONS, redraws: REDRAWS };
  const polish = POLISH_SHARE * episodes;
  const affordable = Math.floor(polish / (SWEEPS * sweepEpisodes(space, sweep)));
  const polished = Math.min(MOST_POLISHED, chains, Math.max(1, affordable));
  const few = Math.ceil(replications / 2);
  const starts = Math.floor(SAMPLE_SHARE * episodes / (few * (1 + SURVIVORS * SECOND_SCREENING)));
  const generation = ISLANDS * 2 * few;
  const size = Math.floor(EVOLUTION_SHARE * episodes / (generation * ISLAND_GENERATIONS));
  const evolution = {
    islands: ISLANDS,
    size: Math.min(MOST_POINTS, Math.max(4, size)),
    replications: few,
    episodes: EVOLUTION_SHARE * episodes,
  };
  const screened = Math.max(ISLANDS * evolution.size, Math.ceil(Math.min(MOST_STARTS, starts) * SURVIVORS));
  const suggested = Math.floor(SUGGESTED_SHARE * episodes / structured);
  return {
    suggested: Math.min(MOST_SUGGESTED, Math.max(2, suggested)),
    starts: Math.min(MOST_STARTS, starts),
    screenings: [[few, screened], [few * SECOND_SCREENING, ISLANDS * evolution.size]],
    evolution,
    race: {
      chains,
      rounds: Math.min(MOST_ROUNDS, Math.log2(chains)),
      population,
      replications,
      episodes: race,
    },
    polished,
    polish: { ...sweep, episodes: polish / polished },
    finalReplications: Math.max(64, Math.floor(FINAL_SHARE * episodes / (polished + 2))),
  };
}
