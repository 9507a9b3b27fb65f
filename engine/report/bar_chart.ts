/** Horizontal bars with error bars as static SVG, each with its name and figure above it. */

import { domainOf, niceDomain } from "./axes.ts";
import { type Colour, paint } from "./colours.ts";
import { across, type Axis, axisStroke, axisText, type Frame, percent, xTicks } from "./frame.ts";
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

const ROW = 42;
const BAR = 14;

/** Bars start at 0. */
export function barChart({ title, x, bars }: BarChart): Markup {
  const ends = bars.flatMap(({ value, error = 0 }) => [value - error, value + error]);
  const frame: Frame = {
    x: x.domain ?? niceDomain(domainOf(ends, 0), 5, x.whole),
    y: [0, 1],
    height: ROW * bars.length,
  };
  const zero = across(frame, 0);
  const rows = bars.flatMap(({ label, value, error = NaN, colour }, k) => {
    const top = k * ROW;
    const texts = [
      element("text", { x: 0, y: top + 16, "font-size": 13, fill: "currentColor" }, label),
      element(
        "text",
        {
          x: "100%",
          y: top + 16,
          "text-anchor": "end",
          "font-size": 13,
          "font-weight": 600,
          fill: "currentColor",
        },
        formatMean(value, error),
      ),
    ];
    if (!Number.isFinite(value)) return texts;
    const end = across(frame, value);
    const bar = element("rect", {
      x: percent(Math.min(zero, end)),
      y: top + 22,
      width: percent(Math.abs(end - zero)),
      height: BAR,
      rx: 2,
      fill: paint(colour),
      "fill-opacity": 0.85,
    });
    if (!(error > 0)) return [...texts, bar];
    const whisker = element("line", {
      x1: percent(across(frame, value - error)),
      x2: percent(across(frame, value + error)),
      y1: top + 22 + BAR / 2,
      y2: top + 22 + BAR / 2,
      "stroke-width": 2,
      ...axisStroke(1),
    });
    return [...texts, bar, whisker];
  });
  const at = percent(zero);
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: "100%",
      height: frame.height,
      role: "img",
      "aria-label": title,
      style: "display:block;overflow:visible",
    },
    element("title", {}, title),
    rows,
    element("line", { x1: at, x2: at, y1: 0, y2: frame.height, ...axisStroke(0.45) }),
    xTicks(frame, x),
  );
  return element(
    "div",
    { class: "chart" },
    element("div", { style: "margin:0 10px 24px 10px" }, svg),
    element("div", { class: "axis", style: "font-size:12px;opacity:.75;text-align:right" }, axisText(x)),
  );
}
