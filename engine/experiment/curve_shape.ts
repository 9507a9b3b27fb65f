/** How a learning curve went, in a few numbers. */

import { InputError } from "../errors.ts";

export interface CurveShape {
  /** Means of the first and the last `window` values. */
  first: number;
  last: number;
  /** Where the curve first reached `share` of its way from `first` to `last`; NaN where it did not rise. */
  reachedAt: number;
  /** The deepest fall below what was reached before, as a share of that way; NaN where it did not rise. */
  deepestFall: number;
}

/**
 * @param x ascending, such as iterations or steps
 * @param y at each x, such as the profit per episode while training; smoothed by a trailing mean
 * @param options window: values in the mean, default 10; share: from 0 to 1, default 0.95
 * @throws InputError where the lists differ in length or are shorter than the window
 */
export function curveShape(
  x: readonly number[],
  y: readonly number[],
  { window = 10, share = 0.95 }: { window?: number; share?: number } = {},
): CurveShape {
  if (x.length !== y.length || y.length < window || window < 1) {
    throw new InputError(
      "curve",
      `expected as many x as y, and at least ${window}, got ${x.length} and ${y.length}`,
    );
  }
  const smooth = y.slice(window - 1).map((_, k) =>
    y.slice(k, k + window).reduce((sum, one) => sum + one, 0) / window
  );
  const [first, last] = [smooth[0]!, smooth.at(-1)!];
  const way = last - first;
  if (!(way > 0)) return { first, last, reachedAt: NaN, deepestFall: NaN };
  const at = smooth.findIndex((value) => value >= first + share * way);
  let [highest, deepest] = [-Infinity, 0];
  for (const value of smooth) {
    highest = Math.max(highest, value);
    deepest = Math.max(deepest, highest - value);
  }
  return { first, last, reachedAt: x[at + window - 1]!, deepestFall: deepest / way };
}

/**
 * The shape of each curve in a table.
 *
 * @param rows a row a point, each curve's in the order of x, such as a sweep's curves
 * @param by column that is the same for all points of a curve, such as the trial
 * @param x column
 * @param y column; a row without a number in it or in x, such as an iteration that was not evaluated, is left out
 * @returns a row a curve: its first row, with its shape
 * @throws InputError where a curve is shorter than the window
 */
export function curveShapes<Row extends object>(
  rows: Iterable<Row>,
  by: string,
  x: string,
  y: string,
  options?: { window?: number; share?: number },
): (Row & CurveShape)[] {
  const column = (row: Row, name: string) => (row as Readonly<Record<string, unknown>>)[name];
  const numbered = [...rows].filter((row) => [x, y].every((name) => Number.isFinite(column(row, name))));
  const curves = Map.groupBy(numbered, (row) => column(row, by));
  return [...curves.values()].map((own) => {
    const numbers = (name: string) => own.map((row) => Number(column(row, name)));
    return { ...own[0]!, ...curveShape(numbers(x), numbers(y), options) };
  });
}
