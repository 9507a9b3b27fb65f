import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Network } from "../../engine/network/types.ts";
import { PHASES } from "../../engine/random/mod.ts";
import { type BatchEnvironment, type NodeView, readState } from "../../engine/simulation/mod.ts";
import { loadNetwork, scenarios } from "../../engine/scenarios/registry.ts";
import { drawsFor } from "../reference/draws.ts";
import type { Decision } from "../reference/orders.ts";
import { initialState, inventoryPosition, type NodeRecord, stepPeriod } from "../reference/period.ts";
import type { ArcState, SystemState } from "../reference/state.ts";
import { arbitraryCase, type Case, environmentFor } from "../setup/decisions.ts";

const SEED = 20261121;

const caseOf = (quantities: Network["quantities"]) =>
  fc.record({ drawn: arbitraryCase(quantities), environments: fc.constantFrom(1, 3, 9, 300) });

/** Both ends of an environment's batch, and one past the first block. */
function watched(environments: number): number[] {
  return [...new Set([0, environments - 1, Math.min(257, environments - 1)])];
}

function trimZeros(values: readonly number[]): number[] {
  const last = values.findLastIndex((value) => value !== 0);
  return values.slice(0, last + 1).map((value) => value + 0);
}

/** The kernel's node in the reference's terms. */
function nodeView(view: NodeView) {
  return {
    onHand: view.onHand,
    backorders: view.backorders,
    onOrder: view.onOrder,
    inventoryPosition: view.inventoryPosition,
    inTransit: view.inTransit,
    order: view.order,
    received: view.received,
    demand: view.demand,
    shipped: view.shipped,
    cost: view.cost,
    profit: view.profit,
  };
}

function expectedView(record: NodeRecord): ReturnType<typeof nodeView> {
  return {
    onHand: record.onHand,
    backorders: record.backorders,
    onOrder: record.onOrder,
    inventoryPosition: record.inventoryPosition,
    inTransit: record.inTransit,
    order: record.order,
    received: record.received,
    demand: record.demand,
    shipped: record.shipped,
    cost: record.cost,
    profit: record.profit,
  };
}

const MONEY = new Set(["cost", "profit"]);

/** Runs the kernel and the reference side by side: every quantity bit for bit, money to 1e-5. */
async function expectSameTrajectory(
  { network, decisions, seed }: Case,
  environments: number,
  periods: number,
) {
  const env = await environmentFor(network, decisions, environments, seed);
  const members = watched(environments);
  const draws = members.map((member) => drawsFor(network, { seed, phase: PHASES.tests, episode: 0, member }));
  const states = members.map(() => initialState(network));
  for (let period = 0; period < periods; period++) {
    env.step();
    for (const [k, member] of members.entries()) {
      const result = stepPeriod(network, states[k]!, decisions, draws[k]!, period);
      states[k] = result.state;
      const view = readState(env, member);
      for (const [n, record] of result.nodes.entries()) {
        const actual = nodeView(view.nodes[n]!);
        for (const [name, expected] of Object.entries(expectedView(record))) {
          const value = actual[name as keyof typeof actual];
          const what = `period ${period}, environment ${member}, node ${network.nodes[n]!.id}, ${name}`;
          if (MONEY.has(name)) {
            const scale = Math.max(1, Math.abs(record.cost), Math.abs(record.profit + record.cost));
            expect(Math.abs(value - expected) / scale, what).toBeLessThan(1e-5);
          } else {
            expect(value === expected, `${what}: ${value}, expected ${expected}`).toBe(true);
          }
        }
        expect(view.nodes[n]!.owedToCustomers).toBe(result.state.nodes[n]!.owedToCustomers);
        expect(view.nodes[n]!.known.map((x) => x + 0)).toEqual(result.state.nodes[n]!.known);
      }
      for (const [a, arc] of result.state.arcs.entries()) {
        expect(view.arcs[a]!.owed).toBe(arc.owed);
        expect(trimZeros(view.arcs[a]!.goods)).toEqual(trimZeros(arc.goods));
        expect(trimZeros(view.arcs[a]!.orders)).toEqual(trimZeros(arc.orders));
      }
    }
  }
}

/** The network without what needs the kernel's general paths: what most links of most networks are. */
function plain(drawn: Case): Case {
  const { network } = drawn;
  const nodes = network.nodes.map(({ maxBackorder: _, ...node }) => ({
    ...node,
    allocation: "fair" as const,
    sourcing: "split" as const,
    unmetDemand: "backorder" as const,
    demandLeadTime: 0,
    initialInTransit: {},
  }));
  const arcs = network.arcs.map((arc, a) => ({
    ...arc,
    leadTime: { kind: "constant" as const, value: a % 3 },
    orderLeadTime: 0,
    yield: 1,
    inTransitHoldingCost: 0,
  }));
  return { ...drawn, network: { ...network, nodes, arcs } };
}

describe("env_step agrees with the float64 reference", () => {
  test("integer networks: every quantity bit for bit, over 30 periods and many environments", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseOf("integer"),
        ({ drawn, environments }) => expectSameTrajectory(drawn, environments, 30),
      ),
      { numRuns: 150, seed: SEED, endOnFailure: true },
    );
  });

  test("integer networks of plain links, which have paths of their own", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseOf("integer"),
        ({ drawn, environments }) => expectSameTrajectory(plain(drawn), environments, 30),
      ),
      { numRuns: 100, seed: SEED + 3, endOnFailure: true },
    );
  });

  const builtIn = scenarios.filter(({ needsData }) => !needsData).map(({ name }) => name);
  test.each(builtIn)("%s, under levels that leave it short", async (name) => {
    const network = await loadNetwork(name);
    const decisions = network.nodes.map((): Decision => ({
      rule: "base-stock",
      level: 21,
      basis: "inventory-position",
    }));
    await expectSameTrajectory({ network, decisions, seed: SEED }, 9, 60);
  });

  test.each([false, true])(
    "real networks (plain links: %s): one period from the kernel's own state, to 1e-4",
    async (simple) => {
      await fc.assert(
        fc.asyncProperty(caseOf("real"), async ({ drawn }) => {
          const { network, decisions, seed } = simple ? plain(drawn) : drawn;
          const env = await environmentFor(network, decisions, 1, seed);
          const draws = drawsFor(network, { seed, phase: PHASES.tests, episode: 0, member: 0 });
          let state = initialState(network);
          for (let period = 0; period < 30; period++) {
            env.step();
            const result = stepPeriod(network, state, decisions, draws, period);
            const view = readState(env, 0);
            for (const [n, record] of result.nodes.entries()) {
              const actual = nodeView(view.nodes[n]!);
              const expected = expectedView(record);
              const units = Math.max(1, ...[record.onHand, record.onOrder, record.backorders, record.demand]);
              const money = Math.max(1, Math.abs(record.cost), Math.abs(record.profit + record.cost));
              for (const [name, value] of Object.entries(expected)) {
                const error = Math.abs(actual[name as keyof typeof actual] - value);
                const scale = MONEY.has(name) ? Math.max(money, units) : units;
                expect(error / scale, `period ${period}, node ${network.nodes[n]!.id}, ${name}: ${value}`)
                  .toBeLessThan(1e-4);
              }
            }
            state = asReference(env, state);
          }
        }),
        { numRuns: 100, seed: SEED + 1, endOnFailure: true },
      );
    },
  );
});

/** The kernel's state in the reference's form. */
function asReference(env: BatchEnvironment, like: SystemState): SystemState {
  const view = readState(env, 0);
  return {
    nodes: view.nodes.map((node, n) => ({
      onHand: node.onHand,
      owedToCustomers: node.owedToCustomers,
      known: like.nodes[n]!.known.map((_, k) => node.known[k]!),
      lastOrder: node.order,
      lastDemand: node.demand,
    })),
    arcs: view.arcs.map((arc): ArcState => ({
      owed: arc.owed,
      goods: arc.goods.map(Math.abs),
      orders: arc.orders,
    })),
  };
}

describe("the state of an environment", () => {
  test("reads back as the initial state, positions included", async () => {
    await fc.assert(
      fc.asyncProperty(caseOf("integer"), async ({ drawn: { network, decisions, seed } }) => {
        const env = await environmentFor(network, decisions, 1, seed);
        const state = initialState(network);
        const view = readState(env, 0);
        for (const [n, node] of state.nodes.entries()) {
          expect(view.nodes[n]!.onHand).toBe(node.onHand);
          expect(view.nodes[n]!.inventoryPosition).toBe(inventoryPosition(network, state, n));
        }
        for (const [a, arc] of state.arcs.entries()) {
          expect(trimZeros(view.arcs[a]!.goods)).toEqual(trimZeros(arc.goods));
        }
      }),
      { numRuns: 50, seed: SEED + 2 },
    );
  });
});
