import { beforeAll, describe, expect, test } from "vitest";
import { loadNetwork, type Network, parseNetworkSync, parsePolicy, show } from "../../../../engine/mod.ts";
import { learnedController } from "../../../../engine/learning/mod.ts";
import { respond } from "../../../../engine/report/show/policy.ts";
import { levelsAt } from "../../../../engine/report/show/policy_response.ts";
import { functionController } from "../../../../engine/simulation/mod.ts";
import { loadRun } from "../../../../engine/experiment/mod.ts";
import { messageOf } from "../../../setup/messages.ts";
import { textsOf } from "../../../setup/pictures.ts";
import { tinyConfig, trainIn } from "../../../setup/runs.ts";

let kotecha: Network;
beforeAll(async () => {
  kotecha = await loadNetwork("kotecha-6");
});

/** Real quantities, no cap: a single node with customers. */
const SINGLE = parseNetworkSync({
  name: "single",
  horizon: 40,
  quantities: "real",
  nodes: [{
    id: "1",
    holdingCost: 1,
    backorderCost: 9,
    demand: { kind: "normal", mean: 20, stdDev: 6 },
    initialOnHand: 40,
  }],
  arcs: [{ from: "supply", to: "1", leadTime: 2 }],
});

/** Whether every simulated order is what the curve's rule says of the level before it. */
function simulated(
  { usual }: Awaited<ReturnType<typeof respond>>[number],
  level: "onHand" | "position" | "echelon",
) {
  return usual.orders.map((order, i) => ({ level: usual.levels[i]![level], order }));
}

describe("a classical policy's orders", () => {
  test("of a base-stock policy are max(0, S - position), in the curve and in the simulation", async () => {
    const policy = parsePolicy({ kind: "base-stock", levels: 75.5 }, SINGLE);
    const [response] = await respond(policy, "1", { network: SINGLE }) as [
      Awaited<ReturnType<typeof respond>>[number],
    ];
    expect(response.levels.length).toBeGreaterThan(100);
    response.levels.forEach((level, i) => {
      expect(response.answers[i]!.order).toBeCloseTo(Math.max(0, 75.5 - level), 9);
      expect(response.answers[i]!.parameters).toEqual([75.5]);
    });
    expect(Math.min(...response.levels)).toBeLessThan(75.5);
    expect(Math.max(...response.levels)).toBeGreaterThan(75.5);
    for (const { level, order } of simulated(response, "position")) {
      expect(order).toBeCloseTo(Math.max(0, 75.5 - level), 3);
    }
  });

  test("of an (s,S) policy on stock on hand are whole, capped, and 0 above s", async () => {
    const policy = parsePolicy({ kind: "s-S", reorderPoint: 30, orderUpTo: 60, basis: "on-hand" }, kotecha);
    const [response] = await respond(policy, "3", { network: kotecha }) as [
      Awaited<ReturnType<typeof respond>>[number],
    ];
    const cap = kotecha.nodes[3]!.maxOrder!;
    const expected = (level: number) => level <= 30 ? Math.min(cap, 60 - level) : 0;
    expect(response.levels[0]).toBe(0);
    expect(response.levels.every(Number.isInteger)).toBe(true);
    expect(response.answers.map(({ order }) => order)).toEqual(response.levels.map(expected));
    for (const { level, order } of simulated(response, "onHand")) expect(order).toBe(expected(level));
  });

  test("of an echelon policy follow the echelon position, as the simulation reads it", async () => {
    const policy = parsePolicy({ kind: "echelon-base-stock", levels: 60 }, kotecha);
    const [response] = await respond(policy, "1", { network: kotecha }) as [
      Awaited<ReturnType<typeof respond>>[number],
    ];
    const orders = simulated(response, "echelon");
    for (const { level, order } of orders) expect(order).toBe(Math.max(0, 60 - level));
    expect(orders.some(({ order }) => order > 0)).toBe(true);
    expect(response.answers.map(({ order }) => order)).toEqual(
      response.levels.map((level) => Math.max(0, 60 - level)),
    );
  });

  test("of an (s,Q) and of a constant policy", async () => {
    const lots = parsePolicy({ kind: "s-Q", reorderPoint: 20, quantity: 35 }, kotecha);
    const constant = parsePolicy({ kind: "constant", quantity: 6 }, kotecha);
    const [first, second] = await respond([lots, constant], "4", { network: kotecha });
    expect(first!.answers.map(({ order }) => order)).toEqual(
      first!.levels.map((level) => level <= 20 ? 35 : 0),
    );
    expect(new Set(second!.answers.map(({ order }) => order))).toEqual(new Set([6]));
  });
});

describe("the state around a level", () => {
  const levels = [{ onHand: 4, backorders: 0, position: 14, echelon: 50, demand: 3 }];
  const usual = { median: levels[0]!, levels };

  test("keeps what is on its way: stock on hand or debts make up the position", () => {
    const { onHand, backorders, position, echelon } = levelsAt(usual, "inventory-position", 17);
    expect({ onHand, backorders, position, echelon }).toEqual({
      onHand: 7,
      backorders: 0,
      position: 17,
      echelon: 53,
    });
    expect(levelsAt(usual, "inventory-position", 6)).toMatchObject({ onHand: 0, backorders: 4, echelon: 42 });
  });

  test("keeps what stands elsewhere in the echelon, and moves the position with stock on hand", () => {
    expect(levelsAt(usual, "echelon-position", 53)).toMatchObject({ onHand: 7, position: 17, echelon: 53 });
    expect(levelsAt(usual, "on-hand", 9)).toMatchObject({ onHand: 9, position: 19, echelon: 55, demand: 3 });
  });
});

describe("what acts on observations", () => {
  test("is asked with the node's stock moved and everything else at its median", async () => {
    const row = (node: number, feature: string) => ({ node, feature });
    const seen = { onHand: [] as number[], other: [] as number[] };
    const network = {
      ...kotecha,
      control: { rule: "quantity" as const, basis: "inventory-position" as const },
    };
    const controller = functionController("own", network, (env) => {
      const find = ({ node, feature }: ReturnType<typeof row>) =>
        env.observationRows.findIndex((one) => one.node === node && one.feature === feature && one.lag === 0);
      const value = (which: ReturnType<typeof row>, column: number) =>
        env.observations[env.column(env.observationRows.length, find(which), column)]!;
      const rows = env.compiled.actionRows;
      for (let c = 0; c < env.environments; c++) {
        for (let r = 0; r < rows; r++) env.actions[env.column(rows, r, c)] = 0;
        // On [-1, 1]: half of the stock that is missing from 100.
        env.actions[env.column(rows, 3, c)] = -(value(row(3, "onHand"), c) + 1) / 2;
      }
      seen.onHand = [0, 1, 2].map((c) => value(row(3, "onHand"), c));
      seen.other = [0, 1, 2].map((c) => value(row(4, "onHand"), c));
    });
    const [response] = await respond(controller, "3", { network, against: "on-hand" });
    // The last call is the question.
    expect(seen.onHand).toEqual([0, 1, 2].map((c) => Math.fround(-1 + 2 * response!.levels[c]! / 100)));
    expect(new Set(seen.other).size).toBe(1);
    const [, high] = [0, kotecha.nodes[3]!.maxOrder!];
    response!.levels.slice(0, 101).forEach((level, i) => {
      const action = -((-1 + 2 * Math.min(level, 100) / 100) + 1) / 2;
      expect(response!.answers[i]!.order).toBeCloseTo(Math.round((action + 1) / 2 * high), -0.5);
    });
  });

  test("learned policies answer for a run, for the policy and for its controller alike", async () => {
    const folder = await Deno.makeTempDir();
    try {
      await trainIn(folder, await tinyConfig({ method: "mappo" }));
      const run = await loadRun(folder);
      const { network } = run.config;
      const answers = async (source: Parameters<typeof respond>[0]) =>
        (await respond(source, "2", { network })).map(({ name, answers }) => ({ name, answers }));
      const expected = await answers(run);
      expect(expected[0]!.name).toBe("mappo, seed 0");
      expect(expected[0]!.answers.length).toBeGreaterThan(50);
      expect(expected[0]!.answers[0]!.parameters).toHaveLength(2);
      expect(await answers(run.policy)).toEqual(expected);
      expect(await answers(learnedController(run.policy, network))).toEqual(expected);
      // Without a network it is the run's own.
      expect((await respond(run, "2"))[0]!.answers).toEqual(expected[0]!.answers);
      const texts = textsOf(await show.policy(run, "2"));
      expect(texts).toEqual(
        expect.arrayContaining([
          "On hand at the start of the period (units)",
          "Order; levels (units)",
          "order",
          "simulated orders",
          "reorder point s",
          "order-up-to level S",
        ]),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});

describe("show.policy", () => {
  test("compares several policies under their names", async () => {
    const policies = [20, 40].map((levels) => parsePolicy({ kind: "base-stock", levels }, kotecha));
    const picture = await show.policy(policies, "1", { network: kotecha, names: ["low", "<high>"] });
    expect(textsOf(picture)).toEqual(
      expect.arrayContaining([
        "low",
        "<high>",
        "Inventory position at the start of the period (units)",
        "Order (units)",
      ]),
    );
    expect(picture.bundle()["text/plain"]).toMatch(
      /^Orders of node 1 under low, <high>: order \(units\) against /,
    );
  });

  test("is refused without a policy, a network, or such a node", async () => {
    const policy = parsePolicy({ kind: "base-stock", levels: 20 }, kotecha);
    expect(await messageOf(() => respond([], "1", { network: kotecha }))).toBe(
      "show.policy: expected at least one policy, got none",
    );
    expect(await messageOf(() => respond(policy, "1"))).toBe(
      "show.policy: network: expected the network of the policy, such as { network }",
    );
    expect(await messageOf(() => respond(policy, "9", { network: kotecha }))).toBe(
      'show.policy: the network kotecha-6 has no node "9"; its nodes are "0", "1", "2", "3", "4" or "5"',
    );
    const nothing = undefined as unknown as typeof policy;
    expect(await messageOf(() => respond(nothing, "1", { network: kotecha }))).toBe(
      "show.policy: expected a run, a trained policy, a policy or a controller",
    );
  });
});
