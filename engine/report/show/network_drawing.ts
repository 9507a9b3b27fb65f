/** A network drawn by hand: supply, tiers and customers from left to right, with stock and flows of a simulation. */

import { InputError } from "../../errors.ts";
import { mean, type Network, SUPPLY, topology } from "../../network/mod.ts";
import type { NodeSummary, SimulationResult } from "../../simulation/mod.ts";
import { SHADES } from "../colours.ts";
import { type Child, element, type Markup } from "../markup.ts";
import { formatNumber } from "../numbers.ts";
import { distributionWords } from "./distribution_words.ts";
import { arcFlows, type Flows } from "./network_flows.ts";
import { type KeyEntry, keyHeight, keyOf } from "./network_key.ts";
import { layOut, type NetworkLayout, type PlacedRoute, type Point, type Sizes } from "./network_layout.ts";
import type { Vertex } from "./network_layers.ts";
import { type Picture, picture } from "./picture.ts";
import { FONT_FAMILY, shortened, textWidth } from "./text_width.ts";

export interface NetworkOptions {
  /** Of this network: stock, debts and flows are drawn. */
  simulation?: SimulationResult;
  title?: string;
}

/** Pixels. */
const MARGIN = 12;
const HEAD = 60;
const ID_SIZE = 12;
const SMALL = 11;
const LEAST_WIDTH = 560;
const MOST_ID = 130;
const BAR_ROOM = 34;
const BAR = 8;
const BAR_LINE = 14;
/** An id and two bars. */
const CONTENT = ID_SIZE + 5 + BAR_LINE + BAR;
const ARROW = 7;
const SUPPLY_SIZE = 18;

const TEXT = "#1f2733";
const MUTED = "#586372";
const LINE = "#8b96a5";
const FILL = "#f5f7fa";
const [BLUE] = SHADES.blue;
const [RED] = SHADES.red;
const [TEAL] = SHADES.teal;

/** What is drawn, measured. */
interface Drawing {
  network: Network;
  simulation: SimulationResult | undefined;
  flows: Flows | undefined;
  /** Whether all arcs have the same lead times: then they are said once. */
  sameLeadTimes: boolean;
  /** Longest bar: the largest mean stock or debt. */
  most: number;
}

/** @throws InputError where the simulation is of a network with other nodes */
export function networkPicture(network: Network, { simulation, title }: NetworkOptions = {}): Picture {
  checkSimulation(network, simulation);
  const drawing: Drawing = {
    network,
    simulation,
    flows: simulation === undefined ? undefined : arcFlows(network, simulation),
    sameLeadTimes: new Set(network.arcs.map((_, arc) => leadTimeWords(network, arc))).size === 1,
    most: Math.max(0, ...simulation?.nodes.flatMap(({ onHand, backorders }) => [onHand, backorders]) ?? []),
  };
  const layout = layOut(
    network,
    (vertex) => sizeOf(drawing, vertex),
    (route) => labelWidth(labelOf(drawing, route)) + ARROW + 6,
  );
  const width = Math.max(LEAST_WIDTH, Math.ceil(layout.width) + 2 * MARGIN);
  const key = keyEntries(drawing);
  const height = HEAD + Math.ceil(layout.height) + 24 + keyHeight(key, width - 2 * MARGIN) + MARGIN;
  const head = title ??
    `${network.name}: ${count(network.nodes.length, "node")}, ${count(network.arcs.length, "arc")}`;
  const text = `${head}; ${wordsOf(network)}${
    simulation === undefined ? "" : `; ${simulationWords(simulation)}`
  }`;
  const left = (width - layout.width) / 2;
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": FONT_FAMILY,
      role: "img",
      "aria-label": text,
    },
    element("rect", { width, height, fill: "#ffffff" }),
    label([MARGIN, MARGIN + 13], head, { "font-size": 15, "font-weight": "bold", fill: TEXT }),
    simulation === undefined
      ? undefined
      : label([MARGIN, MARGIN + 31], simulationWords(simulation), { "font-size": 12, fill: MUTED }),
    element(
      "g",
      { transform: `translate(${left} ${HEAD})` },
      layout.routes.map((route) => line(drawing, route)),
      layout.routes.map((route) => arcLabel(drawing, route)),
      layout.vertices.map((vertex) => vertexMarkup(drawing, vertex)),
    ),
    element(
      "g",
      { transform: `translate(${MARGIN} ${HEAD + Math.ceil(layout.height) + 24})` },
      keyOf(key, width - 2 * MARGIN),
    ),
  );
  return picture({ svg: svg.source, text });
}

function checkSimulation(network: Network, simulation: SimulationResult | undefined): void {
  if (simulation === undefined) return;
  const [drawn, simulated] = [network.nodes, simulation.nodes].map((nodes) =>
    nodes.map(({ id }) => id).join(", ")
  );
  if (drawn === simulated) return;
  throw new InputError(
    "show.network: simulation",
    `expected one of the network ${network.name} with nodes ${drawn}, got one of ${simulation.scenario}`,
  );
}

function sizeOf({ network, simulation }: Drawing, { kind, node }: Vertex): Sizes {
  if (kind === "supply") return { width: SUPPLY_SIZE, height: SUPPLY_SIZE };
  if (kind === "customers") {
    return { width: textWidth(demandWords(network, node), SMALL) + 18, height: 22 };
  }
  const ids = network.nodes.map(({ id }) => textWidth(id, ID_SIZE, true));
  const wide = Math.min(MOST_ID, Math.max(...ids) * 1.04) + 16;
  return simulation === undefined
    ? { width: Math.max(40, wide), height: 28 }
    : { width: Math.max(BAR_ROOM + 48, wide), height: CONTENT + 12 };
}

function vertexMarkup(drawing: Drawing, vertex: NetworkLayout["vertices"][number]): Markup | undefined {
  const { kind, x, y, width, height } = vertex;
  switch (kind) {
    case "bend":
      return undefined;
    case "supply":
      return element("circle", {
        cx: x + width / 2,
        cy: y + height / 2,
        r: SUPPLY_SIZE / 2 - 1,
        fill: "#ffffff",
        stroke: MUTED,
        "stroke-width": 1.4,
        "stroke-dasharray": "3 2",
      });
    case "customers":
      return element(
        "g",
        {},
        element("rect", { x, y, width, height, rx: height / 2, fill: "#fff4ea", stroke: SHADES.orange[0] }),
        label([x + width / 2, y + height / 2 + 4], demandWords(drawing.network, vertex.node), {
          "font-size": SMALL,
          "text-anchor": "middle",
          fill: TEXT,
        }),
      );
    case "node":
      return nodeMarkup(drawing, vertex);
  }
}

function nodeMarkup(
  { network, simulation, most }: Drawing,
  { node, x, y, width, height }: NetworkLayout["vertices"][number],
): Markup {
  const { id } = network.nodes[node]!;
  const summary = simulation?.nodes[node];
  const baseline = y + height / 2 + (summary === undefined ? 4 : 10 - CONTENT / 2);
  return element(
    "g",
    { class: "node" },
    element("title", {}, summary === undefined ? id : nodeWords(summary)),
    element("rect", { x, y, width, height, rx: 5, fill: FILL, stroke: MUTED, "stroke-width": 1.2 }),
    label([x + width / 2, baseline], shortened(id, width - 12, ID_SIZE, true), {
      "font-size": ID_SIZE,
      "font-weight": "bold",
      "text-anchor": "middle",
      fill: TEXT,
    }),
    summary === undefined ? undefined : [
      bar([x + 7, baseline + 6], summary.onHand, most, BLUE),
      bar([x + 7, baseline + 6 + BAR_LINE], summary.backorders, most, RED),
    ],
  );
}

function bar([x, y]: Point, value: number, most: number, colour: string): Markup[] {
  const length = most > 0 ? Math.max(value > 0 ? 1 : 0, BAR_ROOM * value / most) : 0;
  return [
    element("rect", { x, y, width: round(length), height: BAR, fill: colour }),
    label([x + length + 4, y + BAR], shortNumber(value), {
      "font-size": SMALL,
      fill: TEXT,
    }),
  ];
}

/** Curves that pass every point horizontally, and an arrowhead. */
function line({ flows, network }: Drawing, { arc, points, to, from }: PlacedRoute): Markup {
  const [x, y] = points.at(-1)!;
  const flow = flowOf(flows, arc, from);
  const width = flow === undefined || flows === undefined || flows.most === 0
    ? 1.5
    : 1 + 5 * flow / flows.most;
  const colour = flow === undefined ? LINE : TEAL;
  const end = [...points.slice(0, -1), [x - ARROW, y] as const];
  const d = end.map(([px, py], k) => {
    if (k === 0) return `M${round(px)} ${round(py)}`;
    const [bx, by] = end[k - 1]!;
    const middle = round((bx + px) / 2);
    return by === py
      ? `H${round(px)}`
      : `C${middle} ${round(by)} ${middle} ${round(py)} ${round(px)} ${round(py)}`;
  }).join("");
  const half = Math.max(4, width / 2 + 2.5);
  return element(
    "g",
    { class: "arc", "data-from": from, "data-to": to },
    element("title", {}, arcWords(network, arc, flow)),
    element("path", {
      d,
      fill: "none",
      stroke: colour,
      "stroke-width": round(width),
      ...(flow === undefined ? {} : { "stroke-opacity": 0.55 }),
    }),
    element("path", {
      d: `M${round(x)} ${round(y)}l${-ARROW - 1} ${-half}v${2 * half}z`,
      fill: colour,
    }),
  );
}

function flowOf(flows: Flows | undefined, arc: number | undefined, node: number): number | undefined {
  return arc === undefined ? flows?.customers[node] : flows?.arcs[arc];
}

/** Left of the arrowhead, where the arc runs straight. */
function arcLabel(drawing: Drawing, route: PlacedRoute): Markup | undefined {
  const text = labelOf(drawing, route);
  if (text === undefined) return undefined;
  const [x, y] = route.points.at(-1)!;
  const width = labelWidth(text);
  const right = x - ARROW - 3;
  return element(
    "g",
    { class: "label" },
    element("rect", {
      x: round(right - width),
      y: round(y - 6.5),
      width: round(width),
      height: 13,
      fill: "#ffffff",
      "fill-opacity": 0.88,
    }),
    label([right - 3, y + 4], text, { "font-size": SMALL, "text-anchor": "end", fill: TEXT }),
  );
}

function labelWidth(text: string | undefined): number {
  return text === undefined ? 0 : textWidth(text, SMALL) + 6;
}

function labelOf(
  { network, flows, sameLeadTimes }: Drawing,
  { arc, from }: Pick<PlacedRoute, "arc" | "from">,
): string | undefined {
  const flow = flowWords(flowOf(flows, arc, from));
  const leadTime = sameLeadTimes || arc === undefined ? undefined : leadTimeWords(network, arc);
  const parts = [flow, leadTime].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" · ");
}

function flowWords(flow: number | undefined): string | undefined {
  return flow === undefined ? undefined : shortNumber(flow);
}

/** Two digits below ten and three above, no longer than a node has room for. */
function shortNumber(value: number): string {
  if (value > 0 && value < 0.01) return "<0.01";
  return formatNumber(value < 10 ? Math.round(value * 100) / 100 : value, value < 10 ? 2 : 3);
}

/** `2`, or `2 + 1` where an order takes a period to arrive. */
function leadTimeWords({ arcs }: Network, arc: number): string {
  const { leadTime, orderLeadTime } = arcs[arc]!;
  return `${distributionWords(leadTime)}${orderLeadTime === 0 ? "" : ` + ${orderLeadTime}`}`;
}

function demandWords({ nodes }: Network, node: number): string {
  return distributionWords(nodes[node]!.demand!);
}

function arcWords({ arcs, nodes }: Network, arc: number | undefined, flow: number | undefined): string {
  const flowing = flow === undefined ? "" : `, ${formatNumber(flow, 3)} units per period`;
  if (arc === undefined) return `to customers${flowing}`;
  const { from, to, leadTime, orderLeadTime } = arcs[arc]!;
  const orders = orderLeadTime === 0 ? "" : `, orders take ${orderLeadTime}`;
  return `${from} to ${nodes.find(({ id }) => id === to)!.id}: lead time ${distributionWords(leadTime)} ` +
    `(mean ${formatNumber(mean(leadTime), 3)}) periods${orders}${flowing}`;
}

function nodeWords({ id, onHand, backorders, fillRate }: NodeSummary): string {
  return `${id}: on hand ${formatNumber(onHand)} units, backorders ${formatNumber(backorders)} units, ` +
    `fill rate ${formatNumber(fillRate, 3)}`;
}

function wordsOf(network: Network): string {
  const { echelons } = topology(network);
  const tiers = echelons.toReversed().map((nodes) => nodes.map((n) => network.nodes[n]!.id).join(", "));
  return `tiers from supply to customers: ${tiers.join(" | ")}`;
}

function simulationWords(
  { policy, episodes, periods, warmup, onHand, backorders }: SimulationResult,
): string {
  return `means of ${formatNumber(episodes)} episodes of ${periods - warmup} periods under ${policy}: ` +
    `${formatNumber(onHand.mean, 3)} units on hand, ${formatNumber(backorders.mean, 3)} owed`;
}

function keyEntries({ network, flows, sameLeadTimes, most }: Drawing): KeyEntry[] {
  const external = network.arcs.some(({ from }) => from === SUPPLY);
  const orders = network.arcs.some(({ orderLeadTime }) => orderLeadTime > 0);
  const leadTime = orders ? "lead time + time until an order arrives" : "lead time";
  return [
    ...(external ? [{ symbol: "supply", text: "external supply" } as const] : []),
    { symbol: "customers", text: "customers: demand, units per period" },
    ...(flows === undefined ? [] : [
      { symbol: "bar", colour: BLUE, text: "mean on hand, units at period end" } as const,
      {
        symbol: "bar",
        colour: RED,
        text: `mean backorders, units (longest bar: ${formatNumber(most, 3)})`,
      } as const,
      { symbol: "flow", colour: TEAL, text: "width and figure: mean flow, units per period" } as const,
    ]),
    sameLeadTimes
      ? { symbol: "none", text: `${leadTime} of every arc: ${leadTimeWords(network, 0)} periods` }
      : {
        symbol: "none",
        text: `${flows === undefined ? "figures on arcs" : "after the dot"}: ${leadTime}, periods`,
      },
  ];
}

function label([x, y]: Point, text: Child, attributes: Record<string, string | number>): Markup {
  return element("text", { x: round(x), y: round(y), ...attributes }, text);
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
