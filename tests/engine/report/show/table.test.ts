import * as aq from "arquero";
import { describe, expect, test } from "vitest";
import { show } from "../../../../engine/mod.ts";
import { all, parseMarkup, textOf } from "../../../setup/markup.ts";
import { messageOf } from "../../../setup/messages.ts";

const ROWS = [
  { method: "ppo", profit: 4123.456, share: 0.98765, seeds: 5, cost: { mean: 17.6613, stderr: 0.0283 } },
  { method: "<b>mappo</b>", profit: -12.3, share: NaN, seeds: 10, cost: { mean: 18, stderr: NaN } },
];

function cells(html: string, name: "td" | "th"): string[] {
  return all(parseMarkup(html), name).map(textOf);
}

describe("show.table", () => {
  test("rounds numbers by column, on the right, and shows what is none as a dash", () => {
    const html = show.table(ROWS).toHtml();
    expect(cells(html, "th")).toEqual(["method", "profit", "share", "seeds", "cost"]);
    expect(cells(html, "td")).toEqual([
      ...["ppo", "4,123", "0.9877", "5", "17.661 ± 0.028"],
      ...["<b>mappo</b>", "−12", "–", "10", "18"],
    ]);
    const sides = all(parseMarkup(html), "td").slice(0, 5).map(({ attributes }) =>
      /text-align:(\w+)/.exec(attributes.get("style")!)![1]
    );
    expect(sides).toEqual(["left", "right", "right", "right", "right"]);
  });

  test("takes columns, heads, units, digits and a title", () => {
    const picture = show.table(ROWS, {
      title: "Results",
      columns: { profit: "Profit", method: "Method" },
      units: { profit: "money" },
      digits: { profit: 1 },
    });
    expect(cells(picture.toHtml(), "th")).toEqual(["Profitmoney", "Method"]);
    expect(picture.bundle()["text/plain"]).toBe([
      "Results",
      "Profit (money)  Method",
      "--------------  ------------",
      "       4,123.5  ppo",
      "         −12.3  <b>mappo</b>",
    ].join("\n"));
    expect(cells(show.table(ROWS, { columns: ["seeds"], digits: 2 }).toHtml(), "td")).toEqual([
      "5.00",
      "10.00",
    ]);
  });

  test("takes a table of arquero, with whole numbers of 64 bits", () => {
    const table = aq.table({ trial: [1n, 2n], name: ["a", "b"] });
    expect(cells(show.table(table as unknown as { objects(): object[] }).toHtml(), "td")).toEqual([
      "1",
      "a",
      "2",
      "b",
    ]);
  });

  test("says how many rows it leaves out", () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ i }));
    const picture = show.table(rows);
    expect(cells(picture.toHtml(), "td")).toHaveLength(50);
    expect(picture.toHtml()).toContain("and 10 more rows");
    expect(cells(show.table(rows, { limit: 60 }).toHtml(), "td")).toHaveLength(60);
  });

  test("has an SVG of its text", () => {
    expect(all(parseMarkup(show.table(ROWS).toSvg()), "text").map(textOf)[0]).toMatch(/^method +profit/);
  });

  test("is refused without rows or columns", async () => {
    expect(await messageOf(() => show.table([]))).toBe("show.table: expected at least one row, got none");
    expect(await messageOf(() => show.table(ROWS, { columns: ["seed"] }))).toBe(
      'show.table: the rows have no column "seed"; did you mean "seeds"?',
    );
    expect(await messageOf(() => show.table(ROWS, { limit: 0 }))).toBe(
      "show.table: limit: expected a number from 1, got 0",
    );
  });
});
