/**
 * What every chart has: a plot with grid, ticks and labelled axes.
 *
 * A chart fills the width it is given and text keeps its size: positions across are percentages, positions
 * down are pixels, and curves lie in an SVG of their own that is stretched (their strokes are not). No script
 * is involved.
 */

import { type Domain, ticksOf } from "./axes.ts";
import { element, type Markup } from "./markup.ts";
import { formatTicks } from "./numbers.ts";

export interface Axis {
  label: string;
  /** In brackets behind the label. */
  unit?: string;
  /** Absent: what the series need. */
  domain?: Domain;
  /** Whether ticks are whole numbers. */
  whole?: boolean;
  /** Of x: whether ticks have no labels and the axis no text, because a chart below has them. */
  bare?: boolean;
}

/** About so many labels fit side by side on a telephone. */
export const X_TICKS = 4;

/** The width of the curves' own coordinates. */
export const CURVE_WIDTH = 1000;

export interface Frame {
  x: Domain;
  y: Domain;
  height: number;
}

/** Across, in percent of the plot. */
export function across({ x: [low, high] }: Frame, value: number): number {
  return round((value - low) / (high - low) * 100, 3);
}

/**
 * Down, in pixels; what is far outside is drawn less far, since not everything that draws takes any number.
 */
export function down({ y: [low, high], height }: Frame, value: number): number {
  const share = (high - value) / (high - low);
  return round(Math.min(Math.max(share, -50), 50) * height, 2);
}

export function percent(value: number): string {
  return `${value}%`;
}

export function axisText({ label, unit }: Axis): string {
  return unit === undefined ? label : `${label} (${unit})`;
}

export function xText(x: Axis): Markup {
  return element("div", { class: "axis", style: "font-size:12px;opacity:.75;text-align:right" }, axisText(x));
}

export interface Plot {
  title: string;
  x: Axis;
  y: Axis;
  frame: Frame;
  /** Room for the labels of the y ticks, in pixels; absent: what they need. */
  left?: number;
  /** Above the grid, in order. */
  content: readonly Markup[];
  legend?: Markup;
}

export const TICK_TEXT = { "font-size": 12, fill: "currentColor", "fill-opacity": 0.75 };

export function plot({ title, x, y, frame, left, content, legend }: Plot): Markup {
  const { height } = frame;
  const yTicks = ticksOf(frame.y, height < 140 ? 3 : 5, y.whole);
  const yLabels = formatTicks(yTicks);
  const margin = left ?? leftMargin(yLabels);
  const grid = yTicks.map((tick) =>
    line("0", "100%", down(frame, tick), tick === 0 && frame.y[0] < 0 ? 0.45 : 0.13)
  );
  const rows = yTicks.map((tick, k) =>
    element("text", { x: -8, y: down(frame, tick) + 4, "text-anchor": "end", ...TICK_TEXT }, yLabels[k])
  );
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: "100%",
      height,
      role: "img",
      "aria-label": title,
      style: "display:block;overflow:visible",
    },
    element("title", {}, title),
    grid,
    rows,
    xTicks(frame, x),
    content,
    line("0", "100%", height, 0.45),
  );
  return element(
    "div",
    { class: "chart" },
    element("div", { class: "axis", style: "font-size:12px;opacity:.75;margin-bottom:8px" }, axisText(y)),
    element("div", { style: `margin:0 10px ${x.bare === true ? 12 : 24}px ${margin}px` }, svg),
    x.bare === true ? undefined : xText(x),
    legend,
  );
}

/** Tick marks below the plot and their labels. */
export function xTicks(frame: Frame, { whole, bare }: Axis): Markup[] {
  const { height } = frame;
  const ticks = ticksOf(frame.x, X_TICKS, whole);
  const labels = formatTicks(ticks);
  return ticks.flatMap((tick, k) => {
    const at = across(frame, tick);
    const anchor = at > 97 ? "end" : at < 3 ? "start" : "middle";
    const here = percent(at);
    const mark = element("line", { x1: here, x2: here, y1: height, y2: height + 4, ...axisStroke(0.45) });
    if (bare === true) return [mark];
    const place = { x: here, y: height + 18, "text-anchor": anchor };
    return [mark, element("text", { ...place, ...TICK_TEXT }, labels[k])];
  });
}

/** Room for tick labels: digits are about 7 pixels wide. */
export function leftMargin(labels: readonly string[]): number {
  return 14 + 7 * Math.max(1, ...labels.map((label) => label.length));
}

/**
 * Stretched coordinates for curves: x in 0..`CURVE_WIDTH`, y in pixels. What leaves the plot is cut where
 * `cut`.
 */
export function curves({ height }: Frame, cut: boolean, ...children: Markup[]): Markup {
  return element("svg", {
    width: "100%",
    height,
    viewBox: `0 0 ${CURVE_WIDTH} ${height}`,
    preserveAspectRatio: "none",
    overflow: cut ? "hidden" : "visible",
  }, children);
}

export function axisStroke(opacity: number): Record<string, string | number> {
  return { stroke: "currentColor", "stroke-opacity": opacity };
}

function line(x1: string, x2: string, y: number, opacity: number): Markup {
  return element("line", { x1, x2, y1: y, y2: y, ...axisStroke(opacity) });
}

export function round(value: number, digits: number): number {
  const power = 10 ** digits;
  return Math.round(value * power) / power;
}
