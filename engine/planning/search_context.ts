/** What the parts of a search share. */

import type { CandidateRuns } from "./candidate_runs.ts";
import type { SearchDraws } from "./search_draws.ts";
import type { SearchSpace } from "./search_space.ts";

export type SearchStage = "start" | "sample" | "evolution" | "race" | "polish" | "final";

/** A point of the search. */
export interface Finalist {
  /** (parameters * nodes), parameter-major. */
  values: Float64Array;
  /** Mean profit per episode over the replications that it was compared on last. */
  profit: number;
}

export interface SearchContext {
  space: SearchSpace;
  runs: CandidateRuns;
  draws: SearchDraws;
  /** Told of every point that a stage finds better than those before. */
  found(point: Finalist, stage: SearchStage): void;
  /** Called after every batch. */
  progress(): void;
}
