/**
 * Line and step charts as static SVG: series with bands, dots with error bars, horizontal reference lines.
 */

import { type Domain, domainOf, isDrawn, niceDomain } from "./axes.ts";
import { type Colour, type Dash, DASHES, paint } from "./colours.ts";
import { across, type Axis, CURVE_WIDTH, curves, down, type Frame, percent, plot, round } from "./frame.ts";
import { element, type Markup } from "./markup.ts";
import { legend, type LegendEntry } from "./legend.ts";
import { formatMean, formatNumber } from "./numbers.ts";
import { thin, thinBand } from "./thin.ts";

export interface Series {
  label: string;
  /** (points) ascending. */
  x: readonly number[];
  /** (points) What is no number leaves a gap. */
  y: readonly number[];
  colour: Colour;
  /** `step`: each value holds half-way to its neighbours, as what is counted once a period does. */
  shape: "line" | "step" | "dots";
  dash?: Dash;
  /** Whether the area down to 0 is tinted. */
  filled?: boolean;
  /** (points) each, around `y`. */
  band?: { label: string; low: readonly number[]; high: readonly number[] };
  /** (points) Of dots: drawn as bars of that length up and down. */
  errors?: readonly number[];
}

/** A horizontal line. */
export interface Reference {
  label: string;
  value: number;
  colour: Colour;
  dash: Dash;
}

export interface LineChart {
  /** What the chart shows, for those who do not see it. */
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  references?: readonly Reference[];
  /** Of the plot, in pixels. */
  height?: number;
  left?: number;
  /** Absent: there is one. */
  legend?: boolean;
}

/** Points of a curve before it is thinned: more than a screen has columns. */
const MOST_POINTS = 1000;

/** @throws RangeError where a series' lists differ in length: a bug of the caller */
export function lineChart(chart: LineChart): Markup {
  const { title, x, y, series, references = [], height = 260 } = chart;
  for (const one of series) checkLengths(one);
  const frame: Frame = {
    x: x.domain ?? domainOf(series.flatMap((one) => [...extent(one)])),
    y: y.domain ?? niceDomain(yExtent(series, references), height < 140 ? 3 : 5, y.whole),
    height,
  };
  const content = [
    curves(
      frame,
      y.domain !== undefined,
      ...series.flatMap((one) => one.band === undefined ? [] : bandPath(frame, one.colour, one.x, one.band)),
      ...references.map((reference) => referenceLine(frame, reference)),
      ...series.flatMap((one) => one.shape === "dots" ? [] : curve(frame, one)),
    ),
    ...series.flatMap((one) => one.shape === "dots" ? dots(frame, one) : []),
  ];
  const entries = [...series.flatMap(seriesEntries), ...references.map(referenceEntry)];
  return plot({
    title,
    x,
    y,
    frame,
    content,
    ...(chart.left === undefined ? {} : { left: chart.left }),
    ...(chart.legend === false ? {} : { legend: legend(entries) }),
  });
}

function checkLengths({ label, x, y, band, errors }: Series): void {
  const lists = [y, band?.low ?? y, band?.high ?? y, errors ?? y];
  if (lists.some((list) => list.length !== x.length)) {
    throw new RangeError(`series ${label}: its lists differ in length`);
  }
}

/** Steps reach half a step beyond the first and the last point. */
function extent({ x, shape }: Series): Domain {
  const [low, high] = [x[0] ?? NaN, x.at(-1) ?? NaN];
  if (shape !== "step") return [low, high];
  return [2 * low - edges(x)[1]!, 2 * high - edges(x)[x.length - 1]!];
}

function yExtent(series: readonly Series[], references: readonly Reference[]): Domain {
  function* values(): Iterable<number> {
    for (const { y, band, errors, filled } of series) {
      yield* y;
      if (band !== undefined) yield* [...band.low, ...band.high];
      if (errors !== undefined) {
        for (const [i, error] of errors.entries()) yield* [y[i]! - error, y[i]! + error];
      }
      if (filled === true) yield 0;
    }
    for (const { value } of references) yield value;
  }
  return domainOf(values());
}

/** (points + 1) Where steps begin and end: half-way between neighbours. */
function edges(x: readonly number[]): number[] {
  if (x.length < 2) return x.flatMap((at) => [at - 0.5, at + 0.5]);
  const inner = x.slice(1).map((at, i) => (at + x[i]!) / 2);
  const half = [(x[1]! - x[0]!) / 2, (x.at(-1)! - x.at(-2)!) / 2] as const;
  return [x[0]! - half[0], ...inner, x.at(-1)! + half[1]];
}

const STROKE = { fill: "none", "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round" };

function curve(frame: Frame, { x, y, colour, shape, dash = "solid", filled }: Series): Markup[] {
  const points = thin({ x, y }, MOST_POINTS);
  const runs = shape === "step" ? stepRuns(frame, points.x, points.y) : lineRuns(frame, points.x, points.y);
  if (runs.length === 0) return [];
  const base = Math.min(frame.height, Math.max(0, down(frame, 0)));
  const areas = filled === true
    ? runs.map((run) => `M${run[0]![0]} ${base}${run.map(([x, y]) => `L${x} ${y}`).join("")}V${base}Z`)
    : [];
  return [
    ...(areas.length === 0
      ? []
      : [element("path", { d: areas.join(""), fill: paint(colour), "fill-opacity": 0.14 })]),
    element("path", {
      d: runs.map(pathOf).join(""),
      stroke: paint(colour),
      "stroke-width": 2,
      "stroke-dasharray": DASHES[dash],
      // A single point is a dot.
      "stroke-linecap": dash === "solid" ? "round" : undefined,
      ...STROKE,
    }),
  ];
}

type Point = readonly [x: number, y: number];

function pathOf(run: readonly Point[]): string {
  const [first, ...rest] = run as [Point, ...Point[]];
  const lines = rest.length === 0 ? "h0" : rest.map(([x, y]) => `L${x} ${y}`).join("");
  return `M${first[0]} ${first[1]}${lines}`;
}

/** The points in stretched coordinates, broken where there is no number. */
function lineRuns(frame: Frame, x: readonly number[], y: readonly number[]): Point[][] {
  return runsOf(y).map(({ begin, end }) =>
    x.slice(begin, end).map((at, i): Point => [stretched(frame, at), down(frame, y[begin + i]!)])
  );
}

function stepRuns(frame: Frame, x: readonly number[], y: readonly number[]): Point[][] {
  const at = edges(x).map((edge) => stretched(frame, edge));
  return runsOf(y).map(({ begin, end }) =>
    y.slice(begin, end).flatMap((value, i): Point[] => {
      const level = down(frame, value);
      return [[at[begin + i]!, level], [at[begin + i + 1]!, level]];
    })
  );
}

function runsOf(y: readonly number[]): { begin: number; end: number }[] {
  const runs: { begin: number; end: number }[] = [];
  y.forEach((value, i) => {
    if (!isDrawn(value)) return;
    const last = runs.at(-1);
    if (last?.end === i) last.end = i + 1;
    else runs.push({ begin: i, end: i + 1 });
  });
  return runs;
}

function stretched(frame: Frame, x: number): number {
  return round(across(frame, x) / 100 * CURVE_WIDTH, 2);
}

function bandPath(
  frame: Frame,
  colour: Colour,
  x: readonly number[],
  band: NonNullable<Series["band"]>,
): Markup[] {
  const thinned = thinBand(x, band.low, band.high, MOST_POINTS);
  const known = thinned.low.map((low, i) => low + thinned.high[i]!);
  const d = runsOf(known).map(({ begin, end }) => {
    const at = thinned.x.slice(begin, end).map((value) => stretched(frame, value));
    const upper = at.map((x, i) => `${x} ${down(frame, thinned.high[begin + i]!)}`);
    const lower = at.map((x, i) => `${x} ${down(frame, thinned.low[begin + i]!)}`).reverse();
    return `M${[...upper, ...lower].join("L")}Z`;
  }).join("");
  return d === "" ? [] : [element("path", { d, fill: paint(colour), "fill-opacity": 0.2 })];
}

function referenceLine(frame: Frame, { value, colour, dash }: Reference): Markup {
  const y = down(frame, value);
  return element("path", {
    d: `M0 ${y}H${CURVE_WIDTH}`,
    stroke: paint(colour),
    "stroke-width": 1.75,
    "stroke-dasharray": DASHES[dash],
    ...STROKE,
  });
}

function dots(frame: Frame, { x, y, errors, colour }: Series): Markup[] {
  return x.flatMap((at, i) => {
    const value = y[i]!;
    if (!isDrawn(value) || value < frame.y[0] || value > frame.y[1]) return [];
    const here = percent(across(frame, at));
    const error = errors?.[i] ?? NaN;
    const bar = Number.isFinite(error) && error > 0
      ? [element("line", {
        x1: here,
        x2: here,
        y1: down(frame, Math.min(value + error, frame.y[1])),
        y2: down(frame, Math.max(value - error, frame.y[0])),
        stroke: paint(colour),
        "stroke-width": 1.5,
      })]
      : [];
    const circle = element(
      "circle",
      { cx: here, cy: down(frame, value), r: 3.5, fill: paint(colour), stroke: "var(--chart-surface, #fff)" },
      // What a pointer that rests on it reads.
      element("title", {}, `${formatNumber(at, 6)}: ${formatMean(value, error)}`),
    );
    return [...bar, circle];
  });
}

function seriesEntries({ label, colour, shape, dash = "solid", filled, band }: Series): LegendEntry[] {
  const symbol: LegendEntry = shape === "dots"
    ? { label, colour, symbol: "dot" }
    : { label, colour, symbol: "line", dash, filled: filled === true };
  return band === undefined ? [symbol] : [symbol, { label: band.label, colour, symbol: "area" }];
}

function referenceEntry({ label, value, colour, dash }: Reference): LegendEntry {
  return { label: `${label}: ${formatNumber(value, 5)}`, colour, symbol: "line", dash };
}
