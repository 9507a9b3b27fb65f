/** A line of metrics.csv. */

import { InputError } from "../errors.ts";
import { readTextFile } from "../files/atomic.ts";
import { parseCsv } from "../files/csv.ts";
import type { IterationMetrics } from "../learning/mod.ts";

export interface MetricRow extends IterationMetrics {
  /** Environment steps so far: periods of one copy of the network. */
  steps: number;
  /** Seconds of work so far. */
  seconds: number;
  /** Steps a second of this seed in this iteration, evaluations left out. */
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

/** Only some iterations are evaluated. */
const OPTIONAL: ReadonlySet<string> = new Set(["eval/profitPerEpisode"]);

/**
 * The lines of a metrics.csv, also of a run under way: a last line that is not whole yet is left out.
 *
 * @throws InputError where the file cannot be read, a column is missing, or a cell is no number
 */
export async function readMetrics(path: string): Promise<MetricRow[]> {
  const text = await readTextFile(path);
  const table = parseCsv(text.slice(0, text.lastIndexOf("\n") + 1), path);
  const columns = METRIC_COLUMNS.map((column) => {
    const at = table.header.indexOf(column);
    if (at < 0) throw new InputError(path, `has no column ${column}; expected a run's metrics.csv`);
    return [column, at] as const;
  });
  return table.rows.map((cells, r) => {
    const filled = columns.filter(([column, at]) => cells[at] !== "" || !OPTIONAL.has(column));
    const values = filled.map(([column, at]) => {
      const value = numberIn(cells[at]!);
      if (value !== undefined) return [column, value];
      const where = `line ${table.lines[r]}, column ${column}`;
      throw new InputError(
        path,
        `${where}: expected a number, got ${JSON.stringify(cells[at]!.slice(0, 40))}`,
      );
    });
    return Object.fromEntries(values) as MetricRow;
  });
}

/** As JavaScript writes numbers, "NaN" and "Infinity" among them. */
function numberIn(cell: string): number | undefined {
  const value = Number(cell);
  return cell === "" || (Number.isNaN(value) && cell !== "NaN") ? undefined : value;
}
