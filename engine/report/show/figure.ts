/** Plotly figures as plain data: one look for all of them. */

import { COLOURS, SHADES } from "../colours.ts";
import { FONT_FAMILY, textWidth, wrapped } from "./text_width.ts";

/** A trace of Plotly, as its reference describes it. */
export type PlotlyTrace = Readonly<Record<string, unknown>>;
/** A layout of Plotly; `width` and `height` in pixels. */
export type PlotlyLayout = Readonly<Record<string, unknown>> & {
  readonly width: number;
  readonly height: number;
};

export interface Figure {
  data: readonly PlotlyTrace[];
  layout: PlotlyLayout;
  /** What the picture shows, in one line, for those who do not see it. */
  text: string;
  /** What stands above the plot, for a figure of several. */
  head?: Head;
}

/** Of every picture, in pixels. */
export const WIDTH = 760;
const PLOT_HEIGHT = 300;
/** Room beside the plot; axes take more where their labels need it. */
const LEFT = 72;
const RIGHT = 18;
const BOTTOM = 54;
const SIDES = 10;

const TITLE_SIZE = 15;
export const AXIS_TITLE_SIZE = 13;
const NOTE_SIZE = 12;
const LEGEND_SIZE = 12;
const TEXT = "#1f2733";
const MUTED = "#586372";
const GRID = "#e6e9ed";

export interface AxisText {
  label: string;
  unit?: string | undefined;
}

export interface Head {
  title?: string | undefined;
  /** Below the title, smaller: what marks and bands are. */
  note?: string | undefined;
  /** Labels in the legend; there is none for less than two, unless `oneSeries`. */
  legend?: readonly string[];
  oneSeries?: boolean;
}

/** The colour and the dash of the k-th series: colours first, then the same colours dashed. */
export function seriesStyle(k: number): { colour: string; dash: string; symbol: string } {
  const round = Math.floor(k / COLOURS.length);
  return {
    colour: SHADES[COLOURS[k % COLOURS.length]!][0],
    dash: ["solid", "dash", "dot", "dashdot"][round % 4]!,
    symbol: ["circle", "square", "diamond", "cross"][round % 4]!,
  };
}

/** `#1f6feb` as `rgba(31, 111, 235, 0.2)`. */
export function faded(colour: string, opacity: number): string {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}

/** Text that Plotly shows as it is: without tags, entities or formulas of its own. */
export function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    "$",
    "&#36;",
  );
}

/** For a title that becomes part of a sentence: "KL divergence" stays. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}

export function axisTitle({ label, unit }: AxisText): string {
  return unit === undefined || unit === "" ? label : `${label} (${unit})`;
}

/** An axis with a title, grid and room for its labels. */
export function axis(text: AxisText | undefined, more: Readonly<Record<string, unknown>> = {}) {
  return {
    ...(text === undefined ? {} : {
      title: { text: plain(axisTitle(text)), standoff: 10, font: { size: AXIS_TITLE_SIZE } },
    }),
    automargin: true,
    gridcolor: GRID,
    linecolor: MUTED,
    zerolinecolor: "#b9c0c9",
    ticks: "outside",
    ticklen: 4,
    tickcolor: "#b9c0c9",
    exponentformat: "SI",
    separatethousands: true,
    ticklabeloverflow: "allow",
    ...more,
  };
}

/**
 * A layout with its head above the plot: title, note, legend, each as high as its text needs.
 *
 * @param more further parts, such as axes; `plotHeight`, the room that axes start with at the `left` and the `bottom`, and what is
 *   to stay free `above` the plot are pixels
 */
export function layout(
  head: Head,
  { plotHeight = PLOT_HEIGHT, bottom = BOTTOM, left = LEFT, above = 0, ...more }:
    & Readonly<Record<string, unknown>>
    & {
      plotHeight?: number;
      bottom?: number;
      left?: number;
      above?: number;
    },
): PlotlyLayout {
  const wide = WIDTH - 2 * SIDES;
  const titles = isEmpty(head.title) ? [] : wrapped(head.title, wide, TITLE_SIZE, true);
  const notes = isEmpty(head.note) ? [] : wrapped(head.note, wide, NOTE_SIZE);
  const labels = head.legend ?? [];
  const shown = labels.length > 1 || (labels.length === 1 && head.oneSeries === true);
  const { rows, entry } = shown ? legendSize(labels, left) : { rows: 0, entry: 0 };
  const titleHeight = titles.length * TITLE_SIZE * 1.3 + notes.length * NOTE_SIZE * 1.3;
  const top = Math.round(
    SIDES + titleHeight + (titleHeight > 0 ? 6 : 0) + rows * 19 + (shown ? 8 : 4) + above,
  );
  const height = top + plotHeight + bottom;
  const text = [
    ...titles.map((line) => `<b>${plain(line)}</b>`),
    ...notes.map((line) => `<span style="font-size:${NOTE_SIZE}px;color:${MUTED}">${plain(line)}</span>`),
  ].join("<br>");
  return {
    width: WIDTH,
    height,
    margin: { l: left, r: RIGHT, t: top, b: bottom, pad: 0 },
    font: { family: FONT_FAMILY, size: 12, color: TEXT },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    hoverlabel: { font: { family: FONT_FAMILY, size: 12 }, namelength: -1 },
    showlegend: shown,
    ...(text === "" ? {} : {
      title: {
        text,
        font: { size: TITLE_SIZE },
        x: SIDES / WIDTH,
        xref: "container",
        xanchor: "left",
        // Plotly puts the baseline of the first line there, and the others below.
        y: 1 - (SIDES + TITLE_SIZE) / height,
        yref: "container",
        yanchor: "bottom",
      },
    }),
    ...(shown
      ? {
        legend: {
          orientation: "h",
          x: 0,
          xanchor: "left",
          y: 1 - (SIDES + titleHeight + (titleHeight > 0 ? 6 : 0)) / height,
          yref: "container",
          yanchor: "top",
          entrywidth: entry,
          entrywidthmode: "pixels",
          font: { size: LEGEND_SIZE },
          traceorder: "normal",
        },
      }
      : {}),
    ...more,
  };
}

function isEmpty(text: string | undefined): text is undefined | "" {
  return text === undefined || text === "";
}

/** Plotly puts 45 pixels of symbol and gaps beside an entry, and entries of one width in columns. */
function legendSize(labels: readonly string[], left: number): { rows: number; entry: number } {
  const entry = Math.ceil(Math.max(...labels.map((label) => textWidth(label, LEGEND_SIZE))) * 1.06) + 6;
  const columns = Math.max(1, Math.floor((WIDTH - left - RIGHT) / (entry + 46)));
  return { rows: Math.ceil(labels.length / columns), entry };
}
