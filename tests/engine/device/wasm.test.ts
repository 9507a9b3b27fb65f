import { afterEach, expect, test, vi } from "vitest";
import { call } from "../../../engine/device/kernel.ts";
import { advance, control as C, expRow } from "../../../engine/device/kernels.ts";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import { RunError } from "../../../engine/errors.ts";

afterEach(() => vi.restoreAllMocks());

async function openWithCall() {
  const device = await WasmDevice.create();
  const [input, out] = [device.allocate(8, "input"), device.allocate(8, "out")];
  return { device, exp: (label?: string) => call(expRow, { input, out }, { columns: 8 }, label) };
}

test("memory that passes 1 GiB is refused in one line, and nothing is lost", async () => {
  const device = await WasmDevice.create();
  const array = device.allocate(3, "three");
  device.write(array, Float32Array.of(1, 2, 3));
  const before = device.allocatedBytes;
  expect(() => device.allocate(2 ** 28, "samples")).toThrow(
    new RunError(
      "samples: 1024.0 MiB on top of 0.0 MiB passes the 1024.0 MiB of one device; use fewer environments",
    ),
  );
  expect(device.allocatedBytes).toBe(before);
  const zeros = device.allocate(100_000, "more");
  expect(device.f32(zeros).every((value) => value === 0)).toBe(true);
  expect([...await device.read(array)]).toEqual([1, 2, 3]);
});

test("the event loop runs in the middle of a long program", async () => {
  const device = await WasmDevice.create();
  const control = device.allocate(C.CONTROL_STRIDE, "control");
  const count = call(advance, { control }, { seeds: 1, word: C.STEP, adam: 0, beta1: 0, beta2: 0 });
  const program = device.record(new Array(10).fill(count));
  let time = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => time += 60);
  const counts: number[] = [];
  let timer = setImmediate(function next() {
    counts.push(device.u32(control)[C.STEP]!);
    timer = setImmediate(next);
  });
  await device.run(program);
  clearImmediate(timer);
  expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("times by label leave out what happens between kernels", async () => {
  const { device, exp } = await openWithCall();
  const program = device.record([exp("first"), exp("second"), exp("first")]);
  let time = performance.now();
  // A look takes 30 ms, somebody else's turn 1000.
  vi.spyOn(performance, "now").mockImplementation(() => time += 30);
  let timer = setImmediate(function next() {
    time += 1000;
    timer = setImmediate(next);
  });
  const profile = new Map([["second", 5]]);
  await device.run(program, 2, profile);
  clearImmediate(timer);
  expect([...profile]).toEqual([["second", 5 + 2 * 30], ["first", 4 * 30]]);
});

test("kernels that the module lacks are named in one line", async () => {
  const { device, exp } = await openWithCall();
  const { kernel, ...rest } = exp();
  expect(() => device.record([{ ...rest, kernel: { ...kernel, name: "no_such" } }])).toThrow(
    new RunError("the compiled kernels have no no_such: run `deno task build`"),
  );
});
