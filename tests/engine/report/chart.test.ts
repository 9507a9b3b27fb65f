import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { barChart } from "../../../engine/report/bar_chart.ts";
import { type LineChart, lineChart, type Series } from "../../../engine/report/chart.ts";
import { COLOURS } from "../../../engine/report/colours.ts";
import { all, type Node, numberOf, parseMarkup, textOf } from "../../setup/markup.ts";
import { anyText } from "../../setup/strings.ts";

const SEED = 20261125;

const LINE: Series = { label: "profit", x: [0, 5, 10], y: [0, 100, 50], colour: "blue", shape: "line" };

function draw(series: Series[], changes: Partial<LineChart> = {}): Node {
  return parseMarkup(
    lineChart({
      title: "A chart",
      x: { label: "period", domain: [0, 10] },
      y: { label: "profit", unit: "money", domain: [0, 100] },
      height: 200,
      series,
      ...changes,
    }).source,
  );
}

/** The curves: in coordinates of 1000 by the height, stretched over the plot. */
function paths(chart: Node): (string | undefined)[] {
  return all(chart, "path").map(({ attributes }) => attributes.get("d"));
}

function texts(chart: Node): string[] {
  return all(chart, "text").map(textOf);
}

describe("lineChart", () => {
  test("a line goes through its points", () => {
    expect(paths(draw([LINE]))).toEqual(["M0 200L500 0L1000 100"]);
  });

  test("a step holds each value half-way to its neighbours", () => {
    const step: Series = { ...LINE, shape: "step", x: [2, 4, 6] };
    expect(paths(draw([step]))).toEqual(["M100 200L300 200L300 0L500 0L500 100L700 100"]);
    const chart = draw([step], { x: { label: "period" } });
    expect(paths(chart)).toEqual(["M0 200L333.33 200L333.33 0L666.67 0L666.67 100L1000 100"]);
  });

  test("what is no number leaves a gap, and a lone point is a dot", () => {
    const gap = { ...LINE, x: [0, 2, 4, 6, 8], y: [0, NaN, 50, Infinity, 100] };
    expect(paths(draw([gap]))).toEqual(["M0 200h0M400 100h0M800 0h0"]);
    const nothing = draw([{ ...LINE, y: [NaN, NaN, NaN] }]);
    expect(paths(nothing)).toEqual([]);
  });

  test("bands, tinted areas and reference lines", () => {
    const band = { label: "range", low: [0, 50, 0], high: [50, 100, 100] };
    expect(paths(draw([{ ...LINE, band }]))[0]).toBe("M0 100L500 0L1000 0L1000 200L500 100L0 200Z");
    expect(paths(draw([{ ...LINE, filled: true }]))[0]).toBe("M0 200L0 200L500 0L1000 100V200Z");
    const references = [{ label: "base-stock", value: 75, colour: "orange", dash: "dashed" }] as const;
    const chart = draw([LINE], { references });
    expect(paths(chart)[0]).toBe("M0 50H1000");
    expect(all(chart, "li").map(textOf)).toEqual(["profit", "base-stock: 75"]);
    expect(all(chart, "path")[0]!.attributes.get("stroke-dasharray")).toBe("7 4");
  });

  test("dots stand at their places with error bars and say their values", () => {
    const chart = draw([{ ...LINE, shape: "dots", errors: [0, 10, NaN] }]);
    const dots = all(chart, "circle").filter(({ children }) => children.length > 0);
    expect(dots.map((dot) => [dot.attributes.get("cx"), numberOf(dot, "cy")]))
      .toEqual([["0%", 200], ["50%", 0], ["100%", 100]]);
    expect(dots.map((dot) => textOf(dot))).toEqual(["0: 0", "5: 100 ± 10", "10: 50"]);
    // Upward the bar ends with the plot.
    const bars = all(chart, "line").filter(({ attributes }) => attributes.get("stroke-width") === "1.5");
    expect(bars.map((bar) => [numberOf(bar, "x1"), numberOf(bar, "y1"), numberOf(bar, "y2")])).toEqual([[
      50,
      0,
      20,
    ]]);
  });

  test("what lies outside a stated domain is cut, dots are left out", () => {
    const far = { ...LINE, y: [-1000, 50, 50] };
    const [outer, inner] = all(draw([far]), "svg") as [Node, Node];
    expect([outer.attributes.get("style"), inner.attributes.get("overflow")])
      .toEqual(["display:block;overflow:visible", "hidden"]);
    expect(all(draw([{ ...far, shape: "dots" }], { legend: false }), "circle")).toHaveLength(2);
  });

  test("axes have labels with units, and ticks at round numbers", () => {
    const chart = draw([LINE]);
    expect(all(chart, "div").filter(({ attributes }) => attributes.get("class") === "axis").map(textOf))
      .toEqual(["profit (money)", "period"]);
    expect(texts(chart)).toEqual(["0", "20", "40", "60", "80", "100", "0", "2", "4", "6", "8", "10"]);
    const [svg] = all(chart, "svg");
    expect([svg!.attributes.get("role"), svg!.attributes.get("aria-label")]).toEqual(["img", "A chart"]);
    const bare = draw([LINE], { x: { label: "period", domain: [0, 10], bare: true } });
    expect(texts(bare)).toEqual(["0", "20", "40", "60", "80", "100"]);
  });

  test("without domains, everything is in view", () => {
    const band = { label: "range", low: [-30, 0, 0], high: [0, 100, 210] };
    const references = [{ label: "far", value: 777, colour: "red", dash: "dotted" }] as const;
    const chart = draw([{ ...LINE, band }], { x: { label: "x" }, y: { label: "y" }, references });
    expect(texts(chart).slice(0, 6)).toEqual(["−200", "0", "200", "400", "600", "800"]);
    expect(paths(chart)[1]).toBe("M0 4.6H1000");
  });

  test("lists of different lengths are a bug of the caller", () => {
    expect(() => draw([{ ...LINE, y: [1] }])).toThrow(RangeError);
    expect(() => draw([{ ...LINE, band: { label: "b", low: [1, 2, 3], high: [1] } }])).toThrow(RangeError);
    expect(() => draw([{ ...LINE, errors: [] }])).toThrow(RangeError);
  });

  test("long series stay small", () => {
    const x = Array.from({ length: 100_000 }, (_, i) => i);
    const y = x.map((i) => Math.sin(i));
    const chart = lineChart({
      title: "t",
      x: { label: "x" },
      y: { label: "y" },
      series: [{ ...LINE, x, y }],
    });
    expect(chart.source.length).toBeLessThan(60_000);
  });

  test("any data gives a well-formed chart with finite coordinates", () => {
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.double({ min: -1e9, max: 1e9 }) },
      fc.constantFrom(NaN, Infinity, 0),
    );
    const series = fc.record({
      points: fc.array(fc.tuple(value, value, value), { maxLength: 30 }),
      shape: fc.constantFrom("line", "step", "dots"),
      colour: fc.constantFrom(...COLOURS),
      filled: fc.boolean(),
      start: fc.integer({ min: -1000, max: 1000 }),
      label: anyText(),
    }).map(({ points, start, ...rest }): Series => ({
      ...rest,
      x: points.map((_, i) => start + i),
      y: points.map(([y]) => y),
      band: { label: "band", low: points.map(([, low]) => low), high: points.map(([, , high]) => high) },
      errors: points.map(([, error]) => Math.abs(error)),
    }));
    fc.assert(
      fc.property(fc.array(series, { maxLength: 3 }), anyText(), (series, title) => {
        const { source } = lineChart({ title, x: { label: "x" }, y: { label: "y" }, series });
        const chart = parseMarkup(source);
        const strange = ["line", "circle", "text"].flatMap((name) => all(chart, name))
          .flatMap(({ attributes }) =>
            ["x", "x1", "x2", "y", "y1", "y2", "cx", "cy"].map((key) => attributes.get(key))
          )
          .filter((at) => at !== undefined && !/^-?\d+(\.\d+)?%?$/.test(at));
        expect(strange).toEqual([]);
        expect(paths(chart).filter((d) => !/^[-\dMLHVhZ. e]+$/.test(d!))).toEqual([]);
      }),
      { seed: SEED, numRuns: 100, endOnFailure: true },
    );
  });
});

describe("barChart", () => {
  const chart = (values: number[], errors: number[] = []) =>
    parseMarkup(
      barChart({
        title: "Profits",
        x: { label: "profit", unit: "money" },
        bars: values.map((value, i) => ({
          label: `policy ${i}`,
          value,
          colour: "grey",
          ...(errors[i] === undefined ? {} : { error: errors[i] }),
        })),
      }).source,
    );
  const bars = (node: Node) =>
    all(node, "rect").map((rect) => [numberOf(rect, "x"), numberOf(rect, "width")]);

  test("bars start at 0 and are as long as their values", () => {
    expect(bars(chart([50, 100]))).toEqual([[0, 50], [0, 100]]);
    expect(bars(chart([-100, 100]))).toEqual([[0, 50], [50, 50]]);
    expect(bars(chart([-100]))).toEqual([[0, 100]]);
  });

  test("names and figures are text, and error bars reach both ways", () => {
    const node = chart([50, 90], [10, 0]);
    expect(all(node, "span").map(textOf)).toEqual(["policy 0", "50 ± 10", "policy 1", "90"]);
    const whiskers = all(node, "line").filter(({ attributes }) => attributes.get("stroke-width") === "2");
    expect(whiskers.map((line) => [numberOf(line, "x1"), numberOf(line, "x2")])).toEqual([[40, 60]]);
    expect(all(node, "text").map(textOf)).toEqual(["0", "20", "40", "60", "80", "100"]);
    expect(all(node, "svg")[0]!.attributes.get("aria-label")).toBe("policy 0: 50 ± 10");
  });

  test("what is no number has no bar", () => {
    const node = chart([NaN, 10]);
    expect(bars(node)).toEqual([[0, 100]]);
    expect(all(node, "span").map(textOf)).toEqual(["policy 0", "–", "policy 1", "10"]);
    expect(bars(chart([]))).toEqual([]);
  });
});
