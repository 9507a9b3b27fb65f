/** Lines with bands. */

import { InputError } from "../../errors.ts";
import { SHADES } from "../colours.ts";
import type { Series } from "../chart.ts";
import {
  axis,
  axisTitle,
  faded,
  type Figure,
  layout,
  lowerFirst,
  plain,
  type PlotlyTrace,
  seriesStyle,
} from "./figure.ts";
import { panelled, type PanelOptions, type PanelPlace } from "./panels.ts";
import { chosen, grouped, type Key, keysIn, numbersIn, rounded, type Rows, rowsOf } from "./rows.ts";
import { type Band, intervalWords, summariser } from "./summary.ts";
import { wordsFor } from "./words.ts";

export interface ChartText {
  title?: string;
  /** Below the title. Default: what bands and bars are. */
  note?: string;
  /** Default: the columns' names in words, with their units. */
  xLabel?: string;
  yLabel?: string;
  xUnit?: string;
  /** Of y. */
  unit?: string;
}

export interface LineOptions extends ChartText, PanelOptions {
  /** Columns. */
  x: string;
  y: string;
  /** A line each. */
  group?: string;
  /** Which groups, and in which order. */
  groups?: readonly Key[];
  low?: string;
  high?: string;
  stderr?: string;
  band?: Band;
  /** Default: markers where there are up to 30 points a line. */
  markers?: boolean;
  xScale?: "linear" | "log";
  yScale?: "linear" | "log";
  /** Default: what the values need. */
  yRange?: readonly [low: number, high: number];
}

/** A line that is there already: `x` ascending. */
export type Line =
  & Pick<Series, "label" | "x" | "y">
  & Partial<Pick<Series, "colour" | "dash">>
  & { band?: { label?: string; low: readonly number[]; high: readonly number[] } };

const MOST_MARKERS = 30;
const DASHES = { solid: "solid", dashed: "dash", dotted: "dot", "dash-dot": "dashdot" } as const;

/** One line of a figure, its style settled. */
interface Styled {
  label: string;
  x: readonly number[];
  y: readonly number[];
  low?: readonly number[];
  high?: readonly number[];
  bandLabel?: string;
  colour: string;
  dash: string;
  symbol: string;
}

/**
 * Rows: several with the same x and group become their mean and a band. Lines: as they are.
 *
 * @throws InputError where there is nothing to draw, or a column is missing or holds no number
 */
export function linesFigure(source: Rows | readonly Line[], options: Partial<LineOptions> = {}): Figure {
  const given = linesIn(source);
  if (given === undefined) return panelled(source as Rows, options, WHERE, linesOfRows);
  return figureOf(given.map(styleLine), options, undefined);
}

const WHERE = "show.lines";

function linesOfRows(source: Rows, options: Partial<LineOptions>, place?: PanelPlace): Figure {
  const where = WHERE;
  const { x, y, group } = options;
  if (x === undefined || y === undefined) {
    throw new InputError(
      where,
      'expected the columns x and y, such as { x: "steps", y: "profitPerEpisode" }',
    );
  }
  const rows = rowsOf(source, where);
  const xs = numbersIn(rows, x, where);
  const keys = group === undefined ? rows.map((): Key => "") : keysIn(rows, group, where);
  const columns = { ...options, y };
  const summarise = summariser(rows, columns, where);
  const lines = chosen(grouped(keys), options.groups, where, place && []).map(([key, positions], k) => {
    const places = [...grouped(positions.map((i) => xs[i]!))].filter(([at]) => !Number.isNaN(at));
    const intervals = places.map(([, within]) => summarise(within.map((i) => positions[i]!)));
    return {
      label: String(key),
      x: places.map(([at]) => Number(at)),
      y: intervals.map(({ value }) => value),
      low: intervals.map(({ low }) => low),
      high: intervals.map(({ high }) => high),
      intervals,
      ...seriesStyle(k),
    };
  });
  return figureOf(lines, options, intervalWords(lines.flatMap(({ intervals }) => intervals), columns));
}

function linesIn(source: Rows | readonly Line[]): readonly Line[] | undefined {
  if (!Array.isArray(source)) return undefined;
  const isLine = (line: Partial<Line> | null) => Array.isArray(line?.x) && Array.isArray(line?.y);
  return source.length > 0 && source.every(isLine) ? source as readonly Line[] : undefined;
}

function styleLine({ label, x, y, colour, dash, band }: Line, k: number): Styled {
  if ([y, band?.low ?? y, band?.high ?? y].some((list) => list.length !== x.length)) {
    throw new InputError(WHERE, `the lists of ${JSON.stringify(label)} differ in length`);
  }
  const style = seriesStyle(k);
  return {
    label,
    x,
    y,
    ...(band === undefined ? {} : {
      low: band.low,
      high: band.high,
      ...(band.label === undefined ? {} : { bandLabel: band.label }),
    }),
    colour: colour === undefined ? style.colour : SHADES[colour][0],
    dash: dash === undefined ? style.dash : DASHES[dash],
    symbol: style.symbol,
  };
}

function figureOf(lines: readonly Styled[], options: Partial<LineOptions>, band: string | undefined): Figure {
  const x = wordsFor(options.x ?? "x", options.xLabel, options.xUnit);
  const y = wordsFor(options.y ?? "y", options.yLabel, options.unit);
  const named = lines.filter(({ label }) => label !== "");
  const title = options.title ?? `${y.label} over ${lowerFirst(x.label)}`;
  const head = { title, note: options.note ?? band, legend: named.map(({ label }) => label) };
  return {
    data: [...lines.flatMap(bandTraces), ...lines.map((line) => lineTrace(line, options))],
    head,
    layout: layout(head, {
      hovermode: "closest",
      xaxis: axis(x, { ...scale(options.xScale) }),
      yaxis: axis(y, {
        ...scale(options.yScale),
        ...(options.yRange === undefined ? {} : { range: [...options.yRange] }),
      }),
    }),
    text: `${title}: lines of ${axisTitle(y)} over ${axisTitle(x)}${
      named.length === 0 ? "" : ` for ${named.map(({ label }) => label).join(", ")}`
    }`,
  };
}

function scale(kind: "linear" | "log" | undefined): Record<string, unknown> {
  return kind === "log" ? { type: "log", dtick: 1 } : {};
}

/** Two invisible lines with the area between them. */
export function bandTraces(
  { label, x, low, high, bandLabel, colour }: Pick<
    Styled,
    "label" | "x" | "low" | "high" | "bandLabel" | "colour"
  >,
): PlotlyTrace[] {
  if (low === undefined || high === undefined) return [];
  const drawn = x.map((_, i) => !Number.isNaN(low[i]! + high[i]!));
  if (!drawn.includes(true)) return [];
  // An area has no gaps: it is a piece for each run of points.
  const pieces: number[][] = [];
  drawn.forEach((is, i) => {
    if (!is) return;
    if (i > 0 && drawn[i - 1] === true) pieces.at(-1)!.push(i);
    else pieces.push([i]);
  });
  return pieces.map((points, k): PlotlyTrace => {
    const back = points.toReversed();
    return {
      type: "scatter",
      mode: "lines",
      name: plain(bandLabel ?? label),
      legendgroup: label,
      showlegend: k === 0 && bandLabel !== undefined,
      x: [...points, ...back].map((i) => rounded(x[i]!)),
      y: [...points.map((i) => rounded(high[i]!)), ...back.map((i) => rounded(low[i]!))],
      fill: "toself",
      fillcolor: faded(colour, 0.16),
      line: { width: 0, color: colour },
      hoverinfo: "skip",
    };
  });
}

function lineTrace(
  { label, x, y, colour, dash, symbol }: Styled,
  { markers }: Partial<LineOptions>,
): PlotlyTrace {
  const marked = markers ?? x.length <= MOST_MARKERS;
  return {
    type: "scatter",
    mode: marked ? "lines+markers" : "lines",
    name: plain(label),
    legendgroup: label,
    showlegend: label !== "",
    x: x.map(rounded),
    y: y.map(rounded),
    line: { color: colour, width: 2, dash },
    marker: { color: colour, size: 6, symbol },
  };
}
