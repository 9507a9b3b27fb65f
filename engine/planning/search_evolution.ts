/** A genetic algorithm over nodes: it combines what different points do well at different nodes. */

import { topology } from "../network/topology.ts";
import type { Network } from "../network/types.ts";
import { meansOf } from "./candidate_runs.ts";
import type { Finalist, SearchContext } from "./search_context.ts";

export interface EvolutionOptions {
  /** Populations that never mix, so that they end in different optima. */
  islands: number;
  /** Points of an island, and children that it has in a generation. */
  size: number;
  /** Replications of a generation: new ones each time, the same for all points. */
  replications: number;
  /** Episodes of all generations. */
  episodes: number;
}

/** A parameter is moved by up to this share of the box's width. */
const MOVE = 0.16;
/** Points of an island, and replications, with which the islands are compared in the end. */
const COMPARED = 16;
const COMPARED_REPLICATIONS = 32;

/**
 * A child has two parents, each the better of two points at random, and takes each node's parameters from one of them: by
 * turns those of any nodes, or of one node and all that is downstream of it. Then one node of it is drawn anew or moved.
 * Parents and children are simulated on the same replications, and the better half survives. Where a network has many
 * local optima they differ by node, and crossing them over finds good combinations sooner than any step from one
 * optimum does.
 *
 * @param starts dealt to the islands by turns
 * @returns the islands' best points by turns, those of the best island first
 */
export async function evolve(
  context: SearchContext,
  network: Network,
  starts: readonly Float64Array[],
  options: EvolutionOptions,
): Promise<Float64Array[]> {
  const { runs, draws } = context;
  const { size, replications } = options;
  const first = runs.episodes;
  const { downstream } = topology(network);
  let islands = Array.from(
    { length: options.islands },
    (_, i) => starts.filter((_, k) => k % options.islands === i).slice(0, size),
  );
  const compared = Math.min(COMPARED, size);
  const lastGeneration = options.episodes -
    options.islands * (2 * size * replications + compared * COMPARED_REPLICATIONS);
  while (runs.episodes - first <= lastGeneration) {
    draws.nextGeneration();
    const grown = islands.map((points, i) => [
      ...points,
      ...Array.from({ length: size }, (_, k) => child(context, downstream, points, i * size + k)),
    ]);
    islands = (await ranked(context, grown, replications))
      .map((points) => points.slice(0, size).map(({ values }) => values));
    context.progress();
  }
  const best = await ranked(
    context,
    islands.map((points) => points.slice(0, COMPARED)),
    COMPARED_REPLICATIONS,
  );
  best.sort((a, b) => b[0].profit - a[0].profit);
  context.found(best[0][0], "evolution");
  context.progress();
  return Array.from({ length: compared }, (_, k) => best.flatMap((points) => points.slice(k, k + 1)))
    .flat().map(({ values }) => values);
}

/** The points of each island, best first, all on common replications. */
async function ranked(
  { runs }: SearchContext,
  islands: readonly Float64Array[][],
  replications: number,
): Promise<Finalist[][]> {
  const profits = meansOf(await runs.run(islands.flat(), replications), replications);
  let at = 0;
  return islands.map((points) =>
    points.map((values): Finalist => ({ values, profit: profits[at++] })).sort((a, b) => b.profit - a.profit)
  );
}

/** @param parents best first */
function child(
  { space, draws }: SearchContext,
  downstream: readonly Int32Array[],
  parents: readonly Float64Array[],
  candidate: number,
): Float64Array {
  const { nodes } = space;
  let draw = 0;
  const uniform = () => draws.uniform(candidate, draw++);
  const below = (count: number) => Math.floor(uniform() * count);
  const parent = () => parents[Math.min(below(parents.length), below(parents.length))];
  const from = parent();
  const values = parent().slice();
  const take = (node: number) => {
    for (let i = node; i < values.length; i += nodes) values[i] = from[i];
  };
  if (uniform() < 0.5) {
    const top = below(nodes);
    take(top);
    downstream[top].forEach(take);
  } else {
    for (let node = 0; node < nodes; node++) if (uniform() < 0.5) take(node);
  }
  const mutated = below(nodes);
  const redraws = uniform() < 0.5;
  const uniforms = space.parameters.map(uniform);
  if (redraws) space.redraw(values, mutated, uniforms);
  else {
    uniforms.forEach((u, p) => {
      const i = p * nodes + mutated;
      values[i] += MOVE * (2 * u - 1) * space.width(i);
    });
  }
  return space.repair(values);
}
