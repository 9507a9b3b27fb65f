import { describe, expect, test } from "vitest";
import { finding, growing, likelier, RunsByCase, within } from "../../../engine/experiment/findings.ts";

const judged = (...all: (boolean | "not clear" | "missing" | "only shown")[]) =>
  finding("it rains", all.map((_, k) => `case ${k}`), (one) => {
    const holds = all[Number(one.at(-1))]!;
    if (holds === "missing") return undefined;
    return holds === "only shown" ? { shown: "3" } : { shown: "3", holds };
  });

test("a finding is a row with a column a case", () => {
  expect(judged(true, false, "not clear", "missing", "only shown")).toEqual({
    finding: "it rains",
    "case 0": "3: yes",
    "case 1": "3: no",
    "case 2": "3: not clear",
    "case 3": "–",
    "case 4": "3",
    holds: "yes on 1, no on 1, not clear on 1",
  });
});

test.each(
  [
    [[true, true], "yes"],
    [[false, "missing"], "no"],
    [["not clear", "not clear", "only shown"], "not clear"],
    [[true, "not clear", true], "yes on 2, not clear on 1"],
    [["missing", "only shown"], "–"],
    [[], "–"],
  ] as const,
)("%j together: %s", (all, holds) => {
  expect(judged(...all).holds).toBe(holds);
});

test("likelier says yes or no where the interval lies on one side of a half", () => {
  expect(likelier([3, 4, 5], [0, 1, 2])).toEqual({ shown: "100%", holds: true });
  expect(likelier([0, 1, 2], [3, 4, 5])).toEqual({ shown: "0%", holds: false });
  // Of nine pairs four are higher and one is even.
  expect(likelier([1, 2, 6], [1, 3, 5])).toEqual({ shown: "50%", holds: "not clear" });
  // Resampling cannot know how little two runs say.
  expect(likelier([3, 4], [0, 1, 2])).toEqual({ shown: "100%", holds: "not clear" });
  expect(likelier([0, 1, 2], [4])).toEqual({ shown: "0%", holds: "not clear" });
});

test("growing compares with the case before that has a figure", () => {
  const figures: Record<string, number> = { a: 1, b: NaN, c: 2, d: 2 };
  const judge = growing(Object.keys(figures), (one) => figures[one]!, (value) => `${value} units`);
  expect(["a", "b", "c", "d"].map(judge)).toEqual([
    { shown: "1 units" },
    undefined,
    { shown: "2 units", holds: true },
    { shown: "2 units", holds: false },
  ]);
});

test("within takes both ends of the range", () => {
  const judge = within(Number, [1, 2]);
  expect(["0.9", "1", "2", "2.1", "x"].map((one) => judge(one)?.holds)).toEqual([
    false,
    true,
    true,
    false,
    undefined,
  ]);
});

describe("RunsByCase", () => {
  const profits = { ppo: [5, 6, 7, null], mappo: [1, 2, 3] };
  const rows = Object.entries(profits).flatMap(([method, own]) =>
    own.map((profit) => ({ network: "a", method, profit }))
  );
  const runs = new RunsByCase([...rows, { network: "b", method: "ppo", profit: 9 }], "method", "network");

  test("the numbers of a kind in a case", () => {
    expect(runs.values("ppo", "a", "profit")).toEqual([5, 6, 7]);
    expect(runs.typical("ppo", "a", "profit")).toBe(6);
    expect(runs.values("mappo", "b", "profit")).toEqual([]);
    expect(runs.typical("mappo", "b", "profit")).toBeNaN();
  });

  test("judges which kind has more", () => {
    expect(runs.higher("ppo", "mappo", "profit")("a")).toEqual({ shown: "100%", holds: true });
    expect(runs.higher("mappo", "ppo", "profit")("a")).toEqual({ shown: "0%", holds: false });
    expect(runs.higher("mappo", "ppo", "profit")("b")).toBeUndefined();
  });
});
