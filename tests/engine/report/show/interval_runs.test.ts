import { describe, expect, test } from "vitest";
import { intervalsFigure } from "../../../../engine/report/show/intervals.ts";
import { seriesStyle } from "../../../../engine/report/show/figure.ts";
import { messageOf } from "../../../setup/messages.ts";

const ROWS = ["ppo", "mappo"].map((group, k) => ({ group, estimate: k + 1, low: k, high: k + 2 }));
const GROUPS = ["ippo", "ppo", "sarl", "mappo"];

/** Of a figure's marks: where they stand, and in which colour. */
function marks(figure: ReturnType<typeof intervalsFigure>) {
  const dots = figure.data.filter(({ mode }) => mode === "markers") as unknown as {
    x: number[];
    y: number[];
    marker: { line: { color: string } };
  }[];
  const estimates = figure.data.filter(({ mode, fill }) =>
    mode === "lines" && fill === undefined
  ) as unknown as {
    line: { color: string };
  }[];
  return { dots, colours: estimates.map(({ line }) => line.color) };
}

describe("show.intervals", () => {
  test("draws single runs as dots on the line of their group, within the range of the axis", () => {
    const runs = [
      { group: "mappo", estimate: 9 },
      { group: "ppo", estimate: -4 },
      { group: "mappo", estimate: 2 },
      { group: "mappo", estimate: null },
      { group: "dqn", estimate: 5 },
    ];
    const figure = intervalsFigure(ROWS, { runs });
    expect(marks(figure).dots.map(({ x, y }) => [x, y])).toEqual([[[-4], [0]], [[9, 2], [1, 1]]]);
    const [low, high] = (figure.layout.xaxis as { range: number[] }).range as [number, number];
    expect(low).toBeLessThan(-4);
    expect(high).toBeGreaterThan(9);
    expect(JSON.stringify(figure.layout.title)).toContain("dots: single runs");
  });

  test("puts runs into the panel of their statistic", () => {
    const rows = ["iqm", "mean"].map((statistic) => ({ ...ROWS[0], statistic }));
    const figure = intervalsFigure(rows, { panel: "statistic", runs: [{ ...rows[1], estimate: 7 }] });
    expect(marks(figure).dots).toMatchObject([{ x: [7], xaxis: "x2" }]);
  });

  test("a group without rows is left out, and the others keep their colours", () => {
    const figure = intervalsFigure(ROWS, { groups: GROUPS });
    expect((figure.layout.yaxis as { ticktext: string[] }).ticktext).toEqual(["ppo", "mappo"]);
    expect(marks(figure).colours).toEqual([1, 3].map((k) => seriesStyle(k).colour));
  });

  test("refuses groups of which there is none, and runs without a figure", async () => {
    expect(await messageOf(() => intervalsFigure(ROWS, { groups: ["sarl"] }))).toBe(
      'show.intervals: groups: none of them is there; there are "ppo" or "mappo"',
    );
    expect(await messageOf(() => intervalsFigure(ROWS, { runs: [{ group: "ppo", profit: 1 }] }))).toContain(
      'show.intervals: runs: the rows have no column "estimate"',
    );
  });
});
