import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { discreteTable, encodeConstantTable, encodeDiscreteTable } from "../../../engine/random/discrete.ts";
import { sampleTable, scaleExact, uniform } from "../../../engine/random/samplers.ts";

const probabilities = (...values: number[]) => Float64Array.from(values);

/** The definition: outcome = number of k < K-1 with word >= min(2^32, round(CDF(k) 2^32)). */
function outcomeByDefinition(word: number, masses: ArrayLike<number>): number {
  let cumulative = 0;
  let count = 0;
  for (let k = 0; k < masses.length - 1; k++) {
    cumulative += masses[k];
    if (word >= Math.min(2 ** 32, Math.round(cumulative * 2 ** 32))) count++;
  }
  return count;
}

describe("discreteTable", () => {
  test("has thresholds at the rounded cumulative probabilities", () => {
    const { thresholds } = discreteTable({ low: 0, probabilities: probabilities(0.25, 0.5, 0.25) });
    expect([...thresholds]).toEqual([2 ** 30, 3 * 2 ** 30]);
  });

  test("leaves out outcomes that no word can draw", () => {
    const table = discreteTable({
      low: 0,
      probabilities: probabilities(0.5, 0.5 - 1e-12, 1e-12),
      values: Float64Array.of(1, 2, 3),
    });
    expect([...table.thresholds]).toEqual([2 ** 31]);
    expect([...table.values!]).toEqual([1, 2]);
  });

  test("draws what the definition says, at random words and around every threshold", () => {
    const masses = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 })
      .filter((weights) => weights.some((weight) => weight > 1e-3))
      .map((weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return Float64Array.from(weights, (weight) => weight / total);
      });
    fc.assert(
      fc.property(masses, fc.array(fc.nat(0xffffffff), { maxLength: 20 }), (masses, words) => {
        const table = discreteTable({ low: -3, probabilities: masses });
        const encoded = encodeDiscreteTable(table);
        const edges = [...table.thresholds].flatMap((t) => [t, Math.max(0, t - 1)]);
        for (const word of [...words, ...edges, 0, 0xffffffff]) {
          expect(sampleTable(word, encoded)).toBe(outcomeByDefinition(word, masses) - 3);
        }
      }),
      { seed: 20261121, numRuns: 60 },
    );
  });

  test("draws values that are no lattice", () => {
    const table = encodeDiscreteTable(
      discreteTable({ low: 0, probabilities: probabilities(0.5, 0.5), values: Float64Array.of(1.5, 20.1) }),
    );
    expect(sampleTable(0x7fffffff, table)).toBe(1.5);
    expect(sampleTable(0x80000000, table)).toBe(Math.fround(20.1));
  });

  test("draws a single outcome and a constant from any word", () => {
    const table = encodeDiscreteTable(discreteTable({ low: 7, probabilities: probabilities(1) }));
    expect([0, 0xffffffff].map((word) => sampleTable(word, table))).toEqual([7, 7]);
    expect(sampleTable(123, encodeConstantTable(2.5))).toBe(2.5);
  });

  test("takes as many as 32,768 outcomes", () => {
    const uniformOver = (count: number) => ({
      low: 0,
      probabilities: new Float64Array(count).fill(1 / count),
    });
    const table = encodeDiscreteTable(discreteTable(uniformOver(32768)));
    expect(sampleTable(0xffffffff, table)).toBe(32767);
    expect(sampleTable(0x80000000, table)).toBe(16384);
    expect(() => discreteTable(uniformOver(32769))).toThrow("at most 32768");
  });

  test.each([
    ["no outcome", { low: 0, probabilities: probabilities() }],
    ["below 0", { low: 0, probabilities: probabilities(1.5, -0.5) }],
    ["add up to 1", { low: 0, probabilities: probabilities(0.5, 0.4) }],
    ["add up to 1", { low: 0, probabilities: probabilities(0.5, 0.6) }],
    ["below 0", { low: 0, probabilities: probabilities(0.5, NaN) }],
    ["as many", { low: 0, probabilities: probabilities(0.5, 0.5), values: Float64Array.of(1) }],
  ])("refuses masses that are none: %s", (message, pmf) => {
    expect(() => discreteTable(pmf)).toThrow(InputError);
    expect(() => discreteTable(pmf)).toThrow(message);
  });
});

describe("uniform", () => {
  test("is the middle of 2^23 equal intervals, exact in f32", () => {
    expect(uniform(0)).toBe(2 ** -24);
    expect(uniform(0xffffffff)).toBe(1 - 2 ** -24);
    expect(uniform(0x80000000)).toBe(0.5 + 2 ** -24);
    for (const word of [0, 511, 512, 0x12345678, 0xffffffff]) {
      expect(Math.fround(uniform(word))).toBe(uniform(word));
    }
  });
});

describe("scaleExact", () => {
  test("rounds halves to even", () => {
    expect([1, 3, 5, 7].map((value) => scaleExact(value, 5000))).toEqual([0, 2, 2, 4]);
    expect(scaleExact(3, 3333)).toBe(1);
    expect(scaleExact(16777215, 10000)).toBe(16777215);
  });

  test("agrees with integer arithmetic", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 24 - 1), fc.nat(2 ** 24 - 1), (value, numerator) => {
        const product = BigInt(value) * BigInt(numerator);
        const twice = 2n * (product % 10000n);
        const floor = product / 10000n;
        const up = twice > 10000n || (twice === 10000n && floor % 2n === 1n);
        expect(scaleExact(value, numerator)).toBe(Number(up ? floor + 1n : floor));
      }),
      { seed: 20261121, numRuns: 2000 },
    );
  });
});
