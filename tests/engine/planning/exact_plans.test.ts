import { describe, expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import type { Network } from "../../../engine/network/types.ts";
import {
  planOrderUpTo,
  planSerial,
  planSingleStage,
  serialSystem,
} from "../../../engine/planning/exact_plans.ts";
import { variance } from "../../../engine/planning/lattice.ts";
import { demandLattices, leadTimeLattice } from "../../../engine/planning/network_demand.ts";
import { planShangSong } from "../../../engine/planning/shang_song.ts";
import { solveSerial } from "../../../engine/planning/serial.ts";
import { parsePolicy } from "../../../engine/policies/policy.ts";

/** One node with Poisson demand. */
function stage(node: object = {}, arc: object = {}, quantities = "integer"): Network {
  return parseNetworkSync({
    quantities,
    nodes: [{
      id: "shop",
      holdingCost: 1,
      backorderCost: 9,
      demand: { kind: "poisson", mean: 5 },
      ...node,
    }],
    arcs: [{ from: "supply", to: "shop", leadTime: 2, ...arc }],
  });
}

/** The design's serial-3, lead times as given. */
function line(
  leadTimes: number[],
  change: (network: { nodes: object[]; arcs: object[] }) => void = () => {},
): Network {
  const network = {
    quantities: "real",
    nodes: [
      { id: "3", holdingCost: 2 },
      { id: "2", holdingCost: 4 },
      { id: "1", holdingCost: 7, backorderCost: 37.12, demand: { kind: "normal", mean: 5, stdDev: 1 } },
    ] as object[],
    arcs: ["supply", "3", "2"].map((from, i) => ({
      from,
      to: String(3 - i),
      leadTime: leadTimes[i],
    })) as object[],
  };
  change(network);
  return parseNetworkSync(network);
}

describe("one stage", () => {
  test("base-stock: Poisson(5), lead time 2", () => {
    expect(planSingleStage(stage())).toEqual({ kind: "base-stock", levels: { shop: 20 } });
  });

  test("an order's way up lengthens the lead time, demand known ahead shortens it", () => {
    expect(planSingleStage(stage({}, { leadTime: 0, orderLeadTime: 2 }))).toEqual(planSingleStage(stage()));
    expect(planSingleStage(stage({ demandLeadTime: 1 }, { leadTime: 3 }))).toEqual(planSingleStage(stage()));
    expect(planSingleStage(stage({ demandLeadTime: 3 })).levels).toEqual({ shop: 0 });
  });

  test("random lead times: less stock where orders may cross", () => {
    const network = stage({}, { leadTime: { kind: "uniform-integer", low: 0, high: 4 } });
    const crossing = planSingleStage(network).levels.shop;
    expect(crossing).toBeLessThan(planSingleStage(network, "sequential").levels.shop);
    expect(crossing).toBeGreaterThan(20);
  });

  test("(s, S): Snyder and Shen, example 4.7", () => {
    const network = stage(
      { backorderCost: 4, fixedOrderCost: 5, demand: { kind: "poisson", mean: 6 } },
      { leadTime: 0 },
    );
    expect(planOrderUpTo(network)).toEqual({
      kind: "s-S",
      reorderPoint: { shop: 4 },
      orderUpTo: { shop: 10 },
    });
  });

  test("what the methods do not know is refused", () => {
    expect(() => planSingleStage(stage({ fixedOrderCost: 5 }))).toThrow('node "shop".fixedOrderCost');
    expect(() => planSingleStage(stage({ unmetDemand: "lost" }))).toThrow('expected "backorder", got lost');
    expect(() => planSingleStage(stage({ capacity: 30 }))).toThrow('node "shop".capacity');
    expect(() => planSingleStage(stage({}, { yield: 0.5 }))).toThrow(
      "does not know losses; expected 1, got 0.5",
    );
    expect(() => planSingleStage(line([1, 0, 0]))).toThrow("needs a network of one node, got 3");
    expect(() => planOrderUpTo(stage({ demandLeadTime: 3 }))).toThrow('node "shop".demandLeadTime');
  });
});

describe("a line", () => {
  test("local levels: the design's 10.69, 5.53, 6.49", () => {
    const { kind, levels } = planSerial(line([1, 0, 0]));
    expect(kind).toBe("base-stock");
    expect(levels["3"]).toBeCloseTo(10.69, 2);
    expect(levels["2"]).toBeCloseTo(5.53, 2);
    expect(levels["1"]).toBeCloseTo(6.49, 2);
  });

  test("echelon levels: the design's 22.71, 12.02, 6.49", () => {
    const { kind, levels } = planSerial(line([2, 1, 0]), "echelon");
    expect(kind).toBe("echelon-base-stock");
    expect(levels["3"]).toBeCloseTo(22.71, 2);
    expect(levels["2"]).toBeCloseTo(12.02, 2);
    expect(levels["1"]).toBeCloseTo(6.49, 2);
  });

  test("in one network echelon levels cost less: they hear of demand sooner", () => {
    const network = line([2, 1, 1]);
    expect(solveSerial(serialSystem(network, "echelon")).costWithoutInTransit)
      .toBeLessThan(solveSerial(serialSystem(network, "local")).costWithoutInTransit);
  });

  test("the file's order of nodes does not matter", () => {
    const turned = line([1, 0, 0], (network) => network.nodes.reverse());
    expect(planSerial(turned)).toEqual(planSerial(line([1, 0, 0])));
  });

  test("Shang and Song's levels", () => {
    const { levels } = planShangSong(line([1, 0, 0]));
    expect(levels["3"]).toBeCloseTo(22.634 - 12.027, 2);
    expect(levels["2"]).toBeCloseTo(12.027 - 6.491, 2);
    expect(levels["1"]).toBeCloseTo(6.491, 2);
  });

  test("plans are policies of the network", () => {
    const network = line([1, 0, 0]);
    expect(parsePolicy(planSerial(network), network).kind).toBe("base-stock");
    expect(parsePolicy(planSerial(line([2, 1, 0]), "echelon"), network).kind).toBe("echelon-base-stock");
    expect(parsePolicy(planOrderUpTo(stage()), stage()).kind).toBe("s-S");
  });

  test("what is no line is refused", () => {
    const tree = line([1, 0, 0], ({ nodes, arcs }) => {
      nodes.push({ id: "0", demand: { kind: "poisson", mean: 1 }, backorderCost: 1 });
      arcs.push({ from: "2", to: "0" });
    });
    expect(() => planSerial(tree)).toThrow(
      "needs a line of nodes, each with one supplier and at most one buyer",
    );
    const middle = line([1, 0, 0], ({ nodes }) => {
      nodes[1] = { ...nodes[1], demand: { kind: "poisson", mean: 1 } };
    });
    expect(() => planSerial(middle)).toThrow(
      'node "2": a serial method needs customers at the end of the line only',
    );
    const paid = line([1, 0, 0], ({ nodes }) => {
      nodes[0] = { ...nodes[0], backorderCost: 3 };
    });
    expect(() => planSerial(paid)).toThrow('node "3".backorderCost: the serial method does not know this');
    const lost = line([1, 0, 0], ({ nodes }) => {
      nodes[2] = { ...nodes[2], unmetDemand: "lost" };
    });
    expect(() => planShangSong(lost)).toThrow('node "1".unmetDemand');
  });
});

describe("demand of a network", () => {
  const real = (demand: object) =>
    demandLattices(stage({ demand }, {}, "real"))[0] ?? expect.fail("no demand");
  const whole = (demand: object) => demandLattices(stage({ demand }))[0] ?? expect.fail("no demand");

  test("in whole units: step 1; real: fine enough for a normal", () => {
    expect(whole({ kind: "normal", mean: 5, stdDev: 2 }).step).toBe(1);
    const { step } = real({ kind: "normal", mean: 5, stdDev: 2 });
    expect(step).toBeLessThan(0.041);
    expect(1 / step).toBeCloseTo(Math.round(1 / step), 9);
    expect(real({ kind: "poisson", mean: 5 }).step).toBe(1);
  });

  test("normal demand is clamped at 0", () => {
    const demand = real({ kind: "normal", mean: 1, stdDev: 2 });
    expect(demand.first).toBe(0);
    expect(demand.probabilities[0]).toBeCloseTo(0.3085, 2);
  });

  test("a profile is a mixture, a trace a draw from its values", () => {
    const { first, probabilities } = whole({ kind: "constant", value: 4, profile: [1, 0.5, 0.5, 1] });
    expect([first, ...probabilities]).toEqual([2, 0.5, 0, 0.5]);
    const trace = whole({ kind: "trace", values: [3, 5, 3, 3], repeat: true });
    expect([trace.first, ...trace.probabilities]).toEqual([3, 0.75, 0, 0.25]);
  });

  test("a value between two points keeps its mean and next to no variance", () => {
    const demand = real({ kind: "empirical", values: [0.3, 7.77], probabilities: [0.5, 0.5] });
    expect(variance(demand)).toBeCloseTo((7.77 - 0.3) ** 2 / 4, 2);
  });

  test("lead times are whole whatever the network", () => {
    const leadTime = leadTimeLattice({ kind: "normal", mean: 2, stdDev: 1 });
    expect(leadTime.step).toBe(1);
    expect(leadTime.first).toBe(0);
  });
});
