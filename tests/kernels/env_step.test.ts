import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Network } from "../../engine/network/types.ts";
import { PHASES } from "../../engine/random/mod.ts";
import { type BatchEnvironment, type NodeView, readState } from "../../engine/simulation/mod.ts";
import { drawsFor } from "../reference/draws.ts";
import { initialState, inventoryPosition, type NodeRecord, stepPeriod } from "../reference/period.ts";
import type { ArcState, SystemState } from "../reference/state.ts";
import { arbitraryCase, environmentFor } from "../setup/decisions.ts";

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

describe("env_step agrees with the float64 reference", () => {
  test("integer networks: every quantity bit for bit, money to 1e-5, over 30 periods and many environments", async () => {
    await fc.assert(
      fc.asyncProperty(caseOf("integer"), async ({ drawn: { network, decisions, seed }, environments }) => {
        const env = await environmentFor(network, decisions, environments, seed);
        const members = watched(environments);
        const draws = members.map((member) =>
          drawsFor(network, { seed, phase: PHASES.tests, episode: 0, member })
        );
        const states = members.map(() => initialState(network));
        for (let period = 0; period < 30; period++) {
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
      }),
      { numRuns: 150, seed: SEED, endOnFailure: true },
    );
  });

  test("real networks: one period from the kernel's own state, to 1e-4", async () => {
    await fc.assert(
      fc.asyncProperty(caseOf("real"), async ({ drawn: { network, decisions, seed } }) => {
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
  });
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
