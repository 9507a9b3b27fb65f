import { describe, expect, test } from "vitest";
import type { Distribution } from "../../engine/network/types.ts";
import {
  counter0,
  discreteTable,
  encodeConstantTable,
  encodeDiscreteTable,
  encodeNormalTable,
  key1,
  PHASES,
  type Pmf,
  sampleTable,
  scaleExact,
  STREAMS,
  threefryWord,
  uniform,
} from "../../engine/random/mod.ts";
import { KNOWN_ANSWERS } from "../engine/random/known_answers.ts";
import { type MassFunction, massFunction } from "../reference/draws.ts";
import { loadKernels } from "../setup/wasm.ts";

const SEED = 20261121;
const KEY = key1(PHASES.tests, STREAMS.demand, 0);

const DISTRIBUTIONS: Distribution[] = [
  { kind: "poisson", mean: 5 },
  { kind: "poisson", mean: 300 },
  { kind: "poisson-uniform", low: 0, high: 20 },
  { kind: "uniform-integer", low: 2, high: 14 },
  { kind: "normal", mean: 3, stdDev: 2 },
  { kind: "negative-binomial", mean: 4, dispersion: 1.5 },
  { kind: "empirical", values: [0, 2.5, 7, 100.1], probabilities: [0.4, 0.3, 0.2, 0.1] },
];

function pmfOf({ values, probabilities }: MassFunction): Pmf {
  const pmf: Pmf = { low: values[0], probabilities: Float64Array.from(probabilities) };
  const lattice = values.every((value, i) => value === values[0] + i);
  return lattice ? pmf : { ...pmf, values: Float64Array.from(values) };
}

const tableOf = (distribution: Distribution) =>
  encodeDiscreteTable(discreteTable(pmfOf(massFunction(distribution))));

/** Both signs of 0 and every NaN differ here. */
const bitsOf = (values: Iterable<number>) => [...new Uint32Array(Float32Array.from(values).buffer)];

describe("random_words", () => {
  test.each(KNOWN_ANSWERS)("gives the published answer for counter $counter", async (answer) => {
    const { exports, allocate, u32 } = await loadKernels(1);
    const members = allocate(8);
    const out = allocate(8);
    u32(members, 8).fill(answer.counter[0] >>> 8);
    exports.random_words(out, members, 8, ...answer.key, answer.counter[0] & 255, answer.counter[1]);
    expect([...u32(out, 8)]).toEqual(new Array(8).fill(answer.words[0]));
    exports.random_sequence(out, 8, ...answer.key, ...answer.counter);
    expect(u32(out, 1)[0]).toBe(answer.words[0]);
  });

  // Sixteen columns are done at a time, and then eight.
  test.each([8, 16, 24, 256, 264])(
    "agrees with TypeScript in %i columns and writes no others",
    async (columns) => {
      const { exports, allocate, u32 } = await loadKernels(1);
      const members = allocate(columns);
      const out = allocate(columns + 8);
      u32(members, columns).forEach((_, j, row) => row[j] = (j * 65537) % 2 ** 24);
      exports.random_words(out, members, columns, SEED, KEY, 3, 0xfffff123);
      const expected = Array.from(
        u32(members, columns),
        (member) => threefryWord(SEED, KEY, counter0(member, 3), 0xfffff123),
      );
      expect([...u32(out, columns + 8)]).toEqual([...expected, 0, 0, 0, 0, 0, 0, 0, 0]);
      exports.random_words(members, members, columns, SEED, KEY, 3, 0xfffff123);
      expect([...u32(members, columns)]).toEqual(expected);
    },
  );

  test.each([8, 40])("runs through consecutive indices in %i columns, beyond 2^32 too", async (columns) => {
    const { exports, allocate, u32 } = await loadKernels(1);
    const out = allocate(columns + 8);
    exports.random_sequence(out, columns, SEED, KEY, 77, 0xfffffffa);
    const expected = Array.from({ length: columns }, (_, j) => threefryWord(SEED, KEY, 77, 0xfffffffa + j));
    expect([...u32(out, columns + 8)]).toEqual([...expected, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("needs no preparation: a new instance writes nothing to memory", async () => {
    const { memory } = await loadKernels(2);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });
});

describe("samplers give the same bits in both languages", () => {
  const COUNT = 100_000;

  /** 100,000 random words and what lies around every threshold, padded to a multiple of 8. */
  async function setup(table: Uint32Array, edges: number[]) {
    const columns = Math.ceil((COUNT + edges.length) / 8) * 8;
    const kernels = await loadKernels(20);
    const words = kernels.allocate(columns);
    const out = kernels.allocate(columns);
    const pointer = kernels.allocate(table.length);
    kernels.exports.random_sequence(words, COUNT, SEED, KEY, 1, 0);
    kernels.u32(words, columns).set(edges, COUNT);
    kernels.u32(pointer, table.length).set(table);
    return { ...kernels, columns, words, out, pointer };
  }

  const EDGES = [0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 511, 512, 0xfffffe00];

  test.each(DISTRIBUTIONS)("$kind", async (distribution) => {
    const { thresholds } = discreteTable(pmfOf(massFunction(distribution)));
    const edges = [...EDGES, ...[...thresholds].flatMap((t) => [t, t - 1, t + 1])];
    const table = tableOf(distribution);
    const { exports, u32, f32, columns, words, out, pointer } = await setup(table, edges);
    const expected = bitsOf(Array.from(u32(words, columns), (word) => sampleTable(word, table)));
    exports.sample_row(words, out, columns, pointer);
    expect([...u32(out, columns)]).toEqual(expected);
    f32(out, columns).fill(NaN);
    exports.sample_discrete(words, out, columns, pointer);
    expect([...u32(out, columns)]).toEqual(expected);
    exports.sample_discrete(words, words, columns, pointer);
    expect([...u32(words, columns)]).toEqual(expected);
  });

  test("a real normal, some of it cut at 0", async () => {
    const table = encodeNormalTable(1.7, 1.1);
    const { exports, u32, f32, columns, words, out, pointer } = await setup(table, EDGES);
    const expected = bitsOf(Array.from(u32(words, columns), (word) => sampleTable(word, table)));
    exports.sample_row(words, out, columns, pointer);
    expect([...u32(out, columns)]).toEqual(expected);
    expect(f32(out, columns)).toContain(0);
    f32(out, columns).fill(NaN);
    exports.sample_normal(words, out, columns, Math.fround(1.7), Math.fround(1.1));
    expect([...u32(out, columns)]).toEqual(expected);
  });

  test("a constant and the uniform", async () => {
    const table = encodeConstantTable(2.6);
    const { exports, u32, f32, columns, words, out, pointer } = await setup(table, EDGES);
    exports.sample_row(words, out, columns, pointer);
    expect(f32(out, columns).every((value) => value === Math.fround(2.6))).toBe(true);
    exports.uniform_row(words, out, columns);
    expect([...u32(out, columns)]).toEqual(bitsOf(Array.from(u32(words, columns), uniform)));
  });
});

describe("scale_exact", () => {
  test("agrees with TypeScript, ties included", async () => {
    const { exports, allocate, f32, u32 } = await loadKernels(2);
    const columns = 4096;
    const row = allocate(columns);
    const words = allocate(columns);
    for (const numerator of [0, 1, 2500, 3333, 5000, 7500, 9999, 10000, 12500, 15000, 99999]) {
      exports.random_sequence(words, columns, SEED, KEY, numerator, 0);
      const largest = Math.min(2 ** 24 - 1, Math.floor((2 ** 24 - 1) * 10000 / Math.max(1, numerator)));
      const values = Float32Array.from(u32(words, columns), (word, j) => j < 1024 ? j : word % (largest + 1));
      f32(row, columns).set(values);
      exports.scale_exact(row, columns, numerator);
      expect([...f32(row, columns)]).toEqual(Array.from(values, (value) => scaleExact(value, numerator)));
    }
  });
});

describe("a million draws", () => {
  const DRAWS = 1_000_000;

  /** What chi-square with that many degrees of freedom exceeds with probability 1e-6 (Wilson-Hilferty). */
  function chiSquareLimit(freedom: number): number {
    const t = 2 / (9 * freedom);
    return freedom * (1 - t + 4.7534 * Math.sqrt(t)) ** 3;
  }

  /** Pearson's statistic; neighbouring outcomes are merged until each cell expects 10 or more. */
  function chiSquare(samples: Float32Array, { values, probabilities }: MassFunction) {
    const counts = new Map<number, number>();
    for (const sample of samples) counts.set(sample, (counts.get(sample) ?? 0) + 1);
    const cells: { expected: number; observed: number }[] = [];
    let expected = 0;
    let observed = 0;
    let rest = 1;
    values.forEach((value, i) => {
      expected += probabilities[i] * samples.length;
      observed += counts.get(Math.fround(value)) ?? 0;
      counts.delete(Math.fround(value));
      rest -= probabilities[i];
      if (expected >= 10 && rest * samples.length >= 10) {
        cells.push({ expected, observed });
        expected = observed = 0;
      }
    });
    cells.push({ expected, observed });
    expect([...counts.keys()], "samples that are no outcome").toEqual([]);
    return {
      statistic: cells.reduce((sum, cell) => sum + (cell.observed - cell.expected) ** 2 / cell.expected, 0),
      freedom: cells.length - 1,
    };
  }

  test.each(DISTRIBUTIONS)("of $kind have the right frequencies", async (distribution) => {
    const { exports, allocate, u32, f32 } = await loadKernels(80);
    const table = tableOf(distribution);
    const row = allocate(DRAWS);
    const pointer = allocate(table.length);
    u32(pointer, table.length).set(table);
    u32(row, DRAWS).forEach((_, member, members) => members[member] = member);
    exports.random_words(row, row, DRAWS, SEED, KEY, 0, 4096);
    exports.sample_row(row, row, DRAWS, pointer);
    const { statistic, freedom } = chiSquare(f32(row, DRAWS), massFunction(distribution));
    expect(freedom).toBeGreaterThan(2);
    expect(statistic).toBeLessThan(chiSquareLimit(freedom));
    // Frequencies that are too good would be wrong as well (normal approximation, p = 1e-6).
    expect(statistic).toBeGreaterThan(freedom < 50 ? 0 : freedom - 4.7534 * Math.sqrt(2 * freedom));
  });

  test("of the real normal have its moments", async () => {
    const { exports, allocate, u32, f32 } = await loadKernels(80);
    const row = allocate(DRAWS);
    u32(row, DRAWS).forEach((_, member, members) => members[member] = member);
    exports.random_words(row, row, DRAWS, SEED, KEY, 0, 8192);
    // Ten standard deviations from 0: nothing is cut.
    exports.sample_normal(row, row, DRAWS, 50, 5);
    const deviations = Float64Array.from(f32(row, DRAWS), (sample) => (sample - 50) / 5);
    const moment = (power: number) => deviations.reduce((sum, z) => sum + z ** power, 0) / DRAWS;
    // Five standard errors of each raw moment, from E z^(2k) = 1, 3, 15, 105, 945, 10395.
    const within = (variance: number) => 5 * Math.sqrt(variance / DRAWS);
    expect(Math.abs(moment(1))).toBeLessThan(within(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(within(2));
    expect(Math.abs(moment(3))).toBeLessThan(within(15));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(within(96));
    expect(Math.abs(moment(6) - 15)).toBeLessThan(within(10395 - 225));
  });
});
