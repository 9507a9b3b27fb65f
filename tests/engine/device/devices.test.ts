/** What every device promises. */

import { afterEach, expect, test, vi } from "vitest";
import type { DeviceArray } from "../../../engine/device/device.ts";
import { call, kernel } from "../../../engine/device/kernel.ts";
import { advance, control as C, expRow } from "../../../engine/device/kernels.ts";
import { describeOnDevices } from "../../setup/devices.ts";

/** control[STEP] += 1. */
const count = (control: DeviceArray) =>
  call(advance, { control }, { seeds: 1, word: C.STEP, adam: 0, beta1: 0, beta2: 0 });

afterEach(() => vi.restoreAllMocks());

let time = 0;

/** A clock that goes on by so many milliseconds whenever somebody looks, and never back. */
function fakeClock(step: number): void {
  time = Math.max(time, performance.now());
  vi.spyOn(performance, "now").mockImplementation(() => time += step);
}

/** Counts turns of the event loop until it is stopped. */
function countTurns(): { count: number; stop(): void } {
  const turns = { count: 0, stop: () => clearImmediate(timer) };
  let timer = setImmediate(function next() {
    turns.count++;
    timer = setImmediate(next);
  });
  return turns;
}

describeOnDevices("a device", (underTest) => {
  const words = async (array: DeviceArray, at?: number, length?: number) => [
    ...new Uint32Array((await underTest().device.read(array, at, length)).buffer),
  ];

  test("keeps every bit that is written", async () => {
    const bits = [0, 0x80000000, 1, 0x7f800001, 0xffc12345, 0xffffffff, 0x3f800000];
    const { device, upload } = underTest();
    const array = upload(Uint32Array.from(bits));
    expect(await words(array)).toEqual(bits);
    device.write(array, Int32Array.of(-1, -2), 3);
    device.write(array, Float32Array.of(1.5), 6);
    expect(await words(array, 2)).toEqual([1, 0xffffffff, 0xfffffffe, 0xffffffff, 0x3fc00000]);
  });

  test("reads in part and writes from a part, within the array", async () => {
    const { device, upload } = underTest();
    const array = upload(new Uint32Array(10), "ten");
    device.write(array, Uint32Array.from({ length: 20 }, (_, i) => i).subarray(5, 8), 4);
    expect(await words(array, 3, 5)).toEqual([0, 5, 6, 7, 0]);
    expect(await words(array, 10)).toEqual([]);
    expect(() => device.write(array, new Float32Array(3), 8)).toThrow(
      new RangeError("ten: words 8 to 11 of 10"),
    );
    expect(() => device.write(array, new Float32Array(3), -1)).toThrow(RangeError);
    await expect(device.read(array, 8, 3)).rejects.toThrow(RangeError);
    await expect(device.read(array, 11)).rejects.toThrow(RangeError);
  });

  test("runs, writes and reads in the order that was asked for, also when nobody waits", async () => {
    const { device, upload } = underTest();
    const control = upload(new Uint32Array(C.CONTROL_STRIDE));
    const once = device.record([count(control)]);
    const twice = device.record([count(control), count(control)]);
    // Turns wherever there may be one.
    fakeClock(60);
    const runs = [device.run(once, 10), device.run(twice, 5)];
    const twenty = words(control, C.STEP, 1);
    const values = Uint32Array.of(100);
    device.write(control, values, C.STEP);
    values.fill(9);
    runs.push(device.run(once, 3), device.run(twice));
    const after = words(control, C.STEP, 1);
    device.write(control, Uint32Array.of(7), C.STEP);
    const last = words(control, C.STEP, 1);
    expect(await Promise.all([twenty, after, last])).toEqual([[20], [105], [7]]);
    await Promise.all(runs);
  });

  test("lets the event loop run, however short the runs", async () => {
    const { device, upload } = underTest();
    const control = upload(new Uint32Array(C.CONTROL_STRIDE));
    const program = device.record([count(control)]);
    await device.run(program);
    fakeClock(20);
    const turns = countTurns();
    for (let k = 0; k < 100; k++) await device.run(program);
    turns.stop();
    // 2 seconds by the clock, at least.
    expect(turns.count).toBeGreaterThanOrEqual(20);
    expect(await words(control, C.STEP, 1)).toEqual([101]);
  });

  test("refuses an array that is given twice and written", () => {
    const { device, upload } = underTest();
    const [x, y] = [upload(new Float32Array(8), "x"), upload(new Float32Array(8), "y")];
    expect(() => device.record([call(expRow, { input: x, out: x }, { columns: 8 }, "twice")])).toThrow(
      new RangeError("twice: x is given twice and written"),
    );
    const two = kernel({ ...expRow, arrays: { input: "in", other: "in", out: "out" } });
    device.record([call(two, { input: x, other: x, out: y }, { columns: 8 })]);
    const scratch = kernel({ ...expRow, arrays: { input: "in", scratch: "wasm", out: "out" } });
    expect(() => device.record([call(scratch, { input: x, scratch: x, out: y }, { columns: 8 })])).toThrow(
      new RangeError("exp_row: x is given twice and written"),
    );
  });
});
