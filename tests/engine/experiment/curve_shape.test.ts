import { expect, test } from "vitest";
import { curveShape, curveShapes } from "../../../engine/mod.ts";

test("where a curve got to, when, and how far it fell back", () => {
  const shape = curveShape([10, 20, 30, 40, 50, 60], [0, 8, 4, 9, 10, 10], { window: 1, share: 0.9 });
  expect(shape).toEqual({ first: 0, last: 10, reachedAt: 40, deepestFall: 0.4 });
});

test("smooths by a trailing mean", () => {
  // Means of two: 1, 4, 5, 8.
  const shape = curveShape([1, 2, 3, 4, 5], [0, 2, 6, 4, 12], { window: 2, share: 0.5 });
  expect(shape).toEqual({ first: 1, last: 8, reachedAt: 4, deepestFall: 0 });
});

test("a curve that does not rise has no way to measure by", () => {
  expect(curveShape([1, 2, 3], [3, 2, 1], { window: 1 })).toEqual({
    first: 3,
    last: 1,
    reachedAt: NaN,
    deepestFall: NaN,
  });
});

test("refuses lists that do not match or are too short", () => {
  expect(() => curveShape([1, 2], [1, 2])).toThrow("at least 10, got 2 and 2");
  expect(() => curveShape([1], [1, 2], { window: 1 })).toThrow("as many x as y");
});

test("curveShapes takes each curve of a table by itself", () => {
  const rows = [["a", 0], ["b", 5], ["a", 1], ["b", 9], ["a", 2]].map(([trial, y], x) => ({ trial, x, y }));
  expect(curveShapes(rows, "trial", "x", "y", { window: 1 })).toEqual([
    { trial: "a", x: 0, y: 0, first: 0, last: 2, reachedAt: 4, deepestFall: 0 },
    { trial: "b", x: 1, y: 5, first: 5, last: 9, reachedAt: 3, deepestFall: 0 },
  ]);
});

test("curveShapes leaves out rows without a number, as tables have them", () => {
  const rows = [null, 0, undefined, 4, NaN, 8].map((y, x) => ({ trial: "a", x, y }));
  expect(curveShapes(rows, "trial", "x", "y", { window: 1, share: 0.5 })).toEqual([
    { trial: "a", x: 1, y: 0, first: 0, last: 8, reachedAt: 3, deepestFall: 0 },
  ]);
});
