import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import type { Network, NetworkNode } from "../../../engine/network/types.ts";
import { POLICY_KINDS } from "../../../engine/policies/kinds.ts";
import {
  parsePolicy,
  policyFromParameters,
  policyKinds,
  policyParameters,
  policyToJson,
} from "../../../engine/policies/policy.ts";

const network = networkOf(["3", "2", "1"]);

describe("parsePolicy", () => {
  test("takes levels by node id, in network order whatever the order in the JSON", () => {
    const policy = parsePolicy({ kind: "base-stock", levels: { "1": 6.49, "2": 5.53, "3": 10.69 } }, network);
    expect(policy).toEqual({
      kind: "base-stock",
      basis: "inventory-position",
      parameters: [Float64Array.of(10.69, 5.53, 6.49)],
    });
  });

  test("takes one number for all nodes", () => {
    const { parameters } = parsePolicy({
      kind: "s-Q",
      reorderPoint: -2,
      quantity: { "3": 1, "2": 0, "1": 9 },
    }, network);
    expect(parameters).toEqual([Float64Array.of(-2, -2, -2), Float64Array.of(1, 0, 9)]);
  });

  test.each([
    [{ kind: "echelon-base-stock", levels: 1 }, "echelon-position"],
    [{ kind: "s-S", reorderPoint: 1, orderUpTo: 1 }, "inventory-position"],
    [{ kind: "s-S", reorderPoint: 1, orderUpTo: 2, basis: "on-hand" }, "on-hand"],
    [{ kind: "s-Q", reorderPoint: 1, quantity: 2, basis: "on-hand" }, "on-hand"],
    [{ kind: "constant", quantity: 2 }, "inventory-position"],
  ])("%j decides on the %s", (json, basis) => {
    expect(parsePolicy(json, network).basis).toBe(basis);
  });

  const kinds = '"base-stock", "echelon-base-stock", "s-S", "s-Q"';
  test.each<[string, unknown, string]>([
    ["no object", 5, `policy: expected an object such as {"kind":"base-stock","levels":10}, got 5`],
    [
      "an unknown kind",
      { kind: "s-T" },
      `policy: kind: expected ${kinds}, "constant" or "learned", got "s-T"`,
    ],
    ["no kind", { levels: 1 }, `policy: kind: expected ${kinds}, "constant" or "learned", got nothing`],
    [
      "a misspelt key",
      { kind: "base-stock", level: 3 },
      `policy: unknown key "level"; did you mean "levels"?`,
    ],
    [
      "a basis where the kind fixes it",
      { kind: "base-stock", levels: 3, basis: "on-hand" },
      `policy: unknown key "basis"; expected "kind", "levels"`,
    ],
    [
      "an unknown basis",
      { kind: "s-S", reorderPoint: 1, orderUpTo: 2, basis: "position" },
      `policy: basis: expected "inventory-position" or "on-hand", got "position"`,
    ],
    [
      "a parameter left out",
      { kind: "s-S", reorderPoint: 1 },
      "policy: orderUpTo: expected a number, or an object of numbers by node id, got nothing",
    ],
    [
      "text for a level",
      { kind: "base-stock", levels: "many" },
      `policy: levels: expected a number, or an object of numbers by node id, got "many"`,
    ],
    [
      "text for a node's level",
      { kind: "base-stock", levels: { "3": 1, "2": "two", "1": 1 } },
      `policy: levels["2"]: expected a number from -16777216 to 16777216, got "two"`,
    ],
    [
      "NaN",
      { kind: "base-stock", levels: { "3": 1, "2": NaN, "1": 1 } },
      `policy: levels["2"]: expected a number from -16777216 to 16777216, got NaN`,
    ],
    [
      "an infinite level",
      { kind: "base-stock", levels: Infinity },
      "policy: levels: expected a number from -16777216 to 16777216, got Infinity",
    ],
    [
      "more than f32 counts exactly",
      { kind: "base-stock", levels: 2 ** 24 + 1 },
      "policy: levels: expected a number from -16777216 to 16777216, got 16777217",
    ],
    [
      "an unknown node",
      { kind: "base-stock", levels: { "3": 1, "2": 1, "1": 1, "0": 1 } },
      `policy: levels: network "line" has no node "0"; its nodes are "3", "2" or "1"`,
    ],
    [
      "a node left out",
      { kind: "base-stock", levels: { "3": 1 } },
      `policy: levels: expected a number for every node of "line", got none for "2" or "1"`,
    ],
    [
      "an order-up-to level below the reorder point",
      { kind: "s-S", reorderPoint: 5, orderUpTo: { "3": 5, "2": 4, "1": 9 } },
      `policy: orderUpTo["2"]: expected at least the reorder point 5, got 4`,
    ],
    [
      "a negative quantity",
      { kind: "constant", quantity: { "3": 0, "2": 0, "1": -1 } },
      `policy: quantity["1"]: expected a number from 0 to 16777216, got -1`,
    ],
    [
      "a learned policy",
      { kind: "learned", run: "runs/a" },
      `policy: a learned policy (run "runs/a") is not one of the kinds with parameters; expected ${kinds} or "constant"`,
    ],
    [
      "a learned policy without a run",
      { kind: "learned" },
      "policy: run: expected the folder of a run, got nothing",
    ],
  ])("refuses %s in one line", (_, json, message) => {
    expect(refusal(() => parsePolicy(json, network))).toBe(message);
  });

  test("names the file it came from", () => {
    expect(refusal(() => parsePolicy({ kind: "constant" }, network, "best.json"))).toMatch(
      /^best\.json: quantity: /,
    );
  });

  test("suggests the node that was meant", () => {
    const line = networkOf(["warehouse", "retailer"]);
    const levels = { warehouse: 1, retailers: 2 };
    expect(refusal(() => parsePolicy({ kind: "base-stock", levels }, line))).toBe(
      `policy: levels: network "line" has no node "retailers"; did you mean "retailer"?`,
    );
  });

  test("any text can be a node's id", () => {
    const odd = networkOf(["__proto__", "constructor"]);
    const policy = parsePolicy(
      JSON.parse('{"kind":"base-stock","levels":{"__proto__":1,"constructor":2}}'),
      odd,
    );
    expect(policy.parameters).toEqual([Float64Array.of(1, 2)]);
    expect(refusal(() => parsePolicy({ kind: "base-stock", levels: {} }, odd))).toMatch(
      /none for "__proto__" or/,
    );
    expect(parsePolicy(policyToJson(policy, odd), odd)).toEqual(policy);
  });
});

describe("policyFromParameters", () => {
  test("takes values parameter-major", () => {
    const policy = policyFromParameters("s-S", network, [1, 2, 3, 10, 20, 30], "on-hand");
    expect(policy).toEqual({
      kind: "s-S",
      basis: "on-hand",
      parameters: [Float64Array.of(1, 2, 3), Float64Array.of(10, 20, 30)],
    });
  });

  test.each<[string, () => unknown, string]>([
    [
      "too few values",
      () => policyFromParameters("s-S", network, [1, 2, 3]),
      "policy: s-S for 3 nodes takes 6 values, got 3",
    ],
    [
      "a basis the kind does not take",
      () => policyFromParameters("base-stock", network, [1, 2, 3], "on-hand"),
      'policy: basis: base-stock takes "inventory-position", got "on-hand"',
    ],
    [
      "values that are none",
      () => policyFromParameters("base-stock", network, [1, NaN, 3]),
      `policy: levels["2"]: expected a number from -16777216 to 16777216, got NaN`,
    ],
    [
      "S below s",
      () => policyFromParameters("s-S", network, [1, 2, 3, 1, 1, 3]),
      `policy: orderUpTo["2"]: expected at least the reorder point 2, got 1`,
    ],
  ])("refuses %s", (_, make, message) => {
    expect(refusal(make)).toBe(message);
  });
});

test("every kind goes to a vector, to JSON and back unchanged", () => {
  const nodes = network.nodes.length;
  fc.assert(
    fc.property(
      fc.constantFrom(...policyKinds),
      fc.array(fc.float({ min: 0, max: 1000, noNaN: true }), { minLength: 2 * nodes, maxLength: 2 * nodes }),
      fc.nat(2),
      (kind, drawn, choice) => {
        const row = POLICY_KINDS[kind];
        const values = drawn.slice(0, row.parameters.length * nodes);
        if (kind === "s-S") {
          for (let n = 0; n < nodes; n++) values[nodes + n] = (values[n] ?? 0) + (values[nodes + n] ?? 0);
        }
        const basis = row.bases[choice];
        const policy = policyFromParameters(kind, network, values, basis);
        expect(Array.from(policyParameters(policy))).toEqual(values);
        const json = JSON.parse(JSON.stringify(policyToJson(policy, network)));
        expect(parsePolicy(json, network)).toEqual(policy);
        expect(policy.basis).toBe(basis ?? row.basis);
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error("expected an InputError");
}

/** Policies look at nothing of a network but its name and its nodes' ids. */
function networkOf(ids: string[]): Network {
  return {
    name: "line",
    horizon: 10,
    quantities: "real",
    nodes: ids.map((id) => ({ id }) as NetworkNode),
    arcs: [],
  };
}
