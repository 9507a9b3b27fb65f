/** Bars, or points, with intervals. */

import { axis, axisTitle, type Figure, layout, plain, type PlotlyTrace, seriesStyle } from "./figure.ts";
import { domainOf } from "../axes.ts";
import { categoriesIn, type CategoryOptions } from "./categories.ts";
import { panelled, type PanelPlace } from "./panels.ts";
import { rounded, type Rows } from "./rows.ts";
import { type Band, type Interval, intervalWords, summariser } from "./summary.ts";

export interface BarOptions extends CategoryOptions {
  low?: string;
  high?: string;
  stderr?: string;
  band?: Band;
  /** Points instead of bars: for values that are far from 0 or where 0 means nothing. */
  points?: boolean;
}

/**
 * Several rows of one category and group become their mean and an interval.
 *
 * @throws InputError where there is no row, or a column is missing or holds no number
 */
export function barsFigure(source: Rows, options: BarOptions): Figure {
  return panelled(source, options, WHERE, barsOfRows);
}

const WHERE = "show.bars";

function barsOfRows(source: Rows, options: BarOptions, place?: PanelPlace): Figure {
  const { rows, keys, categories, labels, byGroup, x, y, title } = categoriesIn(
    source,
    options,
    WHERE,
    place,
  );
  const summarise = summariser(rows, options, WHERE);
  const all: Interval[] = [];
  const data = byGroup.map(([group, positions], k): PlotlyTrace => {
    const intervals = categories.map((category) => summarise(positions.filter((i) => keys[i] === category)));
    all.push(...intervals);
    return barTrace(String(group), intervals, k, options.points === true);
  });
  const named = data.map(({ name }) => name as string).filter((name) => name !== "");
  const head = { title, note: options.note ?? intervalWords(all, options), legend: named };
  return {
    data,
    head,
    layout: layout(head, {
      barmode: "group",
      bargap: 0.25,
      scattermode: "group",
      scattergap: 0.4,
      bottom: labels.bottom,
      xaxis: axis(x, labels.axis(plain(axisTitle(x)))),
      // Left to itself, Plotly starts at 0 for points, too.
      yaxis: axis(y, options.points === true ? { range: pointRange(all) } : { rangemode: "tozero" }),
    }),
    text: `${title}: ${options.points === true ? "points" : "bars"} of ${axisTitle(y)} for ${
      categories.map(String).join(", ")
    }${named.length === 0 ? "" : `, each for ${named.join(", ")}`}`,
  };
}

function pointRange(intervals: readonly Interval[]): number[] {
  const [low, high] = domainOf(intervals.flatMap((one) => [one.value, one.low, one.high]));
  const margin = 0.08 * (high - low);
  return [low - margin, high + margin];
}

function barTrace(group: string, intervals: readonly Interval[], k: number, points: boolean): PlotlyTrace {
  const { colour, symbol } = seriesStyle(k);
  const array = intervals.map(({ value, high }) => rounded(high - value));
  const arrayminus = intervals.map(({ value, low }) => rounded(value - low));
  const common = {
    name: plain(group),
    showlegend: group !== "",
    offsetgroup: String(k),
    x: intervals.map((_, i) => i),
    y: intervals.map(({ value }) => rounded(value)),
    hovertemplate: `%{y}<extra>${plain(group).replaceAll("%", "&#37;")}</extra>`,
    ...(array.some((error) => !Number.isNaN(error))
      ? {
        error_y: {
          type: "data",
          symmetric: false,
          array,
          arrayminus,
          color: points ? colour : "#1f2733",
          thickness: 1.4,
          width: 4,
        },
      }
      : {}),
  };
  return points
    ? { type: "scatter", mode: "markers", ...common, marker: { color: colour, size: 8, symbol } }
    : { type: "bar", ...common, marker: { color: colour, opacity: 0.85, line: { width: 0 } } };
}
