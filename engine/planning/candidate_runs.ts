/** Candidates times replications, simulated as one batch. */

import type { Network } from "../network/types.ts";
import type { PolicyKind } from "../policies/kinds.ts";
import { openRollouts, type ParallelRollouts, type RolloutTask, rulesOfPolicy } from "../simulation/mod.ts";
import type { Basis } from "../network/types.ts";

export interface CandidateRunsOptions {
  network: Network;
  kind: PolicyKind;
  basis: Basis;
  periods: number;
  warmup: number;
  seed: number;
  workers: number;
  /** Columns of a task; the results do not depend on it. */
  columns: number;
}

/** Columns that are handed to the workers at once: what waits takes memory. */
const SLAB = 2 ** 17;
/** A smaller task costs more to hand over than to run. */
const LEAST_COLUMNS = 64;
const MAX_MEMBERS = 2 ** 24;

/**
 * Profits of candidates under common random numbers: all candidates of a run see the same replications. What a column
 * yields depends on its candidate and its replication number alone, not on what else is in the batch.
 */
export class CandidateRuns {
  /** Node-steps of an episode, and of all episodes so far. */
  readonly episodeSteps: number;
  nodeSteps = 0;
  episodes = 0;
  readonly #rollouts: ParallelRollouts;
  readonly #nodes: number;
  readonly #columns: number;
  readonly #workers: number;
  #nextMember = 0;

  private constructor(rollouts: ParallelRollouts, options: CandidateRunsOptions) {
    this.#rollouts = rollouts;
    this.#nodes = options.network.nodes.length;
    this.#columns = options.columns;
    this.#workers = options.workers;
    this.episodeSteps = options.periods * this.#nodes;
  }

  static async open(options: CandidateRunsOptions): Promise<CandidateRuns> {
    const { network, kind, basis, periods, warmup, seed, workers, columns } = options;
    const rollouts = await openRollouts({
      network,
      rules: rulesOfPolicy({ kind, basis }, network.nodes.length),
      columns,
      periods,
      warmup,
      seed,
      phase: "search",
      metrics: "objective",
    }, workers);
    return new CandidateRuns(rollouts, options);
  }

  /**
   * Simulates every candidate on `replications` replications that no run has used before.
   *
   * @param candidates parameter values, (parameters * nodes), parameter-major
   * @returns (candidates, replications), profit of all nodes over the counted periods
   */
  async run(candidates: readonly Float64Array[], replications: number): Promise<Float64Array> {
    const total = candidates.length * replications;
    if (this.#nextMember + replications > MAX_MEMBERS) this.#nextMember = 0;
    const firstMember = this.#nextMember;
    this.#nextMember += replications;
    const profits = new Float64Array(total);
    for (let slab = 0; slab < total; slab += SLAB) {
      const tasks: RolloutTask[] = [];
      const end = Math.min(total, slab + SLAB);
      const width = this.#width(end - slab);
      for (let first = slab; first < end; first += width) {
        tasks.push(this.#task(candidates, replications, firstMember, first, Math.min(end, first + width)));
      }
      const results = await this.#rollouts.run(tasks);
      let at = slab;
      for (const sums of results) {
        profits.set(sums, at);
        at += sums.length;
      }
    }
    this.episodes += total;
    this.nodeSteps += total * this.episodeSteps;
    return profits;
  }

  close(): void {
    this.#rollouts.close();
  }

  /** Columns of a task: the same share for every worker, in whole vectors, few enough to stay in a core's cache. */
  #width(columns: number): number {
    const tasks = this.#workers * Math.ceil(columns / (this.#columns * this.#workers));
    return Math.max(LEAST_COLUMNS, Math.ceil(columns / tasks / 8) * 8);
  }

  /** Columns first..end of the batch; column k is replication k mod replications of candidate k div replications. */
  #task(
    candidates: readonly Float64Array[],
    replications: number,
    firstMember: number,
    first: number,
    end: number,
  ): RolloutTask {
    const columns = end - first;
    const nodes = this.#nodes;
    const rows = candidates[0].length;
    const parameters = rows / nodes;
    const members = new Uint32Array(columns);
    const actions = new Float32Array(rows * columns);
    for (let c = 0; c < columns;) {
      const candidate = Math.floor((first + c) / replications);
      const end = Math.min(columns, (candidate + 1) * replications - first);
      const values = candidates[candidate];
      for (let n = 0; n < nodes; n++) {
        for (let p = 0; p < parameters; p++) {
          const row = (n * parameters + p) * columns;
          actions.fill(values[p * nodes + n], row + c, row + end);
        }
      }
      for (; c < end; c++) members[c] = firstMember + (first + c) % replications;
    }
    return { members, actions };
  }
}

/** (candidates): mean over replications of (candidates, replications). */
export function meansOf(profits: Float64Array, replications: number): Float64Array {
  return Float64Array.from({ length: profits.length / replications }, (_, k) => {
    let sum = 0;
    for (let r = 0; r < replications; r++) sum += profits[k * replications + r];
    return sum / replications;
  });
}
