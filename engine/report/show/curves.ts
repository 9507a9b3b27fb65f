/** Metrics of trainings, by group and seed, as learning curves need them. */

import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { type LoadedRun, type MetricRow, readMetrics, type RunConfig } from "../../experiment/mod.ts";
import { estimate } from "../../simulation/mod.ts";
import { distinct, keyOf, numberOf, requireColumn, type Row, type Rows, rowsOf } from "./rows.ts";

/** A training of one seed. */
export interface Curve {
  /** What is compared: a method, a network, both. */
  group: string;
  seed: string;
  /** (points) Ascending. */
  steps: number[];
  /** (points) Profit per episode while training. */
  profits: number[];
  /** (points) Profit per episode without exploration; NaN where it was not evaluated. */
  evaluations: number[];
}

const STEPS = "steps";
const PROFIT = "charts/episodicReturn";
const EVALUATION = "eval/profitPerEpisode";

/** What was trained on what, as far as it is one. */
export function titleOfRuns(configs: readonly Pick<RunConfig, "method" | "network">[]): string {
  const [method, ...methods] = new Set(configs.map((config) => config.method));
  const [network, ...networks] = new Set(configs.map((config) => config.network.name));
  const of = method === undefined || methods.length > 0 ? "" : ` of ${method}`;
  const on = network === undefined || networks.length > 0 ? "" : ` on ${network}`;
  return `${configs.length > 0 && of === "" ? "Learning curves" : "Learning curve"}${of}${on}`;
}

/** @throws InputError where a run's metrics cannot be read, or hold no iteration yet */
export async function curvesOfRuns(runs: readonly LoadedRun[], where: string): Promise<Curve[]> {
  if (runs.length === 0) throw new InputError(where, "expected at least one run, got none");
  const networks = new Set(runs.map(({ config }) => config.network.name));
  return await Promise.all(runs.map(async ({ path, config }) => {
    const metrics = await readMetrics(join(path, "metrics.csv"));
    if (metrics.length === 0) throw new InputError(path, "has no iteration in its metrics.csv yet");
    const group = networks.size > 1 ? `${config.method} on ${config.network.name}` : config.method;
    return curveOf(group, String(config.seed), metrics);
  }));
}

export function curveOf(group: string, seed: string, metrics: readonly Partial<MetricRow>[]): Curve {
  const sorted = metrics.toSorted((a, b) => numberOf(a[STEPS]) - numberOf(b[STEPS]));
  const column = (name: typeof STEPS | typeof PROFIT | typeof EVALUATION) =>
    sorted.map((row) => numberOf(row[name]));
  return { group, seed, steps: column(STEPS), profits: column(PROFIT), evaluations: column(EVALUATION) };
}

/**
 * @param group the column to compare by. Default: `method`, with `network` where there are several
 * @throws InputError where rows have no steps or no profit
 */
export function curvesOfRows(source: Rows, group: string | undefined, where: string): Curve[] {
  const rows = rowsOf(source, where);
  for (const column of [STEPS, PROFIT]) requireColumn(rows, column, where);
  if (group !== undefined) requireColumn(rows, group, where);
  const several = new Set(rows.map((row) => keyOf(row.network))).size > 1;
  const groupOf = (row: Row): string => {
    if (group !== undefined) return String(keyOf(row[group]));
    const method = row.method === undefined ? "" : String(row.method);
    if (!several) return method;
    return method === "" ? String(keyOf(row.network)) : `${method} on ${keyOf(row.network)}`;
  };
  // Trials of a sweep may share a seed.
  const seedOf = (row: Row) => String(keyOf(row.trial ?? row.seed ?? 0));
  const curves = new Map<string, { group: string; seed: string; rows: Row[] }>();
  for (const row of rows) {
    const one = { group: groupOf(row), seed: seedOf(row), rows: [] };
    const key = JSON.stringify([one.group, one.seed]);
    if (!curves.has(key)) curves.set(key, one);
    curves.get(key)!.rows.push(row);
  }
  return [...curves.values()].map(({ group, seed, rows }) => curveOf(group, seed, rows));
}

/** The curves of one group, put together. */
export interface Together {
  group: string;
  curves: readonly Curve[];
  /** (points) Those that all seeds have: mean, lowest and highest profit. */
  steps: number[];
  mean: number[];
  low: number[];
  high: number[];
  /** (evaluations) Those that all seeds have: the mean and, over several seeds, its standard error, else NaN. */
  evaluations: { steps: number[]; mean: number[]; stderr: number[] };
}

export function together(curves: readonly Curve[]): Together[] {
  return distinct(curves.map(({ group }) => group)).map((group) => {
    const own = curves.filter((curve) => curve.group === group);
    const profits = joined(own, (curve) => curve.profits);
    const evaluations = joined(own, (curve) => curve.evaluations);
    return {
      group: String(group),
      curves: own,
      steps: profits.steps,
      mean: profits.values.map((values) => estimate(values).mean),
      low: profits.values.map((values) => Math.min(...values)),
      high: profits.values.map((values) => Math.max(...values)),
      evaluations: {
        steps: evaluations.steps,
        mean: evaluations.values.map((values) => estimate(values).mean),
        stderr: evaluations.values.map((values) => estimate(values).stderr),
      },
    };
  });
}

/** The steps at which every curve has a number, and the numbers. */
function joined(
  curves: readonly Curve[],
  of: (curve: Curve) => readonly number[],
): { steps: number[]; values: number[][] } {
  const at = new Map<number, number[]>();
  for (const curve of curves) {
    curve.steps.forEach((step, i) => {
      const value = of(curve)[i]!;
      if (!Number.isFinite(value)) return;
      if (!at.has(step)) at.set(step, []);
      at.get(step)!.push(value);
    });
  }
  const full = [...at].filter(([, values]) => values.length === curves.length).toSorted(([a], [b]) => a - b);
  return { steps: full.map(([step]) => step), values: full.map(([, values]) => values) };
}
