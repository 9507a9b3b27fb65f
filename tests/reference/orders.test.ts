import { describe, expect, test } from "vitest";
import type { NetworkArc, NetworkNode } from "../../engine/network/types.ts";
import { arcOf, networkOf, nodeOf, play, SCRIPTED } from "./examples.ts";
import { decideOrder, type Decision, sourceOrder } from "./orders.ts";
import { echelonPosition, initialState, inventoryPosition } from "./state.ts";

const NO_DRAWS = { demand: () => 0, leadTime: () => 0, sourcing: () => 0 };

describe("order rules", () => {
  /** The order of a lone node with 4 on hand and 3 in transit. */
  function orderOf(
    decision: Decision,
    fields: Partial<NetworkNode> = {},
    quantities: "integer" | "real" = "integer",
  ) {
    const node = nodeOf("a", { initialOnHand: 4, initialInTransit: { supply: [1, 2] }, ...fields });
    const network = networkOf([node], [arcOf("supply", "a")], quantities);
    return decideOrder(network, initialState(network), 0, decision);
  }

  test.each([[2.5, 2], [3.5, 4], [2.51, 3], [-3, 0]])(
    "a quantity of %d is an order of %d",
    (quantity, order) => {
      expect(orderOf({ rule: "quantity", quantity })).toBe(order);
    },
  );

  test("an order is rounded before it is capped", () => {
    expect(orderOf({ rule: "quantity", quantity: 7.5 }, { maxOrder: 7 })).toBe(7);
    expect(orderOf({ rule: "quantity", quantity: 7.5 }, { maxOrder: 7.25 }, "real")).toBe(7.25);
  });

  test("real orders are not rounded", () => {
    expect(orderOf({ rule: "base-stock", level: 10.69, basis: "on-hand" }, {}, "real")).toBe(10.69 - 4);
  });

  test("base-stock orders up to the level, on hand or in position", () => {
    expect(orderOf({ rule: "base-stock", level: 10, basis: "on-hand" })).toBe(6);
    expect(orderOf({ rule: "base-stock", level: 10, basis: "inventory-position" })).toBe(3);
    expect(orderOf({ rule: "base-stock", level: 6, basis: "inventory-position" })).toBe(0);
  });

  test("(s,S) orders up to S when the level is at s or below", () => {
    const rule = { rule: "s-S", orderUpTo: 20, basis: "inventory-position" } as const;
    expect(orderOf({ ...rule, reorderPoint: 7 })).toBe(13);
    expect(orderOf({ ...rule, reorderPoint: 6.75 })).toBe(0);
    expect(orderOf({ ...rule, reorderPoint: 9, orderUpTo: 5 })).toBe(0);
    expect(orderOf({ ...rule, reorderPoint: 4, basis: "on-hand" })).toBe(16);
  });

  test("(s,Q) orders Q when the level is at s or below", () => {
    const rule = { rule: "s-Q", quantity: 15, basis: "inventory-position" } as const;
    expect(orderOf({ ...rule, reorderPoint: 7 })).toBe(15);
    expect(orderOf({ ...rule, reorderPoint: 6 })).toBe(0);
    expect(orderOf({ ...rule, reorderPoint: 7, quantity: 15 }, { maxOrder: 9 })).toBe(9);
  });

  test("demand-plus adds to the demand and the orders of the period before; 0 before the first", () => {
    const network = networkOf(
      [nodeOf("w", { demand: SCRIPTED }), nodeOf("a")],
      [arcOf("supply", "w"), arcOf("w", "a")],
    );
    const plus = (extra: number): Decision => ({ rule: "demand-plus", extra });
    const script = { demand: { w: [6, 1, 0] } };
    const results = play(network, { w: [plus(2), plus(-3), plus(-9)], a: [5, 2, 0] }, script, 3);
    expect(results.map(({ nodes }) => nodes[0].demand)).toEqual([11, 3, 0]);
    expect(results.map(({ nodes }) => nodes[0].order)).toEqual([2, 8, 0]);
  });
});

describe("positions", () => {
  /** supply -> w -> a (orders take 2 periods, goods 3), a has customers who order 2 periods ahead. */
  function example(seesOrders: boolean) {
    return networkOf(
      [
        nodeOf("w", { initialOnHand: 10, seesOrders }),
        nodeOf("a", {
          initialOnHand: 5,
          initialInTransit: { w: [1, 2] },
          demand: SCRIPTED,
          demandLeadTime: 2,
        }),
      ],
      [arcOf("supply", "w"), arcOf("w", "a", { orderLeadTime: 2, leadTime: 3 })],
    );
  }
  const script = { demand: { a: [9, 4, 3, 2] } };
  const orders = { w: [3, 0, 0, 0], a: [7, 6, 1, 4] };

  test("count everything ordered, owed and promised", () => {
    const state = play(example(false), orders, script, 4)[3].state;
    // w: 10 + 3 on hand; the 7 ordered in period 0 left in period 2, the 6 of period 1 in period 3
    expect(state.nodes.map((node) => node.onHand)).toEqual([0, 0]);
    // a: 5 + 1 + 2 on hand met 8 of the 9 due in period 2; 1 and the 4 due in period 3 are owed
    expect(state.nodes[1].owedToCustomers).toBe(5);
    expect(state.nodes[1].known).toEqual([3, 2]);
    expect(state.arcs[1]).toEqual({ owed: 0, goods: [0, 7, 6], orders: [1, 4] });
    expect(inventoryPosition(example(false), state, 1)).toBe(0 + (13 + 0 + 5) - 5 - 5);
    expect(inventoryPosition(example(false), state, 0)).toBe(0);
    expect(inventoryPosition(example(true), state, 0)).toBe(-5);
  });

  test("what a supplier owes is on order at the buyer and off the position of the supplier", () => {
    const network = networkOf([nodeOf("w", { initialOnHand: 2 }), nodeOf("a")], [
      arcOf("supply", "w"),
      arcOf("w", "a"),
    ]);
    const [{ nodes }] = play(network, { a: [9] });
    expect(nodes[0]).toMatchObject({ backorders: 7, inventoryPosition: -7, onHand: 0 });
    expect(nodes[1]).toMatchObject({ onOrder: 9, inTransit: 2, inventoryPosition: 9 });
  });

  test("the echelon holds the stock of all below, what is on its way to them, and their customers' backorders", () => {
    // w -> a, w -> b -> a (two ways to the same node), and c outside, which also supplies a
    const network = networkOf(
      [
        nodeOf("w", { initialOnHand: 30, initialInTransit: { supply: [5] } }),
        nodeOf("b", { initialOnHand: 4, initialInTransit: { w: [0, 3] } }),
        nodeOf("a", { initialOnHand: 1, initialInTransit: { b: [2], c: [6] }, demand: SCRIPTED }),
        nodeOf("c", { initialOnHand: 50 }),
      ],
      [
        arcOf("supply", "w"),
        arcOf("w", "b"),
        arcOf("w", "a"),
        arcOf("b", "a"),
        arcOf("supply", "c"),
        arcOf("c", "a"),
      ],
    );
    const start = initialState(network);
    expect(echelonPosition(network, start, 0)).toBe(5 + 30 + (4 + 3) + (1 + 2 + 6));
    expect(echelonPosition(network, start, 1)).toBe(3 + 4 + (1 + 2 + 6));
    expect(echelonPosition(network, start, 2)).toBe(8 + 1);
    expect(echelonPosition(network, start, 3)).toBe(50 + 1 + 2 + 6);
    // a sells its 9 units and owes 11; b owes it nothing that the echelon of w would count
    const [{ state }] = play(network, { a: [0] }, { demand: { a: [20] } });
    expect(echelonPosition(network, state, 0)).toBe(35 + (4 + 3) - 11);
  });

  test("echelon positions leave out what the echelon owes itself", () => {
    const network = networkOf([nodeOf("w", { initialOnHand: 2 }), nodeOf("a")], [
      arcOf("supply", "w"),
      arcOf("w", "a"),
    ]);
    const [{ state }] = play(network, { a: [9], w: [4] });
    expect(echelonPosition(network, state, 0)).toBe(4 + 0 + 2);
    expect(echelonPosition(network, state, 1)).toBe(9);
  });
});

describe("sourcing", () => {
  interface Supplier {
    onHand?: number;
    share?: number;
  }

  /** Orders on the arcs to node "a" in their order; null is the external supplier. */
  function sourced(
    sourcing: NetworkNode["sourcing"],
    quantity: number,
    suppliers: (Supplier | null)[],
    quantities: "integer" | "real" = "integer",
    drawn = 0,
  ): number[] {
    const nodes = suppliers.flatMap((s, i) =>
      s === null ? [] : [nodeOf(`w${i}`, { initialOnHand: s.onHand ?? 0 })]
    );
    const arcs: NetworkArc[] = suppliers.map((s, i) =>
      arcOf(s === null ? "supply" : `w${i}`, "a", { share: s?.share ?? 1 })
    );
    const network = networkOf([...nodes, nodeOf("a", { sourcing })], arcs, quantities);
    const draws = { ...NO_DRAWS, sourcing: () => drawn };
    return sourceOrder(network, initialState(network), nodes.length, quantity, draws, 0);
  }

  test("split: floors of the shares, the remainder to the lower arcs", () => {
    expect(sourced("split", 10, [{ share: 1 }, { share: 2 }])).toEqual([4, 6]);
    expect(sourced("split", 7, [{ share: 0.3 }, null, { share: 0.4 }])).toEqual([2, 4, 1]);
    expect(sourced("split", 8, [{}, {}, {}])).toEqual([3, 3, 2]);
    expect(sourced("split", 9, [{}])).toEqual([9]);
  });

  test("split: real orders divide by whole weights of at most 10000", () => {
    expect(sourced("split", 13_333, [{ share: 1 }, { share: 3 }], "real")).toEqual([3333, 10_000]);
    expect(sourced("split", 9, [{ share: 1 }, { share: 2 }], "real")).toEqual([3, 6]);
  });

  test("random: the whole order to the arc that is drawn", () => {
    expect(sourced("random", 9, [{}, null, {}], "integer", 1)).toEqual([0, 9, 0]);
    expect(sourced("random", 9, [{}, null, {}], "integer", 2)).toEqual([0, 0, 9]);
  });

  test("all: the whole order to every arc", () => {
    expect(sourced("all", 9, [{}, null, {}])).toEqual([9, 9, 9]);
  });

  test("available: by the suppliers' stock, the rest outside", () => {
    expect(sourced("available", 12, [{ onHand: 6 }, null, { onHand: 3 }])).toEqual([6, 3, 3]);
    // 30/9 = 3 + 3/9 and 15/9 = 1 + 6/9: the remainder goes to the lower arc
    expect(sourced("available", 5, [{ onHand: 6 }, null, { onHand: 3 }])).toEqual([4, 0, 1]);
    expect(sourced("available", 5, [{}, null, {}])).toEqual([0, 5, 0]);
  });

  test("available without external supply: all by the stock, or by the shares where there is none", () => {
    expect(sourced("available", 12, [{ onHand: 6 }, { onHand: 3 }])).toEqual([8, 4]);
    expect(sourced("available", 12, [{ share: 1 }, { share: 2 }])).toEqual([4, 8]);
    // the remainder goes to lower arcs with or without stock
    expect(sourced("available", 2, [{}, { onHand: 2 }, { onHand: 1 }])).toEqual([1, 1, 0]);
    expect(sourced("available", 1.5, [{ onHand: 6 }, { onHand: 3 }], "real")).toEqual([1, 0.5]);
  });

  test("under all, one order is charged and every arc counts as on order", () => {
    const network = networkOf(
      [nodeOf("a", { sourcing: "all", orderCost: 2, fixedOrderCost: 5 }), nodeOf("w", { initialOnHand: 3 })],
      [arcOf("supply", "a", { leadTime: 2 }), arcOf("w", "a"), arcOf("supply", "w")],
    );
    const [{ nodes, arcs }] = play(network, { a: [7] });
    expect(nodes[0]).toMatchObject({ order: 7, cost: 19, onOrder: 14, inTransit: 10, inventoryPosition: 14 });
    expect(arcs.map((arc) => arc.ordered)).toEqual([7, 7, 0]);
  });
});
