/**
 * Horizontal bars with error bars as static SVG, each with its name and figure above it as text that wraps.
 */

import { domainOf, isDrawn, niceDomain } from "./axes.ts";
import { type Colour, paint } from "./colours.ts";
import { across, type Axis, axisStroke, type Frame, percent, X_TICKS, xText, xTicks } from "./frame.ts";
import { element, type Markup } from "./markup.ts";
import { formatMean } from "./numbers.ts";

export interface Bar {
  label: string;
  /** What is no number has no bar. */
  value: number;
  /** Standard error: drawn both ways. */
  error?: number;
  colour: Colour;
}

export interface BarChart {
  /** What the chart shows, for those who do not see it. */
  title: string;
  x: Axis;
  bars: readonly Bar[];
}

/** Pixels. */
const BAR = 14;
const EDGE = 2;

/** Bars start at 0. */
export function barChart({ title, x, bars }: BarChart): Markup {
  const ends = bars.flatMap(({ value, error = 0 }) => [value, value - error, value + error]);
  const frame: Frame = {
    x: x.domain ?? niceDomain(domainOf(ends, 0), X_TICKS, x.whole),
    y: [0, 1],
    height: 0,
  };
  const axis = element(
    "svg",
    { ...SVG, height: 1, "aria-hidden": "true" },
    element("line", { x1: "0", x2: "100%", y1: 0, y2: 0, ...axisStroke(0.45) }),
    xTicks(frame, x),
  );
  return element(
    "div",
    { class: "chart", role: "group", "aria-label": title },
    element("div", { style: "margin:0 10px 24px" }, bars.map((bar) => row(frame, bar)), axis),
    xText(x),
  );
}

const SVG = {
  xmlns: "http://www.w3.org/2000/svg",
  width: "100%",
  style: "display:block;overflow:visible",
};

function row(frame: Frame, { label, value, error = NaN, colour }: Bar): Markup {
  const figure = formatMean(value, error);
  return element(
    "div",
    { style: "margin-bottom:6px" },
    element(
      "div",
      { style: "display:flex;justify-content:space-between;gap:16px;font-size:13px;line-height:1.4" },
      element("span", {}, label),
      element("span", { style: "font-weight:600;white-space:nowrap" }, figure),
    ),
    element(
      "svg",
      { ...SVG, height: BAR + 2 * EDGE, role: "img", "aria-label": `${label}: ${figure}` },
      isDrawn(value) ? bar(frame, value, colour) : undefined,
      baseline(frame),
      isDrawn(value) && error > 0 && isDrawn(error) ? whisker(frame, value, error) : undefined,
    ),
  );
}

function bar(frame: Frame, value: number, colour: Colour): Markup {
  const ends = [across(frame, 0), across(frame, value)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return element("rect", {
    x: percent(low),
    y: EDGE,
    width: percent(high - low),
    height: BAR,
    rx: 2,
    fill: paint(colour),
    "fill-opacity": 0.85,
  });
}

function baseline(frame: Frame): Markup {
  const at = percent(across(frame, 0));
  return element("line", { x1: at, x2: at, y1: 0, y2: BAR + 2 * EDGE, ...axisStroke(0.45) });
}

function whisker(frame: Frame, value: number, error: number): Markup {
  const middle = EDGE + BAR / 2;
  return element("line", {
    x1: percent(across(frame, value - error)),
    x2: percent(across(frame, value + error)),
    y1: middle,
    y2: middle,
    "stroke-width": 2,
    ...axisStroke(1),
  });
}
