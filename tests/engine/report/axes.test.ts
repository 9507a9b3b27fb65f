import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domainOf, focusOf, niceDomain, ticksOf } from "../../../engine/report/axes.ts";
import { thin, thinBand } from "../../../engine/report/thin.ts";

const SEED = 20261124;

test("a domain holds all numbers, and is never empty", () => {
  expect(domainOf([3, NaN, -2, Infinity])).toEqual([-2, 3]);
  expect(domainOf([3], 0)).toEqual([0, 3]);
  expect(domainOf([5, 5])).toEqual([4.5, 5.5]);
  expect(domainOf([0])).toEqual([-1, 1]);
  expect(domainOf([])).toEqual([0, 1]);
});

describe("ticks", () => {
  test("are round numbers", () => {
    expect(ticksOf([0, 100], 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticksOf([-0.3, 0.31], 4)).toEqual([-0.2, 0, 0.2]);
    expect(ticksOf([0, 0.7], 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(ticksOf([1, 3_276_800], 4)).toEqual([1_000_000, 2_000_000, 3_000_000]);
    expect(ticksOf([0, 2], 5, true)).toEqual([0, 1, 2]);
    expect(niceDomain([-3, 97], 5)).toEqual([-20, 100]);
    expect(niceDomain([0, 0.4], 5, true)).toEqual([0, 1]);
  });

  test("of any domain are few, ascending and inside, and a nice domain ends at ticks", () => {
    const edge = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(
        edge,
        fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
        fc.integer({ min: 3, max: 8 }),
        (low, size, count) => {
          const high = low + Math.max(size, Math.abs(low) * 1e-6);
          const ticks = ticksOf([low, high], count);
          expect(ticks.length).toBeGreaterThan(0);
          expect(ticks.length).toBeLessThanOrEqual(2 * count + 1);
          const slack = (high - low) * 1e-6;
          ticks.forEach((tick, i) => {
            expect(tick).toBeGreaterThanOrEqual(low - slack);
            expect(tick).toBeLessThanOrEqual(high + slack);
            if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!);
          });
          const [nice, end] = niceDomain([low, high], count);
          expect(nice).toBeLessThanOrEqual(low + slack);
          expect(end).toBeGreaterThanOrEqual(high - slack);
          expect(ticksOf([nice, end], count).length).toBeGreaterThan(1);
        },
      ),
      { seed: SEED, numRuns: 500, endOnFailure: true },
    );
  });
});

test("the focus leaves out what lies far off, and only then", () => {
  const end = [90, 100, 110];
  expect(focusOf([-50, 90, 110], end)).toEqual([85, 115].map((edge) => Math.min(edge, 110)));
  expect(focusOf([60, 90, 110], end)).toEqual([60, 110]);
  expect(focusOf([-1e6, 90, 1e6], end)).toEqual([85, 115]);
});

describe("thinning", () => {
  const x = Array.from({ length: 10_000 }, (_, i) => i);

  test("keeps ends and peaks, in order", () => {
    const y = x.map((i) => i === 5000 ? 50 : i === 7777 ? -50 : Math.sin(i / 100));
    const thinned = thin({ x, y }, 100);
    expect(thinned.x.length).toBeLessThanOrEqual(202);
    expect(thinned.x[0]).toBe(0);
    expect(thinned.x.at(-1)).toBe(9999);
    expect(thinned.x).toContain(5000);
    expect(thinned.x).toContain(7777);
    expect(thinned.x).toEqual([...thinned.x].sort((a, b) => a - b));
    expect(thinned.y).toEqual(thinned.x.map((i) => y[i]));
  });

  test("leaves short series as they are", () => {
    const short = { x: [0, 1, 2], y: [1, NaN, 3] };
    expect(thin(short, 2)).toEqual(short);
  });

  test("passes over gaps where there are numbers beside them", () => {
    const y = x.map((i) => i % 10 === 0 ? NaN : i);
    const { y: kept } = thin({ x, y }, 100);
    expect(kept.slice(1).every(Number.isFinite)).toBe(true);
  });

  test("a band still holds what it held", () => {
    const low = x.map((i) => -i);
    const high = x.map((i) => i === 4321 ? 1e6 : i);
    const thinned = thinBand(x, low, high, 50);
    expect(thinned.x).toHaveLength(50);
    expect([thinned.x[0], thinned.x.at(-1)]).toEqual([0, 9999]);
    expect(Math.max(...thinned.high)).toBe(1e6);
    expect(Math.min(...thinned.low)).toBe(-9999);
  });
});
