/**
 * Distributions made from retail data in the layout of MABIM (X. Yang et al., "A Versatile Multi-Agent Reinforcement
 * Learning Benchmark for Inventory Management", 2023): the real-life demand and lead times of Ziegner et al.
 *
 * A series is scaled to its target mean. What then is no integer is put on the two integers around it, in the
 * proportion that keeps it on average: the distribution has the target mean exactly, where rounding to the nearest
 * integer would miss it (MABIM's lead times would have mean 3.13 instead of 3).
 */

import { InputError } from "../errors.ts";
import { type CsvTable, numericColumn, readCsvFile } from "../files/csv.ts";
import type { DistributionKind } from "../network/types.ts";

const DEMAND_MEAN = 10;
const LEAD_TIME_MEAN = 3;

/** The column of lead times in a table with a row a product ("vendor lead time"). */
const LEAD_TIME_COLUMN = "vlt";

/**
 * The demand of the first `count` products, scaled to mean 10 units a day.
 *
 * @throws InputError where the file is not a `Date` column and then a column a product, has too few of them, or a
 *   product was never sold
 */
export async function demandDistributions(path: string, count: number): Promise<DistributionKind[]> {
  return byProduct(
    await readCsvFile(path),
    path,
    count,
    (series, where) => scaled(series, DEMAND_MEAN, 0, where),
  );
}

/**
 * Lead times scaled to a mean of 3 days. In the layout of demand, the first `count` products have one distribution
 * each; from a column `vlt` with one value a product, the pooled distribution of all products is repeated `count` times.
 * No shipment takes less than a day (table 2 receives before it ships), so what scales to less counts as a day.
 *
 * @throws InputError where the file has neither layout, or as `demandDistributions`
 */
export async function leadTimeDistributions(path: string, count: number): Promise<DistributionKind[]> {
  const table = await readCsvFile(path);
  const distribution = (series: Float64Array, where: string) => scaled(series, LEAD_TIME_MEAN, 1, where);
  if (!table.header.includes(LEAD_TIME_COLUMN)) return byProduct(table, path, count, distribution);
  const pooled = distribution(numericColumn(table, LEAD_TIME_COLUMN, path), columnOf(path, LEAD_TIME_COLUMN));
  return Array.from({ length: count }, () => pooled);
}

function byProduct(
  table: CsvTable,
  path: string,
  count: number,
  distribution: (series: Float64Array, where: string) => DistributionKind,
): DistributionKind[] {
  const [date, ...products] = table.header;
  if (date !== "Date") {
    throw new InputError(
      path,
      `expected a Date column and then one column a product, got ${JSON.stringify(date)} as the first column`,
    );
  }
  if (products.length < count) {
    throw new InputError(
      path,
      `expected at least ${count} products (columns after Date), got ${products.length}`,
    );
  }
  return products.slice(0, count).map((product) =>
    distribution(numericColumn(table, product, path), columnOf(path, product))
  );
}

const columnOf = (path: string, column: string) => `${path}: column ${JSON.stringify(column)}`;

/** The empirical distribution of a series scaled to `mean`, on integers of at least `least`. */
function scaled(series: Float64Array, mean: number, least: number, where: string): DistributionKind {
  const negative = series.find((value) => value < 0);
  if (negative !== undefined) throw new InputError(where, `expected numbers of at least 0, got ${negative}`);
  const sum = series.reduce((total, value) => total + value, 0);
  if (sum === 0) {
    throw new InputError(where, "expected a series with a mean above 0, got only zeros or nothing");
  }
  const factor = (mean * series.length) / sum;
  const mass = new Map<number, number>();
  const add = (value: number, weight: number) => {
    const outcome = Math.max(least, value);
    mass.set(outcome, (mass.get(outcome) ?? 0) + weight);
  };
  for (const value of series) {
    const exact = value * factor;
    const nearest = Math.round(exact);
    if (Math.abs(exact - nearest) < 1e-9) {
      add(nearest, 1);
    } else {
      const below = Math.floor(exact);
      add(below, below + 1 - exact);
      add(below + 1, exact - below);
    }
  }
  const outcomes = [...mass].sort(([a], [b]) => a - b);
  return {
    kind: "empirical",
    values: outcomes.map(([value]) => value),
    probabilities: outcomes.map(([, weight]) => weight / series.length),
  };
}
