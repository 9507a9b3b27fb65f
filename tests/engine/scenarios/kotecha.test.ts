import { describe, expect, test } from "vitest";
import { SUPPLY } from "../../../engine/network/types.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";

const SIZES = [6, 12, 18, 24];

describe("the networks of Kotecha and del Rio Chanona", () => {
  // Counts of the column "Connected Nodes (Downstream)" in tables C.4 to C.7, and of its rows "None".
  test.each([
    [6, 6, 3],
    [12, 13, 4],
    [18, 20, 5],
    [24, 28, 6],
  ])("%i nodes: %i arcs between nodes, %i with customers", async (size, arcs, retailers) => {
    const network = await loadNetwork(`kotecha-${size}`);
    expect(network.nodes.map(({ id }) => id)).toEqual(Array.from({ length: size }, (_, i) => String(i)));
    expect(network.arcs.filter(({ from }) => from !== SUPPLY).length).toBe(arcs);
    expect(network.arcs.filter(({ from }) => from === SUPPLY).map(({ to }) => to)).toEqual(["0"]);
    const leaves = network.nodes.filter(({ id }) => network.arcs.every(({ from }) => from !== id));
    expect(network.nodes.filter(({ demand }) => demand !== undefined)).toEqual(leaves);
    expect(leaves.length).toBe(retailers);
    for (const { demand } of leaves) expect(demand).toMatchObject({ kind: "poisson", mean: 5 });
  });

  test("every node has the columns that never change", async () => {
    for (const size of SIZES) {
      for (const node of (await loadNetwork(`kotecha-${size}`)).nodes) {
        expect(node).toMatchObject({
          holdingCost: 0.5,
          holdingTarget: 0,
          backorderCost: 2.5,
          capacity: 100,
          maxOrder: 100,
          initialOnHand: 100,
          unmetDemand: "backorder",
          sourcing: "split",
        });
        expect(node.maxBackorder).toBeUndefined();
      }
    }
  });

  test("prices and order costs as printed", async () => {
    const row = async (size: number, node: number) => {
      const { price, orderCost } = (await loadNetwork(`kotecha-${size}`)).nodes[node] ?? {};
      return [orderCost, price];
    };
    expect(await row(6, 0)).toEqual([0.5, 4]);
    expect(await row(6, 4)).toEqual([1.5, 8]);
    expect(await row(12, 6)).toEqual([1.5, 8]);
    expect(await row(12, 11)).toEqual([2, 10]);
    expect(await row(18, 9)).toEqual([2.5, 12]);
    expect(await row(24, 9)).toEqual([2, 10]);
    expect(await row(18, 15)).toEqual([3, 14]);
    expect(await row(24, 23)).toEqual([3.5, 16]);
  });

  test("who supplies the nodes that have several suppliers", async () => {
    const suppliers = async (size: number, node: number) =>
      (await loadNetwork(`kotecha-${size}`)).arcs.filter(({ to }) => to === String(node)).map(({ from }) =>
        from
      );
    expect(await suppliers(6, 4)).toEqual(["1", "2"]);
    expect(await suppliers(12, 11)).toEqual(["5", "9", "10"]);
    expect(await suppliers(18, 12)).toEqual(["7", "8"]);
    expect(await suppliers(18, 17)).toEqual(["11", "13", "14"]);
    expect(await suppliers(24, 22)).toEqual(["18", "19"]);
  });

  test("lead times go by the receiving node", async () => {
    const { arcs } = await loadNetwork("kotecha-24");
    const periods = arcs.map(({ to, leadTime }) => [Number(to), leadTime]);
    expect(periods).toContainEqual([0, { kind: "constant", value: 1 }]);
    expect(periods).toContainEqual([2, { kind: "constant", value: 3 }]);
    expect(periods).toContainEqual([11, { kind: "constant", value: 5 }]);
    expect(periods.filter(([to]) => to === 22)).toEqual([
      [22, { kind: "constant", value: 2 }],
      [22, { kind: "constant", value: 2 }],
    ]);
  });

  test("lead times are Poisson on request", async () => {
    const { arcs } = await loadNetwork("kotecha-6", { leadTime: "poisson" });
    expect(arcs.map(({ leadTime }) => leadTime)).toEqual(
      [1, 2, 3, 1, 1, 1, 2].map((mean) => ({ kind: "poisson", mean })),
    );
    await expect(loadNetwork("kotecha-6", { leadTime: 2 }))
      .rejects.toThrow('kotecha-6: --lead-time (leadTime) must be "poisson", got 2');
  });

  test("(s,S) on on-hand stock, 50 periods", async () => {
    const network = await loadNetwork("kotecha-18");
    expect(network.horizon).toBe(50);
    expect(network.control).toMatchObject({ rule: "s-S", basis: "on-hand", bounds: [0, 100] });
    expect(network.observation?.features).toEqual(["onHand", "backorders", "onOrder", "demand", "order"]);
    expect(network.evaluation).toEqual({ periods: 50, warmup: 0, episodes: 1000 });
  });
});

describe("the published variants", () => {
  test.each(SIZES)(
    "kotecha-%i-published: target 10, orders to all, goods from the first only",
    async (size) => {
      const plain = await loadNetwork(`kotecha-${size}`);
      const published = await loadNetwork(`kotecha-${size}-published`);
      for (const node of published.nodes) expect(node).toMatchObject({ holdingTarget: 10, sourcing: "all" });
      for (const { id } of published.nodes) {
        const arcs = published.arcs.filter(({ to }) => to === id);
        const bySupplier = arcs.toSorted((a, b) => Number(a.from) - Number(b.from));
        expect(bySupplier.map((arc) => arc.yield)).toEqual(arcs.map((_, i) => i === 0 ? 1 : 0));
      }
      expect({
        ...published,
        name: plain.name,
        nodes: published.nodes.map((node) => ({ ...node, holdingTarget: 0, sourcing: "split" })),
        arcs: published.arcs.map((arc) => ({ ...arc, yield: 1 })),
      }).toEqual(plain);
    },
  );
});
