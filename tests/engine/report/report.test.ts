import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ComparisonRow,
  comparisonRow,
  episodeTrace,
  type ReportData,
  reportHtml,
} from "../../../engine/report/mod.ts";
import type { SimulationResult } from "../../../engine/simulation/mod.ts";
import { all, type Node, parseMarkup, textOf } from "../../setup/markup.ts";
import { anyText } from "../../setup/strings.ts";

const estimate = (mean: number, stderr = NaN) => ({ mean, stderr });

function row(
  policy: string,
  learned: boolean,
  profit: number,
  changes: Partial<ComparisonRow> = {},
): ComparisonRow {
  return {
    policy,
    learned,
    profitPerEpisode: estimate(profit, 2),
    costPerPeriod: estimate(30, 0.5),
    fillRate: estimate(0.98765, 0.0012),
    onHand: estimate(120),
    backorders: estimate(3.5),
    bullwhip: [estimate(1.5, 0.1), estimate(2.5, 0.1)],
    ...changes,
  };
}

const DATA: ReportData = {
  title: "ippo on kotecha-6",
  version: "0.1.0",
  command: "deno task train kotecha-6 --method ippo",
  config: {
    method: "ippo",
    seeds: [0, 1, 2],
    resumed: null,
    ppo: { clip: 0.2, schedule: { from: 3e-4, to: 1e-5 } },
    network: {
      nodes: [{ id: "1" }, { id: "2" }],
      bounds: Object.fromEntries([..."abcdefghij"].map((id) => [id, 1])),
    },
  },
  notes: ["Stopped early."],
  learning: {
    across: "environment steps",
    steps: [1000, 2000, 3000, 4000],
    mean: [50, 300, 400, 420],
    low: [0, 250, 390, 410],
    high: [90, 350, 410, 430],
    band: "lowest to highest of 3 seeds",
    evaluations: { steps: [2000, 4000], mean: [310, 425], stderr: [8, 4] },
  },
  comparison: {
    episodes: 1000,
    periods: 50,
    warmup: 0,
    seed: 7,
    reference: "base-stock",
    rows: [
      row("ippo", true, 425, { difference: estimate(25, 1.5) }),
      row("base-stock", false, 400),
      row("s-S", false, 380, { difference: estimate(-20, 1.5), fillRate: estimate(1, 0) }),
    ],
  },
  episodes: ["ippo", "base-stock"].map((policy) => ({
    policy,
    seed: 7,
    episode: 0,
    nodes: [
      { id: "1", onHand: [10, 5, 0], backorders: [0, 0, 2], orders: [5, 5, 8], demand: [4, 5, 7] },
      { id: "2", onHand: [20, 15, 10], backorders: [0, 0, 0], orders: [0, 0, 20], demand: [5, 5, 8] },
    ],
  })),
};

/** The page without its declaration; anything that is not well-formed throws. */
function parse(html: string): Node {
  const [declaration, ...rest] = html.split("\n");
  expect(declaration).toBe("<!doctype html>");
  // The style sheet is the only text that is not escaped.
  return parseMarkup(rest.join("\n").replace(/<style>[^<]*<\/style>/, "<style></style>"));
}

function section(page: Node, id: string): Node {
  return all(page, "section").find(({ attributes }) => attributes.get("id") === id)!;
}

function cells(table: Node): string[][] {
  return all(table, "tr").map((tr) =>
    tr.children.filter((child) => typeof child !== "string").map((child) => textOf(child as Node))
  );
}

describe("reportHtml", () => {
  const page = parse(reportHtml(DATA));

  test("shows the run, how it learned, how it compares and what happened", () => {
    expect(all(page, "h1").map(textOf)).toEqual(["ippo on kotecha-6"]);
    expect(all(page, "h2").map(textOf))
      .toEqual(["What was run", "Learning curve", "Comparison", "One episode, node by node"]);
    expect(all(page, "p").map(textOf)).toContain("Stopped early.");
    expect(all(page, "footer").map(textOf)).toEqual(["Made by Bullwhip 0.1.0."]);
  });

  test("shows the figures that one looks for first", () => {
    const tiles = all(page, "div").filter(({ attributes }) => attributes.get("class") === "tile").map(textOf);
    expect(tiles).toEqual([
      "425.0 ± 2.0profit per episode, ippo",
      "400.0 ± 2.0profit per episode, base-stock",
      "+6.3%profit against the best baseline, base-stock",
      "98.8%fill rate, ippo",
      "120units on hand, ippo",
    ]);
  });

  test("shows the command and every setting", () => {
    const run = section(page, "run");
    expect(all(run, "pre").map(textOf)).toEqual(["deno task train kotecha-6 --method ippo"]);
    expect(all(run, "h3").map(textOf)).toEqual(["ppo", "network"]);
    expect(all(run, "table").flatMap(cells)).toEqual([
      ["method", "ippo"],
      ["seeds", "0, 1, 2"],
      ["resumed", "none"],
      ["clip", "0.2"],
      ["schedule.from", "0.0003"],
      ["schedule.to", "0.00001"],
      ["nodes", "2 entries"],
      ["bounds", "10 entries"],
    ]);
  });

  test("draws the learning curve with its baselines", () => {
    const learning = section(page, "learning");
    expect(all(learning, "li").map(textOf)).toEqual([
      "while training, mean",
      "lowest to highest of 3 seeds",
      "evaluated without exploration",
      "base-stock: 400",
      "s-S: 380",
    ]);
    expect(textOf(all(learning, "p")[0]!)).not.toContain("below the chart");
    expect(cells(all(learning, "table")[0]!).slice(1)).toEqual([["2,000", "310.0 ± 8.0"], [
      "4,000",
      "425.0 ± 4.0",
    ]]);
  });

  test("says where a bad start lies below the chart", () => {
    const mean = [-1e6, 300, 400, 420];
    const learning = { ...DATA.learning!, mean, low: mean, high: mean };
    const text = textOf(section(parse(reportHtml({ ...DATA, learning })), "learning"));
    expect(text).toContain("The first point of the mean lies below the chart.");
  });

  test("compares the policies in bars and in a table", () => {
    const comparison = section(page, "comparison");
    const [head, ...rows] = cells(all(comparison, "table")[0]!);
    expect(head).toEqual([
      "Policy",
      "Profit per episode",
      "Difference",
      "Cost per period",
      "Fill rate, %",
      "Units on hand",
      "Units owed",
      "Bullwhip, echelon 1",
      "Bullwhip, echelon 2",
    ]);
    const rest = ["30.00 ± 0.50", "98.77 ± 0.12", "120", "3.5", "1.50 ± 0.10", "2.50 ± 0.10"];
    expect(rows).toEqual([
      ["ippo", "425.0 ± 2.0", "25.0 ± 1.5", ...rest],
      ["base-stock", "400.0 ± 2.0", "–", ...rest],
      ["s-S", "380.0 ± 2.0", "−20.0 ± 1.5", rest[0], "100", ...rest.slice(2)],
    ]);
    const best = all(comparison, "td").filter(({ attributes }) => attributes.get("class") === "number best");
    expect(best.map(textOf)).toEqual(["425.0 ± 2.0", "30.00 ± 0.50", "30.00 ± 0.50", "30.00 ± 0.50", "100"]);
    expect(all(comparison, "rect")).toHaveLength(3);
    expect(textOf(comparison)).toContain("over 1,000 episodes of 50 periods; the same demand");
  });

  test("draws stock and orders of every node, the first policy's open and the others' folded", () => {
    const episode = section(page, "episode");
    expect(all(episode, "h3").map(textOf)).toEqual(["Node 1", "Node 2", "Node 1", "Node 2"]);
    expect(all(episode, "summary").map(textOf)).toEqual(["The same under base-stock"]);
    const titles = all(episode, "title").map(textOf);
    expect(titles.slice(0, 4)).toEqual([
      "Stock on hand and backorders of node 1",
      "Orders and demand of node 1",
      "Stock on hand and backorders of node 2",
      "Orders and demand of node 2",
    ]);
    // On hand with its area, and owed at node 1 only.
    const charts = all(episode, "div").filter(({ attributes }) => attributes.get("class") === "chart");
    expect(charts.slice(0, 4).map((chart) => all(chart, "path").length)).toEqual([3, 3, 2, 3]);
  });

  test("judges by cost where nothing is sold", () => {
    const costs = (policy: string, learned: boolean, cost: number) =>
      row(policy, learned, -50 * cost, { costPerPeriod: estimate(cost, 1) });
    const { reference: _, ...comparison } = DATA.comparison!;
    const rows = [costs("ippo", true, 20), costs("a", false, 25), costs("b", false, 40)];
    const text = textOf(parse(reportHtml({ ...DATA, comparison: { ...comparison, rows } })));
    expect(text).toContain("20.0 ± 1.0cost per period, ippo");
    expect(text).toContain("−20.0%cost against the best baseline, a");
    expect(text).toContain("lower is better");
    expect(text).toContain("it is cost with a minus sign");
    expect(text).not.toContain("Difference");
  });

  test("leaves out what there is nothing of", () => {
    const { title, version, command } = DATA;
    const bare = parse(reportHtml({ title, version, command, config: {} }));
    expect(all(bare, "h2").map(textOf)).toEqual(["What was run"]);
    expect(all(bare, "details")).toEqual([]);
    const { evaluations: _, ...learning } = DATA.learning!;
    const alone = parse(reportHtml({ title, version, command, config: {}, learning }));
    expect(all(section(alone, "learning"), "li")).toHaveLength(2);
    const only = { ...DATA.comparison!, rows: [row("base-stock", false, 400)] };
    expect(textOf(parse(reportHtml({ ...DATA, comparison: only })))).toContain(
      "profit per episode, base-stock",
    );
  });

  test("loads nothing and runs nothing", () => {
    const html = reportHtml(DATA);
    expect(html.match(/https?:[^"]*/g)!.filter((address) => address !== "http://www.w3.org/2000/svg"))
      .toEqual([]);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(| on\w+=|javascript:/i);
    expect(html).toContain("default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;");
    expect(reportHtml(structuredClone(DATA))).toBe(html);
  });

  test("escapes whatever it is given", () => {
    const text = fc.oneof(
      anyText(),
      fc.constant('"><script>alert(1)</script>'),
    );
    const number = fc.oneof(fc.double(), fc.integer());
    const data = fc.record({
      title: text,
      version: text,
      command: text,
      config: fc.dictionary(text, fc.jsonValue(), { maxKeys: 4 }),
      policy: text,
      node: text,
      across: text,
      numbers: fc.array(number, { minLength: 2, maxLength: 2 }),
    }).map(({ policy, node, across, numbers, ...rest }): ReportData => ({
      ...rest,
      notes: [policy],
      learning: {
        ...DATA.learning!,
        steps: [1, 2],
        mean: numbers,
        low: numbers,
        high: numbers,
        across,
        band: node,
      },
      comparison: { ...DATA.comparison!, reference: policy, rows: [row(policy, true, numbers[0]!)] },
      episodes: [{
        policy,
        seed: 0,
        episode: 0,
        nodes: [{ id: node, onHand: numbers, backorders: numbers, orders: numbers, demand: numbers }],
      }],
    })).map(({ learning, ...rest }): ReportData => {
      const { evaluations: _, ...curve } = learning!;
      return { ...rest, learning: curve };
    });
    fc.assert(
      fc.property(data, (data) => {
        const html = reportHtml(data);
        const page = parse(html);
        expect(all(page, "script")).toEqual([]);
        const coordinates = ["d", "x", "x1", "x2", "y", "y1", "y2", "cx", "cy", "width", "height"];
        const strange = ["path", "line", "text", "rect", "circle", "svg"].flatMap((name) => all(page, name))
          .flatMap(({ attributes }) => coordinates.map((key) => attributes.get(key) ?? ""))
          .filter((value) => /NaN|Infinity|undefined|e\+/.test(value));
        expect(strange).toEqual([]);
      }),
      { seed: 20261126, numRuns: 60, endOnFailure: true },
    );
  });
});

describe("data of a report", () => {
  test("comparisonRow takes a simulation's figures, and the difference on the same episodes", () => {
    const result = (profits: number[]) =>
      ({
        profitPerEpisode: estimate(2),
        episodeProfits: Float64Array.from(profits),
        costPerPeriod: estimate(3),
        fillRate: estimate(0.9),
        onHand: estimate(4),
        backorders: estimate(5),
        echelons: [{ level: 1, nodes: ["1"], bullwhip: estimate(6) }],
      }) as unknown as SimulationResult;
    const [a, b] = [result([5, 7, 12]), result([4, 4, 10])];
    expect(comparisonRow("a", true, a, b)).toEqual({
      policy: "a",
      learned: true,
      profitPerEpisode: estimate(2),
      difference: { mean: 2, stderr: expect.closeTo(1 / Math.sqrt(3), 12) },
      costPerPeriod: estimate(3),
      fillRate: estimate(0.9),
      onHand: estimate(4),
      backorders: estimate(5),
      bullwhip: [estimate(6)],
    });
    expect(comparisonRow("b", false, b, b).difference).toBeUndefined();
    expect(comparisonRow("b", false, b).difference).toBeUndefined();
  });

  test("episodeTrace picks one episode of a trace and turns rows into lists", () => {
    const rows = [0, 1].flatMap((episode) =>
      [0, 1].flatMap((period) =>
        ["2", "1"].map((node) => {
          const value = 100 * episode + 10 * period + Number(node);
          return {
            episode,
            node,
            onHand: value,
            backorders: value + 0.1,
            order: value + 0.2,
            demand: value + 0.3,
          };
        })
      )
    );
    expect(episodeTrace("p", 3, rows, 1)).toEqual({
      policy: "p",
      seed: 3,
      episode: 1,
      nodes: [
        {
          id: "2",
          onHand: [102, 112],
          backorders: [102.1, 112.1],
          orders: [102.2, 112.2],
          demand: [102.3, 112.3],
        },
        {
          id: "1",
          onHand: [101, 111],
          backorders: [101.1, 111.1],
          orders: [101.2, 111.2],
          demand: [101.3, 111.3],
        },
      ],
    });
    expect(episodeTrace("p", 3, rows).nodes[0]!.onHand).toEqual([2, 12]);
  });
});
