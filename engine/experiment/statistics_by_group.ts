/** Statistics of a table of results: rows as a sweep has them in, figures a group out. */

import { InputError } from "../errors.ts";
import { aggregates, type Scores, type Statistic } from "./statistics.ts";
import { type BootstrapOptions, type Interval, stratifiedBootstrap } from "./statistics_bootstrap.ts";

/** A row of results by column name; also a table of arquero gives these. */
type Rows = Iterable<object>;

/** What identifies a group, how many runs it has, and the statistic of them. */
export type GroupInterval = Record<string, unknown> & Interval & { runs: number };

export interface GroupOptions extends BootstrapOptions {
  /** Default: the interquartile mean, `aggregates.iqm`. */
  statistic?: Statistic;
}

/**
 * A statistic of each group's runs with its bootstrap interval.
 *
 * ```ts
 * intervalsBy(results, ["network", "method"], "profitPerEpisode");
 * // [{ network: "kotecha-6", method: "ppo", runs: 5, estimate: 4460, low: 4290, high: 4610 }, ...]
 * ```
 *
 * @param by columns whose values make a group; groups come in order of appearance
 * @param value column; a row without a number in it, such as a failed trial's, is left out
 * @throws InputError where no row has one of the columns, or an option is out of range
 */
export function intervalsBy(
  rows: Rows,
  by: readonly string[],
  value: string,
  { statistic = aggregates.iqm, ...options }: GroupOptions = {},
): GroupInterval[] {
  return groupsOf(rows, by, value).map(({ first, values }) => ({
    ...Object.fromEntries(by.map((column) => [column, first[column]])),
    runs: values.length,
    ...stratifiedBootstrap([values], statistic, options),
  }));
}

/**
 * Scores as the statistics take them: [task][run].
 *
 * @param task column whose values are the tasks
 * @param value column of the scores; a row without a number in it is left out
 * @param tasks which, and in which order, so that the scores of two methods match; default: in order of appearance
 * @throws InputError where no row has one of the columns, or a task has no run
 */
export function scoresBy(rows: Rows, task: string, value: string, tasks?: readonly unknown[]): Scores {
  const groups = new Map(groupsOf(rows, [task], value).map(({ first, values }) => [first[task], values]));
  return (tasks ?? [...groups.keys()]).map((key) => {
    const values = groups.get(key);
    if (values !== undefined) return values;
    throw new InputError(`${task} ${String(key)}`, `there is no run of it with a number in ${value}`);
  });
}

function groupsOf(
  source: Rows,
  by: readonly string[],
  value: string,
): { first: Readonly<Record<string, unknown>>; values: number[] }[] {
  const rows = [...source] as Readonly<Record<string, unknown>>[];
  for (const column of [...by, value]) {
    if (rows.length === 0 || rows.some((row) => Object.hasOwn(row, column))) continue;
    throw new InputError(column, "no row has this column");
  }
  const numbered = rows.filter((row) => Number.isFinite(row[value]));
  const groups = Map.groupBy(numbered, (row) => JSON.stringify(by.map((column) => row[column] ?? null)));
  return [...groups.values()].map((own) => ({
    first: own[0]!,
    values: own.map((row) => row[value] as number),
  }));
}
