import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNetworkSync } from "../../engine/network/schema.ts";
import { type Network, SUPPLY } from "../../engine/network/types.ts";
import { upstreamFirst } from "../reference/state.ts";
import { arbitraryDecisions, arbitraryNetwork, LONGEST_RUN } from "./networks.ts";

const SEED = 20_266;

const samples = (quantities: Network["quantities"], count = 200) =>
  fc.sample(arbitraryNetwork({ quantities }), { seed: SEED, numRuns: count });

test("the schema accepts them as they are", () => {
  for (const network of [...samples("integer"), ...samples("real")]) {
    expect(parseNetworkSync(network)).toEqual(network);
  }
});

test("integer networks hold integers, traces aside", () => {
  for (const { nodes } of samples("integer")) {
    for (const node of nodes) {
      const { capacity = 0, maxBackorder = 0, maxOrder = 0, initialOnHand, demand } = node;
      const values = demand?.kind === "empirical" ? demand.values : [];
      const units = [capacity, maxBackorder, maxOrder, initialOnHand, ...values];
      expect(units.concat(...Object.values(node.initialInTransit)).every(Number.isInteger)).toBe(true);
    }
  }
});

test("traces that end last for the longest run", () => {
  for (const { nodes, arcs } of samples("integer")) {
    for (const distribution of [...nodes.map((node) => node.demand), ...arcs.map((arc) => arc.leadTime)]) {
      if (distribution?.kind === "trace" && !distribution.repeat) {
        expect(distribution.values.length).toBe(LONGEST_RUN);
      }
    }
  }
});

test("every kind, rule and option occurs, and so do shuffled orders", () => {
  const seen = new Set<string>();
  for (const [i, network] of samples("integer").entries()) {
    const order = upstreamFirst(network);
    seen.add(order.every((node, i) => node === i) ? "sorted" : "shuffled");
    for (const node of network.nodes) {
      const supplied = network.arcs.filter((arc) => arc.to === node.id);
      const sells = network.arcs.some((arc) => arc.from === node.id) ? "inner" : "leaf";
      if (sells === "leaf" && !node.demand) seen.add("leaf without customers");
      if (node.demand) seen.add(`demand ${node.demand.kind}`).add(`${sells} customers`);
      if (node.demand?.profile) seen.add("demand profile");
      if (supplied.length > 1) seen.add(`${node.sourcing} of several`);
      if (supplied.length > 1 && supplied.some((arc) => arc.from === SUPPLY)) seen.add("supply and nodes");
      for (const option of ["capacity", "maxBackorder", "maxOrder"] as const) {
        if (node[option] !== undefined) seen.add(option);
      }
      seen.add(node.allocation).add(node.unmetDemand).add(`demand lead time ${node.demandLeadTime}`);
      if (Object.keys(node.initialInTransit).length > 0) seen.add("initial in transit");
    }
    for (const arc of network.arcs) {
      seen.add(`lead time ${arc.leadTime.kind}`).add(`order lead time ${arc.orderLeadTime}`).add(
        `yield ${arc.yield}`,
      );
    }
    for (const decision of fc.sample(arbitraryDecisions(network), { seed: SEED + i, numRuns: 1 })[0]) {
      seen.add("basis" in decision ? `${decision.rule} ${decision.basis}` : decision.rule);
    }
  }
  const kinds = ["constant", "poisson", "poisson-uniform", "uniform-integer", "normal", "negative-binomial"];
  const bases = ["on-hand", "inventory-position", "echelon-position"];
  expect([...seen]).toEqual(expect.arrayContaining([
    ...[
      "sorted",
      "shuffled",
      "leaf customers",
      "leaf without customers",
      "inner customers",
      "supply and nodes",
      "initial in transit",
    ],
    ...["capacity", "maxBackorder", "maxOrder", "backorder", "lost", "demand profile"],
    ...["fair", "proportional", "lowest-position", "priority"],
    ...["split", "random", "available", "all"].map((sourcing) => `${sourcing} of several`),
    ...[...kinds, "empirical", "trace"].flatMap((kind) => [`demand ${kind}`, `lead time ${kind}`]),
    ...[0, 1, 2, 3].flatMap((k) => [`demand lead time ${k}`, `order lead time ${k}`]),
    ...["yield 0", "yield 1", "yield 0.7", "quantity", "demand-plus"],
    ...["base-stock", "s-S", "s-Q"].flatMap((rule) => bases.map((basis) => `${rule} ${basis}`)),
  ]));
});

test("a failing network shrinks to its cause", () => {
  const result = fc.check(
    fc.property(arbitraryNetwork({ quantities: "integer" }), ({ nodes }) => {
      return !nodes.some((node) => node.allocation === "priority");
    }),
    { seed: SEED, numRuns: 200 },
  );
  const [{ nodes, arcs }] = result.counterexample!;
  expect(nodes.length).toBeLessThanOrEqual(2);
  expect(arcs.length).toBeLessThanOrEqual(2);
  expect(nodes.filter((node) => node.capacity !== undefined || node.maxOrder !== undefined)).toEqual([]);
});
