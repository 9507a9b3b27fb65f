/** Pictures and tables for notebooks. */

import { type LoadedRun, Training } from "../../experiment/mod.ts";
import type { Network } from "../../network/mod.ts";
import { type BarOptions, barsFigure } from "./bars.ts";
import { boxFigure, type BoxOptions } from "./box.ts";
import { curvesOfRows, curvesOfRuns, titleOfRuns } from "./curves.ts";
import type { Figure } from "./figure.ts";
import { heatmapFigure, type HeatmapOptions } from "./heatmap.ts";
import { type IntervalOptions, intervalsFigure } from "./intervals.ts";
import { kernel } from "./kernel.ts";
import { curveFigure, type CurveOptions } from "./learning_curve.ts";
import { type Line, type LineOptions, linesFigure } from "./lines.ts";
import { liveCurve } from "./live_curve.ts";
import { type NetworkOptions, networkPicture } from "./network_drawing.ts";
import { chart, pending, type Picture } from "./picture.ts";
import { policyFigure, type PolicyOptions, type PolicySource } from "./policy.ts";
import { type Profile, type ProfileOptions, profilesFigure } from "./profiles.ts";
import type { Rows } from "./rows.ts";
import { type TableOptions, tablePicture } from "./table.ts";
import { trajectoryFigure, type TrajectoryOptions, type TrajectoryRows } from "./trajectory.ts";

export type { Picture, Rows };

/**
 * Charts, drawings and tables: what a notebook's cells end with. Those that take a moment are promises; await them.
 *
 * ```ts
 * await show.bars(results, { x: "method", y: "profitPerEpisode", group: "network" });
 * ```
 *
 * All of them throw an InputError, in one line, where there is nothing to show or a column is missing.
 */
export const show = {
  /**
   * Profit per episode against environment steps. A training is shown live: at once, redrawn in place about twice a
   * second, and as a whole when it ends.
   *
   * @param source a training under way, one run or several from folders, or rows with the columns of metrics.csv, such
   *   as a sweep's curves
   */
  learningCurve: (
    source: Training | LoadedRun | readonly LoadedRun[] | Rows,
    options: CurveOptions = {},
  ): Promise<Picture> => pending(learningCurve(source, options)),

  /** The network drawn from supply to customers; with a simulation of it, stock, debts and flows. */
  network: (network: Network, options?: NetworkOptions): Picture => networkPicture(network, options),

  /** One episode node by node: stock, backorders, orders, demand over the periods. @param rows what `trace` yields */
  trajectory: (
    rows: TrajectoryRows | Promise<TrajectoryRows>,
    options?: TrajectoryOptions,
  ): Promise<Picture> => drawn(() => trajectoryFigure(rows, options)),

  /**
   * What policies order at a node against its stock, all else at the medians of simulated episodes.
   *
   * @param policy a run, a trained policy, a classical policy or a controller; or several, to compare
   * @param agent the node's id
   */
  policy: (
    policy: PolicySource | readonly PolicySource[],
    agent: string,
    options?: PolicyOptions,
  ): Promise<Picture> => drawn(() => policyFigure(policy, agent, options)),

  /** The mean of a column by two others, with the figures in the cells. */
  heatmap: (rows: Rows, options: HeatmapOptions): Promise<Picture> =>
    drawn(() => heatmapFigure(rows, options)),

  /** Lines over a column, with bands; several rows at one place become their mean. */
  lines: (source: Rows | readonly Line[], options?: Partial<LineOptions>): Promise<Picture> =>
    drawn(() => linesFigure(source, options)),

  /** Bars or points by category, with intervals; several rows of a category become their mean. */
  bars: (rows: Rows, options: BarOptions): Promise<Picture> => drawn(() => barsFigure(rows, options)),

  /** Boxes by category: median, quartiles, every value or the outliers. */
  box: (rows: Rows, options: BoxOptions): Promise<Picture> => drawn(() => boxFigure(rows, options)),

  /** Performance profiles by group: the share of runs above every score. */
  profiles: (profiles: Readonly<Record<string, Profile>>, options?: ProfileOptions): Promise<Picture> =>
    drawn(() => profilesFigure(profiles, options)),

  /** A point and an interval per group, in a panel for each statistic. */
  intervals: (rows: Rows, options?: IntervalOptions): Promise<Picture> =>
    drawn(() => intervalsFigure(rows, options)),

  /** A table, its numbers rounded and on the right. */
  table: (rows: Rows, options?: TableOptions): Picture => tablePicture(rows, options),
};

function drawn(figure: () => Figure | Promise<Figure>): Promise<Picture> {
  return pending((async () => await chart(await figure()))());
}

async function learningCurve(
  source: Training | LoadedRun | readonly LoadedRun[] | Rows,
  options: CurveOptions,
): Promise<Picture> {
  if (source instanceof Training) {
    return await liveCurve(source, options, { kernel: kernel(), now: () => performance.now() });
  }
  const runs = isRun(source)
    ? [source]
    : Array.isArray(source) && source.length > 0 && source.every(isRun)
    ? source
    : undefined;
  if (runs === undefined) {
    return await chart(
      curveFigure(curvesOfRows(source as Rows, options.group, "show.learningCurve"), options),
    );
  }
  const title = titleOfRuns(runs.map(({ config }) => config));
  return await chart(curveFigure(await curvesOfRuns(runs, "show.learningCurve"), { title, ...options }));
}

function isRun(value: unknown): value is LoadedRun {
  const run = value as Partial<LoadedRun> | null;
  return typeof run?.path === "string" && typeof run.config === "object" && typeof run.policy === "object";
}
