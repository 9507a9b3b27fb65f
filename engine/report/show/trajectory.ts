/** One episode node by node: stock and debts at period ends, orders and demand in the periods. */

import { InputError } from "../../errors.ts";
import { oneOf } from "../../network/messages.ts";
import type { TraceRow } from "../../simulation/mod.ts";
import { type Domain, domainOf, niceDomain, ticksOf } from "../axes.ts";
import { SHADES } from "../colours.ts";
import { episodeTrace, type NodeTrace } from "../data.ts";
import { formatTicks } from "../numbers.ts";
import { axis, faded, type Figure, layout, plain, type PlotlyTrace, WIDTH } from "./figure.ts";
import { rounded } from "./rows.ts";
import { shortened } from "./text_width.ts";

export interface TrajectoryOptions {
  title?: string;
  /** Which episode of the rows. Default: their first. */
  episode?: number;
  /** Ids of nodes, in the order in which they are shown. Default: all, at most eight. */
  nodes?: readonly string[];
}

type TrajectoryRow = Pick<TraceRow, "episode" | "node" | "onHand" | "backorders" | "order" | "demand">;
export type TrajectoryRows = Iterable<TrajectoryRow> | AsyncIterable<TrajectoryRow>;

const MOST_NODES = 8;
/** Above this ratio of the largest node to the smallest, a common scale would flatten the small ones. */
const COMMON_SCALE = 6;

/** Pixels. */
const PANEL = 84;
const HEADING = 24;
const BETWEEN = 12;
const BELOW = 34;
const LEFT = 66;
const GUTTER = 62;
const RIGHT = 18;

interface QuantityStyle {
  quantity: Exclude<keyof NodeTrace, "id">;
  label: string;
  colour: keyof typeof SHADES;
  filled: boolean;
  dash: string;
}

const STOCK: readonly QuantityStyle[] = [
  { quantity: "onHand", label: "on hand at period end", colour: "blue", filled: true, dash: "solid" },
  {
    quantity: "backorders",
    label: "owed (backorders) at period end",
    colour: "red",
    filled: false,
    dash: "solid",
  },
];
const FLOW: readonly QuantityStyle[] = [
  { quantity: "orders", label: "ordered in the period", colour: "teal", filled: true, dash: "solid" },
  {
    quantity: "demand",
    label: "demanded of the node in the period",
    colour: "orange",
    filled: false,
    dash: "dot",
  },
];

/**
 * @param source rows as `trace` yields them: by period, then by node
 * @throws InputError where there is no row, or the episode or a node is not there
 */
export async function trajectoryFigure(
  source: TrajectoryRows | Promise<TrajectoryRows>,
  options: TrajectoryOptions = {},
): Promise<Figure> {
  const where = "show.trajectory";
  const rows = await Array.fromAsync<TrajectoryRow>(await source);
  const [first] = rows;
  if (first === undefined) throw new InputError(where, "expected at least one row, got none");
  if (typeof first.onHand !== "number" || first.node === undefined) {
    throw new InputError(
      where,
      "expected rows as `trace` yields them, with episode, node, onHand, order, demand",
    );
  }
  const { episode = first.episode } = options;
  const all = episodeTrace("", 0, rows, episode).nodes;
  if (all.length === 0) throw new InputError(`${where}: episode`, `the rows hold no episode ${episode}`);
  const nodes = nodesShown(all, options.nodes, where);
  const left = all.length - nodes.length;
  const title = options.title ?? `Episode ${episode}, node by node`;
  const note = [
    "units, above: at the end of each period; below: in each period",
    ...(left > 0 && options.nodes === undefined ? [`${nodes.length} of ${all.length} nodes`] : []),
  ].join("; ");
  const { data, axes, annotations, height } = panels(nodes);
  return {
    data,
    layout: layout({ title, note, legend: [...STOCK, ...FLOW].map(({ label }) => label) }, {
      plotHeight: height,
      left: LEFT,
      bottom: 12,
      ...axes,
      annotations,
    }),
    text: `${title}: stock on hand, backorders, orders and demand of ${
      nodes.map(({ id }) => id).join(", ")
    } over ${nodes[0]!.onHand.length} periods`,
  };
}

function nodesShown(
  all: readonly NodeTrace[],
  wanted: readonly string[] | undefined,
  where: string,
): readonly NodeTrace[] {
  if (wanted === undefined) return all.slice(0, MOST_NODES);
  if (wanted.length === 0) throw new InputError(`${where}: nodes`, "expected at least one node, got none");
  return wanted.map((id) => {
    const node = all.find((one) => one.id === id);
    if (node !== undefined) return node;
    throw new InputError(
      `${where}: nodes`,
      `the rows hold no node ${JSON.stringify(id)}; there are ${oneOf(all.map((one) => one.id))}`,
    );
  });
}

function panels(nodes: readonly NodeTrace[]) {
  const columns = nodes.length < 2 ? 1 : 2;
  const lines = Math.ceil(nodes.length / columns);
  const lineHeight = HEADING + 2 * PANEL + BETWEEN + BELOW;
  const height = lines * lineHeight;
  const inner = WIDTH - LEFT - RIGHT;
  const width = (inner - GUTTER * (columns - 1)) / columns;
  const stock = commonScale(nodes, STOCK);
  const flow = commonScale(nodes, FLOW);
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  const annotations: Record<string, unknown>[] = [];
  nodes.forEach((node, n) => {
    const x = n % columns * (width + GUTTER);
    const y = Math.floor(n / columns) * lineHeight;
    const across = [x / inner, (x + width) / inner];
    // From the top, as shares from the bottom.
    const down = (top: number) => [1 - (y + top + PANEL) / height, 1 - (y + top) / height];
    const numbers = [2 * n + 1, 2 * n + 2].map((k) => k === 1 ? "" : String(k)) as [string, string];
    const tops = [HEADING, HEADING + PANEL + BETWEEN];
    [stock ?? scaleOf(node, STOCK), flow ?? scaleOf(node, FLOW)].forEach((domain, k) => {
      const number = numbers[k]!;
      axes[`xaxis${number}`] = axis(undefined, {
        domain: across,
        anchor: `y${number}`,
        range: [-0.5, node.onHand.length - 0.5],
        matches: n === 0 && k === 0 ? undefined : "x",
        showticklabels: k === 1,
        nticks: 8,
        zeroline: false,
        automargin: false,
        ...(k === 1
          ? { title: { text: "Period", standoff: 2, font: { size: 11 } }, tickfont: { size: 11 } }
          : {}),
      });
      const ticks = ticksOf(domain, 3);
      axes[`yaxis${number}`] = axis(undefined, {
        domain: down(tops[k]!),
        anchor: `x${number}`,
        range: [...domain],
        tickmode: "array",
        tickvals: ticks,
        ticktext: formatTicks(ticks),
        tickfont: { size: 11 },
        automargin: false,
        title: { text: k === 0 ? "units" : "units/period", standoff: 6, font: { size: 11 } },
      });
      data.push(...(k === 0 ? STOCK : FLOW).map((style) => quantityTrace(node, style, number, n === 0)));
    });
    annotations.push({
      text: `<b>Node ${plain(shortened(node.id, width - 60, 12, true))}</b>`,
      showarrow: false,
      xref: "paper",
      yref: "paper",
      x: across[0],
      xanchor: "left",
      y: 1 - (y + HEADING) / height,
      yanchor: "bottom",
      font: { size: 12 },
    });
  });
  return { data, axes, annotations, height };
}

function quantityTrace(
  node: NodeTrace,
  { quantity, label, colour, filled, dash }: QuantityStyle,
  number: string,
  first: boolean,
): PlotlyTrace {
  const shade = SHADES[colour][0];
  return {
    type: "scatter",
    mode: "lines",
    name: label,
    legendgroup: quantity,
    showlegend: first,
    xaxis: `x${number}`,
    yaxis: `y${number}`,
    x: node[quantity].map((_, period) => period),
    y: node[quantity].map(rounded),
    line: { color: shade, width: 1.8, dash, shape: "hvh" },
    ...(filled ? { fill: "tozeroy", fillcolor: faded(shade, 0.14) } : {}),
  };
}

function scaleOf(node: NodeTrace, styles: readonly QuantityStyle[]): Domain {
  return niceDomain(domainOf(styles.flatMap(({ quantity }) => [...node[quantity]]), 0), 3);
}

/** One domain for all nodes, where they are of about one size. */
function commonScale(nodes: readonly NodeTrace[], styles: readonly QuantityStyle[]): Domain | undefined {
  const domains = nodes.map((node) => scaleOf(node, styles));
  const sizes = domains.map(([low, high]) => high - low);
  if (Math.max(...sizes) > COMMON_SCALE * Math.min(...sizes)) return undefined;
  return niceDomain(domainOf(domains.flat()), 3);
}
