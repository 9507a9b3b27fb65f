import { describe, expect, test } from "vitest";
import { arcOf, networkOf, nodeOf, play, SCRIPTED } from "./examples.ts";
import type { NodeRecord, PeriodResult } from "./period.ts";

function series(results: PeriodResult[], node: number, field: keyof NodeRecord): number[] {
  return results.map(({ nodes }) => nodes[node][field]);
}

describe("lead times", () => {
  test("0: goods pass through the whole line within the period, whatever the order of the nodes", () => {
    const network = networkOf(
      [nodeOf("c", { demand: SCRIPTED }), nodeOf("a"), nodeOf("b")],
      [
        arcOf("a", "b", { leadTime: 0 }),
        arcOf("b", "c", { leadTime: 0 }),
        arcOf("supply", "a", { leadTime: 0 }),
      ],
    );
    const [{ nodes, arcs }] = play(network, { a: [5], b: [5], c: [5] }, { demand: { c: [5] } });
    expect(nodes.map((node) => node.received)).toEqual([5, 5, 5]);
    expect(nodes[0]).toMatchObject({ sold: 5, customerOnTime: 5, onHand: 0, backorders: 0, inTransit: 0 });
    expect(arcs.map((arc) => arc.arrived)).toEqual([5, 5, 5]);
  });

  test("2: an order of period 0 arrives in period 2", () => {
    const network = networkOf([nodeOf("a")], [arcOf("supply", "a", { leadTime: 2 })]);
    const results = play(network, { a: [5, 3] }, {}, 5);
    expect(series(results, 0, "received")).toEqual([0, 0, 5, 3, 0]);
    expect(series(results, 0, "inTransit")).toEqual([5, 8, 3, 0, 0]);
  });

  test("random ones cross, and shipments that are due together arrive together", () => {
    const network = networkOf([nodeOf("a")], [arcOf("supply", "a")]);
    const results = play(network, { a: [1, 2, 4, 8] }, { leadTime: { 0: [3, 0, 2, 1] } }, 5);
    // period 0's is due in 3, period 1's at once, those of periods 2 and 3 in 4
    expect(series(results, 0, "received")).toEqual([0, 2, 0, 1, 12]);
  });

  test("of orders: the supplier takes them in later, external supply too", () => {
    const network = networkOf(
      [nodeOf("w", { initialOnHand: 9 }), nodeOf("a")],
      [
        arcOf("supply", "w", { orderLeadTime: 1, leadTime: 0 }),
        arcOf("w", "a", { orderLeadTime: 2, leadTime: 1 }),
      ],
    );
    const results = play(network, { w: [6], a: [4, 3] }, {}, 5);
    expect(series(results, 0, "received")).toEqual([0, 6, 0, 0, 0]);
    expect(series(results, 0, "demand")).toEqual([0, 0, 4, 3, 0]);
    expect(series(results, 1, "received")).toEqual([0, 0, 0, 4, 3]);
    expect(series(results, 1, "onOrder")).toEqual([4, 7, 7, 3, 0]);
    expect(results[0].arcs[0]).toEqual({ ordered: 6, shipped: 0, trimmed: 0, arrived: 0, lostToYield: 0 });
  });

  test("of demand: due later, known to the position in between", () => {
    const node = nodeOf("a", { initialOnHand: 20, demand: SCRIPTED, demandLeadTime: 2 });
    const results = play(networkOf([node], [arcOf("supply", "a")]), {}, { demand: { a: [5, 7, 1, 0] } }, 4);
    expect(series(results, 0, "customerDemand")).toEqual([0, 0, 5, 7]);
    expect(series(results, 0, "onHand")).toEqual([20, 20, 15, 8]);
    expect(series(results, 0, "inventoryPosition")).toEqual([15, 8, 7, 7]);
  });
});

test("initial goods in transit arrive from period 0 on, before demand, and lose to the yield like others", () => {
  const node = nodeOf("a", { initialInTransit: { supply: [4, 0, 9] }, demand: SCRIPTED });
  const network = networkOf([node], [arcOf("supply", "a", { yield: 0.75 })]);
  const results = play(network, {}, { demand: { a: [3] } }, 3);
  expect(series(results, 0, "received")).toEqual([3, 0, 6]);
  expect(series(results, 0, "lostToYield")).toEqual([1, 0, 3]);
  expect(series(results, 0, "onHand")).toEqual([0, 0, 6]);
  expect(series(results, 0, "customerOnTime")).toEqual([3, 0, 0]);
});

describe("yield", () => {
  test("is floored on all that arrives together, and all of it leaves on-order", () => {
    const network = networkOf([nodeOf("a")], [arcOf("supply", "a", { yield: 0.7 })]);
    // 7 and 8 both arrive in period 2: floor(15 * 0.7) = 10, not floor(4.9) + floor(5.6) = 9
    const results = play(network, { a: [7, 8] }, { leadTime: { 0: [2, 1] } }, 3);
    expect(results[2].nodes[0]).toMatchObject({ received: 10, lostToYield: 5, onOrder: 0, onHand: 10 });
    expect(results[2].arcs[0]).toMatchObject({ arrived: 10, lostToYield: 5 });
  });

  test("is exact where a float is not: 0.29 of 100 is 29", () => {
    const network = networkOf([nodeOf("a")], [arcOf("supply", "a", { yield: 0.29, leadTime: 0 })]);
    expect(play(network, { a: [100] })[0].nodes[0].received).toBe(29);
  });

  test("is floored arc by arc", () => {
    const half = { yield: 0.5, leadTime: 0 };
    const network = networkOf(
      [nodeOf("w", { initialOnHand: 3 }), nodeOf("a", { sourcing: "all" })],
      [arcOf("supply", "w"), arcOf("w", "a", half), arcOf("supply", "a", half)],
    );
    expect(play(network, { a: [3] })[0].nodes[1]).toMatchObject({ received: 2, lostToYield: 4 });
  });

  test("real quantities lose the exact fraction", () => {
    const network = networkOf([nodeOf("a")], [arcOf("supply", "a", { yield: 0.25, leadTime: 0 })], "real");
    expect(play(network, { a: [5] })[0].nodes[0]).toMatchObject({ received: 1.25, lostToYield: 3.75 });
  });
});

describe("unmet demand", () => {
  test("is owed and served later", () => {
    const node = nodeOf("a", { initialOnHand: 3, initialInTransit: { supply: [0, 6] }, demand: SCRIPTED });
    const results = play(networkOf([node], [arcOf("supply", "a")]), {}, { demand: { a: [5, 1] } }, 2);
    expect(series(results, 0, "backorders")).toEqual([2, 0]);
    expect(series(results, 0, "sold")).toEqual([3, 3]);
    expect(series(results, 0, "onTime")).toEqual([3, 1]);
    expect(series(results, 0, "onHand")).toEqual([0, 3]);
  });

  test("is lost by customers only, never by buying nodes", () => {
    const seller = nodeOf("w", {
      initialOnHand: 4,
      demand: SCRIPTED,
      unmetDemand: "lost",
      allocation: "priority",
      lostSaleCost: 7,
      backorderCost: 2,
      maxBackorder: 9,
    });
    const network = networkOf([seller, nodeOf("a")], [arcOf("supply", "w"), arcOf("w", "a")]);
    const [{ nodes, state }] = play(network, { a: [3] }, { demand: { w: [6] } });
    expect(nodes[0]).toMatchObject({ lost: 2, backorders: 3, sold: 4, trimmed: 0, cost: 7 * 2 + 2 * 3 });
    expect(state.nodes[0].owedToCustomers).toBe(0);
    expect(state.arcs[1].owed).toBe(3);
  });
});

test("stock above the capacity is cut after shipping", () => {
  const node = nodeOf("a", { initialOnHand: 12, capacity: 6, demand: SCRIPTED, holdingCost: 1 });
  const [{ nodes }] = play(networkOf([node], [arcOf("supply", "a")]), {}, { demand: { a: [2] } });
  expect(nodes[0]).toMatchObject({ sold: 2, cut: 4, onHand: 6, cost: 6 });
});

describe("trimming", () => {
  const seller = nodeOf("w", { maxBackorder: 5, demand: SCRIPTED, backorderCost: 3 });
  const network = networkOf(
    [seller, nodeOf("a"), nodeOf("b")],
    [arcOf("supply", "w"), arcOf("w", "a"), arcOf("w", "b")],
  );

  test("takes the last arc first and own customers last", () => {
    const [{ nodes, arcs, state }] = play(network, { a: [3], b: [4] }, { demand: { w: [2] } });
    expect(arcs.map((arc) => arc.trimmed)).toEqual([0, 0, 4]);
    expect(nodes[0]).toMatchObject({ trimmed: 4, backorders: 5, cost: 15 });
    expect(nodes.slice(1).map((node) => node.onOrder)).toEqual([3, 0]);
    expect(state.nodes[0].owedToCustomers).toBe(2);
  });

  test("reaches own customers when the arcs are not enough", () => {
    const [{ nodes, arcs, state }] = play(network, { a: [3], b: [1] }, { demand: { w: [8] } });
    expect(arcs.map((arc) => arc.trimmed)).toEqual([0, 3, 1]);
    expect(nodes[0]).toMatchObject({ trimmed: 7, backorders: 5, lost: 0 });
    expect(state.nodes[0].owedToCustomers).toBe(5);
  });

  test("spares what was owed before", () => {
    const results = play(network, { b: [4, 2], a: [0, 2] }, { demand: { w: [0, 1] } }, 2);
    expect(results[1].state.arcs.map((arc) => arc.owed)).toEqual([0, 0, 4]);
    expect(results[1].state.nodes[0].owedToCustomers).toBe(1);
    expect(results[1].arcs.map((arc) => arc.trimmed)).toEqual([0, 2, 2]);
  });
});

describe("costs and revenue", () => {
  test("holding is charged on the distance to the target", () => {
    const node = nodeOf("a", { initialOnHand: 12, demand: SCRIPTED, holdingCost: 2, holdingTarget: 10 });
    const results = play(networkOf([node], [arcOf("supply", "a")]), {}, { demand: { a: [0, 5] } }, 2);
    expect(series(results, 0, "cost")).toEqual([4, 6]);
  });

  test("changes of the order are charged up and down, from 0 before the first", () => {
    const node = nodeOf("a", { orderChangeCost: 3 });
    const results = play(networkOf([node], [arcOf("supply", "a")]), { a: [4, 1, 1] }, {}, 3);
    expect(series(results, 0, "cost")).toEqual([12, 9, 0]);
  });

  test("ordering costs by the unit and by the order", () => {
    const node = nodeOf("a", { orderCost: 2, fixedOrderCost: 7 });
    const results = play(networkOf([node], [arcOf("supply", "a")]), { a: [4, 0] }, {}, 2);
    expect(series(results, 0, "cost")).toEqual([15, 0]);
  });

  test("goods in transit are charged to the receiver by arc, at the end of the period", () => {
    const network = networkOf(
      [nodeOf("w", { initialOnHand: 9 }), nodeOf("a", { sourcing: "all" })],
      [
        arcOf("supply", "w"),
        arcOf("w", "a", { leadTime: 2, inTransitHoldingCost: 3 }),
        arcOf("supply", "a", { leadTime: 1, inTransitHoldingCost: 10 }),
      ],
    );
    const results = play(network, { a: [2] }, {}, 3);
    expect(series(results, 1, "cost")).toEqual([26, 6, 0]);
    expect(series(results, 0, "cost")).toEqual([0, 0, 0]);
  });

  test("the sender is paid for every unit shipped, late ones too, when it ships", () => {
    const network = networkOf(
      [
        nodeOf("w", { initialOnHand: 5, price: 4, demand: SCRIPTED, backorderCost: 1 }),
        nodeOf("a", { price: 100 }),
      ],
      [arcOf("supply", "w"), arcOf("w", "a")],
    );
    const results = play(network, { a: [3], w: [4] }, { demand: { w: [6] } }, 2);
    expect(series(results, 0, "profit")).toEqual([4 * 5 - 4, 4 * 4]);
    expect(series(results, 1, "profit")).toEqual([0, 0]);
  });
});

test("a period leaves the state it started from as it was", () => {
  const network = networkOf(
    [
      nodeOf("w", { initialOnHand: 5, initialInTransit: { supply: [1, 2] } }),
      nodeOf("a", { demand: SCRIPTED, demandLeadTime: 1 }),
    ],
    [arcOf("supply", "w"), arcOf("w", "a", { orderLeadTime: 1 })],
  );
  const [{ state }] = play(network, { w: [3], a: [4] }, { demand: { a: [2] } });
  const before = structuredClone(state);
  play(network, { w: [3], a: [4] }, { demand: { a: [2] } }, 3, state);
  expect(state).toEqual(before);
});
