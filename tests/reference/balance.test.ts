import fc from "fast-check";
import { expect, test } from "vitest";
import { type Network, SUPPLY } from "../../engine/network/types.ts";
import { arbitraryDecisions, arbitraryNetwork } from "../setup/networks.ts";
import { sum } from "./arithmetic.ts";
import { drawsFor } from "./draws.ts";
import { type Decision, initialState, type PeriodResult, stepPeriod } from "./period.ts";
import type { SystemState } from "./state.ts";

const PERIODS = 50;
const TESTS_PHASE = 5;

interface Example {
  network: Network;
  decisions: Decision[];
  member: number;
}

const arbitraryCase = (quantities: Network["quantities"]): fc.Arbitrary<Example> =>
  arbitraryNetwork({ quantities, maxNodes: 12 }).chain((network) =>
    fc.record({ network: fc.constant(network), decisions: arbitraryDecisions(network), member: fc.nat(999) })
  );

function* run({ network, decisions, member }: Example): Generator<PeriodResult> {
  const draws = drawsFor(network, { seed: 7, phase: TESTS_PHASE, episode: 0, member });
  let state = initialState(network);
  for (let period = 0; period < PERIODS; period++) {
    const result = stepPeriod(network, state, decisions, draws, period);
    state = result.state;
    yield result;
  }
}

/** What a float32 holds exactly and a stock can be. */
function isExactStock(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 24;
}

function goodsIn(state: SystemState): number {
  return sum(state.nodes.map((node) => node.onHand)) + sum(state.arcs.map((arc) => sum(arc.goods)));
}

test("goods: initial + supplied = sold + on hand + in transit + cut + lost to yield", () => {
  fc.assert(
    fc.property(arbitraryCase("integer"), (example) => {
      const { network } = example;
      let came = goodsIn(initialState(network));
      let gone = 0;
      for (const { state, nodes, arcs } of run(example)) {
        came += sum(arcs.map((arc, i) => (network.arcs[i].from === SUPPLY ? arc.shipped : 0)));
        gone += sum(nodes.map((node) => node.sold + node.cut + node.lostToYield));
        expect(gone + goodsIn(state)).toBe(came);
      }
    }),
    { seed: 20_262, numRuns: 100 },
  );
});

test("orders, arc by arc: ordered = shipped + owed + on its way + trimmed", () => {
  fc.assert(
    fc.property(arbitraryCase("integer"), (example) => {
      const balance = example.network.arcs.map(() => 0);
      for (const { state, arcs } of run(example)) {
        arcs.forEach((arc, i) => {
          balance[i] += arc.ordered - arc.shipped - arc.trimmed;
          expect(state.arcs[i].owed + sum(state.arcs[i].orders)).toBe(balance[i]);
        });
      }
    }),
    { seed: 20_263, numRuns: 100 },
  );
});

test("customers: demand = sold + lost + trimmed + owed; nothing is negative or broken in integer networks", () => {
  fc.assert(
    fc.property(arbitraryCase("integer"), (example) => {
      const { network } = example;
      const claimed = network.nodes.map(() => 0);
      for (const { state, nodes, arcs } of run(example)) {
        const bought = (i: number, field: "shipped" | "trimmed") =>
          sum(arcs.map((arc, a) => (network.arcs[a].from === network.nodes[i].id ? arc[field] : 0)));
        nodes.forEach((node, i) => {
          const { cost: _, profit: __, inventoryPosition, ...units } = node;
          expect(Object.values(units).filter((value) => !isExactStock(value))).toEqual([]);
          expect(Math.abs(inventoryPosition)).toBeLessThan(2 ** 24);
          claimed[i] += node.customerDemand - node.sold - node.lost - (node.trimmed - bought(i, "trimmed"));
          expect(state.nodes[i].owedToCustomers).toBe(claimed[i]);
          expect(node.shipped).toBe(node.sold + bought(i, "shipped"));
          expect(node.onHand).toBeLessThanOrEqual(network.nodes[i].capacity ?? Infinity);
          expect(node.backorders).toBeLessThanOrEqual(network.nodes[i].maxBackorder ?? Infinity);
          expect(node.order).toBeLessThanOrEqual(network.nodes[i].maxOrder ?? Infinity);
        });
      }
    }),
    { seed: 20_264, numRuns: 50 },
  );
});

test("real networks balance up to rounding", () => {
  fc.assert(
    fc.property(arbitraryCase("real"), (example) => {
      const { network } = example;
      let came = goodsIn(initialState(network));
      let gone = 0;
      for (const { state, nodes, arcs } of run(example)) {
        came += sum(arcs.map((arc, i) => (network.arcs[i].from === SUPPLY ? arc.shipped : 0)));
        gone += sum(nodes.map((node) => node.sold + node.cut + node.lostToYield));
        expect(Math.abs(gone + goodsIn(state) - came)).toBeLessThan(1e-9 * (1 + came));
        expect(Math.min(...state.nodes.map((node) => node.onHand))).toBeGreaterThanOrEqual(0);
      }
    }),
    { seed: 20_265, numRuns: 50 },
  );
});
