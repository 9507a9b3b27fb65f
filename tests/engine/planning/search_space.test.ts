import { describe, expect, test } from "vitest";
import { type NetworkInput, parseNetworkSync } from "../../../engine/network/mod.ts";
import { SearchDraws } from "../../../engine/planning/search_draws.ts";
import { nodeScales } from "../../../engine/planning/search_scales.ts";
import { type SearchBounds, SearchSpace } from "../../../engine/planning/search_space.ts";
import { randomStarts, structuredStarts } from "../../../engine/planning/search_starts.ts";
import { POLICY_KINDS, type PolicyKind, policyKinds } from "../../../engine/policies/mod.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";

const line: NetworkInput = {
  name: "line",
  quantities: "integer",
  nodes: [
    { id: "w", holdingCost: 1, fixedOrderCost: 40, maxOrder: 60 },
    { id: "r", holdingCost: 2, backorderCost: 9, demand: { kind: "poisson", mean: 5 } },
  ],
  arcs: [{ from: "supply", to: "w", leadTime: 3 }, { from: "w", to: "r", leadTime: 1 }],
};

function spaceOf(kind: PolicyKind, input: NetworkInput = line, bounds?: SearchBounds) {
  const network = parseNetworkSync(input);
  const { basis } = POLICY_KINDS[kind];
  const scales = nodeScales(network, basis);
  return { network, scales, space: new SearchSpace(network, kind, basis, scales, bounds) };
}

describe("every point of a search", () => {
  test.each(policyKinds)("is a %s policy in whole numbers within the box", (kind) => {
    const { network, scales, space } = spaceOf(kind);
    const draws = new SearchDraws(3);
    draws.nextGeneration();
    const coordinates = new Float64Array(space.dimensions);
    const anywhere = Array.from({ length: 200 }, (_, k) => {
      draws.normals(k, coordinates, 0, space.dimensions);
      return space.decode(coordinates);
    });
    const points = [
      ...anywhere,
      ...randomStarts(space, scales, draws, 200),
      ...structuredStarts(network, space, scales),
    ];
    for (const values of points) {
      values.forEach((value, i) => {
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(space.low[i]!);
        expect(value).toBeLessThanOrEqual(space.high[i]!);
      });
      if (kind === "s-S") {
        for (let n = 0; n < 2; n++) expect(values[n]).toBeLessThanOrEqual(values[2 + n]!);
      }
    }
  });

  test("comes back from its coordinates", () => {
    const { scales, space } = spaceOf("s-S");
    for (const values of randomStarts(space, scales, new SearchDraws(5), 100)) {
      const coordinates = space.encode(values);
      expect(space.decode(coordinates)).toEqual(values);
      expect(space.outside(coordinates)).toBeLessThan(1e-12);
    }
  });

  test("counts as outside by how far it is from the box", () => {
    const { space } = spaceOf("base-stock");
    expect(space.outside([1.5, -2])).toBeCloseTo(0.25 + 4, 12);
  });
});

describe("the box", () => {
  test("reaches around the demand of the lead time and the review period", () => {
    const { scales, space } = spaceOf("base-stock");
    expect(scales.map(({ mean }) => mean)).toEqual([20, 10]);
    expect(scales[0]!.deviation).toBeCloseTo(Math.sqrt(20), 12);
    // An economic lot of sqrt(2 * 40 * 5 / 1) units.
    expect(scales.map(({ lot }) => lot)).toEqual([20, 5]);
    for (let n = 0; n < 2; n++) {
      expect(space.low[n]).toBeLessThan(0);
      expect(space.high[n]).toBeGreaterThan(scales[n]!.mean + 5 * scales[n]!.deviation);
    }
  });

  test("of echelon levels holds the levels of all nodes downstream", () => {
    const { scales } = spaceOf("echelon-base-stock");
    expect(scales.map(({ mean }) => mean)).toEqual([30, 10]);
  });

  test("is that of the network's control where its actions are levels", async () => {
    const network = await loadNetwork("kotecha-6");
    const scales = nodeScales(network, "on-hand");
    const space = new SearchSpace(network, "s-S", "on-hand", scales);
    expect(new Set(space.low)).toEqual(new Set([0]));
    expect(new Set(space.high)).toEqual(new Set([100]));
    const constant = new SearchSpace(network, "constant", "inventory-position", scales);
    expect(Math.max(...constant.high)).toBeLessThanOrEqual(100);
    expect(new Set(constant.high)).not.toEqual(new Set([100]));
  });

  test("is what one asks for, quantities no more than the largest order", () => {
    const { space } = spaceOf("s-Q", line, { w: [-5, 80], r: [2, 12.5] });
    expect([...space.low]).toEqual([-5, 2, 0, 2]);
    expect([...space.high]).toEqual([80, 12, 60, 12]);
  });

  test.each<[string, SearchBounds, RegExp]>([
    ["the wrong way round", [9, 3], /^bounds: .* got \[9, 3\]/],
    ["without a whole number", [3.2, 3.8], /^bounds: .*whole number/],
    ["of an unknown node", { w: [0, 9], r: [0, 9], x: [0, 9] }, /^bounds: .* no node "x"/],
    ["for some nodes only", { w: [0, 9] }, /^bounds: .* none for "r"/],
  ])("cannot be %s", (_, bounds, message) => {
    expect(() => spaceOf("base-stock", line, bounds)).toThrow(message);
  });
});
