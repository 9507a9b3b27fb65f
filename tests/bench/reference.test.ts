import { beforeAll, describe, expect, test } from "vitest";
import { shareFairly, shareInOrder } from "../../bench/reference/allocation.ts";
import { outcome, samplerOf, threefry } from "../../bench/reference/draws.ts";
import { ReferenceSimulator } from "../../bench/reference/simulator.ts";
import { kotecha6, type Setting, ziegnerD1 } from "../../bench/cases/networks.ts";
import { InputError } from "../../engine/errors.ts";
import { BatchEnvironment, policyController, readState } from "../../engine/simulation/mod.ts";

test.each([
  [0, 0, 0, 0, 0x6b200159],
  [-1, -1, -1, -1, 0x1cb996fc],
  [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c],
])("threefry(%i, %i, %i, %i) is the published answer", (k0, k1, c0, c1, word) => {
  expect(threefry(k0, k1, c0, c1) >>> 0).toBe(word);
});

test("a sampler's guide finds what counting the thresholds finds", () => {
  const sampler = samplerOf({ kind: "poisson-uniform", low: 5, high: 15 }, "");
  for (let i = 0; i < 5000; i++) {
    const word = threefry(1, 2, i, 3);
    const counted = sampler.thresholds.filter((threshold) => threshold <= word >>> 0).length;
    expect(outcome(sampler, word)).toBe(counted);
  }
  expect(outcome(sampler, 0)).toBe(0);
  expect(outcome(sampler, -1)).toBe(sampler.thresholds.length - 1);
});

describe("allocation", () => {
  test.each([
    [[5, 5, 5], 7, [3, 2, 2]],
    [[1, 9, 9], 8, [1, 4, 3]],
    [[9, 0, 2], 6, [4, 0, 2]],
    [[3, 3], 0, [0, 0]],
    [[2, 7, 4, 7], 15, [2, 5, 4, 4]],
  ])("fair shares of %j out of %d are %j", (claims, stock, shares) => {
    const gets = new Float64Array(claims.length);
    shareFairly(Float64Array.from(claims), gets, claims.length, stock);
    expect(Array.from(gets)).toEqual(shares);
  });

  test("in order, each as much as possible", () => {
    const gets = new Float64Array(3);
    shareInOrder(Float64Array.of(4, 4, 4), gets, Int32Array.of(2, 0, 1), 3, 6);
    expect(Array.from(gets)).toEqual([2, 0, 4]);
  });
});

describe.each([["kotecha-6", kotecha6], ["ziegner-d1", ziegnerD1]])("%s", (_, load) => {
  // More than a block of the engine's, and no multiple of anything.
  const environments = 269;
  let setting: Setting;
  beforeAll(async () => setting = await load());

  test("is what the engine simulates: the same integers, money and observations to f32", async () => {
    const { network, policy } = setting;
    const reference = new ReferenceSimulator(network, policy, { environments, seed: 20240611 });
    const controller = policyController(policy, network);
    const env = await BatchEnvironment.create(network, {
      environments,
      seed: 20240611,
      phase: "simulate",
      rules: controller.rules,
    });
    const actions = controller.fixedActions ?? new Float32Array();
    actions.forEach((action, row) => {
      for (let e = 0; e < environments; e++) env.actions[env.column(actions.length, row, e)] = action;
    });
    const observations = env.observationRows.length;
    const features = observations / network.nodes.length;
    const observed = new Set(network.observation?.features);
    let wasShort = 0;
    // Into the second episode.
    for (let period = 0; period < network.horizon + 20; period++) {
      reference.step();
      env.step();
      for (const e of [0, 7, 255, 256, environments - 1]) {
        const state = readState(env, e);
        network.nodes.forEach((_, n) => {
          const { onHand, owed, backorders, order, demand, position, profit, observations: rows } = reference
            .node(n);
          const engine = state.nodes[n];
          expect([onHand[e], owed[e], backorders[e]]).toEqual([
            engine.onHand,
            engine.owedToCustomers,
            engine.backorders,
          ]);
          // Each keeps positions and demands only where something looks at them.
          if (observed.has("inventoryPosition")) expect(position[e]).toBe(engine.inventoryPosition);
          if (reference.period > 0) {
            expect(order[e]).toBe(engine.order);
            if (observed.has("demand")) expect(demand[e]).toBe(engine.demand);
            expect(profit[e]).toBeCloseTo(engine.profit, 3);
          }
          rows.forEach((row, f) => {
            expect(row[e]).toBeCloseTo(env.observations[env.column(observations, n * features + f, e)], 5);
          });
          if (backorders[e] > 0) wasShort++;
        });
        network.arcs.forEach((_, a) => expect(reference.arc(a).owed[e]).toBe(state.arcs[a].owed));
        expect(reference.rewards[e]).toBeCloseTo(env.rewards[env.column(network.nodes.length, 0, e)], 3);
      }
    }
    expect(reference.episode).toBe(1);
    expect(wasShort).toBeGreaterThan(50);
  });

  test("conserves goods: initial + supplied = sold + on hand + in transit", () => {
    const nodes = setting.network.nodes.map(({ capacity: _, ...node }) => node);
    const network = { ...setting.network, nodes };
    const reference = new ReferenceSimulator(network, setting.policy, { environments: 3, seed: 5 });
    const initial = nodes.reduce((sum, node) => sum + node.initialOnHand, 0);
    const supplyArcs = network.arcs.flatMap(({ from }, a) => from === "supply" ? [a] : []);
    let supplied = 0;
    let due = 0;
    for (let period = 0; period < network.horizon - 1; period++) {
      for (const a of supplyArcs) {
        const { orders } = reference.arc(a);
        // What is ordered and delivered in one period is not in the ring yet.
        if (orders.length > 1) supplied += orders[period % orders.length][1];
      }
      reference.step();
      for (const a of supplyArcs) {
        const { orders } = reference.arc(a);
        if (orders.length === 1) supplied += orders[0][1];
      }
      nodes.forEach((node, n) => {
        if (node.demand === undefined) return;
        const ring = reference.node(n).due;
        due += ring[period % ring.length][1];
      });
      const rows = nodes.map((_, n) => reference.node(n));
      const inTransit = network.arcs.reduce((sum, _, a) => {
        const { shipments } = reference.arc(a);
        // The slot of this period has been received.
        return shipments.reduce(
          (all, row, slot) => slot === period % shipments.length ? all : all + row[1],
          sum,
        );
      }, 0);
      const stock = rows.reduce((sum, { onHand }) => sum + onHand[1], inTransit);
      const sold = due - rows.reduce((sum, { owed }) => sum + owed[1], 0);
      expect(sold + stock).toBe(initial + supplied);
    }
    expect(supplied).toBeGreaterThan(0);
  });

  test("an environment's trajectory does not depend on how many run beside it", () => {
    const few = new ReferenceSimulator(setting.network, setting.policy, { environments: 2, seed: 3 });
    const many = new ReferenceSimulator(setting.network, setting.policy, { environments: 40, seed: 3 });
    const other = new ReferenceSimulator(setting.network, setting.policy, { environments: 2, seed: 4 });
    let differs = false;
    for (let period = 0; period < 30; period++) {
      few.step();
      many.step();
      other.step();
      expect(few.rewards[1]).toBe(many.rewards[1]);
      differs ||= few.rewards[1] !== other.rewards[1];
    }
    expect(differs).toBe(true);
  });
});

test("refuses what it has no loop for", async () => {
  const { network, policy } = await kotecha6();
  const lost = network.nodes.map((node) => ({ ...node, unmetDemand: "lost" as const }));
  const make = () => new ReferenceSimulator({ ...network, nodes: lost }, policy, { environments: 1 });
  expect(make).toThrow(InputError);
  expect(make).toThrow("nodes[0].unmetDemand: the reference has only backorder, got lost");
});
