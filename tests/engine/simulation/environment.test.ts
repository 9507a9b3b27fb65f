import { describe, expect, test } from "vitest";
import { type NetworkInput, parseNetworkSync } from "../../../engine/network/mod.ts";
import { BatchEnvironment, readState, rewardMatrix } from "../../../engine/simulation/mod.ts";
import { topology } from "../../../engine/network/topology.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { messageOf } from "../../setup/messages.ts";

/** A warehouse and two shops; everything observed, with lags where they can be. */
const TREE: NetworkInput = {
  name: "tree",
  horizon: 6,
  quantities: "integer",
  nodes: [
    { id: "w", holdingCost: 1, initialOnHand: 30, price: 2, maxOrder: 50 },
    {
      id: "a",
      holdingCost: 2,
      backorderCost: 5,
      initialOnHand: 4,
      price: 3,
      maxOrder: 20,
      demand: { kind: "poisson", mean: 4 },
    },
    {
      id: "b",
      holdingCost: 2,
      backorderCost: 5,
      initialOnHand: 4,
      price: 3,
      maxOrder: 20,
      demand: { kind: "poisson", mean: 6 },
    },
  ],
  arcs: [
    { from: "supply", to: "w", leadTime: 2 },
    { from: "w", to: "a", leadTime: 1 },
    { from: "w", to: "b", leadTime: { kind: "uniform-integer", low: 1, high: 3 } },
  ],
  control: { rule: "quantity" },
  observation: {
    features: [
      "onHand",
      "backorders",
      "inTransit",
      "inTransitSlots",
      "onOrder",
      "inventoryPosition",
      "received",
      "demand",
      "order",
      "fillRate",
      "time",
    ],
    lags: { demand: 2, order: 1 },
    bounds: {
      onHand: [0, 40],
      backorders: [0, 10],
      inTransit: [0, 100],
      inTransitSlots: [0, 50],
      onOrder: [0, 100],
      inventoryPosition: { w: [-20, 120], a: [-10, 60], b: [-10, 60] },
      received: [0, 50],
      demand: [0, 8],
      order: [0, 50],
    },
  },
};

async function tree(input: Partial<NetworkInput> = {}, environments = 3): Promise<BatchEnvironment> {
  const env = await BatchEnvironment.create(parseNetworkSync({ ...TREE, ...input }), {
    environments,
    seed: 11,
    recordsAll: true,
  });
  // Orders 15, 5 and 7 of maxOrder 50, 20 and 20.
  env.fillActions([15 / 25 - 1, 5 / 10 - 1, 7 / 10 - 1]);
  return env;
}

function scaled(value: number, low: number, high: number): number {
  return Math.max(-1, Math.min(1, 2 * (value - low) / (high - low) - 1));
}

describe("observations", () => {
  test("are the state at the end of the period, clipped and scaled by the bounds, with lags and slots", async () => {
    const env = await tree();
    const network = env.network;
    const history: ReturnType<typeof readState>[] = [];
    for (let period = 0; period < 5; period++) {
      env.step();
      const view = readState(env, 2);
      history.unshift(view);
      const rows = env.observationRows.length;
      env.observationRows.forEach((row, index) => {
        const value = env.observations[env.column(rows, index, 2)]!;
        const node = history[row.lag]?.nodes[row.node];
        const [low, high] = row.bounds;
        const arcs = network.arcs.flatMap((arc, a) => arc.to === network.nodes[row.node]!.id ? [a] : []);
        const feature: Record<string, number> = {
          onHand: view.nodes[row.node]!.onHand,
          backorders: view.nodes[row.node]!.backorders,
          inTransit: view.nodes[row.node]!.inTransit,
          inTransitSlots: arcs.reduce((sum, a) => sum + (view.arcs[a]!.goods[row.ahead - 1] ?? 0), 0),
          onOrder: view.nodes[row.node]!.onOrder,
          inventoryPosition: view.nodes[row.node]!.inventoryPosition,
          received: view.nodes[row.node]!.received,
          demand: node?.demand ?? 0,
          order: node?.order ?? 0,
          time: (period + 1) / 6,
        };
        if (row.feature === "fillRate") return;
        expect(value, `period ${period}, row ${index}: ${row.feature} lag ${row.lag} ahead ${row.ahead}`)
          .toBeCloseTo(scaled(feature[row.feature]!, low, high), 5);
      });
    }
    expect(env.observationRows.filter((row) => row.feature === "inTransitSlots").map((row) => row.ahead))
      .toEqual([1, 2, 1, 1, 2, 3]);
  });

  test("fill rate is what left on time of what was asked for, 1 where nothing was", async () => {
    const env = await tree();
    const row = env.observationRows.findIndex((one) => one.feature === "fillRate" && one.node === 1);
    for (let period = 0; period < 6 && env.episode === 0; period++) {
      const before = readState(env, 0).nodes[1]!;
      env.step();
      if (env.episode > 0) break;
      const { received, demand, shipped } = readState(env, 0).nodes[1]!;
      const onTime = Math.max(
        0,
        Math.min(before.onHand + received, before.backorders + demand) - before.backorders,
      );
      const expected = demand === 0 ? 1 : onTime / demand;
      expect(shipped).toBe(Math.min(before.onHand + received, before.backorders + demand));
      expect((env.observations[env.column(env.observationRows.length, row, 0)]! + 1) / 2).toBeCloseTo(
        expected,
        5,
      );
    }
  });
});

describe("rewards", () => {
  test.each(["total", "team-mean", "own", "own-and-downstream", "retailers-own"] as const)(
    "%s: the scheme's matrix times the profits, scaled",
    async (scheme) => {
      const env = await tree({ reward: { scheme, scale: 0.01 } });
      env.step(3);
      const profits = readState(env, 1).nodes.map((node) => node.profit);
      const matrix = rewardMatrix(scheme, topology(env.network));
      matrix.forEach((row, agent) => {
        const expected = 0.01 * row.reduce((sum, weight, node) => sum + weight * profits[node]!, 0);
        expect(env.rewards[env.column(3, agent, 1)]).toBeCloseTo(expected, 4);
      });
      // The root's own and downstream is everything.
      if (/own-/.test(scheme) || scheme === "retailers-own") {
        expect(matrix).toEqual([[1, 1, 1], [0, 1, 0], [0, 0, 1]]);
      }
    },
  );
});

describe("episodes", () => {
  test("autoreset within the step: truncated, last observations kept, next episode begun", async () => {
    const [env, plain] = [await tree(), await tree()];
    env.step(5);
    expect([...env.truncations.subarray(0, 3)]).toEqual([0, 0, 0]);
    env.step();
    expect([...env.truncations.subarray(0, 3)]).toEqual([1, 1, 1]);
    expect([...env.terminations.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect([env.period, env.episode]).toEqual([0, 1]);
    const rows = env.observationRows.length;
    const time = env.observationRows.findIndex((row) => row.feature === "time");
    expect(env.finalObservations[env.column(rows, time, 0)]).toBe(1);
    expect(env.observations[env.column(rows, time, 0)]).toBe(-1);

    // A reset without a seed is the same next episode, and steps in one call or in several are the same.
    plain.step(2);
    plain.reset();
    expect(readState(env, 1)).toEqual(readState(plain, 1));
    env.step(4);
    for (let k = 0; k < 4; k++) plain.step();
    expect(readState(env, 1)).toEqual(readState(plain, 1));
  });

  test("a seeded reset starts episode 0 again, and another episode differs", async () => {
    const env = await tree();
    env.step(4);
    const first = readState(env, 0);
    env.reset();
    env.step(4);
    expect(readState(env, 0)).not.toEqual(first);
    env.reset({ seed: 11 });
    env.step(4);
    expect(readState(env, 0)).toEqual(first);
  });
});

describe("what steps and members may be", () => {
  test("no negative periods, none past the horizon without autoreset, no member over 24 bits", async () => {
    const env = await tree();
    expect(await messageOf(() => env.step(-1))).toBe(
      "periods: expected a whole number from 0 to 1048576, got -1",
    );
    expect(await messageOf(() => env.setMembers(Uint32Array.of(2 ** 24))))
      .toBe("member: expected a whole number from 0 to 16777215, got 16777216");
    const once = await BatchEnvironment.create(parseNetworkSync(TREE), { autoreset: false });
    once.step(6);
    expect(once.truncations[0]).toBe(1);
    expect(() => once.step()).toThrow("period 7 lies past the horizon of 6; reset first");
  });

  test("an episode that ends within a longer step truncates it", async () => {
    const env = await tree();
    env.step(4);
    env.step(4);
    expect([env.truncations[0], env.period]).toEqual([1, 2]);
  });
});

describe("demand without chance", () => {
  test("a trace times its profile is rounded once, from exact products", async () => {
    const demandOf = async (values: number[], profile: number[]) => {
      const network = parseNetworkSync({
        ...TREE,
        nodes: TREE.nodes.map((node) =>
          node.id === "a" ? { ...node, demand: { kind: "trace", values, repeat: true, profile } } : node
        ),
      });
      const env = await BatchEnvironment.create(network, { recordsAll: true });
      env.step();
      return readState(env, 0).nodes[1]!.demand;
    };
    // 3.5 and 2.5 are ties: each goes to the even neighbour.
    expect(await demandOf([0.7], [5])).toBe(4);
    expect(await demandOf([0.1], [25])).toBe(2);
  });
});

describe("actions", () => {
  test("of s-S lie in [-1, 1] and are scaled to the bounds; beyond they are clipped", async () => {
    const network = parseNetworkSync({
      ...TREE,
      control: { rule: "s-S", basis: "on-hand", bounds: [0, 100] },
    });
    const env = await BatchEnvironment.create(network, { environments: 1 });
    // s = 30, S = 100 (clipped) at the warehouse, which holds 30: orders 70, of at most 50.
    env.fillActions([-0.4, 7, -1, -1, -1, -1]);
    env.step();
    expect(readState(env, 0).nodes.map((node) => node.order)).toEqual([50, 0, 0]);
  });

  test("of choice are indices into the list", async () => {
    const network = parseNetworkSync({ ...TREE, control: { rule: "choice", choices: [0, 8, 16] } });
    const env = await BatchEnvironment.create(network, { environments: 1 });
    env.fillActions([2, 1, 9]);
    env.step();
    expect(readState(env, 0).nodes.map((node) => node.order)).toEqual([16, 8, 16]);
  });

  test("of demand-plus are added to what was demanded last period", async () => {
    const network = parseNetworkSync({ ...TREE, control: { rule: "demand-plus", bounds: [-8, 24] } });
    const env = await BatchEnvironment.create(network, { environments: 1, seed: 3 });
    env.fillActions([1, -8, 2]);
    env.step();
    expect(readState(env, 0).nodes.map((node) => node.order)).toEqual([1, 0, 2]);
    const { demand } = readState(env, 0).nodes[2]!;
    env.step();
    expect(readState(env, 0).nodes[2]!.order).toBe(demand + 2);
  });
});

describe("limits", () => {
  test("kotecha-6 takes at most 2 KB an environment", async () => {
    const env = await BatchEnvironment.create(await loadNetwork("kotecha-6"), {
      environments: 1024,
      metrics: "all",
    });
    expect(env.bytes / 1024).toBeLessThan(2048);
  });

  test("a trace that ends before the episode is refused", async () => {
    const network = parseNetworkSync({
      ...TREE,
      nodes: TREE.nodes.map((node) =>
        node.id === "a" ? { ...node, demand: { kind: "trace", values: [1, 2, 3] } } : node
      ),
    });
    expect(await messageOf(() => BatchEnvironment.create(network))).toBe(
      'nodes[1] ("a").demand: the trace has 3 values and 6 periods are needed; give a longer trace, fewer periods or "repeat": true',
    );
  });

  test("more environments than memory holds are refused in one line", async () => {
    const network = parseNetworkSync(TREE);
    await expect(BatchEnvironment.create(network, { environments: 4_000_000 })).rejects.toThrow(
      /^[a-z ]+: [\d.]+ MiB on top of [\d.]+ MiB passes the 1024.0 MiB of one device; use fewer environments$/,
    );
    expect(await messageOf(() => BatchEnvironment.create(network, { environments: 0 })))
      .toBe("environments: expected a whole number from 1 to 16777216, got 0");
  });
});
