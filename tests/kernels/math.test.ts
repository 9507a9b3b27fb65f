import { describe, expect, test } from "vitest";
import { inverseNormal } from "../../engine/random/inverse_normal.ts";
import { inverseNormal as referenceInverseNormal, normalCdf } from "../reference/draws.ts";
import { loadKernels } from "../setup/wasm.ts";

/** Values of a kernel's row function at `inputs`, which are rounded to f32 first. */
async function apply(kernel: string, inputs: Iterable<number>) {
  const x = Float32Array.from(inputs);
  const columns = Math.ceil(x.length / 8) * 8;
  const { exports, allocate, f32 } = await loadKernels(2 + Math.ceil(columns / 8192));
  const input = allocate(columns);
  const out = allocate(columns);
  f32(input, columns).fill(1).set(x);
  exports[kernel](input, out, columns);
  const y = f32(out, columns).slice(0, x.length);
  exports[kernel](input, input, columns);
  expect(f32(input, x.length)).toEqual(y);
  return { x, y };
}

/** Largest error of y against `exact` in multiples of `tolerance(exact value)`, and where. */
function worst(
  { x, y }: { x: Float32Array; y: Float32Array },
  exact: (x: number) => number,
  tolerance: (value: number) => number,
) {
  let error = 0;
  let at = NaN;
  x.forEach((input, i) => {
    const value = exact(input);
    const here = Math.abs(y[i] - value) / tolerance(value);
    // Not `here > error`: NaN must count as wrong.
    if (!(here <= error)) [error, at] = [here, input];
  });
  return { error, at };
}

function* linear(from: number, to: number, steps: number) {
  for (let i = 0; i <= steps; i++) yield from + (to - from) * i / steps;
}

function* geometric(from: number, to: number, steps: number) {
  for (let i = 0; i <= steps; i++) yield from * (to / from) ** (i / steps);
}

describe("exp", () => {
  test("is within 1e-6 relative", async () => {
    const result = await apply("exp_row", [
      ...linear(-87.336, 88.722, 400_000),
      ...geometric(1e-30, 1, 50_000),
      ...linear(-0.7, 0.7, 200_000),
    ]);
    expect(worst(result, Math.exp, (value) => value).error).toBeLessThan(3e-7);
  });

  test("is 0 below, the largest number above, and keeps NaN", async () => {
    const { y } = await apply("exp_row", [0, -87.4, -1000, -Infinity, 88.8, 1000, Infinity, NaN]);
    expect([...y.slice(0, 4)]).toEqual([1, 0, 0, 0]);
    for (const value of y.slice(4, 7)) expect(Math.abs(value / 3.4028e38 - 1)).toBeLessThan(1e-4);
    expect(y[7]).toBeNaN();
  });
});

describe("log", () => {
  test("is within 1e-6 (1 + abs log)", async () => {
    const result = await apply("log_row", [
      ...geometric(1.18e-38, 3.4e38, 400_000),
      ...linear(0.5, 2, 300_000),
      ...linear(1 - 1e-4, 1 + 1e-4, 10_000),
    ]);
    expect(worst(result, Math.log, (value) => 1 + Math.abs(value)).error).toBeLessThan(1.5e-7);
    // Near 1 it is also right relative to the logarithm itself.
    expect(worst(result, Math.log, (value) => Math.max(Math.abs(value), 1e-30)).error).toBeLessThan(2.5e-7);
  });

  test("is -Infinity at 0 and NaN below, and keeps Infinity and NaN", async () => {
    const { y } = await apply("log_row", [0, -0, 1e-40, Infinity, -1, -Infinity, NaN, 1, Math.E]);
    expect([...y]).toEqual([-Infinity, -Infinity, -Infinity, Infinity, NaN, NaN, NaN, 0, 1]);
  });
});

describe("tanh", () => {
  test("is within 5e-7 absolute and relative", async () => {
    const inputs = [
      ...linear(-10, 10, 500_000),
      ...geometric(1e-30, 10, 100_000),
      ...[...geometric(1e-30, 10, 10_000)].map((x) => -x),
    ];
    const result = await apply("tanh_row", inputs);
    expect(worst(result, Math.tanh, () => 1).error).toBeLessThan(4e-7);
    expect(worst(result, Math.tanh, (value) => Math.max(Math.abs(value), 1e-300)).error).toBeLessThan(4e-7);
    expect(Math.max(...[...result.y].filter((_, i) => i % 100 === 0).map(Math.abs))).toBeLessThanOrEqual(1);
  });

  test("is odd, levels off within 1, and keeps NaN and 0", async () => {
    const { y } = await apply("tanh_row", [0, 0.3, -0.3, 50, -50, Infinity, -Infinity, NaN]);
    expect(y[0]).toBe(0);
    expect(y[1]).toBe(-y[2]);
    expect(y[3]).toBeLessThanOrEqual(1);
    expect(y[3]).toBeGreaterThan(1 - 5e-7);
    expect([y[4], y[5], y[6]]).toEqual([-y[3], y[3], -y[3]]);
    expect(y[7]).toBeNaN();
  });
});

describe("inverse_normal", () => {
  /** What `uniform` gives for evenly spread words, and all of both ends. */
  function* uniforms() {
    for (let n = 0; n < 2 ** 23; n += 127) yield (n + 0.5) * 2 ** -23;
    for (let n = 0; n < 4096; n++) {
      yield (n + 0.5) * 2 ** -23;
      yield 1 - (n + 0.5) * 2 ** -23;
    }
  }

  test("has a reference that inverts the normal distribution function", () => {
    // Python: statistics.NormalDist().inv_cdf(0.975), inv_cdf(2**-24), inv_cdf(0.6)
    expect(referenceInverseNormal(0.975)).toBeCloseTo(1.9599639845400536, 12);
    expect(referenceInverseNormal(2 ** -24)).toBeCloseTo(-5.294704084854598, 8);
    expect(referenceInverseNormal(0.6)).toBeCloseTo(0.2533471031357998, 12);
    expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 14);
  });

  test("is within 1e-6 (1 + abs x), and the same bits in TypeScript", async () => {
    const result = await apply("inverse_normal_row", uniforms());
    const { error, at } = worst(result, referenceInverseNormal, (value) => 1 + Math.abs(value));
    expect(error, `at ${at}`).toBeLessThan(5e-7);
    const twin = Float32Array.from(result.x, inverseNormal);
    expect(new Uint32Array(result.y.buffer)).toEqual(new Uint32Array(twin.buffer));
  });

  test("is accurate at numbers that no word gives, too", async () => {
    const result = await apply("inverse_normal_row", geometric(2 ** -24, 0.5, 20_000));
    expect(worst(result, referenceInverseNormal, (value) => 1 + Math.abs(value)).error).toBeLessThan(5e-7);
  });

  test("is odd around 1/2", async () => {
    const { y } = await apply("inverse_normal_row", [0.25, 0.75, 0.001, 0.5, 2 ** -24, 1 - 2 ** -24]);
    expect(y[0]).toBe(-y[1]);
    expect(y[3]).toBe(0);
    expect(y[4]).toBe(-y[5]);
  });
});
