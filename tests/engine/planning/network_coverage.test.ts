import { describe, expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import { topology } from "../../../engine/network/topology.ts";
import type { Network } from "../../../engine/network/types.ts";
import { lowest } from "../../../engine/planning/lattice.ts";
import {
  coverageOf,
  effectiveLeadTimes,
  orderAdvance,
  periodsToCover,
} from "../../../engine/planning/network_coverage.ts";
import { demandLattices, leadTimeLattice } from "../../../engine/planning/network_demand.ts";
import { singleStagePerformance } from "../../../engine/planning/single_stage.ts";
import { type Decision, initialState, stepPeriod } from "../../reference/period.ts";
import { drawsFor } from "../../reference/draws.ts";

const PERIODS = 60;
/** Without a pattern that a shifted window could match. */
const DEMAND = Array.from({ length: PERIODS + 10 }, (_, t) => (t * t * 7 + t * 13) % 23);

interface Line {
  demandLeadTime: number;
  seesOrders: boolean;
  /** Of the warehouse's arc and of the shop's. */
  orderLeadTimes: [number, number];
  leadTimes: [number, number];
}

function lineOf({ demandLeadTime, seesOrders, orderLeadTimes, leadTimes }: Line): Network {
  return parseNetworkSync({
    quantities: "integer",
    nodes: [
      { id: "warehouse", seesOrders, initialOnHand: 1000 },
      {
        id: "shop",
        initialOnHand: 1000,
        demandLeadTime,
        // Indexed by due period, so this is the demand drawn in period t.
        demand: { kind: "trace", values: [...new Array<number>(demandLeadTime).fill(0), ...DEMAND] },
      },
    ],
    arcs: [
      { from: "supply", to: "warehouse", leadTime: leadTimes[0], orderLeadTime: orderLeadTimes[0] },
      { from: "warehouse", to: "shop", leadTime: leadTimes[1], orderLeadTime: orderLeadTimes[1] },
    ],
  });
}

/** Net stock of both nodes at the end of every period under local levels, as the reference steps it. */
function netStock(network: Network, levels: [number, number]): number[][] {
  const draws = drawsFor(network, { seed: 1, phase: 5, episode: 0, member: 0 });
  const decisions = levels.map((level): Decision => ({
    rule: "base-stock",
    level,
    basis: "inventory-position",
  }));
  let state = initialState(network);
  return Array.from({ length: PERIODS }, (_, period) => {
    const result = stepPeriod(network, state, decisions, draws, period);
    state = result.state;
    return result.nodes.map(({ onHand, backorders }) => onHand - backorders);
  });
}

/** The demand drawn in the `count` periods up to and with `last`. */
function drawn(last: number, count: number): number {
  return DEMAND.slice(last - count + 1, last + 1).reduce((sum, units) => sum + units, 0);
}

const LINES: Line[] = [
  { demandLeadTime: 0, seesOrders: false, orderLeadTimes: [0, 0], leadTimes: [0, 0] },
  { demandLeadTime: 0, seesOrders: false, orderLeadTimes: [0, 0], leadTimes: [3, 2] },
  { demandLeadTime: 1, seesOrders: true, orderLeadTimes: [1, 1], leadTimes: [1, 1] },
  { demandLeadTime: 1, seesOrders: false, orderLeadTimes: [1, 1], leadTimes: [1, 1] },
  { demandLeadTime: 2, seesOrders: true, orderLeadTimes: [2, 3], leadTimes: [4, 1] },
  { demandLeadTime: 0, seesOrders: true, orderLeadTimes: [1, 2], leadTimes: [0, 0] },
];

describe("how many periods a level covers, against the reference's simulation", () => {
  test.each(LINES)("$leadTimes, orders $orderLeadTimes, known $demandLeadTime, sees $seesOrders", (line) => {
    const network = lineOf(line);
    const places = topology(network);
    const own = lowest(periodsToCover(coverageOf(network, places, 1), line.demandLeadTime));
    const upstream = lowest(periodsToCover(coverageOf(network, places, 0), orderAdvance(network, places, 1)));
    expect(effectiveLeadTimes(network, places, [0, 1], "local")).toEqual([upstream, own]);

    // More than enough stock, so that neither ever runs short. The first orders must not be capped at 0.
    const levels: [number, number] = [1000, 1000];
    const stock = netStock(network, levels);
    for (let t = 30; t < PERIODS; t++) {
      expect(stock[t][1]).toBe(levels[1] - drawn(t - line.demandLeadTime, own));
      // The shop orders in period s what was drawn in s - 1, and the order is with the warehouse after its
      // way up.
      expect(stock[t][0]).toBe(levels[0] - drawn(t - line.orderLeadTimes[1] - 1, upstream));
    }
  });

  test("a shortage upstream adds what the warehouse owes, whose window ends where the shop's begins", () => {
    const line = LINES[2];
    const network = lineOf(line);
    network.nodes[0].initialOnHand = 10;
    const levels: [number, number] = [10, 1000];
    const stock = netStock(network, levels);
    const [upstream, own] = effectiveLeadTimes(network, topology(network), [0, 1], "local");
    let short = 0;
    for (let t = 30; t < PERIODS; t++) {
      const shipped = t - line.leadTimes[1];
      const owed = Math.max(0, -stock[shipped][0]);
      if (owed > 0) short++;
      expect(stock[t][1]).toBe(levels[1] - drawn(t - line.demandLeadTime, own) - owed);
      expect(owed).toBe(Math.max(0, drawn(t - line.demandLeadTime - own, upstream) - levels[0]));
    }
    expect(short).toBeGreaterThan(20);
  });

  test("nothing is covered twice where more is known than the order needs", () => {
    const network = lineOf({
      demandLeadTime: 5,
      seesOrders: true,
      orderLeadTimes: [0, 3],
      leadTimes: [1, 0],
    });
    expect(effectiveLeadTimes(network, topology(network), [0, 1], "local")).toEqual([0, 0]);
  });
});

test("random lead times: orders cross in the simulation, as the crossing model says", () => {
  const network = parseNetworkSync({
    quantities: "integer",
    nodes: [{ id: "shop", initialOnHand: 60, demand: { kind: "poisson", mean: 10 } }],
    arcs: [{ from: "supply", to: "shop", leadTime: { kind: "uniform-integer", low: 1, high: 5 } }],
  });
  const [level, periods, warmup] = [45, 20_000, 20];
  const draws = drawsFor(network, { seed: 2024, phase: 5, episode: 0, member: 0 });
  let state = initialState(network);
  let onHand = 0;
  for (let period = 0; period < periods + warmup; period++) {
    const result = stepPeriod(
      network,
      state,
      [{ rule: "base-stock", level, basis: "inventory-position" }],
      draws,
      period,
    );
    state = result.state;
    if (period >= warmup) onHand += result.nodes[0].onHand / periods;
  }
  const stage = {
    demand: demandLattices(network)[0] ?? expect.fail("no demand"),
    leadTime: leadTimeLattice(network.arcs[0].leadTime),
    holdingCost: 1,
    backorderCost: 1,
  };
  // Four standard errors: a period's stock has a standard deviation of 8 and stays correlated over some 5
  // periods.
  const tolerance = 4 * 8 * Math.sqrt(5 / periods);
  expect(Math.abs(onHand - singleStagePerformance(stage, level, "crossing").onHand)).toBeLessThan(tolerance);
  expect(Math.abs(onHand - singleStagePerformance(stage, level, "sequential").onHand)).toBeGreaterThan(
    tolerance,
  );
});

describe("textbook lead times of a line", () => {
  test("the design's example: 2, 1, 1 are 1, 0, 0 under local and 2, 1, 0 under echelon levels", () => {
    const line = (leadTimes: number[]) =>
      parseNetworkSync({
        nodes: [{ id: "3" }, { id: "2" }, { id: "1", demand: { kind: "normal", mean: 5, stdDev: 1 } }],
        arcs: ["supply", "3", "2"].map((from, i) => ({ from, to: String(3 - i), leadTime: leadTimes[i] })),
      });
    const local = line([1, 0, 0]);
    expect(effectiveLeadTimes(local, topology(local), [0, 1, 2], "local")).toEqual([2, 1, 1]);
    const echelon = line([2, 1, 0]);
    expect(effectiveLeadTimes(echelon, topology(echelon), [0, 1, 2], "echelon")).toEqual([2, 1, 1]);
  });

  test("echelon levels, orders delayed: the window ends when the buyer's order arrives", () => {
    const network = lineOf({
      demandLeadTime: 0,
      seesOrders: true,
      orderLeadTimes: [2, 1],
      leadTimes: [3, 1],
    });
    expect(effectiveLeadTimes(network, topology(network), [0, 1], "echelon")).toEqual([4, 3]);
    const late = lineOf({ demandLeadTime: 0, seesOrders: true, orderLeadTimes: [0, 3], leadTimes: [1, 1] });
    expect(() => effectiveLeadTimes(late, topology(late), [0, 1], "echelon")).toThrow("use local levels");
  });

  test("random lead times have none", () => {
    const network = lineOf(LINES[0]);
    network.arcs[0].leadTime = { kind: "uniform-integer", low: 1, high: 5 };
    expect(() => effectiveLeadTimes(network, topology(network), [0, 1], "local")).toThrow(
      'node "warehouse": expected a constant lead time',
    );
  });
});
