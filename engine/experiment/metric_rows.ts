/** A line of metrics.csv. */

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
