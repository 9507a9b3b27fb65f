import { describe, expect, test } from "vitest";
import { call, type Kernel } from "../../engine/device/kernel.ts";
import { expRow, inverseNormalRow, logRow, tanhRow } from "../../engine/device/kernels.ts";
import { inverseNormal } from "../../engine/random/inverse_normal.ts";
import { inverseNormal as referenceInverseNormal, normalCdf } from "../reference/draws.ts";
import { describeOnDevices, type DeviceUnderTest } from "../setup/devices.ts";

type Row = Kernel<"input" | "out", "columns">;

/** Values of a row kernel at `inputs`, which are rounded to f32 first. */
async function apply({ device, upload, run }: DeviceUnderTest, row: Row, inputs: Iterable<number>) {
  const x = Float32Array.from(inputs);
  const columns = Math.ceil(x.length / 8) * 8;
  const out = device.allocate(columns, "out");
  const padded = new Float32Array(columns).fill(1);
  padded.set(x);
  await run(call(row, { input: upload(padded), out }, { columns }));
  return { x, y: await device.read(out, 0, x.length) };
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
    const here = Math.abs(y[i]! - value) / tolerance(value);
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

/** What `uniform` gives for evenly spread words, and all of both ends. */
function* uniforms() {
  for (let n = 0; n < 2 ** 23; n += 127) yield (n + 0.5) * 2 ** -23;
  for (let n = 0; n < 4096; n++) {
    yield (n + 0.5) * 2 ** -23;
    yield 1 - (n + 0.5) * 2 ** -23;
  }
}

test("the reference inverts the normal distribution function", () => {
  // Python: statistics.NormalDist().inv_cdf(0.975), inv_cdf(2**-24), inv_cdf(0.6)
  expect(referenceInverseNormal(0.975)).toBeCloseTo(1.9599639845400536, 12);
  expect(referenceInverseNormal(2 ** -24)).toBeCloseTo(-5.294704084854598, 8);
  expect(referenceInverseNormal(0.6)).toBeCloseTo(0.2533471031357998, 12);
  expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 14);
});

// WebAssembly is held to what it reaches, a GPU, which may round worse, to what the kernels count on.
describeOnDevices("math", (underTest) => {
  const within = (wasm: number, webgpu: number) => underTest().device.kind === "wasm" ? wasm : webgpu;

  describe("exp", () => {
    test("is within 1e-6 relative", async () => {
      const result = await apply(underTest(), expRow, [
        ...linear(-87.336, 88.722, 400_000),
        ...geometric(1e-30, 1, 50_000),
        ...linear(-0.7, 0.7, 200_000),
      ]);
      expect(worst(result, Math.exp, (value) => value).error).toBeLessThan(within(3e-7, 1e-6));
    });

    test("is 0 below, the largest number above, and keeps NaN", async () => {
      const inputs = [0, -87.4, -1000, -Infinity, 88.8, 1000, Infinity, NaN];
      const { y } = await apply(underTest(), expRow, inputs);
      expect([...y.slice(0, 4)]).toEqual([1, 0, 0, 0]);
      for (const value of y.slice(4, 7)) expect(Math.abs(value / 3.4028e38 - 1)).toBeLessThan(1e-4);
      expect(y[7]).toBeNaN();
    });
  });

  describe("log", () => {
    test("is within 1e-6 (1 + abs log)", async () => {
      const result = await apply(underTest(), logRow, [
        ...geometric(1.18e-38, 3.4e38, 400_000),
        ...linear(0.5, 2, 300_000),
        ...linear(1 - 1e-4, 1 + 1e-4, 10_000),
      ]);
      expect(worst(result, Math.log, (value) => 1 + Math.abs(value)).error).toBeLessThan(
        within(1.5e-7, 1e-6),
      );
      // Near 1 it is also right relative to the logarithm itself.
      const relative = worst(result, Math.log, (value) => Math.max(Math.abs(value), 1e-30)).error;
      expect(relative).toBeLessThan(within(2.5e-7, 1e-6));
    });

    test("is -Infinity at 0 and NaN below, and keeps Infinity and NaN", async () => {
      const inputs = [0, -0, 1e-40, Infinity, -1, -Infinity, NaN, 1, Math.E];
      const { y } = await apply(underTest(), logRow, inputs);
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
      const result = await apply(underTest(), tanhRow, inputs);
      expect(worst(result, Math.tanh, () => 1).error).toBeLessThan(within(4e-7, 5e-7));
      const relative = worst(result, Math.tanh, (value) => Math.max(Math.abs(value), 1e-300)).error;
      expect(relative).toBeLessThan(within(4e-7, 5e-7));
      expect(result.y.every((y) => Math.abs(y) <= 1)).toBe(true);
    });

    test("is odd, levels off within 1, and keeps NaN and 0", async () => {
      const inputs = [0, 0.3, -0.3, 50, -50, Infinity, -Infinity, NaN];
      const { y } = await apply(underTest(), tanhRow, inputs);
      expect(y[0]).toBe(0);
      expect(y[1]).toBe(-y[2]!);
      expect(y[3]).toBeLessThanOrEqual(1);
      expect(y[3]).toBeGreaterThan(1 - 5e-7);
      expect([y[4], y[5], y[6]]).toEqual([-y[3]!, y[3], -y[3]!]);
      expect(y[7]).toBeNaN();
    });
  });

  describe("inverse_normal", () => {
    test("is within 1e-6 (1 + abs x)", async () => {
      const result = await apply(underTest(), inverseNormalRow, uniforms());
      const { error, at } = worst(result, referenceInverseNormal, (value) => 1 + Math.abs(value));
      expect(error, `at ${at}`).toBeLessThan(within(5e-7, 1e-6));
    });

    test("is the same as in TypeScript: on WebAssembly to the last bit", async () => {
      const { x, y } = await apply(underTest(), inverseNormalRow, uniforms());
      const twin = Float32Array.from(x, inverseNormal);
      if (underTest().device.kind === "wasm") {
        expect(new Uint32Array(y.buffer)).toEqual(new Uint32Array(twin.buffer));
      }
      const error = Math.max(
        ...Array.from(y, (value, i) => Math.abs(value - twin[i]!) / (1 + Math.abs(value))),
      );
      expect(error).toBeLessThan(1e-6);
    });

    test("is accurate at numbers that no word gives, too", async () => {
      const result = await apply(underTest(), inverseNormalRow, geometric(2 ** -24, 0.5, 20_000));
      const { error } = worst(result, referenceInverseNormal, (value) => 1 + Math.abs(value));
      expect(error).toBeLessThan(within(5e-7, 1e-6));
    });

    test("is odd around 1/2", async () => {
      const inputs = [0.25, 0.75, 0.001, 0.5, 2 ** -24, 1 - 2 ** -24];
      const { y } = await apply(underTest(), inverseNormalRow, inputs);
      expect(y[0]).toBe(-y[1]!);
      expect(y[3]).toBe(0);
      expect(y[4]).toBe(-y[5]!);
    });
  });
});
