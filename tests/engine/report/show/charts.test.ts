import { describe, expect, test } from "vitest";
import { type Picture, show } from "../../../../engine/mod.ts";
import { barsFigure } from "../../../../engine/report/show/bars.ts";
import { boxFigure } from "../../../../engine/report/show/box.ts";
import type { Figure } from "../../../../engine/report/show/figure.ts";
import { heatmapFigure } from "../../../../engine/report/show/heatmap.ts";
import { intervalsFigure } from "../../../../engine/report/show/intervals.ts";
import { linesFigure } from "../../../../engine/report/show/lines.ts";
import { profilesFigure } from "../../../../engine/report/show/profiles.ts";
import { messageOf } from "../../../setup/messages.ts";
import { drawingOf, ofClass, textsOf } from "../../../setup/pictures.ts";

/** Two seeds a method and network; mean profits are 10 * (k + 1), standard errors 1. */
const ROWS = ["ppo", "mappo"].flatMap((method, k) =>
  ["a", "b"].flatMap((network) =>
    [-1, 1].map((off, seed) => ({ method, network, seed, profitPerEpisode: 10 * (k + 1) + off }))
  )
);

const AXES = { x: "method", y: "profitPerEpisode" };

/** Of the traces of a figure. */
function column(figure: Figure, name: string): unknown[] {
  return figure.data.map((trace) => trace[name]);
}

/** A part of a figure's layout, such as an axis. */
function part(
  figure: Figure,
  name: string,
): { range: [number, number]; rangemode: string; tickangle: number; b: number } {
  return figure.layout[name] as ReturnType<typeof part>;
}

/** A table as arquero has it. */
function table(rows: object[]): { objects(): object[] } {
  return { objects: () => rows };
}

describe("show.bars", () => {
  test("draws a bar a category and group, with the standard error of several rows", async () => {
    const figure = barsFigure(ROWS, { ...AXES, group: "network" });
    expect(column(figure, "name")).toEqual(["a", "b"]);
    expect(column(figure, "y")).toEqual([[10, 20], [10, 20]]);
    expect(figure.data.map((trace) => (trace.error_y as { array: number[] }).array)).toEqual([[1, 1], [
      1,
      1,
    ]]);
    const picture = await show.bars(table(ROWS), { ...AXES, group: "network" });
    const drawing = drawingOf(picture);
    expect(ofClass(drawing, "g", "point")).toHaveLength(4);
    expect(textsOf(picture)).toEqual(
      expect.arrayContaining(["Profit per episode (money)", "Method", "ppo", "mappo", "a", "b"]),
    );
    expect(textsOf(picture).join()).toContain("mean ± standard error of 2 rows");
  });

  test("takes intervals from columns, and a value that is none leaves a gap", () => {
    const rows = [{ x: "a", y: 2, l: 1, h: 4 }, { x: "b", y: NaN, l: 1, h: 2 }, {
      x: "c",
      y: null,
      l: 1,
      h: 2,
    }];
    const [trace] = barsFigure(rows, { x: "x", y: "y", low: "l", high: "h" }).data;
    expect(trace).toMatchObject({
      y: [2, NaN, NaN],
      error_y: { array: [2, NaN, NaN], arrayminus: [1, NaN, NaN] },
    });
  });

  test("points need not start at 0, bars do", () => {
    const [low, high] = part(barsFigure(ROWS, { ...AXES, points: true }), "yaxis").range;
    expect(low).toBeGreaterThan(5);
    expect(high).toBeLessThan(25);
    expect(part(barsFigure(ROWS, AXES), "yaxis").rangemode).toBe("tozero");
  });

  test("panels share groups, colours and the legend", () => {
    const rows = ROWS.filter(({ method, network }) => method === "ppo" || network === "b");
    const figure = barsFigure(rows, { x: "seed", y: "profitPerEpisode", group: "method", panel: "network" });
    expect(figure.data.map(({ name, xaxis, showlegend }) => [name, xaxis, showlegend])).toEqual([
      ["ppo", "x", true],
      ["mappo", "x", true],
      ["ppo", "x2", false],
      ["mappo", "x2", false],
    ]);
    const colours = figure.data.map(({ marker }) => (marker as { color: string }).color);
    expect(colours.slice(0, 2)).toEqual(colours.slice(2));
    expect(new Set(colours).size).toBe(2);
  });

  test("the legend of panels has a group that the first panel lacks", () => {
    const rows = [{ p: "a", g: "x", at: 1, v: 1 }, { p: "b", g: "y", at: 1, v: 2 }];
    const { data } = linesFigure(rows, { x: "at", y: "v", group: "g", panel: "p" });
    expect(data.filter(({ showlegend }) => showlegend).map(({ name, xaxis }) => [name, xaxis])).toEqual([
      ["x", "x"],
      ["y", "x2"],
    ]);
  });

  test("long names are slanted and have room below", () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({ x: `a method with a long name ${i}`, y: i }));
    const figure = barsFigure(rows, { x: "x", y: "y" });
    expect(part(figure, "xaxis").tickangle).toBe(-35);
    expect(part(figure, "margin").b).toBeGreaterThan(120);
  });

  test.each([
    [[], AXES, "show.bars: expected at least one row, got none"],
    [ROWS, { x: "metod", y: "seed" }, 'show.bars: the rows have no column "metod"; did you mean "method"?'],
    [ROWS, { x: "seed", y: "method" }, 'show.bars: the column "method" holds no number'],
    [
      ROWS,
      { ...AXES, group: "network", groups: ["c"] },
      'show.bars: there is no group "c"; there are "a" or "b"',
    ],
    [[3], AXES, "show.bars: expected rows that are objects, got 3"],
    [7, AXES, "show.bars: expected an array of rows or an arquero table"],
  ])("refuses %j by %j in one line", async (rows, options, message) => {
    expect(await messageOf(() => barsFigure(rows as object[], options))).toBe(message);
  });
});

describe("show.lines", () => {
  const LINES = [1, 2, 3, 4, 5].flatMap((steps) =>
    ["ppo", "mappo"].map((method) => ({ steps: 6 - steps, method, loss: steps === 3 ? NaN : steps }))
  );

  test("draws a line a group, ascending, with gaps where there is no number", async () => {
    const figure = linesFigure(LINES, { x: "steps", y: "loss", group: "method" });
    expect(column(figure, "x")).toEqual([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]);
    expect(column(figure, "y")).toEqual([[5, 4, NaN, 2, 1], [5, 4, NaN, 2, 1]]);
    const picture = await show.lines(LINES, { x: "steps", y: "loss", group: "method", unit: "nats" });
    // A piece before the gap and one behind it; those of the legend are in its own group.
    const [plot] = ofClass(drawingOf(picture), "g", "scatterlayer");
    expect(ofClass(plot!, "path", "js-line")).toHaveLength(4);
    expect(textsOf(picture)).toEqual(
      expect.arrayContaining(["Environment steps", "Loss (nats)", "ppo", "mappo"]),
    );
  });

  test("several rows at one place become a mean with a band", () => {
    const figure = linesFigure(ROWS, { x: "seed", y: "profitPerEpisode", group: "method" });
    const [band, , line] = figure.data;
    expect(line).toMatchObject({ x: [0, 1], y: [9, 11] });
    expect(band).toMatchObject({ fill: "toself", x: [0, 1, 1, 0], y: [9, 11, 11, 9] });
    const range = linesFigure([{ x: 1, y: 2 }, { x: 1, y: 6 }], { x: "x", y: "y", band: "range" });
    expect(range.data[0]!.y).toEqual([6, 2]);
    expect(linesFigure([{ x: 1, y: 2 }, { x: 1, y: 6 }], { x: "x", y: "y", band: "none" }).data).toHaveLength(
      1,
    );
  });

  test("a band is in pieces where it has gaps", () => {
    const band = { low: [0, 1, NaN, 3], high: [1, 2, NaN, 4] };
    const { data } = linesFigure([{ label: "a", x: [1, 2, 3, 4], y: [0, 1, 2, 3], band }]);
    expect(data.map(({ x }) => x)).toEqual([[1, 2, 2, 1], [4, 4], [1, 2, 3, 4]]);
  });

  test("takes lines that are there already, and refuses lists of different lengths", async () => {
    const { data } = linesFigure([{ label: "a", x: [1, 2], y: [3, 4], colour: "red", dash: "dashed" }]);
    expect(data).toMatchObject([{ x: [1, 2], y: [3, 4], line: { color: "#c9273a", dash: "dash" } }]);
    expect(await messageOf(() => linesFigure([{ label: "a", x: [1, 2], y: [3] }]))).toBe(
      'show.lines: the lists of "a" differ in length',
    );
    expect(await messageOf(() => linesFigure([], { x: "x", y: "y" }))).toBe(
      "show.lines: expected at least one row, got none",
    );
  });

  test("whole numbers of 64 bits, as Parquet has them, are numbers", () => {
    expect(linesFigure([{ x: 1n, y: 2n }, { x: 2n, y: 3n }], { x: "x", y: "y" }).data).toMatchObject([
      { x: [1, 2], y: [2, 3] },
    ]);
  });
});

describe("show.box", () => {
  test("draws a box a category and group with its values", async () => {
    const figure = boxFigure(ROWS, { ...AXES, group: "network" });
    expect(figure.data).toMatchObject([
      { type: "box", name: "a", x: [0, 0, 1, 1], y: [9, 11, 19, 21] },
      { type: "box", name: "b", x: [0, 0, 1, 1], y: [9, 11, 19, 21] },
    ]);
    const picture = await show.box(ROWS, { ...AXES, group: "network" });
    expect(ofClass(drawingOf(picture), "path", "box")).toHaveLength(4);
    expect(textsOf(picture)).toEqual(expect.arrayContaining(["Profit per episode (money)", "ppo"]));
  });
});

describe("show.heatmap", () => {
  test("has the mean of each cell in it, the first row on top", async () => {
    const rows = [...ROWS, { method: "ppo", network: "c", profitPerEpisode: 7 }];
    const figure = heatmapFigure(rows, { x: "network", y: "method", value: "profitPerEpisode" });
    expect(figure.data).toMatchObject([{ text: ["10", "10", "7", "20", "20", ""] }]);
    expect(figure.layout.shapes).toHaveLength(5);
    const [top, bottom] = part(figure, "yaxis").range;
    expect(top).toBeGreaterThan(bottom);
    const picture: Picture = await show.heatmap(rows, {
      x: "network",
      y: "method",
      value: "profitPerEpisode",
    });
    expect(textsOf(picture)).toEqual(expect.arrayContaining(["10", "20", "7", "Network", "Method"]));
    expect(textsOf(picture).join()).toContain("mean of profit per episode (money)");
  });

  test("figures stand out from their cells", () => {
    const rows = [{ x: 1, y: 1, v: 0 }, { x: 2, y: 1, v: 100 }];
    const [trace] = heatmapFigure(rows, { x: "x", y: "y", value: "v" }).data;
    expect((trace!.textfont as { color: string[] }).color).toEqual(["#1f2733", "#ffffff"]);
  });
});

describe("show.intervals", () => {
  const INTERVALS = ["ppo", "mappo"].flatMap((group, k) =>
    ["IQM", "Mean"].map((statistic) => ({ group, statistic, estimate: 2 + k, low: 1 + k, high: 4 + k }))
  );

  test("has a point and a bar a group, in a panel a statistic", async () => {
    const figure = intervalsFigure(INTERVALS, { panel: "statistic" });
    const points = figure.data.filter(({ hoverinfo }) => hoverinfo === "x");
    expect(points.map(({ x, xaxis }) => [(x as number[])[0], xaxis])).toEqual([
      [2, "x"],
      [3, "x"],
      [2, "x2"],
      [3, "x2"],
    ]);
    expect(figure.data[0]!.x).toEqual([1, 4, 4, 1, 1]);
    const texts = textsOf(await show.intervals(INTERVALS, { panel: "statistic", unit: "share of profit" }));
    expect(texts).toEqual(expect.arrayContaining(["ppo", "mappo", "IQM", "Mean"]));
    expect(texts.join()).toContain("share of profit");
  });

  test("is refused without its columns", async () => {
    expect(await messageOf(() => intervalsFigure([{ group: "a", estimate: 1, low: 0 }]))).toBe(
      'show.intervals: the rows have no column "high"; there are "group", "estimate" or "low"',
    );
  });
});

describe("show.profiles", () => {
  test("draws a line a group over ascending thresholds, with its band", async () => {
    const profile = { thresholds: [1, 0], shares: [0.2, 0.9], low: [0.1, 0.8], high: [0.3, 1] };
    const figure = profilesFigure({ ppo: profile, mappo: { thresholds: [0, 1], shares: [1, 0] } });
    expect(figure.data.map(({ x, y }) => [x, y])).toEqual([
      [[0, 1, 1, 0], [1, 0.3, 0.1, 0.8]],
      [[0, 1], [0.9, 0.2]],
      [[0, 1], [1, 0]],
    ]);
    expect(textsOf(await show.profiles({ ppo: profile }))).toContain("Share of runs with a score above τ");
  });

  test("is refused without any", async () => {
    expect(await messageOf(() => profilesFigure({}))).toBe(
      "show.profiles: expected at least one profile, got none",
    );
  });
});

describe("promises", () => {
  test("are rejected with the same line", async () => {
    await expect(show.bars([], AXES)).rejects.toThrow("show.bars: expected at least one row, got none");
    await expect(show.heatmap([], { x: "a", y: "b", value: "c" })).rejects.toThrow(
      "show.heatmap: expected at least one row, got none",
    );
  });
});
