/** Profit per episode against environment steps: seeds, their mean, evaluations without exploration. */

import { InputError } from "../../errors.ts";
import { focusOf, niceDomain } from "../axes.ts";
import { formatNumber } from "../numbers.ts";
import { thin, thinBand } from "../thin.ts";
import { type Curve, type Together, together } from "./curves.ts";
import { axis, faded, type Figure, layout, plain, type PlotlyTrace, seriesStyle } from "./figure.ts";
import { bandTraces } from "./lines.ts";
import { rounded } from "./rows.ts";

export interface CurveOptions {
  title?: string;
  /** Of rows: the column to compare by. Default: `method`, with `network` where there are several. */
  group?: string;
  /**
   * How the seeds of a group are shown: a thin line each, or as the area from the lowest to the highest. Default:
   * lines where one thing was trained, else areas.
   */
  seeds?: "lines" | "band" | "none";
  /** Horizontal lines: what other policies earn per episode. */
  references?: Readonly<Record<string, number>>;
  /** Whether low values at the start may lie below the picture, so that the rest can be seen. Default true. */
  focus?: boolean;
}

/** Points of a line on the screen: thinned, with peaks kept. */
const MOST_POINTS = 200;
const REFERENCE_DASHES = ["dash", "dot", "dashdot", "longdash"];
const EVALUATED = "#c2570c";

/** @throws InputError where no curve has a point */
export function curveFigure(curves: readonly Curve[], options: CurveOptions, state?: string): Figure {
  const groups = together(curves);
  const one = groups.length === 1;
  const { title = titleOf(groups), references = {}, seeds = one ? "lines" : "band" } = options;
  const all = curves.flatMap(({ profits, evaluations }) => [...profits, ...evaluations]).filter(
    Number.isFinite,
  );
  if (all.length === 0 && state === undefined) {
    throw new InputError("show.learningCurve", "the metrics hold no profit per episode");
  }
  const domain = domainOf(groups, Object.values(references), all, options.focus ?? true);
  const below = groups.reduce((sum, { mean }) => sum + mean.filter((value) => value < domain[0]).length, 0);
  const data = [
    ...groups.flatMap((group, k) => groupTraces(group, k, one, seeds)),
    ...referenceTraces(references, curves),
  ];
  const legend = data.filter(({ showlegend }) => showlegend === true).map(({ name }) => String(name));
  return {
    data,
    layout: layout({
      title,
      note: [state, noteOf(groups, one, seeds), belowWords(below)].filter((part) => part !== undefined).join(
        "; ",
      ),
      legend,
      oneSeries: true,
    }, {
      plotHeight: 320,
      xaxis: axis({ label: "Environment steps" }, { rangemode: "tozero" }),
      yaxis: axis({ label: "Profit per episode", unit: "money" }, { range: [...domain] }),
    }),
    text: `${title}: profit per episode over environment steps${endWords(groups)}`,
  };
}

function titleOf(groups: readonly Together[]): string {
  const names = groups.map(({ group }) => group).filter((name) => name !== "");
  if (groups.length > 1) return "Learning curves";
  return names.length === 1 ? `Learning curve of ${names[0]}` : "Learning curve";
}

function domainOf(
  groups: readonly Together[],
  references: readonly number[],
  all: readonly number[],
  focus: boolean,
): readonly [number, number] {
  const last = (values: readonly number[]) => values.slice(Math.floor(values.length / 4));
  const counting = groups.flatMap(({ mean, low, high, evaluations }) =>
    [mean, low, high, evaluations.mean].flatMap(last)
  );
  const drawn = [...all, ...references];
  return niceDomain(focusOf(drawn, focus && counting.length > 0 ? [...counting, ...references] : drawn), 5);
}

function groupTraces(
  { group, curves, steps, mean, low, high, evaluations }: Together,
  k: number,
  one: boolean,
  seeds: "lines" | "band" | "none",
): PlotlyTrace[] {
  const { colour, dash, symbol } = seriesStyle(k);
  const several = curves.length > 1;
  const common = { type: "scatter", legendgroup: group, hoverinfo: "x+y+name" };
  const traces: PlotlyTrace[] = [];
  if (several && seeds === "band") {
    const band = thinBand(steps, low, high, MOST_POINTS);
    traces.push(...bandTraces({
      label: group,
      ...band,
      colour,
      ...(one ? { bandLabel: "lowest to highest seed" } : {}),
    }));
  }
  if (several && seeds === "lines") {
    curves.forEach((curve, s) => {
      const points = thin({ x: curve.steps, y: curve.profits }, MOST_POINTS);
      traces.push({
        ...common,
        ...pointsOf(points.x, points.y),
        mode: "lines",
        name: one ? "each seed" : plain(group),
        legendgroup: one ? "each seed" : group,
        showlegend: one && s === 0,
        hovertemplate: `%{y}<extra>seed ${plain(curve.seed).replaceAll("%", "&#37;")}</extra>`,
        line: { color: faded(colour, 0.35), width: 1 },
      });
    });
  }
  const line = several ? thin({ x: steps, y: mean }, MOST_POINTS) : single(curves[0]!);
  traces.push({
    ...common,
    ...pointsOf(line.x, line.y),
    mode: "lines",
    name: one ? (several ? `mean of ${curves.length} seeds` : "while training") : plain(group),
    showlegend: true,
    line: { color: colour, width: several ? 2.6 : 1.8, dash },
  });
  if (evaluations.steps.length > 0) {
    traces.push({
      ...common,
      ...pointsOf(evaluations.steps, evaluations.mean),
      mode: "markers",
      name: one ? "evaluated without exploration" : plain(group),
      showlegend: one,
      ...(several
        ? { error_y: { type: "data", array: evaluations.stderr.map(rounded), thickness: 1.4, width: 3 } }
        : {}),
      marker: {
        color: one ? EVALUATED : colour,
        size: 7,
        symbol: one ? "diamond" : symbol,
        line: { color: "#ffffff", width: 1 },
      },
    });
  }
  return traces;
}

function single({ steps, profits }: Curve): { x: readonly number[]; y: readonly number[] } {
  return thin({ x: steps, y: profits }, MOST_POINTS);
}

function pointsOf(x: readonly number[], y: readonly number[]): { x: number[]; y: number[] } {
  return { x: x.map(rounded), y: y.map(rounded) };
}

function referenceTraces(
  references: Readonly<Record<string, number>>,
  curves: readonly Curve[],
): PlotlyTrace[] {
  const end = Math.max(1, ...curves.flatMap(({ steps }) => steps.at(-1) ?? 1));
  return Object.entries(references).map(([label, value], k) => ({
    type: "scatter",
    mode: "lines",
    name: plain(`${label}: ${formatNumber(value, 4)}`),
    showlegend: true,
    x: [0, end],
    y: [value, value].map(rounded),
    line: { color: "#586372", width: 1.6, dash: REFERENCE_DASHES[k % REFERENCE_DASHES.length] },
  }));
}

function noteOf(
  groups: readonly Together[],
  one: boolean,
  seeds: "lines" | "band" | "none",
): string | undefined {
  const counts = groups.map(({ curves }) => curves.length);
  const most = Math.max(...counts);
  const evaluated = groups.some(({ evaluations }) => evaluations.steps.length > 0);
  if (one) return most > 1 && evaluated ? "bars: ± standard error over seeds" : undefined;
  const count = new Set(counts).size === 1 ? `${most}` : `${Math.min(...counts)} to ${most}`;
  const parts = [
    ...(most > 1 ? [`lines: mean of ${count} seeds`] : []),
    ...(most > 1 && seeds === "band" ? ["areas: lowest to highest seed"] : []),
    ...(evaluated ? ["points: evaluated without exploration"] : []),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}

function belowWords(below: number): string | undefined {
  return below === 0
    ? undefined
    : `${below} ${below === 1 ? "point" : "points"} at the start below the picture`;
}

function endWords(groups: readonly Together[]): string {
  const ends = groups.flatMap(({ group, mean, curves }) => {
    const last = mean.at(-1);
    if (last === undefined) return [];
    const seeds = curves.length > 1 ? ` (mean of ${curves.length} seeds)` : "";
    return [`${group === "" ? "it" : group} ends at ${formatNumber(last, 4)}${seeds}`];
  });
  return ends.length === 0 ? "" : `; ${ends.join(", ")}`;
}
