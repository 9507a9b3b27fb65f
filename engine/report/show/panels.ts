/** One figure of several of a kind: a panel for each value of a column, under one legend. */

import { InputError } from "../../errors.ts";
import { AXIS_TITLE_SIZE, type Figure, layout, plain, type PlotlyTrace, WIDTH } from "./figure.ts";
import { chosen, distinct, grouped, type Key, keysIn, type Rows, rowsOf } from "./rows.ts";
import { shortened, wrapped } from "./text_width.ts";

export interface PanelOptions {
  /** Column: a panel for each of its values, with axes of its own. */
  panel?: string;
  /** Which panels, and in which order. */
  panels?: readonly Key[];
  /** Panels side by side. Default 2. */
  panelColumns?: number;
}

/** A figure is to be one of several: a group that it lacks keeps its place and colour. */
export interface PanelPlace {
  /** Of the plot, in pixels. */
  width: number;
}

/** Pixels: of a plot, and what lies between plots beside the labels of their axes. */
const PLOT_HEIGHT = 200;
const ACROSS = 62;
const DOWN = 26;
const LEFT = 86;
const RIGHT = 18;
const INNER = WIDTH - LEFT - RIGHT;
const MOST = 12;
const MOST_COLUMNS = 4;

/**
 * Draws the rows of each panel by themselves. A group has one colour in all of them.
 *
 * @param where in messages
 * @throws InputError where there is no row, the column is missing, or there are too many panels
 */
export function panelled<Options extends PanelOptions & { group?: string; groups?: readonly Key[] }>(
  source: Rows,
  options: Options,
  where: string,
  figureOf: (rows: Rows, options: Options, place?: PanelPlace) => Figure,
): Figure {
  const { panel, panels, panelColumns = 2 } = options ?? {};
  if (panel === undefined) return figureOf(source, options);
  const rows = rowsOf(source, where);
  const byPanel = chosen(grouped(keysIn(rows, panel, where)), panels, where);
  if (byPanel.length > MOST) {
    throw new InputError(`${where}: panel`, `expected up to ${MOST} panels, got ${byPanel.length}`);
  }
  if (!(Number.isInteger(panelColumns) && panelColumns >= 1 && panelColumns <= MOST_COLUMNS)) {
    throw new InputError(`${where}: panelColumns`, `expected 1 to ${MOST_COLUMNS}, got ${panelColumns}`);
  }
  const columns = Math.min(panelColumns, byPanel.length);
  const width = (INNER - (columns - 1) * ACROSS) / columns;
  const groups = options.groups ??
    (options.group === undefined ? undefined : distinct(keysIn(rows, options.group, where)));
  const figures = byPanel.map(([key, positions]) => {
    const own = { ...options, ...(groups === undefined ? {} : { groups }) };
    return { key: String(key), figure: figureOf(positions.map((i) => rows[i]!), own, { width }) };
  });
  return together(figures, columns, width);
}

/** The title of an axis in lines that a panel is high enough for. */
function narrow(axis: unknown): Record<string, unknown> {
  const { title } = axis as { title: { text: string } };
  return { ...title, text: wrapped(title.text, PLOT_HEIGHT, AXIS_TITLE_SIZE).join("<br>") };
}

function together(
  figures: readonly { key: string; figure: Figure }[],
  columns: number,
  width: number,
): Figure {
  const first = figures[0]!.figure;
  const lines = Math.ceil(figures.length / columns);
  const bottom = Math.max(...figures.map(({ figure }) => (figure.layout.margin as { b: number }).b));
  const lineHeight = PLOT_HEIGHT + bottom + DOWN;
  const height = lines * lineHeight - bottom - DOWN;
  const named = new Set<string>();
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  const annotations: unknown[] = [];
  figures.forEach(({ key, figure }, p) => {
    const number = p === 0 ? "" : String(p + 1);
    const [line, column] = [Math.floor(p / columns), p % columns];
    const left = column * (width + ACROSS);
    const top = line * lineHeight;
    axes[`xaxis${number}`] = {
      ...figure.layout.xaxis as object,
      domain: [left / INNER, (left + width) / INNER],
      anchor: `y${number}`,
      automargin: false,
    };
    axes[`yaxis${number}`] = {
      ...figure.layout.yaxis as object,
      // Shares from the bottom; rounding must not leave the picture.
      domain: [Math.max(0, 1 - (top + PLOT_HEIGHT) / height), 1 - top / height],
      anchor: `x${number}`,
      automargin: false,
      nticks: 6,
      title: column > 0 ? { text: "" } : narrow(figure.layout.yaxis),
    };
    annotations.push({
      text: `<b>${plain(shortened(key, width, 12, true))}</b>`,
      x: left / INNER,
      xref: "paper",
      xanchor: "left",
      y: 1 - top / height,
      yref: "paper",
      yanchor: "bottom",
      showarrow: false,
      font: { size: 12 },
    });
    for (const trace of figure.data) {
      const name = String(trace.name ?? "");
      // Plotly's legend leaves out what has no point, so the first that has one stands for its group.
      const drawn = (trace.x as readonly unknown[]).length > 0;
      const shown = drawn && trace.showlegend !== false && !named.has(name);
      if (shown) named.add(name);
      data.push({
        ...trace,
        xaxis: `x${number}`,
        yaxis: `y${number}`,
        legendgroup: trace.legendgroup ?? name,
        showlegend: shown,
      });
    }
  });
  const { barmode, bargap, scattermode, scattergap, boxmode, hovermode } = first.layout;
  const shared = { barmode, bargap, scattermode, scattergap, boxmode, hovermode };
  const head = { ...first.head, legend: [...named] };
  return {
    data,
    head,
    layout: layout(head, {
      plotHeight: height,
      bottom,
      left: LEFT,
      // Room for the names of the panels in the first line.
      above: 20,
      ...Object.fromEntries(Object.entries(shared).filter(([, value]) => value !== undefined)),
      annotations,
      ...axes,
    }),
    text: figures.map(({ key, figure }) => `${key}: ${figure.text}`).join("; "),
  };
}
