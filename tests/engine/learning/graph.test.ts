import { describe, expect, test } from "vitest";
import {
  attentionGraph,
  attentionTable,
  completeAttentionGraph,
  convolutionGraph,
  type GraphTable,
} from "../../../engine/learning/graph.ts";
import { parseNetwork } from "../../../engine/network/schema.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { draw, randomLinks } from "../../setup/graphs.ts";

/** [agent]: its neighbours, in the table's order. */
function neighboursOf({ agents, edges, words }: GraphTable): number[][] {
  expect(words[0]).toBe(0);
  expect(words[agents]).toBe(edges);
  return Array.from(
    { length: agents },
    (_, i) => [...words.subarray(agents + 1 + words[i]!, agents + 1 + words[i + 1]!)],
  );
}

/** [neighbour]: pairs of an entry of the first list and the agent that listens. */
function listenersOf({ agents, edges, words }: GraphTable): { entry: number; agent: number }[][] {
  const offsets = words.subarray(agents + 1 + edges, 2 * agents + 2 + edges);
  const lists = words.subarray(2 * agents + 2 + edges);
  expect(lists.length).toBe(2 * edges);
  return Array.from(
    { length: agents },
    (_, j) =>
      Array.from({ length: offsets[j + 1]! - offsets[j]! }, (_, n) => {
        const at = offsets[j]! + n;
        return { entry: lists[at]!, agent: lists[edges + at]! };
      }),
  );
}

/** 0 -> 1 -> 3 and 0 -> 2, 1 with a second supplier outside; 4 only buys outside. */
async function network() {
  const nodes = ["0", "1", "2", "3", "4"].map((id) => ({ id }));
  const arcs = [
    { from: "supply", to: "0" },
    { from: "0", to: "1" },
    { from: "supply", to: "1" },
    { from: "1", to: "3" },
    { from: "0", to: "2" },
    { from: "supply", to: "4" },
  ];
  const demand = { kind: "constant", value: 1 } as const;
  return await parseNetwork({
    name: "small",
    horizon: 10,
    quantities: "real",
    nodes: nodes.map((node) => ({ ...node, demand })),
    arcs,
  }, { where: "small" });
}

/** Table C.4 of Kotecha and del Rio Chanona: 0 -> 1, 2; 1 -> 3, 4; 2 -> 4, 5. */
const KOTECHA_6 = [[0, 1, 2], [0, 1, 3, 4], [0, 2, 4, 5], [1, 3], [1, 2, 4], [2, 5]];

describe("the graph of convolutions", () => {
  test("has suppliers, customers and the node itself, without the external supply", async () => {
    const table = convolutionGraph(await network());
    expect(neighboursOf(table)).toEqual([[0, 1, 2], [0, 1, 3], [0, 2], [1, 3], [4]]);
    expect(table).toMatchObject({ agents: 5, edges: 11 });
    expect(table.words.length).toBe(6 + 2 * 11);
  });

  test("weights an entry by the degrees of both ends", async () => {
    const { agents, edges, words } = convolutionGraph(await network());
    const weights = new Float32Array(words.buffer, (agents + 1 + edges) * 4);
    const expected = [3, 3, Math.sqrt(6), 3, 3, Math.sqrt(6), Math.sqrt(6), 2, Math.sqrt(6), 2, 1];
    expect([...weights]).toEqual(expected.map((root) => Math.fround(1 / root)));
  });

  test("is symmetric for a network of the papers", async () => {
    const table = convolutionGraph(await loadNetwork("kotecha-24"));
    const neighbours = neighboursOf(table);
    const { agents, edges, words } = table;
    const weights = new Float32Array(words.buffer, (agents + 1 + edges) * 4);
    const weightOf = (i: number, j: number) => weights[words[i]! + neighbours[i]!.indexOf(j)];
    for (const [i, row] of neighbours.entries()) {
      for (const j of row) expect(weightOf(j, i)).toBe(weightOf(i, j));
    }
    expect(agents).toBe(24);
  });
});

describe("the graph of attention", () => {
  test("has direct suppliers and customers, and the node itself where asked", async () => {
    expect(neighboursOf(attentionGraph(await network(), { self: false }))).toEqual([
      [1, 2],
      [0, 3],
      [0],
      [1],
      [],
    ]);
    expect(neighboursOf(attentionGraph(await network(), { self: true }))).toEqual(
      neighboursOf(convolutionGraph(await network())),
    );
  });

  test("of kotecha-6 is that of the paper's table, both ways", async () => {
    const network = await loadNetwork("kotecha-6");
    expect(neighboursOf(attentionGraph(network, { self: true }))).toEqual(KOTECHA_6);
  });

  test("of everyone leaves out the agent itself where asked", () => {
    expect(neighboursOf(completeAttentionGraph(3, { self: true }))).toEqual([[0, 1, 2], [0, 1, 2], [
      0,
      1,
      2,
    ]]);
    expect(neighboursOf(completeAttentionGraph(3, { self: false }))).toEqual([[1, 2], [0, 2], [0, 1]]);
    expect(neighboursOf(completeAttentionGraph(1, { self: false }))).toEqual([[]]);
  });

  test("lists every entry once by neighbour, too, in one direction as well", () => {
    const links = randomLinks(20, 0.3, 7).map((row, i) => row.filter((j) => draw(8, i, j) < 0));
    const table = attentionTable(links);
    const entries = links.flatMap((row, agent) => row.map((neighbour) => ({ agent, neighbour })));
    const listeners = listenersOf(table);
    for (const [neighbour, row] of listeners.entries()) {
      for (const { entry, agent } of row) expect(entries[entry]).toEqual({ agent, neighbour });
      // Ascending: sums in this order are the same everywhere.
      expect(row.map(({ entry }) => entry)).toEqual(row.map(({ entry }) => entry).toSorted((a, b) => a - b));
    }
    expect(listeners.flat().length).toBe(entries.length);
    expect(neighboursOf(table)).toEqual(links);
  });
});
