import { beforeAll, describe, expect, test } from "vitest";
import {
  loadNetwork,
  type Network,
  parseNetworkSync,
  parsePolicy,
  scenarios,
  show,
  simulate,
  type SimulationResult,
} from "../../../../engine/mod.ts";
import { arcFlows } from "../../../../engine/report/show/network_flows.ts";
import { crossings, layersOf } from "../../../../engine/report/show/network_layers.ts";
import { type Box, layOut } from "../../../../engine/report/show/network_layout.ts";
import { all, numberOf } from "../../../setup/markup.ts";
import { messageOf } from "../../../setup/messages.ts";
import { drawingOf, ofClass, textsOf } from "../../../setup/pictures.ts";

/** Those that need no file of the user's. */
const NETWORKS: Network[] = [];
beforeAll(async () => {
  for (const { name } of scenarios) {
    const network = await loadNetwork(name).catch(() => undefined);
    if (network !== undefined) NETWORKS.push(network);
  }
  expect(NETWORKS.length).toBeGreaterThan(20);
});

const SIZES = { width: 82, height: 51 };

function layoutOf(network: Network) {
  return layOut(network, () => SIZES, () => 40);
}

/** Pixels between two boxes; negative where they overlap. */
function apart(a: Box, b: Box): number {
  const across = Math.max(a.x - b.x - b.width, b.x - a.x - a.width);
  const down = Math.max(a.y - b.y - b.height, b.y - a.y - a.height);
  return Math.max(across, down);
}

describe("the layout of every built-in network", () => {
  test("keeps nodes, supply and customers apart, and bends off them", () => {
    for (const network of NETWORKS) {
      const { vertices } = layoutOf(network);
      vertices.forEach((a, i) => {
        for (const b of vertices.slice(i + 1)) {
          expect(apart(a, b), `${network.name}`).toBeGreaterThanOrEqual(5);
        }
      });
    }
  });

  test("has every arc run from left to right, from its node to its node", () => {
    for (const network of NETWORKS) {
      const { vertices, routes } = layoutOf(network);
      const served = network.nodes.filter(({ demand }) => demand !== undefined).length;
      expect(routes).toHaveLength(network.arcs.length + served);
      for (const { arc, from, to, points } of routes) {
        points.slice(1).forEach(([x], k) => expect(x).toBeGreaterThanOrEqual(points[k]![0]));
        const [start, end] = [vertices[from]!, vertices[to]!];
        expect(points[0]![0]).toBe(start.x + start.width);
        expect(points.at(-1)![0]).toBe(end.x);
        for (const [point, box] of [[points[0]!, start], [points.at(-1)!, end]] as const) {
          expect(point[1]).toBeGreaterThan(box.y);
          expect(point[1]).toBeLessThan(box.y + box.height);
        }
        if (arc === undefined) continue;
        expect(network.nodes[end.node]!.id).toBe(network.arcs[arc]!.to);
        expect(start.kind === "supply" ? "supply" : network.nodes[start.node]!.id).toBe(
          network.arcs[arc]!.from,
        );
      }
    }
  });

  test("leaves room for the labels of arcs: none lies on another", () => {
    for (const network of NETWORKS) {
      const labels = layoutOf(network).routes.map(({ points }): Box => {
        const [x, y] = points.at(-1)!;
        return { x: x - 38, y: y - 6.5, width: 36, height: 13 };
      });
      labels.forEach((a, i) => {
        for (const b of labels.slice(i + 1)) expect(apart(a, b)).toBeGreaterThanOrEqual(0);
      });
    }
  });

  test("has retailers last and fewer crossings than the order of the file", () => {
    const network = NETWORKS.find(({ name }) => name === "ziegner-d1")!;
    const { layers, routes, vertices } = layersOf(network);
    const pieces = routes.flatMap((route) => route.pieces);
    const asGiven = layers.map((layer) => layer.toSorted((a, b) => a - b));
    expect(crossings(layers, pieces)).toBeLessThan(crossings(asGiven, pieces));
    const last = Math.max(...vertices.flatMap(({ kind, layer }) => kind === "node" ? [layer] : []));
    const retailers = network.nodes.flatMap(({ demand }, n) => demand === undefined ? [] : [n]);
    expect(retailers.every((n) => vertices[n]!.layer === last)).toBe(true);
  });
});

describe("the drawing", () => {
  const SMALL = parseNetworkSync({
    name: "<small>",
    horizon: 10,
    quantities: "integer",
    nodes: [
      { id: "plant & co", initialOnHand: 20 },
      { id: "shop<script>", backorderCost: 1, initialOnHand: 20, demand: { kind: "poisson", mean: 4 } },
    ],
    arcs: [
      { from: "supply", to: "plant & co", leadTime: 2 },
      { from: "plant & co", to: "shop<script>", leadTime: { kind: "uniform-integer", low: 1, high: 3 } },
    ],
  });

  test("has a box a node, an arrow an arc and to customers, lead times and demand", () => {
    const picture = show.network(SMALL);
    const drawing = drawingOf(picture);
    expect(ofClass(drawing, "g", "node")).toHaveLength(2);
    expect(ofClass(drawing, "g", "arc")).toHaveLength(3);
    expect(textsOf(picture)).toEqual([
      "<small>: 2 nodes, 2 arcs",
      "2",
      "1–3",
      "plant & co",
      "shop<script>",
      "Poisson(4)",
      "external supply",
      "customers: demand, units per period",
      "figures on arcs: lead time, periods",
    ]);
    expect(picture.bundle()["text/plain"]).toBe(
      "<small>: 2 nodes, 2 arcs; tiers from supply to customers: plant & co | shop<script>",
    );
  });

  test("says a lead time that is everywhere once", async () => {
    const texts = textsOf(show.network(await loadNetwork("ziegner-d3")));
    expect(texts).toContain("lead time + time until an order arrives of every arc: 1–5 + 1 periods");
    expect(texts.filter((text) => text === "1–5 + 1")).toHaveLength(0);
  });

  test("with a simulation has stock, debts and flows, with a key", async () => {
    const network = await loadNetwork("kotecha-6");
    const simulation = await simulate(network, parsePolicy({ kind: "base-stock", levels: 12 }, network), {
      episodes: 50,
    });
    const picture = show.network(network, { simulation });
    const drawing = drawingOf(picture);
    const bars = ofClass(drawing, "g", "node").map((node) =>
      all(node, "rect").slice(1).map((bar) => numberOf(bar, "width"))
    );
    const most = Math.max(...simulation.nodes.flatMap(({ onHand, backorders }) => [onHand, backorders]));
    bars.forEach(([stock, debts], n) => {
      expect(stock).toBeCloseTo(34 * simulation.nodes[n]!.onHand / most, 0);
      expect(debts).toBeCloseTo(34 * simulation.nodes[n]!.backorders / most, 0);
    });
    const key = textsOf(picture).slice(-6);
    expect(key.slice(2)).toEqual([
      "mean on hand, units at period end",
      expect.stringMatching(/^mean backorders, units \(longest bar: [\d.]+\)$/),
      "width and figure: mean flow, units per period",
      "after the dot: lead time, periods",
    ]);
    expect(textsOf(picture)[1]).toMatch(/^means of 50 episodes of 50 periods under base-stock: /);
  });

  test("flows of a node with several suppliers go by their shares, and nothing along an arc that loses all", async () => {
    const network = await loadNetwork("kotecha-6");
    const of = (received: number, shipped: number) =>
      ({ received, shipped }) as SimulationResult["nodes"][number];
    const nodes = network.nodes.map(() => of(10, 10));
    const two = network.arcs.flatMap(({ to }, arc) => to === "4" ? [arc] : []);
    expect(two).toHaveLength(2);
    const flows = arcFlows(network, { nodes } as SimulationResult);
    expect(two.map((arc) => flows.arcs[arc])).toEqual([5, 5]);
    expect(flows.customers).toEqual([0, 0, 0, 10, 10, 10]);
    const published = await loadNetwork("kotecha-6-published");
    const wasted = arcFlows(published, { nodes } as SimulationResult);
    expect(two.map((arc) => wasted.arcs[arc])).toEqual([10, 0]);
  });

  test("refuses a simulation of another network", async () => {
    const [network, other] = [await loadNetwork("kotecha-6"), await loadNetwork("zhang-bg")];
    const simulation = await simulate(other, parsePolicy({ kind: "base-stock", levels: 12 }, other), {
      episodes: 1,
    });
    expect(await messageOf(() => show.network(network, { simulation }))).toBe(
      "show.network: simulation: expected one of the network kotecha-6 with nodes 0, 1, 2, 3, 4, 5, got one of zhang-bg",
    );
  });
});
