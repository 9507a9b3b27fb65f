import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate } from "./allocation.ts";
import { arcOf, networkOf, nodeOf, play, SCRIPTED } from "./examples.ts";
import { sum } from "./arithmetic.ts";

const NO_POSITIONS = [-Infinity, 0, 0, 0];

describe("fair", () => {
  test.each([
    { available: 10, claims: [2, 9, 5], served: [2, 4, 4] },
    { available: 7, claims: [1, 3, 9], served: [1, 3, 3] },
    { available: 11, claims: [2, 9, 9], served: [2, 5, 4] },
    { available: 2, claims: [0, 5, 5, 5], served: [0, 1, 1, 0] },
    { available: 0, claims: [3, 0, 4], served: [0, 0, 0] },
    { available: 20, claims: [3, 8, 9], served: [3, 8, 9] },
  ])("shares $available units among $claims as $served", ({ available, claims, served }) => {
    expect(allocate("fair", available, claims, NO_POSITIONS, true)).toEqual(served);
  });

  test("divides real quantities evenly", () => {
    expect(allocate("fair", 11, [2, 9, 9], NO_POSITIONS, false)).toEqual([2, 4.5, 4.5]);
  });
});

describe("proportional", () => {
  test.each([
    // 30/14 = 2 + 2/14 twice, 80/14 = 5 + 10/14
    { available: 10, claims: [3, 3, 8], served: [2, 2, 6] },
    // 5/12, 30/12 = 2 + 6/12, 25/12 = 2 + 1/12
    { available: 5, claims: [1, 6, 5], served: [0, 3, 2] },
    // equal remainders
    { available: 5, claims: [3, 3, 3], served: [2, 2, 1] },
    { available: 0, claims: [3, 0, 4], served: [0, 0, 0] },
  ])("shares $available units among $claims as $served", ({ available, claims, served }) => {
    expect(allocate("proportional", available, claims, NO_POSITIONS, true)).toEqual(served);
  });

  test("divides real quantities in proportion", () => {
    expect(allocate("proportional", 9, [3, 3, 12], NO_POSITIONS, false)).toEqual([1.5, 1.5, 6]);
  });
});

describe("lowest position", () => {
  const positions = [-Infinity, 7, -1, 7];

  test("own customers first, then the lowest, then the lower arc among equals", () => {
    expect(allocate("lowest-position", 12, [4, 5, 6, 3], positions, true)).toEqual([4, 2, 6, 0]);
    expect(allocate("lowest-position", 16, [4, 5, 6, 3], positions, true)).toEqual([4, 5, 6, 1]);
    expect(allocate("lowest-position", 3, [4, 5, 6, 3], positions, true)).toEqual([3, 0, 0, 0]);
  });
});

test("priority serves the claims in their order", () => {
  expect(allocate("priority", 10, [4, 5, 6], NO_POSITIONS, true)).toEqual([4, 5, 1]);
});

test("every rule hands out all there is, and to nobody more than was claimed", () => {
  const claim = fc.record({ amount: fc.nat(30), position: fc.integer({ min: -9, max: 9 }) });
  const rule = fc.constantFrom("fair", "proportional", "lowest-position", "priority");
  fc.assert(
    fc.property(rule, fc.nat(120), fc.array(claim, { minLength: 1 }), (rule, available, claims) => {
      const amounts = claims.map((c) => c.amount);
      const served = allocate(rule, available, amounts, claims.map((c) => c.position), true);
      expect(sum(served)).toBe(Math.min(available, sum(amounts)));
      served.forEach((units, i) => {
        expect(Number.isInteger(units)).toBe(true);
        expect(units).toBeGreaterThanOrEqual(0);
        expect(units).toBeLessThanOrEqual(amounts[i]);
      });
    }),
    { seed: 20_261, numRuns: 500 },
  );
});

describe("in a period", () => {
  const arcs = [arcOf("supply", "w"), arcOf("w", "a"), arcOf("w", "b")];
  const buyers = [nodeOf("a"), nodeOf("b")];

  test("what is owed goes before what is new", () => {
    const warehouse = nodeOf("w", { initialInTransit: { supply: [0, 10] } });
    const network = networkOf([warehouse, ...buyers], arcs);
    const [first, second] = play(network, { a: [8, 0], b: [0, 5] }, {}, 2);
    expect(first.state.arcs.map((arc) => arc.owed)).toEqual([0, 8, 0]);
    expect(second.arcs.map((arc) => arc.shipped)).toEqual([0, 8, 2]);
    expect(second.state.arcs.map((arc) => arc.owed)).toEqual([0, 0, 3]);
    expect(second.nodes[0]).toMatchObject({ newClaims: 5, onTime: 2, shipped: 10, onHand: 0, backorders: 3 });
  });

  test("each pass is fair on its own: what is left of the first goes to the new claims", () => {
    const warehouse = nodeOf("w", { initialInTransit: { supply: [0, 10] } });
    const network = networkOf([warehouse, ...buyers], arcs);
    const [, second] = play(network, { a: [4, 4], b: [0, 9] }, {}, 2);
    // 4 owed to a; then 6 for 4 and 9 new: 3 each
    expect(second.arcs.map((arc) => arc.shipped)).toEqual([0, 7, 3]);
    expect(second.state.arcs.map((arc) => arc.owed)).toEqual([0, 1, 6]);
  });

  test("a short pass leaves exactly nothing, whatever the parts round to", () => {
    const warehouse = nodeOf("w", { initialOnHand: 0.7, allocation: "proportional" });
    const network = networkOf([warehouse, ...buyers], arcs, "real");
    for (let order = 1; order < 50; order++) {
      const [{ nodes }] = play(network, { a: [order], b: [order + 0.1] });
      expect(nodes[0].onHand).toBe(0);
    }
  });

  test("own customers are the first claim", () => {
    const warehouse = nodeOf("w", { initialOnHand: 4, demand: SCRIPTED });
    const network = networkOf([warehouse, ...buyers], arcs);
    const [result] = play(network, { a: [3], b: [3] }, { demand: { w: [3] } });
    expect(result.nodes[0]).toMatchObject({ sold: 2, customerDemand: 3, customerOnTime: 2, shipped: 4 });
    expect(result.arcs.map((arc) => arc.shipped)).toEqual([0, 1, 1]);
    expect(result.state.nodes[0].owedToCustomers).toBe(1);
  });

  test("lowest position looks at the start of the period, before the orders", () => {
    const warehouse = nodeOf("w", { initialOnHand: 8, allocation: "lowest-position" });
    const network = networkOf([
      warehouse,
      nodeOf("a", { initialOnHand: 5 }),
      nodeOf("b", { initialOnHand: 6 }),
    ], arcs);
    // after the orders b would be the lower one: 6 + 6 against 5 + 20
    const [result] = play(network, { a: [20], b: [6] });
    expect(result.arcs.map((arc) => arc.shipped)).toEqual([0, 8, 0]);
  });
});
