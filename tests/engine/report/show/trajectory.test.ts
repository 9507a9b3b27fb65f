import { describe, expect, test } from "vitest";
import { show } from "../../../../engine/mod.ts";
import { trajectoryFigure } from "../../../../engine/report/show/trajectory.ts";
import { messageOf } from "../../../setup/messages.ts";
import { textsOf } from "../../../setup/pictures.ts";

/** Three periods of two episodes; figures say which quantity, episode, node and period they are of. */
function* rows(nodes: readonly string[] = ["a", "<b>"]) {
  for (const episode of [0, 1]) {
    for (const period of [0, 1, 2]) {
      for (const [n, node] of nodes.entries()) {
        const at = 100 * episode + 10 * n + period;
        yield { episode, period, node, onHand: at, backorders: at + 0.1, order: at + 0.2, demand: at + 0.3 };
      }
    }
  }
}

async function* later() {
  for (const row of rows()) yield await Promise.resolve(row);
}

describe("show.trajectory", () => {
  test("draws stock and flows of every node of the first episode", async () => {
    const { data } = await trajectoryFigure(rows());
    expect(data.map(({ name, y }) => [name, y])).toEqual([
      ["on hand at period end", [0, 1, 2]],
      ["owed (backorders) at period end", [0.1, 1.1, 2.1]],
      ["ordered in the period", [0.2, 1.2, 2.2]],
      ["demanded of the node in the period", [0.3, 1.3, 2.3]],
      ["on hand at period end", [10, 11, 12]],
      ["owed (backorders) at period end", [10.1, 11.1, 12.1]],
      ["ordered in the period", [10.2, 11.2, 12.2]],
      ["demanded of the node in the period", [10.3, 11.3, 12.3]],
    ]);
    // Above and below, a pair of axes each.
    expect(data.map(({ xaxis }) => xaxis)).toEqual(["x", "x", "x2", "x2", "x3", "x3", "x4", "x4"]);
    expect(data.filter(({ showlegend }) => showlegend)).toHaveLength(4);
  });

  test("labels panels, axes and units", async () => {
    const texts = textsOf(await show.trajectory(later()));
    expect(texts).toEqual(expect.arrayContaining(["Node a", "Node <b>", "Period", "units", "units/period"]));
    expect(texts).toEqual(expect.arrayContaining(["on hand at period end", "ordered in the period"]));
  });

  test("takes an episode, nodes, promises and streams", async () => {
    const { data } = await trajectoryFigure(Promise.resolve([...rows()]), { episode: 1, nodes: ["<b>"] });
    expect(data.map(({ y }) => y)).toEqual([
      [110, 111, 112],
      [110.1, 111.1, 112.1],
      [110.2, 111.2, 112.2],
      [110.3, 111.3, 112.3],
    ]);
  });

  test("shows eight nodes at most, unless they are named, and says so", async () => {
    const ids = Array.from({ length: 15 }, (_, i) => `n${i}`);
    const figure = await trajectoryFigure(rows(ids));
    expect(figure.data).toHaveLength(8 * 4);
    expect((figure.layout.title as { text: string }).text).toContain("8 of 15 nodes");
    expect((await trajectoryFigure(rows(ids), { nodes: ids })).data).toHaveLength(15 * 4);
  });

  test.each([
    [[], {}, "show.trajectory: expected at least one row, got none"],
    [[...rows()], { episode: 5 }, "show.trajectory: episode: the rows hold no episode 5"],
    [
      [...rows()],
      { nodes: ["c"] },
      'show.trajectory: nodes: the rows hold no node "c"; there are "a" or "<b>"',
    ],
    [[...rows()], { nodes: [] }, "show.trajectory: nodes: expected at least one node, got none"],
    [
      [{ profit: 3 }] as never[],
      {},
      "show.trajectory: expected rows as `trace` yields them, with episode, node, onHand, order, demand",
    ],
  ])("refuses what it cannot draw (%#)", async (source, options, message) => {
    expect(await messageOf(() => trajectoryFigure(source, options))).toBe(message);
  });
});
