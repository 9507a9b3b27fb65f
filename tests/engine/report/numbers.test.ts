import { expect, test } from "vitest";
import {
  formatFixed,
  formatMean,
  formatNumber,
  formatShare,
  formatTicks,
  meanParts,
} from "../../../engine/report/numbers.ts";

test("numbers keep the digits that mean something", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [17.6612, "17.66"],
    [1234567.4, "1,234,567"],
    [-1234, "−1,234"],
    [100, "100"],
    [99.9999, "100"],
    [0.5, "0.5"],
    [0.00012346, "0.0001235"],
    [0.000012346, "0.00001235"],
    [-2e-9, "−2e−9"],
    [3e20, "3.000e+20"],
    [NaN, "–"],
    [-Infinity, "–"],
  ];
  for (const [value, text] of cases) expect(formatNumber(value)).toBe(text);
  expect(formatNumber(3276800.123, 6)).toBe("3,276,800");
});

test("fixed decimals never show a minus before zero", () => {
  expect(formatFixed(-0.001, 2)).toBe("0.00");
  expect(formatFixed(-1234.5, 1)).toBe("−1,234.5");
});

test("means have as many decimals as their errors, which have two digits", () => {
  expect(formatMean(17.6612, 0.02812)).toBe("17.661 ± 0.028");
  expect(formatMean(-1234.5, 120)).toBe("−1,235 ± 120");
  expect(formatMean(5.25, NaN)).toBe("5.25");
  expect(formatMean(5.25, 1e-15)).toBe("5.25");
  expect(formatMean(0, 0)).toBe("0");
  expect(formatMean(NaN, 1)).toBe("–");
  expect(meanParts(99.99854, 0.00066, 3)).toEqual({ text: "99.999", error: "0.001" });
});

test("shares say 100% only where nothing is missing", () => {
  expect(formatShare(1)).toBe("100%");
  expect(formatShare(0.99996)).toBe(">99.9%");
  expect(formatShare(0.9876)).toBe("98.8%");
  expect(formatShare(0)).toBe("0.0%");
  expect(formatShare(NaN)).toBe("–");
});

test("the ticks of an axis have one suffix and the decimals they need", () => {
  expect(formatTicks([0, 500_000, 1_000_000])).toEqual(["0", "0.5M", "1.0M"]);
  expect(formatTicks([0, 5000, 10_000])).toEqual(["0", "5k", "10k"]);
  expect(formatTicks([-4000, -2000, 0])).toEqual(["−4,000", "−2,000", "0"]);
  expect(formatTicks([0, 0.25, 0.5])).toEqual(["0", "0.25", "0.50"]);
  expect(formatTicks([0, 0.1 + 0.2])).toEqual(["0", "0.3"]);
  expect(formatTicks([0, 0.0002, 0.0004])).toEqual(["0", "2.0e−4", "4.0e−4"]);
  expect(formatTicks([])).toEqual([]);
});
