import { expect, test } from "vitest";
import { FRACTION, quantise, roundHalfEven, scaleWhole } from "../../../engine/network/rounding.ts";

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [2.4999999, 2],
  [2.5000001, 3],
  [-0.5, 0],
  [-1.5, -2],
  [-2.5, -2],
  [7, 7],
  [0.49999999999999994, 0],
])("roundHalfEven(%d)", (value, expected) => {
  expect(roundHalfEven(value) + 0).toBe(expected);
});

test("quantise gives whole ten-thousandths", () => {
  expect([0, 0.25, 1 / 3, 1, 2.5].map(quantise)).toEqual([0, 2500, 3333, 10_000, 25_000]);
});

test("scaleWhole is exact against big integers, with ties to even", () => {
  let ties = 0;
  for (let i = 0; i < 3000; i++) {
    // A fixed walk over values below 2^24 and fractions up to 53,000.
    const value = (i * 7_368_787) % 2 ** 24;
    const parts = i % 3 === 0 ? 5000 * (i % 11) : (i * 104_729) % 530_000_000;
    const product = BigInt(value) * BigInt(parts);
    const [below, rest] = [product / 10_000n, product % 10_000n];
    if (rest === 5000n) ties++;
    const up = rest > 5000n || (rest === 5000n && below % 2n === 1n);
    expect(scaleWhole(value, parts)).toBe(Number(below + (up ? 1n : 0n)));
  }
  expect(ties).toBeGreaterThan(100);
});

test("scaleWhole of values that are not whole rounds the product", () => {
  expect(scaleWhole(2.6, FRACTION)).toBe(3);
  expect(scaleWhole(1.25, 2 * FRACTION)).toBe(2);
  expect(scaleWhole(1.75, 2 * FRACTION)).toBe(4);
});
