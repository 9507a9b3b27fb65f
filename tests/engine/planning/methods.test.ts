import { expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import { planningMethods } from "../../../engine/planning/methods.ts";
import { parsePolicy } from "../../../engine/policies/policy.ts";

const one = parseNetworkSync({
  nodes: [{ id: "shop", holdingCost: 1, backorderCost: 9, demand: { kind: "poisson", mean: 5 } }],
  arcs: [{ from: "supply", to: "shop" }],
});
const tree = parseNetworkSync({
  nodes: [
    { id: "w", holdingCost: 0.6 },
    ...["a", "b"].map((id) => ({
      id,
      holdingCost: 1,
      backorderCost: 19,
      demand: { kind: "poisson" as const, mean: 5 },
    })),
  ],
  arcs: [{ from: "supply", to: "w" }, { from: "w", to: "a" }, { from: "w", to: "b" }],
});

test("every method plans one node, alike but for the service level", () => {
  const levels = planningMethods.map(({ name, plan }) => {
    const { parameters } = parsePolicy(plan(one), one);
    return [name, parameters.at(-1)?.[0]];
  });
  expect(Object.fromEntries(levels)).toEqual({
    "single-stage": 14,
    "order-up-to": 14,
    "serial": 14,
    "serial-echelon": 14,
    "shang-song": 14,
    "decomposition-aggregation": 14,
    "service-level": expect.closeTo(10 + 1.645 * Math.sqrt(10), 2),
  });
});

test("a tree is for the methods that take any network; the others say so", () => {
  const fitting = planningMethods.filter(({ plan }) => {
    try {
      parsePolicy(plan(tree), tree);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return false;
    }
  });
  expect(fitting.map(({ name }) => name)).toEqual(["decomposition-aggregation", "service-level"]);
});
