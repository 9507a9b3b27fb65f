import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedNetwork } from "../../../engine/experiment/mod.ts";
import { InputError } from "../../../engine/errors.ts";
import { type Network, parseNetworkSync } from "../../../engine/network/mod.ts";
import { messageOf } from "../../setup/messages.ts";
import { anyText } from "../../setup/strings.ts";

const SEED = 20_261_124;

const network = parseNetworkSync({
  name: "three",
  horizon: 20,
  quantities: "real",
  nodes: [
    { id: "w", holdingCost: 1, capacity: 50 },
    { id: "w.1", holdingCost: 2, demand: { kind: "poisson", mean: 5 } },
    { id: "w.2", holdingCost: 3, demand: { kind: "normal", mean: 7, stdDev: 1 } },
  ],
  arcs: [
    { from: "supply", to: "w", leadTime: 2 },
    { from: "w", to: "w.1", leadTime: 1 },
    { from: "w", to: "w.2", leadTime: { kind: "poisson", mean: 2 } },
  ],
}, { where: "three" });

const { nodes: [w, w1, w2], arcs: [supply, first, second] } = network as {
  nodes: [Network["nodes"][0], Network["nodes"][0], Network["nodes"][0]];
  arcs: [Network["arcs"][0], Network["arcs"][0], Network["arcs"][0]];
} & Network;

describe("a path leads to", () => {
  test.each<[path: string, setting: string, expected: Partial<Network>]>([
    ["a field of the network", "horizon=9", { horizon: 9 }],
    ["a text", "quantities=integer", { quantities: "integer" }],
    ["a field of a node", "nodes.w.capacity=80", { nodes: [{ ...w, capacity: 80 }, w1, w2] }],
    ["one that it left out", "nodes.w.maxOrder=9", { nodes: [{ ...w, maxOrder: 9 }, w1, w2] }],
    ["a node with a point in its name", "nodes.w.1.holdingCost=5", {
      nodes: [w, { ...w1, holdingCost: 5 }, w2],
    }],
    ["a field within a field", "nodes.w.2.demand.stdDev=3", {
      nodes: [w, w1, { ...w2, demand: { kind: "normal", mean: 7, stdDev: 3 } }],
    }],
    ["a whole distribution", 'nodes.w.1.demand={"kind":"constant","value":4}', {
      nodes: [w, { ...w1, demand: { kind: "constant", value: 4 } }, w2],
    }],
    ["a field of an arc", "arcs.w->w.1.leadTime=3", {
      arcs: [supply, { ...first, leadTime: { kind: "constant", value: 3 } }, second],
    }],
    ["every node that has it", "demand.mean=6", {
      nodes: [
        w,
        { ...w1, demand: { kind: "poisson", mean: 6 } },
        { ...w2, demand: { kind: "normal", mean: 6, stdDev: 1 } },
      ],
    }],
    ["every arc that has it", "leadTime.mean=1", {
      arcs: [supply, first, { ...second, leadTime: { kind: "poisson", mean: 1 } }],
    }],
    ["a block that it left out", 'evaluation={"periods":9,"warmup":1,"episodes":7}', {
      evaluation: { periods: 9, warmup: 1, episodes: 7 },
    }],
  ])("%s: %s does %j", (_, setting, expected) => {
    const before = structuredClone(network);
    expect(changedNetwork(network, [setting])).toEqual({ ...network, ...expected });
    expect(network).toEqual(before);
  });

  test("later settings see earlier ones", () => {
    const changed = changedNetwork(network, ['nodes.w.demand={"kind":"poisson","mean":1}', "demand.mean=3"]);
    expect(changed.nodes.map(({ demand }) => (demand as { mean: number }).mean)).toEqual([3, 3, 3]);
  });
});

describe("a setting is refused in one line", () => {
  test.each([
    ["without a value", "horizon", '--set: expected PATH=VALUE such as demand.mean=7, got "horizon"'],
    ["with an empty one", "horizon=", '--set: expected PATH=VALUE such as demand.mean=7, got "horizon="'],
    [
      "for a field that nothing has",
      "demand.median=7",
      "--set: no node, arc or field of three has demand.median",
    ],
    ["for no such node", "nodes.x.price=1", "--set: no node, arc or field of three has nodes.x.price"],
    ["for a node as a whole", "nodes.w=1", "--set: no node, arc or field of three has nodes.w"],
    [
      "for what every object has",
      "constructor.x=1",
      "--set: no node, arc or field of three has constructor.x",
    ],
    ["for a prototype", "__proto__.x=1", "--set: no node, arc or field of three has __proto__.x"],
  ])("%s", async (_, setting, message) => {
    expect(await messageOf(() => changedNetwork(network, [setting]))).toBe(message);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test.each(["horizon=x", "demand.mean=-1", "nodes.w.wings=2", 'arcs.w->w.1.from="w.1"'])(
    "that makes the network wrong: %s",
    async (setting) => {
      expect(await messageOf(() => changedNetwork(network, [setting]))).toMatch(/^--set: /);
    },
  );

  test("or taken, whatever it says", () => {
    const word = fc.constantFrom("nodes", "arcs", "w", "w.1", "w->w.1", "demand", "mean", "evaluation", "0");
    const path = fc.array(fc.oneof(word, anyText(5)), { minLength: 1, maxLength: 4 }).map((all) =>
      all.join(".")
    );
    const value = fc.oneof(anyText(8), fc.json());
    fc.assert(
      fc.property(path, value, (where, what) => {
        try {
          changedNetwork(network, [`${where}=${what}`]);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^--set.*$/);
        }
      }),
      { seed: SEED, numRuns: 500, endOnFailure: true },
    );
  });
});
