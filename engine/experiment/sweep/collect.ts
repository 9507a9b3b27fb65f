/** A sweep's results as Parquet tables: results (a row a trial), evaluations, curves (a row a trial and iteration). */

import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { join } from "node:path";
import { writeWhole } from "../../files/atomic.ts";
import { type HyperparameterName, HYPERPARAMETERS } from "../../learning/mod.ts";
import { METRIC_COLUMNS, type MetricRow, readMetrics } from "../metric_rows.ts";
import { METRICS } from "../run_folder.ts";
import { type SweepFolder, TABLES } from "./sweep_folder.ts";
import { methodOf, type Trial } from "./trial.ts";
import type { DoneTrial, TrialResult } from "./trial_result.ts";

type Cell = string | number | boolean | null;
type ParquetType = "STRING" | "DOUBLE" | "INT32" | "BOOLEAN";

/** Columns of a table by name: the type, and what a row of the source gives. */
type Columns<Row> = Readonly<Record<string, readonly [ParquetType, (row: Row) => Cell | undefined]>>;

interface ResultRow {
  readonly folder: SweepFolder;
  readonly trial: Trial;
  readonly result: TrialResult;
}

/**
 * Writes the tables of all trials that have ended, in the order of the manifest. What was judged by another evaluation
 * than the manifest's is left out.
 *
 * @returns the rows of each
 */
export async function collectSweep(folder: SweepFolder): Promise<Record<keyof typeof TABLES, number>> {
  const results = await folder.results();
  const rows = folder.plan.trials.flatMap((trial): ResultRow[] => {
    const result = results.get(trial.id);
    const isOfNow = result?.status === "failed" || folder.isFinished(result);
    return result !== undefined && isOfNow ? [{ folder, trial, result }] : [];
  });
  const evaluations = rows.flatMap(({ trial, result }) =>
    result.status === "done" ? result.evaluations.map((evaluation) => ({ trial, ...evaluation })) : []
  );
  const curves: CurveRow[] = [];
  for (const { trial, result } of rows) {
    if (trial.work.kind !== "train" || result.status !== "done") continue;
    const metrics = await readMetrics(join(folder.runPath(trial), METRICS));
    curves.push(...metrics.map((row) => ({ trial, ...row })));
  }
  await write(join(folder.path, TABLES.results), RESULTS, rows);
  await write(join(folder.path, TABLES.evaluations), EVALUATIONS, evaluations);
  await write(join(folder.path, TABLES.curves), CURVES, curves);
  return { results: rows.length, evaluations: evaluations.length, curves: curves.length };
}

async function write<Row>(path: string, columns: Columns<Row>, rows: readonly Row[]): Promise<void> {
  const columnData = Object.entries(columns).map(([name, [type, cell]]): ColumnSource => ({
    name,
    type,
    nullable: true,
    data: rows.map((row) => cell(row) ?? null),
  }));
  await writeWhole(path, new Uint8Array(parquetWriteBuffer({ columnData })));
}

const done = (row: ResultRow): DoneTrial | undefined => row.result.status === "done" ? row.result : undefined;
const judged = (row: ResultRow) => done(row)?.evaluations[0];

const WHO = {
  trial: ["STRING", ({ trial }) => trial.id],
  network: ["STRING", ({ trial }) => trial.network],
  method: ["STRING", ({ trial }) => methodOf(trial.work)],
  seed: ["DOUBLE", ({ trial }) => trial.seed],
} as const satisfies Columns<{ trial: Trial }>;

const FIGURES = [
  "profitPerEpisode",
  "costPerPeriod",
  "fillRate",
  "onHand",
  "backorders",
  "bullwhip",
] as const;

/** Mean and standard error of every figure, and the medians. */
function figures<Row>(evaluation: (row: Row) => DoneTrial["evaluations"][number] | undefined): Columns<Row> {
  return Object.fromEntries([
    ...FIGURES.flatMap((name) => [
      [name, ["DOUBLE", (row: Row) => finite(evaluation(row)?.[name].mean)]],
      [`${name}Stderr`, ["DOUBLE", (row: Row) => finite(evaluation(row)?.[name].stderr)]],
    ]),
    ...(["medianOnHand", "medianBackorders"] as const).map((name) => [
      name,
      ["DOUBLE", (row: Row) => finite(evaluation(row)?.[name])],
    ]),
  ]) as Columns<Row>;
}

/** A table has nulls for what there is not. */
function finite(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

const RESULTS: Columns<ResultRow> = {
  ...WHO,
  kind: ["STRING", ({ trial }) => trial.work.kind],
  nodes: ["INT32", ({ folder, trial }) => folder.networkOf(trial).nodes.length],
  status: ["STRING", ({ result }) => result.status],
  error: ["STRING", ({ result }) => result.status === "failed" ? result.error : null],
  ...figures(judged),
  bestProfitPerEpisode: ["DOUBLE", (row) => done(row)?.best?.profitPerEpisode],
  bestIteration: ["INT32", (row) => done(row)?.best?.iteration],
  steps: ["DOUBLE", (row) => done(row)?.steps],
  seconds: ["DOUBLE", ({ result }) => result.seconds],
  device: ["STRING", (row) => done(row)?.device],
  version: ["STRING", ({ result }) => result.version],
  policy: ["STRING", (row) => {
    const policy = done(row)?.policy;
    return policy === null || policy === undefined ? null : JSON.stringify(policy);
  }],
  evaluationEpisodes: ["INT32", (row) => judged(row)?.episodes],
  evaluationPeriods: ["INT32", (row) => judged(row)?.periods],
  evaluationWarmup: ["INT32", (row) => judged(row)?.warmup],
  evaluationSeed: ["DOUBLE", (row) => judged(row)?.seed],
  planner: ["STRING", ({ trial: { work } }) => work.kind === "plan" ? JSON.stringify(work.planner) : null],
  preset: ["STRING", ({ trial: { work } }) => work.kind === "train" ? work.preset : null],
  ...Object.fromEntries(
    Object.entries(HYPERPARAMETERS).map(([name, { kind }]) => [name, [
      ({ count: "DOUBLE", real: "DOUBLE", switch: "BOOLEAN", choice: "STRING", widths: "STRING" } as const)[
        kind
      ],
      ({ trial: { work } }: ResultRow) => {
        if (work.kind !== "train") return null;
        const value = work.hyperparameters[name as HyperparameterName];
        return Array.isArray(value) ? value.join(",") : value as Cell;
      },
    ]]),
  ) as Columns<ResultRow>,
};

type EvaluationRow = { trial: Trial } & DoneTrial["evaluations"][number];

const EVALUATIONS: Columns<EvaluationRow> = {
  ...WHO,
  changes: ["STRING", ({ changes }) => changes],
  ...figures((row: EvaluationRow) => row),
};

type CurveRow = { trial: Trial } & MetricRow;

const CURVES: Columns<CurveRow> = {
  ...WHO,
  ...Object.fromEntries(
    METRIC_COLUMNS.map((name) => [name, ["DOUBLE", (row: CurveRow) => finite(row[name])]]),
  ),
};
