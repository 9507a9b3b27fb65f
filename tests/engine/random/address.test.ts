import { describe, expect, test } from "vitest";
import { counter0, counter1, key0, key1, PHASES, STREAMS } from "../../../engine/random/address.ts";
import { InputError } from "../../../engine/errors.ts";

describe("addresses", () => {
  test("put the fields high bits first", () => {
    expect(key1(PHASES.tests, STREAMS.bootstrap, 0xabcdef)).toBe(0b101_01010 * 2 ** 24 + 0xabcdef);
    expect(counter0(0xfedcba, 0x98)).toBe(0xfedcba98);
    expect(counter1(0xfedcb, 0xa98)).toBe(0xfedcba98);
    expect(counter0(5)).toBe(5 * 256);
  });

  test("keep the numbers that results on disk depend on", () => {
    expect(PHASES).toEqual({ train: 0, simulate: 1, search: 2, reevaluate: 3, statistics: 4, tests: 5 });
    expect(Object.values(STREAMS)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(STREAMS.demand).toBe(0);
    expect(STREAMS.search).toBe(9);
  });

  test("fill every field to its last number", () => {
    expect(key1(7, 31, 2 ** 24 - 1)).toBe(2 ** 32 - 1);
    expect(counter0(2 ** 24 - 1, 255)).toBe(2 ** 32 - 1);
    expect(counter1(2 ** 20 - 1, 2 ** 12 - 1)).toBe(2 ** 32 - 1);
    expect(key0(2 ** 32 - 1)).toBe(2 ** 32 - 1);
  });

  test.each([
    ["phase", () => key1(8, 0, 0)],
    ["stream", () => key1(0, 32, 0)],
    ["episode", () => key1(0, 0, 2 ** 24)],
    ["member", () => counter0(2 ** 24)],
    ["draw", () => counter0(0, 256)],
    ["period", () => counter1(2 ** 20, 0)],
    ["entity", () => counter1(0, 4096)],
    ["seed", () => key0(2 ** 32)],
    ["seed", () => key0(-1)],
    ["member", () => counter0(1.5)],
    ["episode", () => key1(0, 0, NaN)],
  ])("refuse what does not fit: %s", (field, call) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(field);
  });
});
