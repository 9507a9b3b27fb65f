/** One episode in pictures: stock, debts, demand and orders of every node. */

import { type Domain, domainOf, niceDomain, ticksOf } from "./axes.ts";
import { lineChart, type Series } from "./chart.ts";
import type { EpisodeTrace, NodeTrace } from "./data.ts";
import { leftMargin } from "./frame.ts";
import { legend } from "./legend.ts";
import { element, type Markup } from "./markup.ts";
import { formatTicks } from "./numbers.ts";

/** Above this ratio of the largest node to the smallest, a common scale would flatten the small ones. */
const COMMON_SCALE = 6;

/** The first episode is open, the others are folded. */
export function episodeSection(episodes: readonly EpisodeTrace[]): Markup {
  const [first, ...others] = episodes as [EpisodeTrace, ...EpisodeTrace[]];
  return element(
    "section",
    { id: "episode" },
    element("h2", {}, "One episode, node by node"),
    element("p", { class: "muted" }, captionOf(first)),
    legend([
      { label: "on hand", colour: "blue", symbol: "line", dash: "solid", filled: true },
      { label: "owed (backorders)", colour: "red", symbol: "line", dash: "solid" },
      { label: "ordered", colour: "teal", symbol: "line", dash: "solid", filled: true },
      { label: "demanded of the node", colour: "orange", symbol: "line", dash: "dotted" },
    ]),
    panels(first),
    others.map((episode) =>
      element(
        "details",
        {},
        element("summary", {}, `The same under ${episode.policy}`),
        element("p", { class: "muted" }, captionOf(episode)),
        panels(episode),
      )
    ),
  );
}

function captionOf({ policy, seed, episode, nodes }: EpisodeTrace): string {
  const scale = scaleOf(nodes, "onHand", "backorders") === undefined
    ? ""
    : " Stocks have one scale at all nodes.";
  return `${policy}, episode ${episode} of seed ${seed}: units at the end of each period above, units in each ` +
    `period below.${scale}`;
}

function panels({ nodes }: EpisodeTrace): Markup {
  const stock = scaleOf(nodes, "onHand", "backorders");
  const flow = scaleOf(nodes, "orders", "demand");
  const left = leftMargin(
    nodes.flatMap((node) => [
      ...labelsOf(stock ?? domainOfNode(node, "onHand", "backorders")),
      ...labelsOf(flow ?? domainOfNode(node, "orders", "demand")),
    ]),
  );
  return element("div", { class: "small" }, nodes.map((node) => panel(node, left, stock, flow)));
}

function panel(node: NodeTrace, left: number, stock: Domain | undefined, flow: Domain | undefined): Markup {
  const x = node.onHand.map((_, period) => period);
  const common = { x, shape: "step" } as const;
  const owed: Series = { ...common, label: "owed", y: node.backorders, colour: "red" };
  const chart = (title: string, label: string, bare: boolean, domain: Domain, series: Series[]) =>
    lineChart({
      title: `${title} of node ${node.id}`,
      x: { label: "period", whole: true, bare },
      y: { label, domain, whole: domain[1] - domain[0] >= 3 },
      series,
      height: 96,
      left,
      legend: false,
    });
  return element(
    "div",
    {},
    element("h3", {}, `Node ${node.id}`),
    chart(
      "Stock on hand and backorders",
      "units at period end",
      true,
      stock ?? domainOfNode(node, "onHand", "backorders"),
      [
        { ...common, label: "on hand", y: node.onHand, colour: "blue", filled: true },
        ...(node.backorders.some((units) => units > 0) ? [owed] : []),
      ],
    ),
    chart("Orders and demand", "units per period", false, flow ?? domainOfNode(node, "orders", "demand"), [
      { ...common, label: "ordered", y: node.orders, colour: "teal", filled: true },
      { ...common, label: "demanded", y: node.demand, colour: "orange", dash: "dotted" },
    ]),
  );
}

type Quantity = Exclude<keyof NodeTrace, "id">;

function domainOfNode(node: NodeTrace, ...of: Quantity[]): Domain {
  return niceDomain(domainOf(of.flatMap((quantity) => [...node[quantity]]), 0), 3);
}

/** One domain for all nodes, where they are of about one size. */
function scaleOf(nodes: readonly NodeTrace[], ...of: Quantity[]): Domain | undefined {
  const domains = nodes.map((node) => domainOfNode(node, ...of));
  const sizes = domains.map(([low, high]) => high - low);
  if (Math.max(...sizes) > COMMON_SCALE * Math.min(...sizes)) return undefined;
  return domainOf(domains.flat());
}

function labelsOf(domain: Domain): string[] {
  return formatTicks(ticksOf(domain, 3));
}
