import { describe, expect, test } from "vitest";
import { SUPPLY_INDEX, topologicalOrder, topology } from "../../../engine/network/topology.ts";
import { parseNetworkSync } from "../../../engine/network/schema.ts";

/** Arcs as "from>to"; every node has demand. */
function network(ids: string, ...arcs: string[]) {
  return parseNetworkSync({
    nodes: ids.split("").map((id) => ({ id, demand: 1 })),
    arcs: arcs.map((arc) => arc.split(">")).map(([from, to]) => ({ from, to })),
  });
}

describe("topology", () => {
  // r and q are retailers; b sells to q too, past c.
  const result = topology(
    network("rqcba", "supply>a", "a>b", "b>c", "c>r", "b>q", "c>q", "supply>b"),
  );

  test("arcs by index, in the order of the network", () => {
    expect(Object.fromEntries(result.nodeIndex)).toEqual({ r: 0, q: 1, c: 2, b: 3, a: 4 });
    expect(Array.from(result.arcFrom)).toEqual([SUPPLY_INDEX, 4, 3, 2, 3, 2, SUPPLY_INDEX]);
    expect(Array.from(result.arcTo)).toEqual([4, 3, 2, 0, 1, 1, 3]);
    expect(result.supplyArcs).toEqual([[3], [4, 5], [2], [1, 6], [0]]);
    expect(result.downstreamArcs).toEqual([[], [], [3, 5], [2, 4], [1]]);
  });

  test("suppliers come first", () => {
    expect(Array.from(result.order)).toEqual([4, 3, 2, 0, 1]);
  });

  test("a level is the longest way to a customer", () => {
    expect(Array.from(result.levels)).toEqual([1, 1, 2, 3, 4]);
    expect(result.echelons).toEqual([[0, 1], [2], [3], [4]]);
  });

  test("downstream of a node is all that its goods can reach", () => {
    expect(result.downstream.map((nodes) => Array.from(nodes)))
      .toEqual([[], [], [0, 1], [0, 1, 2], [0, 1, 2, 3]]);
  });

  test("a node with nothing downstream is on the first level, with or without customers", () => {
    const { levels } = topology(parseNetworkSync({
      nodes: [{ id: "a", demand: 1 }, { id: "b" }],
      arcs: [{ from: "supply", to: "a" }, { from: "a", to: "b" }],
    }));
    expect(Array.from(levels)).toEqual([2, 1]);
  });

  test("ids may be the names of object properties", () => {
    const { nodeIndex, arcFrom } = topology({
      ...network("ab", "supply>a", "a>b"),
      nodes: ["__proto__", "constructor"].map((id) => ({ ...network("a", "supply>a").nodes[0], id })),
      arcs: [{ ...network("ab", "supply>a", "a>b").arcs[1], from: "__proto__", to: "constructor" }],
    });
    expect(nodeIndex.get("constructor")).toBe(1);
    expect(Array.from(arcFrom)).toEqual([0]);
  });

  test("a cycle and an unknown id are RangeErrors", () => {
    const { nodes, arcs } = network("ab", "supply>a", "a>b");
    expect(() => topology({ nodes, arcs: [...arcs, { ...arcs[0], from: "b", to: "a" }] })).toThrow(
      RangeError,
    );
    expect(() => topology({ nodes: nodes.slice(1), arcs })).toThrow(RangeError);
  });
});

describe("topologicalOrder", () => {
  test("takes the lowest index among the nodes that are ready", () => {
    // 3 frees 0, which goes before 4 and 5.
    expect(Array.from(topologicalOrder(6, [3, -1, 5, -1], [0, 3, 1, 5]))).toEqual([2, 3, 0, 4, 5, 1]);
  });

  test("is the same as a search over all ready nodes at each step", () => {
    let state = 20261121;
    const next = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    for (let graph = 0; graph < 200; graph++) {
      const nodes = 1 + next(12);
      const label = Array.from({ length: nodes }, (_, i) => i).sort(() => next(3) - 1);
      const arcs = Array.from({ length: next(20) }, () => [next(nodes), next(nodes)])
        .filter(([a, b]) => a < b).map(([a, b]) => [label[a], label[b]]);
      const expected: number[] = [];
      while (expected.length < nodes) {
        expected.push(
          label.toSorted((a, b) => a - b).find((n) =>
            !expected.includes(n) && arcs.every(([from, to]) => to !== n || expected.includes(from))
          ) as number,
        );
      }
      const order = topologicalOrder(nodes, arcs.map(([from]) => from), arcs.map(([, to]) => to));
      expect(Array.from(order)).toEqual(expected);
    }
  });

  test("leaves out a cycle and what lies behind it", () => {
    expect(Array.from(topologicalOrder(4, [0, 1, 2, 2], [1, 2, 1, 3]))).toEqual([0]);
  });

  test("takes 4096 nodes in a line", () => {
    const nodes = Array.from({ length: 4096 }, (_, n) => n);
    const order = topologicalOrder(4096, nodes.slice(1), nodes.slice(0, -1));
    expect(Array.from(order)).toEqual(nodes.toReversed());
  });
});
