import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { envStep as L } from "../../../engine/device/kernels.ts";
import { parsePolicy } from "../../../engine/policies/mod.ts";
import { readState, simulate } from "../../../engine/simulation/mod.ts";
import { drainMetrics, metricRows } from "../../../engine/simulation/rollout.ts";
import { arbitraryCase, environmentFor } from "../../setup/decisions.ts";
import { arbitraryNetwork } from "../../setup/networks.ts";

const SEED = 20261121;
const PERIODS = 25;

describe("on random integer networks", () => {
  test("goods and claims balance exactly at every node, orders over the whole network, and nothing is negative", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase("integer"), async ({ network, decisions, seed }) => {
        const env = await environmentFor(network, decisions, 5, seed);
        const nodes = network.nodes.length;
        const start = readState(env, 3);
        env.step(PERIODS);
        const end = readState(env, 3);
        const sums = new Float64Array(nodes * L.METRIC_ROWS * 5);
        drainMetrics(env, sums, metricRows(nodes));
        const sum = (n: number, metric: number) => sums[(n * L.METRIC_ROWS + metric) * 5 + 3]!;

        let placed = 0;
        let accounted = 0;
        for (let n = 0; n < nodes; n++) {
          const node = network.nodes[n]!;
          const [before, after] = [start.nodes[n]!, end.nodes[n]!];
          expect(before.onHand + sum(n, L.M_RECEIVED)).toBe(
            after.onHand + sum(n, L.M_SHIPPED) + sum(n, L.M_CUT),
          );
          expect(sum(n, L.M_DEMAND)).toBe(
            sum(n, L.M_SHIPPED) + after.backorders + sum(n, L.M_LOST) + sum(n, L.M_TRIMMED),
          );
          expect(sum(n, L.M_CUSTOMER_DEMAND)).toBeGreaterThanOrEqual(sum(n, L.M_CUSTOMER_SHIPPED));
          const suppliers = network.arcs.filter((arc) => arc.to === node.id).length;
          placed += before.onOrder + sum(n, L.M_ORDER) * (node.sourcing === "all" ? suppliers : 1);
          accounted += after.onOrder + sum(n, L.M_RECEIVED) + sum(n, L.M_LOST_TO_YIELD) + sum(n, L.M_TRIMMED);
          // What was trimmed from customers left nobody's on-order.
          accounted -= sum(n, L.M_CUSTOMER_DEMAND) - sum(n, L.M_CUSTOMER_SHIPPED) - after.owedToCustomers -
            sum(n, L.M_LOST);
          for (const [name, value] of Object.entries(after)) {
            if (typeof value !== "number" || ["profit", "inventoryPosition"].includes(name)) continue;
            expect(value, `${node.id}.${name}`).toBeGreaterThanOrEqual(0);
          }
        }
        expect(placed).toBe(accounted);
        for (const arc of end.arcs) {
          for (const value of [arc.owed, ...arc.goods, ...arc.orders]) {
            expect(value).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 100, seed: SEED },
    );
  });

  test("an environment's trajectory is the same among 1, 7, 256 and 1000", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase("integer"), async ({ network, decisions, seed }) => {
        const ends = await Promise.all([1, 7, 256, 1000].map(async (environments) => {
          const env = await environmentFor(network, decisions, environments, seed);
          env.step(PERIODS);
          const seen = (i: number) => ({ state: readState(env, i), observations: observed(env, i) });
          return [0, 6, 255, 999].map((i) => i < environments ? seen(i) : undefined);
        }));
        const complete = ends[3]!;
        for (const end of ends) {
          end.forEach((one, k) => {
            if (one !== undefined) expect(one).toEqual(complete[k]);
          });
        }
      }),
      { numRuns: 10, seed: SEED },
    );
  });

  test("what is observed, recorded and counted changes nothing of what happens", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase("integer"), async ({ network, decisions, seed }) => {
        const full = await environmentFor(network, decisions, 130, seed);
        const bare = await environmentFor(network, decisions, 130, seed, {
          recordsAll: false,
          observes: false,
          metrics: "objective",
        });
        full.step(PERIODS);
        for (let period = 0; period < PERIODS; period++) bare.step();
        const rows = metricRows(network.nodes.length).filter((row) => row % L.METRIC_ROWS <= L.M_COST);
        const sumsOf = (env: typeof full) => {
          const sums = new Float64Array(rows.length * 130);
          drainMetrics(env, sums, rows);
          return sums;
        };
        expect(sumsOf(bare)).toEqual(sumsOf(full));
        for (const i of [0, 129]) {
          const [a, b] = [readState(bare, i), readState(full, i)];
          expect(a.arcs).toEqual(b.arcs);
          a.nodes.forEach((node, n) => {
            const other = b.nodes[n]!;
            expect([node.onHand, node.backorders, node.onOrder, node.order, node.profit, node.known])
              .toEqual([
                other.onHand,
                other.backorders,
                other.onOrder,
                other.order,
                other.profit,
                other.known,
              ]);
          });
        }
      }),
      { numRuns: 40, seed: SEED + 5 },
    );
  });

  test("the same seed repeats, and another differs", async () => {
    const network = fc.sample(arbitraryNetwork({ quantities: "integer" }), { seed: SEED, numRuns: 1 })[0]!;
    network.nodes[0]!.demand = { kind: "poisson", mean: 20 };
    const policy = parsePolicy({ kind: "base-stock", levels: 40 }, network);
    const run = (seed: number) => simulate(network, policy, { episodes: 50, periods: 60, seed, workers: 1 });
    const first = await run(5);
    expect(await run(5)).toEqual(first);
    expect((await run(6)).costPerPeriod.mean).not.toBe(first.costPerPeriod.mean);
  });
});

test("simulate gives the same bits with 1, 2 and 3 workers", async () => {
  const network = fc.sample(arbitraryNetwork({ quantities: "real" }), { seed: SEED + 3, numRuns: 1 })[0]!;
  const policy = parsePolicy({ kind: "base-stock", levels: 25 }, network);
  const run = (workers: number) =>
    simulate(network, policy, { episodes: 2500, periods: 20, warmup: 3, seed: 9, workers });
  const alone = await run(1);
  expect(await run(2)).toEqual(alone);
  expect(await run(3)).toEqual(alone);
});

function observed(env: Awaited<ReturnType<typeof environmentFor>>, environment: number): number[] {
  const rows = env.observationRows.length;
  return env.observationRows.map((_, row) => env.observations[env.column(rows, row, environment)]!);
}
