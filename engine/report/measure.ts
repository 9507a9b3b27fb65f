/** What policies are judged by: profit, or cost where the network sells nothing. */

import type { Estimate } from "../simulation/mod.ts";
import type { Comparison, ComparisonRow } from "./data.ts";

export interface Measure {
  title: string;
  better: "higher" | "lower";
  of: (row: ComparisonRow) => Estimate;
}

export function measureOf({ rows, periods, warmup }: Comparison): Measure {
  // Without prices, profit is cost with the other sign.
  const sells = rows.some(({ profitPerEpisode, costPerPeriod }) => {
    const costs = costPerPeriod.mean * (periods - warmup);
    return Math.abs(profitPerEpisode.mean + costs) > 1e-6 * Math.abs(costs);
  });
  return sells
    ? { title: "Profit per episode", better: "higher", of: (row) => row.profitPerEpisode }
    : { title: "Cost per period", better: "lower", of: (row) => row.costPerPeriod };
}

/** The row with the best figure; undefined where there is none. */
export function bestRow(
  rows: readonly ComparisonRow[],
  { better, of }: { better: Measure["better"]; of: (row: ComparisonRow) => Estimate | undefined },
): ComparisonRow | undefined {
  const score = (row: ComparisonRow) => (of(row)?.mean ?? NaN) * (better === "higher" ? 1 : -1);
  return rows.filter((row) => !Number.isNaN(score(row)))
    .reduce<ComparisonRow | undefined>((a, b) => a === undefined || score(b) > score(a) ? b : a, undefined);
}
