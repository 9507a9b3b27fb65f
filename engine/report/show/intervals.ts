/** A point and an interval per group, side by side for several statistics. */

import { InputError } from "../../errors.ts";
import { oneOf } from "../../network/messages.ts";
import { domainOf } from "../axes.ts";
import { formatNumber } from "../numbers.ts";
import { axis, faded, type Figure, layout, plain, type PlotlyTrace, seriesStyle, WIDTH } from "./figure.ts";
import type { ChartText } from "./lines.ts";
import {
  chosen,
  distinct,
  grouped,
  type Key,
  keysIn,
  numbersIn,
  rounded,
  type Rows,
  rowsOf,
} from "./rows.ts";
import { shortened, textWidth } from "./text_width.ts";
import { wordsFor } from "./words.ts";

export interface IntervalOptions extends Omit<ChartText, "yLabel" | "xUnit"> {
  /** Columns. Defaults: "group", "estimate", "low", "high". */
  group?: string;
  estimate?: string;
  low?: string;
  high?: string;
  /** Column of the statistics: a panel each, with a scale of its own. */
  panel?: string;
  /** Which groups, and in which order; one without rows is left out, and the others keep their colours. */
  groups?: readonly Key[];
  /** Single runs, a dot each: rows with the columns of `group`, `panel` and `estimate`. */
  runs?: Rows;
}

const ROW = 34;
const GAP = 34;

/**
 * The picture of rliable (Agarwal et al. 2021, figure 9).
 *
 * @throws InputError where there is no row, or a column is missing or holds no number
 */
export function intervalsFigure(source: Rows, options: IntervalOptions = {}): Figure {
  const where = "show.intervals";
  const rows = rowsOf(source, where);
  const column = (name: "estimate" | "low" | "high") => numbersIn(rows, options[name] ?? name, where);
  const [estimates, lows, highs] = [column("estimate"), column("low"), column("high")];
  const keys = keysIn(rows, options.group ?? "group", where);
  const panels = options.panel === undefined ? rows.map((): Key => "") : keysIn(rows, options.panel, where);
  const styles = new Map(chosen(grouped(keys), options.groups, where, []).map(([key], k) => [key, k]));
  const names = [...styles.keys()].filter((name) => keys.includes(name));
  if (names.length === 0) {
    throw new InputError(
      `${where}: groups`,
      `none of them is there; there are ${oneOf([...new Set(keys)].map(String))}`,
    );
  }
  const dots = dotsOf(options, where);
  const statistics = distinct(panels);
  if (statistics.length > 6) {
    throw new InputError(`${where}: panel`, `expected up to 6 panels, got ${statistics.length}`);
  }
  const labels = names.map((name) => shortened(String(name), 200, 12));
  const left = Math.ceil(Math.max(...labels.map((label) => textWidth(label, 12)))) + 26;
  const inner = WIDTH - left - 18;
  const width = (inner - GAP * (statistics.length - 1)) / statistics.length;
  const value = wordsFor(options.estimate ?? "estimate", options.xLabel, options.unit);
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  statistics.forEach((statistic, p) => {
    const number = p === 0 ? "" : String(p + 1);
    const start = p * (width + GAP) / inner;
    const words = statistic === "" ? value : wordsFor(String(statistic));
    const within = [
      ...panels.flatMap((panel, i) => panel === statistic ? [estimates[i]!, lows[i]!, highs[i]!] : []),
      ...dots.filter(({ panel }) => panel === statistic).map(({ value }) => value),
    ];
    axes[`xaxis${number}`] = axis(words, {
      domain: [start, start + width / inner],
      range: padded(domainOf(within)),
      anchor: `y${number}`,
      nticks: statistics.length > 2 ? 4 : 8,
      automargin: false,
    });
    axes[`yaxis${number}`] = axis(undefined, {
      anchor: `x${number}`,
      range: [names.length - 0.5, -0.5],
      tickmode: "array",
      tickvals: names.map((_, i) => i),
      ticktext: labels.map(plain),
      showticklabels: p === 0,
      ticks: "",
      showgrid: false,
      zeroline: false,
      automargin: false,
    });
    names.forEach((name, k) => {
      const at = rows.findIndex((_, i) => keys[i] === name && panels[i] === statistic);
      if (at < 0 || Number.isNaN(estimates[at])) return;
      const common = { xaxis: `x${number}`, yaxis: `y${number}`, showlegend: false, hoverinfo: "skip" };
      const { colour } = seriesStyle(styles.get(name)!);
      data.push(...intervalTraces(common, k, colour, estimates[at]!, lows[at]!, highs[at]!));
      const own = dots.filter(({ group, panel }) => group === name && panel === statistic);
      if (own.length > 0) data.push(dotTrace(common, k, colour, own.map(({ value }) => value)));
    });
  });
  const title = options.title ?? value.label;
  return {
    data,
    layout: layout({ title, note: options.note ?? noteOf(options) }, {
      plotHeight: Math.max(90, ROW * names.length),
      left,
      bottom: 50,
      ...axes,
    }),
    text: `${title}: ${
      rows.map((_, i) => {
        const statistic = panels[i] === "" ? "" : `, ${panels[i]}`;
        return `${keys[i]}${statistic} ${formatNumber(estimates[i]!)} (${formatNumber(lows[i]!)} to ${
          formatNumber(highs[i]!)
        })`;
      }).slice(0, 40).join("; ")
    }`,
  };
}

function noteOf({ panel, unit, runs }: IntervalOptions): string {
  const of = panel === undefined || unit === undefined ? "" : `${unit}; `;
  return `${of}line: estimate; bar: its interval${runs === undefined ? "" : "; dots: single runs"}`;
}

interface Dot {
  group: Key;
  panel: Key;
  value: number;
}

function dotsOf(
  { runs, group = "group", panel, estimate = "estimate" }: IntervalOptions,
  where: string,
): Dot[] {
  if (runs === undefined) return [];
  const rows = rowsOf(runs, `${where}: runs`);
  const values = numbersIn(rows, estimate, `${where}: runs`);
  const keys = keysIn(rows, group, `${where}: runs`);
  const panels = panel === undefined ? [] : keysIn(rows, panel, `${where}: runs`);
  return values.flatMap((value, i) =>
    Number.isNaN(value) ? [] : [{ group: keys[i]!, panel: panels[i] ?? "", value }]
  );
}

/** A bar on the edge would look cut off. */
function padded([low, high]: readonly [number, number]): number[] {
  return [low - 0.06 * (high - low), high + 0.06 * (high - low)];
}

/** A wide bar from low to high, and a mark across it. */
function intervalTraces(
  common: Readonly<Record<string, unknown>>,
  k: number,
  colour: string,
  estimate: number,
  low: number,
  high: number,
): PlotlyTrace[] {
  const drawn = Number.isNaN(low + high) ? [] : [{
    ...common,
    type: "scatter",
    mode: "lines",
    x: [low, high, high, low, low].map(rounded),
    y: [-0.27, -0.27, 0.27, 0.27, -0.27].map((off) => k + off),
    fill: "toself",
    fillcolor: faded(colour, 0.3),
    line: { width: 0, color: colour },
  }];
  return [...drawn, {
    ...common,
    type: "scatter",
    mode: "lines",
    hoverinfo: "x",
    x: [estimate, estimate].map(rounded),
    y: [k - 0.27, k + 0.27],
    line: { width: 3, color: colour },
  }];
}

/** On one line: how runs lie along it is all they say. */
function dotTrace(
  common: Readonly<Record<string, unknown>>,
  k: number,
  colour: string,
  values: readonly number[],
): PlotlyTrace {
  return {
    ...common,
    type: "scatter",
    mode: "markers",
    hoverinfo: "x",
    x: values.map(rounded),
    y: values.map(() => k),
    marker: { color: "#ffffff", size: 5, line: { color: colour, width: 1.2 } },
  };
}
