import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadRuns, show } from "../../../../engine/mod.ts";
import type { MetricRow } from "../../../../engine/experiment/mod.ts";
import { type Curve, curveOf, curvesOfRows, titleOfRuns } from "../../../../engine/report/show/curves.ts";
import { curveFigure } from "../../../../engine/report/show/learning_curve.ts";
import { messageOf } from "../../../setup/messages.ts";
import { textsOf } from "../../../setup/pictures.ts";
import { tinyConfig, trainIn } from "../../../setup/runs.ts";

type Row = Pick<MetricRow, "steps" | "charts/episodicReturn"> & Partial<MetricRow>;

function row(steps: number, profit: number, evaluated?: number): Row {
  return {
    steps,
    "charts/episodicReturn": profit,
    ...(evaluated === undefined ? {} : { "eval/profitPerEpisode": evaluated }),
  };
}

const TWO_SEEDS: Curve[] = [
  curveOf("ppo", "0", [row(200, 30, 40), row(100, 10)]),
  curveOf("ppo", "1", [row(100, 20), row(200, 40, 60), row(300, 70)]),
];

describe("a learning curve of one group", () => {
  test("has a line a seed, their mean where all have it, and the evaluations", () => {
    const { data } = curveFigure(TWO_SEEDS, {});
    expect(data.map(({ name, x, y }) => ({ name, x, y }))).toEqual([
      { name: "each seed", x: [100, 200], y: [10, 30] },
      { name: "each seed", x: [100, 200, 300], y: [20, 40, 70] },
      { name: "mean of 2 seeds", x: [100, 200], y: [15, 35] },
      { name: "evaluated without exploration", x: [200], y: [50] },
    ]);
    expect((data[3]!.error_y as { array: number[] }).array).toEqual([10]);
  });

  test("says what is on the axes and in the legend, and in one line where it ends", async () => {
    const rows = [row(100, 10), row(200, 30, 40)].map((one) => ({ ...one, method: "ppo", seed: 0 }));
    const picture = await show.learningCurve(rows);
    expect(textsOf(picture)).toEqual(
      expect.arrayContaining([
        "Environment steps",
        "Profit per episode (money)",
        "while training",
        "evaluated without exploration",
      ]),
    );
    expect(picture.bundle()["text/plain"]).toBe(
      "Learning curve of ppo: profit per episode over environment steps; ppo ends at 30",
    );
  });

  test("leaves gaps where there is no number, and lines for others' profit", () => {
    const { data } = curveFigure([curveOf("", "0", [row(1, 1), row(2, NaN), row(3, 3)])], {
      references: { "planned <b>": 7 },
    });
    expect(data[0]).toMatchObject({ x: [1, 2, 3], y: [1, NaN, 3] });
    expect(data[1]).toMatchObject({ name: "planned &lt;b&gt;: 7", x: [0, 3], y: [7, 7] });
  });

  test("lets a bad start lie below the picture, and says so", () => {
    const profits = [-10_000, -500, ...Array.from({ length: 30 }, (_, i) => 100 + i)];
    const curve = curveOf("", "0", profits.map((profit, i) => row(i, profit)));
    const focused = curveFigure([curve], {});
    expect((focused.layout.yaxis as { range: number[] }).range[0]).toBeGreaterThan(-500);
    expect((focused.layout.title as { text: string }).text).toContain(
      "2 points at the start below the picture",
    );
    const whole = curveFigure([curve], { focus: false });
    expect((whole.layout.yaxis as { range: number[] }).range[0]).toBeLessThanOrEqual(-10_000);
  });

  test("is thinned: many iterations stay few points", () => {
    const rows = Array.from({ length: 5000 }, (_, i) => row(i, Math.sin(i)));
    const [line] = curveFigure([curveOf("", "0", rows)], {}).data;
    expect((line!.x as number[]).length).toBeLessThan(500);
  });
});

describe("learning curves of rows", () => {
  const ROWS = ["ppo", "mappo"].flatMap((method) =>
    [0, 1].flatMap((seed) =>
      [100, 200].map((steps) => ({ ...row(steps, steps + seed), method, seed, network: "a" }))
    )
  );

  test("compare methods, with an area over seeds", () => {
    const { data } = curveFigure(curvesOfRows(ROWS, undefined, "show.learningCurve"), {});
    const lines = data.filter(({ mode, fill }) => mode === "lines" && fill === undefined);
    expect(lines.map(({ name, y }) => [name, y])).toEqual([["ppo", [100.5, 200.5]], ["mappo", [
      100.5,
      200.5,
    ]]]);
    const areas = data.filter(({ fill }) => fill === "toself");
    expect(areas.map(({ y }) => y)).toEqual([[101, 201, 200, 100], [101, 201, 200, 100]]);
  });

  test("keep networks apart, and trials that share a seed", () => {
    const rows = ["a", "b"].flatMap((network) =>
      ROWS.map((one) => ({ ...one, network, seed: 0, trial: `${network}-${one.method}-${one.seed}` }))
    );
    const curves = curvesOfRows(rows, undefined, "");
    expect(new Set(curves.map(({ group }) => group))).toEqual(
      new Set(["ppo on a", "ppo on b", "mappo on a", "mappo on b"]),
    );
    expect(curves).toHaveLength(8);
    expect(new Set(curvesOfRows(rows, "network", "").map(({ group }) => group))).toEqual(new Set(["a", "b"]));
  });

  test("are refused without steps, or without any number", async () => {
    await expect(show.learningCurve([])).rejects.toThrow(
      "show.learningCurve: expected at least one row, got none",
    );
    await expect(show.learningCurve([{ step: 1 }])).rejects.toThrow(
      'show.learningCurve: the rows have no column "steps"; did you mean "step"?',
    );
    expect(await messageOf(() => curveFigure([curveOf("", "0", [row(1, NaN)])], {}))).toBe(
      "show.learningCurve: the metrics hold no profit per episode",
    );
  });
});

describe("a learning curve of runs", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    for (const seed of [0, 1]) await trainIn(`${folder}/seed-${seed}`, await tinyConfig({ seed }));
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  test("reads their metrics, of one or of several", async () => {
    const runs = await loadRuns(folder);
    const several = await show.learningCurve(runs);
    expect(textsOf(several)).toEqual(expect.arrayContaining(["mean of 2 seeds"]));
    expect(several.bundle()["text/plain"]).toMatch(/^Learning curve of reg-p-gcn-mappo on kotecha-6: /);
    expect(textsOf(await show.learningCurve(runs[0]!))).toEqual(expect.arrayContaining(["while training"]));
  });

  test("names what is the same in all of them", async () => {
    const config = (await loadRuns(folder))[0]!.config;
    expect(titleOfRuns([config, { ...config, method: "ippo" }])).toBe("Learning curves on kotecha-6");
  });
});
