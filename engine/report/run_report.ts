/** The report of a training: what its runs' metrics, a comparison and a trace of one episode amount to. */

import type { Comparison, MetricRow, RunConfig } from "../experiment/mod.ts";
import type { Network } from "../network/mod.ts";
import { type Controller, estimate, trace } from "../simulation/mod.ts";
import { VERSION } from "../version.ts";
import {
  comparisonRow,
  type EpisodeTrace,
  episodeTrace,
  type LearningCurve,
  type ReportData,
} from "./data.ts";

export interface RunReport {
  /** What repeats the run. */
  command: string;
  /** Those of one training: the same but for the seed. */
  configs: readonly RunConfig[];
  /** [seed][iteration]. */
  metrics: readonly (readonly MetricRow[])[];
  /** The first is what the others are compared with. */
  comparisons: readonly Comparison[];
  /** Name of the comparison that was learned. */
  learned: string;
  /** Policies whose first episode is drawn, the learned one first. */
  drawn: readonly Controller[];
  network: Network;
  notes?: readonly string[];
}

/** The data of report.html. Simulates the episodes that are drawn. */
export async function runReport(run: RunReport): Promise<ReportData> {
  const { command, configs, metrics, comparisons, network, notes = [] } = run;
  const [config] = configs as readonly [RunConfig, ...RunConfig[]];
  const [reference] = comparisons as readonly [Comparison, ...Comparison[]];
  const { episodes, periods, warmup, seed } = reference.results[0]!;
  const { network: _, seed: __, ...settings } = config;
  const drawn: EpisodeTrace[] = [];
  for (const controller of run.drawn) drawn.push(await drawEpisode(network, controller, seed));
  return {
    title: `${config.method} on ${network.name}`,
    version: VERSION,
    command,
    config: { network: network.name, seeds: configs.map((one) => one.seed).join(", "), ...settings },
    notes,
    learning: learningCurve(metrics),
    comparison: {
      episodes,
      periods,
      warmup,
      seed,
      reference: reference.name,
      rows: comparisons.map(({ name, results }) =>
        comparisonRow(name, name === run.learned, results[0]!, reference.results[0]!)
      ),
    },
    episodes: drawn,
  };
}

async function drawEpisode(network: Network, controller: Controller, seed: number): Promise<EpisodeTrace> {
  const rows = [];
  const options = { episodes: 1, periods: network.horizon, seed, phase: "simulate" as const };
  for await (const row of trace(network, controller, options)) rows.push(row);
  return episodeTrace(controller.name, seed, rows);
}

/** Over the iterations that all seeds have. */
function learningCurve(metrics: readonly (readonly MetricRow[])[]): LearningCurve {
  const count = Math.min(...metrics.map((rows) => rows.length));
  const points = Array.from({ length: count }, (_, i) => metrics.map((rows) => rows[i]!));
  const profits = points.map((rows) => rows.map((row) => row["charts/episodicReturn"]));
  const evaluated = points.filter((rows) => rows.every((row) => row["eval/profitPerEpisode"] !== undefined));
  const evaluations = evaluated.map((rows) => estimate(rows.map((row) => row["eval/profitPerEpisode"]!)));
  const steps = (rows: readonly MetricRow[]) => rows[0]!.steps;
  return {
    across: "environment steps",
    steps: points.map(steps),
    mean: profits.map((values) => estimate(values).mean),
    low: profits.map((values) => Math.min(...values)),
    high: profits.map((values) => Math.max(...values)),
    band: metrics.length === 1 ? "one seed" : `lowest to highest of ${metrics.length} seeds`,
    evaluations: {
      steps: evaluated.map(steps),
      mean: evaluations.map(({ mean }) => mean),
      stderr: evaluations.map(({ stderr }) => stderr),
    },
  };
}
