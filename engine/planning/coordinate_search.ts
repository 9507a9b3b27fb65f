/** The last part of a search: single parameters up and down, single nodes anew. */

import { type Estimate, pairedDifference } from "../simulation/mod.ts";
import { meansOf } from "./candidate_runs.ts";
import type { Finalist, SearchContext } from "./search_context.ts";
import type { SearchSpace } from "./search_space.ts";

export interface CoordinateSearchOptions {
  /** Replications with which moves are screened; the promising ones are tested with eight times as many. */
  replications: number;
  /** Nodes drawn anew, each this often, in every sweep. */
  redraws: number;
  /** Episodes at most. */
  episodes: number;
}

/** Episodes of a sweep at most. */
export function sweepEpisodes(
  space: SearchSpace,
  { replications, redraws }: Omit<CoordinateSearchOptions, "episodes">,
) {
  const steps = 2 * space.nodes * (space.parameters.length + (space.ordered ? 1 : 0));
  const screened = 1 + steps + redraws * space.nodes;
  return replications * (screened + TEST * 2 * Math.min(TESTED, space.nodes));
}

/** Steps in widths of the box: the first, and the last in networks with real quantities. */
const FIRST_STEP = 0.08;
const LAST_STEP = 1e-3;
/** Promising moves that are tested, alone and together. */
const TESTED = 8;
const TEST = 8;
/** Sweeps without a gain at the last step that end the search. */
const PATIENCE = 3;

/** A changed point, and the node that it is changed at. */
interface Move {
  values: Float64Array;
  node: number;
  /** Mean gain in standard errors. */
  score: number;
}

/**
 * Sweeps over all nodes. A sweep tries every parameter of every node (s and S also together) one step up and down, and
 * some values at random for each node, which leads out of local optima. The best move of each node is tested again
 * on fresh replications, alone and together with those of the other nodes; the best of these becomes the new point if
 * its gain is more than a standard error. Without a gain the step is halved, down to one unit in integer networks.
 */
export async function coordinateSearch(
  context: SearchContext,
  start: Finalist,
  options: CoordinateSearchOptions,
): Promise<Finalist> {
  const { space, runs } = context;
  const { replications } = options;
  const first = runs.episodes;
  let best = start;
  let step = FIRST_STEP;
  let quiet = 0;
  while (quiet < PATIENCE) {
    if (runs.episodes - first + sweepEpisodes(space, options) > options.episodes) break;
    const moves = [
      ...stepsFrom(space, best.values, step),
      ...redrawsOf(context, best.values, options.redraws),
    ];
    const promising = await screen(context, best.values, moves, replications);
    const gained = await test(context, best, promising, replications * TEST);
    context.progress();
    if (gained !== undefined) {
      best = gained;
      quiet = 0;
      context.found(best, "polish");
    } else if (isLast(space, step)) quiet++;
    else step /= 2;
  }
  return best;
}

function isLast(space: SearchSpace, step: number): boolean {
  if (!space.integer) return step / 2 < LAST_STEP;
  for (let i = 0; i < space.dimensions; i++) if (step * space.width(i) >= 1.5) return false;
  return true;
}

function stepsFrom(space: SearchSpace, from: Float64Array, step: number): Move[] {
  const { nodes } = space;
  const moves: Move[] = [];
  const move = (node: number, changed: readonly number[], sign: number) => {
    const values = from.slice();
    for (const i of changed) {
      const units = step * space.width(i);
      values[i] += sign * (space.integer ? Math.max(1, Math.round(units)) : units);
    }
    // S below s comes from moving s up or S down: the other follows.
    if (space.ordered && values[nodes + node] < values[node]) {
      const moved = changed[0];
      values[node] = values[nodes + node] = values[moved];
    }
    space.repair(values);
    if (changed.some((i) => values[i] !== from[i])) moves.push({ values, node, score: 0 });
  };
  for (let n = 0; n < nodes; n++) {
    for (const sign of [-1, 1]) {
      const all = space.parameters.map((_, p) => p * nodes + n);
      for (const i of all) move(n, [i], sign);
      if (space.ordered) move(n, all, sign);
    }
  }
  return moves;
}

function redrawsOf({ space, draws }: SearchContext, from: Float64Array, count: number): Move[] {
  const moves: Move[] = [];
  draws.nextGeneration();
  for (let node = 0; node < space.nodes; node++) {
    for (let k = 0; k < count; k++) {
      const values = from.slice();
      const uniforms = space.parameters.map((_, p) => draws.uniform(node * count + k, p));
      space.redraw(values, node, uniforms);
      moves.push({ values: space.repair(values), node, score: 0 });
    }
  }
  return moves;
}

/** The best move of each node, if it gains anything; the most certain gains first. */
async function screen(
  { runs }: SearchContext,
  from: Float64Array,
  moves: readonly Move[],
  replications: number,
): Promise<Move[]> {
  const profits = await runs.run([from, ...moves.map(({ values }) => values)], replications);
  const byNode = new Map<number, Move>();
  moves.forEach((move, k) => {
    const { mean, stderr } = gainOf(profits, replications, k + 1);
    const score = mean / (stderr + 1e-9);
    if (mean > 0 && score > (byNode.get(move.node)?.score ?? 0)) byNode.set(move.node, { ...move, score });
  });
  return [...byNode.values()].sort((a, b) => b.score - a.score).slice(0, TESTED);
}

async function test(
  { space, runs }: SearchContext,
  from: Finalist,
  promising: readonly Move[],
  replications: number,
): Promise<Finalist | undefined> {
  if (promising.length === 0) return undefined;
  const together: Float64Array[] = [];
  let combined = from.values;
  for (const { values, node } of promising) {
    combined = combined.slice();
    for (let i = node; i < space.dimensions; i += space.nodes) combined[i] = values[i];
    together.push(combined);
  }
  // The first of these is the first move alone.
  const candidates = [from.values, ...together, ...promising.slice(1).map(({ values }) => values)];
  const profits = await runs.run(candidates, replications);
  const means = meansOf(profits, replications);
  let best = 0;
  means.forEach((mean, k) => best = mean > means[best] ? k : best);
  const { mean, stderr } = gainOf(profits, replications, best);
  return mean > stderr ? { values: candidates[best], profit: means[best] } : undefined;
}

/** Gain of a candidate over the first one, on their common replications: (candidates, replications). */
function gainOf(profits: Float64Array, replications: number, candidate: number): Estimate {
  const of = (k: number) => profits.subarray(k * replications, (k + 1) * replications);
  return pairedDifference(of(candidate), of(0));
}
