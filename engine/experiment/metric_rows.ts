/** A line of metrics.csv. */

import { InputError } from "../errors.ts";
import { readCsvFile } from "../files/csv.ts";
import type { IterationMetrics } from "../learning/mod.ts";

export interface MetricRow extends IterationMetrics {
  /** Environment steps so far: periods of one copy of the network. */
  steps: number;
  /** Seconds of work so far. */
  seconds: number;
  /** Steps a second in this iteration. */
  "charts/sps": number;
  /** Profit of an episode without exploration on fresh episodes, where it was evaluated. */
  "eval/profitPerEpisode"?: number;
}

export const METRIC_COLUMNS = [
  "iteration",
  "steps",
  "seconds",
  "charts/episodicReturn",
  "eval/profitPerEpisode",
  "charts/sps",
  "losses/policy",
  "losses/value",
  "losses/entropy",
  "losses/approxKl",
  "losses/clipFrac",
  "losses/explainedVariance",
  "losses/gradientNorm",
  "losses/klCoefficient",
  "learningRate",
] as const satisfies readonly (keyof MetricRow)[];

/**
 * The lines of a metrics.csv.
 *
 * @throws InputError where the file cannot be read or a column is missing
 */
export async function readMetrics(path: string): Promise<MetricRow[]> {
  const table = await readCsvFile(path);
  const columns = METRIC_COLUMNS.map((column) => {
    const at = table.header.indexOf(column);
    if (at < 0) throw new InputError(path, `has no column ${column}; expected a run's metrics.csv`);
    return [column, at] as const;
  });
  return table.rows.map((cells) =>
    Object.fromEntries(
      columns.flatMap(([column, at]) => cells[at] === "" ? [] : [[column, Number(cells[at])]]),
    ) as unknown as MetricRow
  );
}
