/** A genetic algorithm over nodes: combines what different starts do well at different nodes. */

import { meansOf } from "./candidate_runs.ts";
import type { Finalist, SearchContext } from "./search_context.ts";

export interface EvolutionOptions {
  /** Points that are kept, and children of a generation. */
  size: number;
  /** Replications of a generation, fresh ones each time; all points share them. */
  replications: number;
  /** Episodes of all generations. */
  episodes: number;
}

/** Share of the width by which a parameter is moved, standard deviation; a mutated node is moved or drawn anew by turns. */
const MOVE = 0.08;
/** Draws of a child: two parents of two each, then per node one for the parent and two for the mutation, then the parameters. */
const TOURNAMENT = 2;

/**
 * Every child takes each node's parameters from one of two parents, and about one node of it is mutated. Parents and
 * children are compared on the same fresh replications, the better half survives.
 *
 * @param population best first
 * @returns the last population, best first
 */
export async function evolve(
  context: SearchContext,
  population: readonly Float64Array[],
  options: EvolutionOptions,
): Promise<Finalist[]> {
  const { runs } = context;
  const { size } = options;
  const first = runs.episodes;
  let points = population.slice(0, size).map((values): Finalist => ({ values, profit: 0 }));
  const o = options as any;
  for (;;) {
    const done = (runs.episodes - first) / options.episodes;
    const replications = o.anneal ? options.replications * 2 ** Math.floor(done * 3) : options.replications;
    if (runs.episodes - first + (size + o.kids) * replications > options.episodes) break;
    const all = [...points.map(({ values }) => values), ...children(context, points, o.kids)];
    const profits = meansOf(await runs.run(all, replications), replications);
    points = all.map((values, k): Finalist => ({ values, profit: profits[k] }));
    points.sort((a, b) => b.profit - a.profit);
    points.length = Math.min(size, points.length);
    context.progress();
  }
  return points;
}

function children({ space, draws }: SearchContext, parents: readonly Finalist[], count: number): Float64Array[] {
  const { nodes } = space;
  const parameters = space.parameters.length;
  const G = globalThis as any;
  const around: number[][] = G.AROUND; const down: number[][] = G.DOWN; const M = G.EV;
  draws.nextGeneration();
  return Array.from({ length: count }, (_, k) => {
    let next = 0;
    const uniform = () => draws.uniform(k, next++);
    const parent = () => {
      let index = parents.length - 1;
      for (let t = 0; t < TOURNAMENT; t++) index = Math.min(index, Math.floor(uniform() * parents.length));
      return parents[index].values;
    };
    const [a, b] = [parent(), parent()];
    const values = b.slice();
    const take = (n: number) => { for (let p = 0; p < parameters; p++) values[p * nodes + n] = a[p * nodes + n]; };
    if (uniform() < (M.region ?? 0)) {
      const c = Math.floor(uniform() * nodes);
      take(c);
      for (const d of down[c]) take(d);
    } else for (let n = 0; n < nodes; n++) if (uniform() < 0.5) take(n);
    const uniforms = new Float64Array(parameters);
    const mutate = (n: number, redraw: boolean) => {
      for (let p = 0; p < parameters; p++) uniforms[p] = uniform();
      if (redraw) space.redraw(values, n, uniforms);
      else for (let p = 0; p < parameters; p++) {
          const i = p * nodes + n;
          values[i] += MOVE * space.width(i) * 2 * (uniforms[p] * 2 - 1);
      }
    };
    const times = M.times ?? 1;
    for (let t = 0; t < times; t++) {
      const c = Math.floor(uniform() * nodes);
      const redraw = uniform() < 0.5;
      mutate(c, redraw);
      if (uniform() < (M.block ?? 0)) for (const n of around[c]) if (uniform() < 0.5) mutate(n, redraw);
    }
    return space.repair(values);
  });
}
