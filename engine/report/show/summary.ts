/** Several rows of one place in a chart as one value with an interval. */

import { estimate } from "../../simulation/mod.ts";
import { numbersIn, type Row } from "./rows.ts";

/** NaN where there is none. */
export interface Interval {
  value: number;
  low: number;
  high: number;
  /** Rows that it stands for. */
  count: number;
}

export interface IntervalColumns {
  y: string;
  /** Columns with the ends of the interval, or with the standard error. */
  low?: string | undefined;
  high?: string | undefined;
  stderr?: string | undefined;
  /**
   * What the interval of several rows is that stand at one place: their mean and its standard error, or the lowest
   * to the highest. Default "stderr".
   */
  band?: Band | undefined;
}

export type Band = "stderr" | "range" | "none";

/** Reads the columns once; the function returned summarises rows by their positions. */
export function summariser(
  rows: readonly Row[],
  { y, low, high, stderr, band = "stderr" }: IntervalColumns,
  where: string,
): (positions: readonly number[]) => Interval {
  const values = numbersIn(rows, y, where);
  const errors = stderr === undefined ? undefined : numbersIn(rows, stderr, where);
  const lows = low === undefined ? undefined : numbersIn(rows, low, where);
  const highs = high === undefined ? undefined : numbersIn(rows, high, where);
  return (positions) => {
    const [first, ...others] = positions;
    if (first === undefined) return { value: NaN, low: NaN, high: NaN, count: 0 };
    if (others.length === 0) {
      const value = values[first]!;
      const error = errors?.[first] ?? NaN;
      return { value, low: lows?.[first] ?? value - error, high: highs?.[first] ?? value + error, count: 1 };
    }
    const there = positions.map((i) => values[i]!).filter((value) => !Number.isNaN(value));
    if (there.length === 0) return { value: NaN, low: NaN, high: NaN, count: 0 };
    const { mean, stderr: error } = estimate(there);
    const [down, up] = band === "range"
      ? [Math.min(...there), Math.max(...there)]
      : band === "stderr"
      ? [mean - error, mean + error]
      : [NaN, NaN];
    return { value: mean, low: down, high: up, count: there.length };
  };
}

/** What the intervals of a chart are, in words; undefined where there are none. */
export function intervalWords(
  intervals: readonly Interval[],
  { low, high, stderr, band = "stderr" }: IntervalColumns,
): string | undefined {
  const counts = intervals.map(({ count }) => count).filter((count) => count > 1);
  if (counts.length === 0) {
    if (stderr !== undefined) return "± standard error";
    return low !== undefined && high !== undefined ? "with interval" : undefined;
  }
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const rows = least === most ? `${most}` : `${least} to ${most}`;
  if (band === "none") return `mean of ${rows} rows`;
  return band === "range"
    ? `mean, and lowest to highest, of ${rows} rows`
    : `mean ± standard error of ${rows} rows`;
}
