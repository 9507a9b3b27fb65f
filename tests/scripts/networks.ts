import type { NetworkInput } from "../../engine/mod.ts";

/**
 * Example 6.1 of Snyder and Shen, Fundamentals of Supply Chain Theory (2019), in the engine's lead times (design,
 * section 2): under local levels the textbook's 2, 1, 1 are 1, 0, 0 here.
 */
export const SERIAL: NetworkInput = {
  name: "serial-3",
  nodes: [
    { id: "3", holdingCost: 2, initialOnHand: 10 },
    { id: "2", holdingCost: 4 },
    { id: "1", holdingCost: 7, backorderCost: 37.12, demand: { kind: "normal", mean: 5, stdDev: 1 } },
  ],
  arcs: [
    { from: "supply", to: "3", leadTime: 1 },
    { from: "3", to: "2", leadTime: 0 },
    { from: "2", to: "1", leadTime: 0 },
  ],
  evaluation: { periods: 200, warmup: 50, episodes: 2000 },
};

/** The best local levels of `SERIAL`; without the cost of goods in transit (30) they cost 17.66 a period. */
export const SERIAL_LEVELS = { "3": 10.69, "2": 5.53, "1": 6.49 };

/** One node with a fixed cost of ordering: the best (s, S) is (4, 10) and costs 8.034 a period (design, section 2). */
export const SINGLE: NetworkInput = {
  name: "single",
  quantities: "integer",
  nodes: [{
    id: "shop",
    holdingCost: 1,
    backorderCost: 4,
    fixedOrderCost: 5,
    initialOnHand: 6,
    demand: { kind: "poisson", mean: 6 },
  }],
  arcs: [{ from: "supply", to: "shop", leadTime: 0 }],
  evaluation: { periods: 60, warmup: 10, episodes: 2000 },
};
