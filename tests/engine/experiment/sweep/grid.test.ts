import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  axisOf,
  combinations,
  product,
  rangeOf,
  seedList,
} from "../../../../engine/experiment/sweep/grid.ts";

const PROPERTY = { seed: 11, numRuns: 300 };

const leaf = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.boolean(), fc.constant(null), fc.constant("s-S"));
const axis = fc.oneof(
  leaf.map((value) => ({ written: value, values: [value] })),
  fc.uniqueArray(leaf, { minLength: 1, maxLength: 4 }).map((values) => ({ written: values, values })),
  fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 3 })).map(([first, more]) => ({
    written: `${first}..${first + more}`,
    values: Array.from({ length: more + 1 }, (_, k) => first + k),
  })),
);
const axes = fc.array(axis, { minLength: 1, maxLength: 4 });

/** The last axis runs fastest: combination k of axes is k in digits whose bases are their lengths. */
function numbered(lists: readonly (readonly unknown[])[], k: number): unknown[] {
  const chosen: unknown[] = [];
  for (const values of lists.toReversed()) {
    chosen.unshift(values[k % values.length]);
    k = Math.floor(k / values.length);
  }
  return chosen;
}

describe("combinations", () => {
  test("are one value an axis, the last axis fastest, each once", () => {
    fc.assert(
      fc.property(axes, (given) => {
        const written = Object.fromEntries(given.map(({ written }, k) => [`key${k}`, written]));
        const lists = given.map(({ values }) => values);
        const found = combinations(written) as Record<string, unknown>[];
        expect(found).toHaveLength(lists.reduce((size, { length }) => size * length, 1));
        expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(found.length);
        found.forEach((one, k) => expect(Object.values(one)).toEqual(numbered(lists, k)));
      }),
      PROPERTY,
    );
  });

  test("are the same with an axis one level down", () => {
    fc.assert(
      fc.property(axes, (given) => {
        const written = Object.fromEntries(given.map(({ written }, k) => [`key${k}`, written]));
        const deep = combinations({ kind: "base-stock", levels: written });
        expect(deep).toEqual(combinations(written).map((levels) => ({ kind: "base-stock", levels })));
      }),
      PROPERTY,
    );
  });

  test("of a list of objects are those of one after the other", () => {
    expect(combinations([{ a: [1, 2] }, { b: "0..1", c: [3] }]))
      .toEqual([{ a: 1 }, { a: 2 }, { b: 0, c: 3 }, { b: 1, c: 3 }]);
  });

  test("of what has no axis are that alone", () => {
    for (const value of [3, "s-S", null, true, { kind: "constant", quantity: { a: 1 } }]) {
      expect(combinations(value)).toEqual([value]);
    }
  });

  test("leave nothing shared and nothing changed", () => {
    const written = { a: [1, 2], b: { c: 3 } };
    const [first] = combinations(written) as [{ a: number }];
    first.a = 9;
    expect(combinations(written)).toEqual([{ a: 1, b: { c: 3 } }, { a: 2, b: { c: 3 } }]);
  });

  test("of an axis without a value are refused, at any depth", () => {
    for (const value of [[], { a: [] }, { a: [1], b: { c: [] } }, [[]]]) {
      expect(() => combinations(value)).toThrow(/^expected a value or a list of some, got \[\]$/);
    }
  });

  test("that nobody could run are refused before they are made", () => {
    const wide = "0..9999";
    expect(() => combinations({ a: wide, b: wide, c: wide }))
      .toThrow("expected at most 1000000 combinations, got 1000000000000");
    expect(product([["a", Array(1000).fill(0)], ["b", Array(1000).fill(0)]])).toHaveLength(1e6);
  });
});

describe("ranges", () => {
  test("hold both ends and every whole number between", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 200 }), (first, more) => {
        const range = rangeOf(`${first}..${first + more}`)!;
        expect(range).toEqual(Array.from({ length: more + 1 }, (_, k) => first + k));
      }),
      PROPERTY,
    );
  });

  test.each(["", "1", "1..", "..2", "1...2", "1..2..3", "a..b", " 1..2", "1.5..2", "1e1..20", "s-S"])(
    "%j is none",
    (text) => {
      expect(rangeOf(text)).toBeUndefined();
      expect(axisOf(text)).toBeUndefined();
    },
  );

  test("that run downwards or without end are refused", () => {
    expect(() => rangeOf("2..1")).toThrow("expected a range that runs upwards, got 2..1");
    expect(() => rangeOf("0..1000000")).toThrow(
      "expected a range of at most 1000000 numbers, got 0..1000000",
    );
    expect(rangeOf("0..999999")).toHaveLength(1e6);
  });

  test("stand in lists beside values", () => {
    expect(axisOf([7, "0..2", "word", [64, 64]])).toEqual([7, 0, 1, 2, "word", [64, 64]]);
    expect(axisOf(7)).toBeUndefined();
    expect(axisOf({ a: 1 })).toBeUndefined();
  });
});

describe("seeds", () => {
  const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  test("are read in every way in which they can be written", () => {
    fc.assert(
      fc.property(fc.uniqueArray(seed, { minLength: 1, maxLength: 6 }), (seeds) => {
        expect(seedList(seeds)).toEqual(seeds);
        expect(seedList(seeds.join(","))).toEqual(seeds);
        expect(seedList(seeds.map(String))).toEqual(seeds);
        expect(seedList(seeds.map((one) => `${one}..${one}`))).toEqual(seeds);
        expect(seedList(seeds[0])).toEqual([seeds[0]]);
        expect(() => seedList([...seeds, seeds.at(-1)])).toThrow("expected each seed once");
      }),
      PROPERTY,
    );
  });

  test("keep their order", () => {
    expect(seedList("9,0..3,7")).toEqual([9, 0, 1, 2, 3, 7]);
    expect(seedList(["4..5", 0, "007"])).toEqual([4, 5, 0, 7]);
    expect(seedList("4294967290..4294967295").at(-1)).toBe(2 ** 32 - 1);
  });

  test.each<[unknown, RegExp]>([
    ["", /got ""$/],
    ["a", /got "a"$/],
    ["0,", /got "0,"$/],
    ["0..2, 4", /got "0\.\.2, 4"$/],
    ["3..1", /got "3\.\.1"$/],
    ["1e3", /got "1e3"$/],
    [[], /got \[\]$/],
    [[[0, 1]], /got a list of 1$/],
    [{ from: 0 }, /got an object$/],
    [null, /got null$/],
    [5n, /got 5n$/],
  ])("%s are none", (value, got) => {
    expect(() => seedList(value)).toThrow(/^expected seeds such as 0, "0\.\.4" or \[1, 5, 9\], got /);
    expect(() => seedList(value)).toThrow(got);
    expect(() => seedList(value, "S")).toThrow(/^expected S, got /);
  });

  test.each([-1, 0.5, 2 ** 32, NaN, "4294967296", "-2..1"])("%j is out of range", (value) => {
    expect(() => seedList(value)).toThrow(/^expected whole numbers below 2\^32, got /);
  });
});
