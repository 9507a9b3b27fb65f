/** Many runs of CMA-ES side by side, of which the worse half stops after every round. */

import { meansOf } from "./candidate_runs.ts";
import { CmaEs } from "./cma_es.ts";
import type { Finalist, SearchContext } from "./search_context.ts";
import type { SearchSpace } from "./search_space.ts";

export interface RaceOptions {
  /** Runs at the start; halved after every round, so a power of 2. */
  chains: number;
  rounds: number;
  /** Candidates a generation of one run. */
  population: number;
  /** Replications of a candidate in the first round, doubled after every round. */
  replications: number;
  /** Episodes of the whole race. */
  episodes: number;
}

/** Steps of the first generation, in widths of the box: of a run from a start, and of one that goes on after it ended. */
const SIGMA = 0.15;
const RESUMED_SIGMA = 0.04;
/** A run has ended when every deviation is below this: in units of an integer network, else in widths of the box. */
const WHOLE_UNITS = 0.4;
const WIDTHS = 1e-3;
/** Weight of a squared distance from the box, in spreads of the generation's profits. */
const OUTSIDE = 10;
/** Replications, against those of a candidate, with which runs are compared between rounds. */
const COMPARED = 16;

/**
 * Runs go on in lockstep, so that a generation of all is one batch; each generation has replications of its own, which all
 * candidates share. A run that ends within a round makes room for one from the next start. After a round all that has
 * been found is compared on common replications; the better half goes on with twice the replications.
 *
 * @param starts best first
 * @returns what the last round found, best first
 */
export async function race(
  context: SearchContext,
  starts: readonly Float64Array[],
  options: RaceOptions,
): Promise<{ finalists: Finalist[]; restarts: number }> {
  const { space, runs } = context;
  const { population, rounds } = options;
  let next = 0;
  const begin = () => chainAt(space, starts[next++ % starts.length], population, SIGMA);
  let chains = Array.from({ length: options.chains }, begin);
  let replications = options.replications;
  let finalists: Finalist[] = [];
  const first = runs.episodes;
  for (let round = 0; round < rounds; round++) {
    const end = first + options.episodes * (round + 1) / rounds;
    const ended: Float64Array[] = [];
    while (runs.episodes + chains.length * population * replications <= end) {
      await generation(context, chains, replications);
      context.progress();
      chains = chains.map((chain) => {
        if (!hasEnded(space, chain)) return chain;
        ended.push(space.decode(chain.mean));
        return begin();
      });
    }
    const points = distinct([...chains.map((chain) => space.decode(chain.mean)), ...ended]);
    const compared = replications * COMPARED;
    const profits = meansOf(await runs.run(points, compared), compared);
    finalists = points.map((values, k) => ({ values, profit: profits[k] }));
    finalists.sort((a, b) => b.profit - a.profit);
    context.found(finalists[0], "race");
    context.progress();
    if (round === rounds - 1) break;
    const going = new Map(chains.map((chain) => [space.decode(chain.mean).join(), chain]));
    chains = finalists.slice(0, Math.max(1, chains.length / 2)).map(({ values }) =>
      going.get(values.join()) ?? chainAt(space, values, population, RESUMED_SIGMA)
    );
    replications *= 2;
  }
  return { finalists, restarts: Math.max(0, next - options.chains) };
}

async function generation(
  context: SearchContext,
  chains: readonly CmaEs[],
  replications: number,
): Promise<void> {
  const { space, runs, draws } = context;
  const n = space.dimensions;
  draws.nextGeneration();
  const asked = chains.map((chain, k) => {
    const normals = new Float64Array(chain.population * n);
    for (let c = 0; c < chain.population; c++) draws.normals(k * chain.population + c, normals, c * n, n);
    const rows = chain.ask(normals);
    return Array.from({ length: chain.population }, (_, c) => rows.subarray(c * n, (c + 1) * n));
  });
  const profits = meansOf(
    await runs.run(asked.flat().map((row) => space.decode(row)), replications),
    replications,
  );
  let at = 0;
  chains.forEach((chain, k) => {
    const values = profits.slice(at, at += chain.population);
    const spread = Math.max(...values) - Math.min(...values) + 1e-9;
    chain.tell(values.map((value, c) => value - OUTSIDE * spread * space.outside(asked[k][c])));
  });
}

function chainAt(space: SearchSpace, values: Float64Array, population: number, sigma: number): CmaEs {
  return new CmaEs({ mean: space.encode(values), sigma, population });
}

function hasEnded(space: SearchSpace, chain: CmaEs): boolean {
  return chain.deviations().every((deviation, i) =>
    space.integer ? deviation * space.width(i) < WHOLE_UNITS : deviation < WIDTHS
  );
}

function distinct(points: readonly Float64Array[]): Float64Array[] {
  return [...new Map(points.map((values) => [values.join(), values])).values()];
}
