/** Long series drawn with few points. */

export interface Points {
  x: readonly number[];
  y: readonly number[];
}

/**
 * About 2 `most` points that look the same: the first, the last, and of each of `most` runs of neighbours the
 * lowest and the highest, in order, so that peaks stay. Values that are no numbers stay only where a run has
 * no others.
 */
export function thin({ x, y }: Points, most: number): Points {
  if (x.length <= 2 * most) return { x, y };
  const kept = new Set([0]);
  for (let run = 0; run < most; run++) {
    const begin = Math.floor(run * x.length / most);
    const end = Math.floor((run + 1) * x.length / most);
    let lowest = begin;
    let highest = begin;
    for (let i = begin; i < end; i++) {
      // Comparisons with NaN are false: a NaN at the start would never be replaced.
      if (y[i]! < y[lowest]! || Number.isNaN(y[lowest])) lowest = i;
      if (y[i]! > y[highest]! || Number.isNaN(y[highest])) highest = i;
    }
    kept.add(Math.min(lowest, highest)).add(Math.max(lowest, highest));
  }
  const indices = [...kept.add(x.length - 1)];
  return { x: indices.map((i) => x[i]!), y: indices.map((i) => y[i]!) };
}

/**
 * A band with at most `most` points: of each run of neighbours its middle, the lowest low and the highest
 * high.
 */
export function thinBand(
  x: readonly number[],
  low: readonly number[],
  high: readonly number[],
  most: number,
): { x: readonly number[]; low: readonly number[]; high: readonly number[] } {
  if (x.length <= most) return { x, low, high };
  const runs = Array.from({ length: most }, (_, run) => ({
    begin: Math.floor(run * x.length / most),
    end: Math.floor((run + 1) * x.length / most),
  }));
  return {
    x: runs.map(({ begin, end }, run) =>
      run === 0 ? x[0]! : run === most - 1 ? x.at(-1)! : x[(begin + end) >> 1]!
    ),
    low: runs.map(({ begin, end }) => Math.min(...low.slice(begin, end))),
    high: runs.map(({ begin, end }) => Math.max(...high.slice(begin, end))),
  };
}
