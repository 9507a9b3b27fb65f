import { describe, expect, test } from "vitest";
import { formatColumn, formatMean, formatNumber, formatTable } from "../../../scripts/cli/table.ts";
import { editDistance, suggestion } from "../../../scripts/cli/suggest.ts";

describe("formatTable", () => {
  test("aligns numbers right and text left, without spaces at the ends", () => {
    const table = formatTable(["policy", "cost", "n", "note"], [
      ["base-stock", "17.66 ± 0.03", 1000, ""],
      ["s-S", "8.1 ± 0.1", 5, "best"],
    ]);
    expect(table).toBe([
      "policy              cost     n  note",
      "----------  ------------  ----  ----",
      "base-stock  17.66 ± 0.03  1000",
      "s-S           8.1 ± 0.1      5  best",
    ].join("\n"));
  });

  test("what has no error stands before the sign of those that have", () => {
    expect(formatTable(["n", "x"], [["a", "1.5 ± 0.25"], ["b", "-"], ["c", "12.5 ± 1"]])).toBe(
      ["n            x", "-  -----------", "a   1.5 ± 0.25", "b     -", "c  12.5 ± 1"].join("\n"),
    );
  });

  test("a column with one word among numbers is text", () => {
    expect(formatTable(["a"], [["12"], ["none"]])).toBe("a\n----\n12\nnone");
  });

  test("without rows is headers and rule", () => {
    expect(formatTable(["name", "x"], [])).toBe("name  x\n----  -");
  });
});

test.each([
  [0, "0"],
  [17, "17"],
  [123456, "123456"],
  [12345.678, "12346"],
  [17.6589, "17.66"],
  [0.012345, "0.01235"],
  [
    -2.5,
    "-2.5",
  ],
  [1e-30, "0"],
  [NaN, "NaN"],
])("formatNumber(%d) is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [17.66123, 0.02849, "17.661 ± 0.028"],
  [17.66123, 0.0996, "17.661 ± 0.100"],
  [1234.5, 12.3, "1235 ± 12"],
  [1234.5, 345.6, "1235 ± 346"],
  [-0.5, 0.01, "-0.500 ± 0.010"],
  [5.25, 0, "5.25 ± 0"],
  [5.25, NaN, "5.25"],
  [NaN, 1, "NaN"],
])("formatMean(%d, %d) is %s", (mean, stderr, text) => {
  expect(formatMean(mean, stderr)).toBe(text);
});

test.each([["", "abc", 3], ["kitten", "sitting", 3], ["same", "same", 0], ["ab", "ba", 2]])(
  "from %s to %s it is %d edits",
  (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
    expect(editDistance(b, a)).toBe(edits);
  },
);

test("suggests the nearest word, or the one that was begun, and nothing far away", () => {
  expect(suggestion("sed", ["episodes", "seed"])).toBe("; did you mean seed?");
  expect(suggestion("epi", ["episodes", "seed"])).toBe("; did you mean episodes?");
  expect(suggestion("colour", ["episodes", "seed"])).toBe("");
});

test("the numbers of a column have the decimals that the largest needs", () => {
  expect(formatColumn([1.234, -100.55, NaN])).toEqual(["1.2", "-100.5", "-"]);
  expect(formatColumn([1, 20])).toEqual(["1", "20"]);
  expect(formatColumn([0.012345, 0])).toEqual(["0.01235", "0.00000"]);
  expect(formatColumn([])).toEqual([]);
});
