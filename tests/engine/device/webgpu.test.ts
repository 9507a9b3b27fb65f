import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestAdapter } from "../../../engine/device/adapter.ts";
import { call } from "../../../engine/device/kernel.ts";
import { WebGpuDevice } from "../../../engine/device/webgpu.ts";
import { RunError } from "../../../engine/errors.ts";
import { openTestGpu } from "../../setup/devices.ts";
import {
  add,
  besideIt,
  doesNotCompile,
  ELEMENTS,
  ends,
  multiply,
  nine,
  nineArrays,
  parameters,
  scale,
  wide,
} from "./fixtures/arithmetic.ts";

let device: WebGpuDevice;
beforeAll(async () => {
  device = await openTestGpu();
});
afterAll(() => device?.close());

/** A new array of 64 elements, all `value`. */
function filled(value: number, on = device) {
  const array = on.allocate(ELEMENTS, "x");
  on.write(array, new Float32Array(ELEMENTS).fill(value));
  return array;
}

/** The one line of the RunError that the promise ends with. */
async function lineOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then((value) => new Error(`no error, but ${value}`), (thrown) => thrown);
  expect(error).toBeInstanceOf(RunError);
  expect(error.message).not.toMatch(/[\r\n]/);
  return error.message;
}

describe("arrays", () => {
  test("are zeroed and counted", async () => {
    const before = device.allocatedBytes;
    const array = device.allocate(1000, "zeroed");
    expect(array).toMatchObject({ label: "zeroed", length: 1000 });
    expect(await device.read(array)).toEqual(new Float32Array(1000));
    expect(device.allocatedBytes - before).toBe(4000);
  });

  test("may be larger than what is kept for reading", async () => {
    const words = Uint32Array.from({ length: 3_000_001 }, (_, i) => i * 2654435761);
    const array = device.allocate(words.length, "large");
    device.write(array, words);
    expect(new Uint32Array((await device.read(array)).buffer)).toEqual(words);
  });

  test("over the adapter's limit are refused in one line, and nothing is lost", async () => {
    let message = "";
    try {
      device.allocate(2 ** 40, "samples");
    } catch (error) {
      expect(error).toBeInstanceOf(RunError);
      message = (error as RunError).message;
    }
    expect(message).toMatch(
      /^samples: 4194304\.0 MiB passes the \d+\.0 MiB that .+ binds; use fewer environments$/,
    );
    expect([...await device.read(filled(3), 0, 1)]).toEqual([3]);
  });
});

describe("programs", () => {
  test("run their calls in order", async () => {
    const [x, y] = [filled(1), filled(1)];
    await device.run(device.record([add(x, 2), multiply(x, 10), multiply(y, 10), add(y, 2)]));
    expect([...await device.read(x)]).toEqual(new Array(ELEMENTS).fill(30));
    expect([...await device.read(y)]).toEqual(new Array(ELEMENTS).fill(12));
  });

  test("run as often as asked, over several submissions", async () => {
    const [x, y] = [filled(0), filled(0)];
    const program = device.record([add(x, 1), add(y, 1), add(x, 2)]);
    await device.run(program, 5001);
    await device.run(program, 0);
    await device.run(program);
    expect((await device.read(x))[63]).toBe(3 * 5002);
    expect((await device.read(y))[0]).toBe(5002);
  });

  test("can be longer than one submission", async () => {
    const x = filled(0);
    const calls = Array.from({ length: 4501 }, (_, k) => add(x, k % 5));
    await device.run(device.record(calls), 3);
    expect((await device.read(x))[7]).toBe(3 * 900 * (0 + 1 + 2 + 3 + 4));
  });

  test("alternate with writes, reads and each other in the order that was asked for", async () => {
    const x = filled(0);
    const [first, second] = [device.record([add(x, 1)]), device.record([multiply(x, 2)])];
    // Nothing is awaited until the end; 4000 dispatches have to wait for the ones before.
    const runs = [device.run(first, 10), device.run(second, 2)];
    const forty = device.read(x);
    const values = new Float32Array(ELEMENTS).fill(5);
    device.write(x, values);
    values.fill(NaN);
    runs.push(device.run(first, 5000), device.run(first, 5000), device.run(second));
    const after = device.read(x);
    device.write(x, Float32Array.of(7));
    const last = device.read(x, 0, 2);
    await Promise.all(runs);
    expect((await forty)[0]).toBe(40);
    expect((await after)[1]).toBe(20_010);
    expect([...await last]).toEqual([7, 20_010]);
  });

  test("can be read after every run without waiting", async () => {
    const x = filled(0);
    const program = device.record([add(x, 1)]);
    const reads: Promise<Float32Array>[] = [];
    for (let k = 0; k < 12; k++) {
      await device.run(program);
      reads.push(device.read(x));
    }
    expect((await Promise.all(reads)).map((values) => values[5])).toEqual([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
    ]);
  });

  test("give kernels parameters of every type and constants, and skip arrays for WebAssembly", async () => {
    const words = device.allocate(3, "words");
    const scratch = device.allocate(1, "scratch");
    const [from, result, other] = [filled(3), filled(0), filled(0)];
    const params = { unsigned: 4294967295, signed: -2147483647, real: 0.1 };
    await device.run(device.record([
      call(parameters, { words, scratch }, params),
      call(scale, { from, result }, { factor: 2.5 }),
      call(scale, { from, result: other }, { factor: -1 }),
    ]));
    const bits = (await device.read(words)).buffer;
    expect(new Uint32Array(bits)[0]).toBe(params.unsigned);
    expect(new Int32Array(bits)[1]).toBe(params.signed);
    expect(new Float32Array(bits)[2]).toBe(Math.fround(params.real));
    expect((await device.read(result))[63]).toBe(7.5);
    expect((await device.read(other))[0]).toBe(-3);
  });

  test("keep the parameters of their calls apart, however many", async () => {
    const words = device.allocate(4, "words");
    const small = filled(1);
    await device.run(
      device.record([ends(words, 0, 11), add(small, 1), ends(words, 3, 14), ends(words, 1, 12)]),
    );
    expect([...new Uint32Array((await device.read(words)).buffer)]).toEqual([11, 12, 0, 14]);
    expect((await device.read(small))[0]).toBe(2);
  });

  test("are timed by label", async () => {
    const x = filled(0);
    const profile = new Map<string, number>([["add", 1000]]);
    await device.run(device.record([add(x, 1), multiply(x, 1), add(x, 1)]), 1500, profile);
    expect((await device.read(x))[0]).toBe(3000);
    expect([...profile.keys()].sort()).toEqual(["add", "multiply"]);
    expect(profile.get("add")).toBeGreaterThan(1000);
    expect(profile.get("multiply")).toBeGreaterThan(0);
  });
});

describe("what a GPU refuses", () => {
  test("a kernel that does not compile is named where it should run, and others go on", async () => {
    const x = filled(0);
    const program = device.record([add(x, 1), call(doesNotCompile, { x }, {})]);
    for (let k = 0; k < 2; k++) {
      const line = await lineOf(device.run(program));
      expect(line).toContain("kernel broken does not compile");
      expect(line).toContain("no_such_function");
    }
    // The compiler's words, not "the module is invalid".
    expect(await lineOf(device.run(device.record([call(besideIt, { x }, {})])))).toContain(
      "no_such_function",
    );
    await device.run(device.record([add(x, 4)]));
    expect((await device.read(x))[0]).toBe(4);
  });

  test("more workgroups than fit one dispatch", () => {
    const record = (workgroups: number) =>
      device.record([call(wide, { x: filled(0) }, { by: 1, workgroups })]);
    record(65535);
    expect(() => record(65536)).toThrow(/^add: 65536 workgroups pass the 65535 of one dispatch/);
  });

  test("more storage buffers than WebGPU promises", async () => {
    const own = await openTestGpu();
    try {
      const arrays = Object.fromEntries(nine.map((name) => [name, filled(0, own)])) as never;
      const line = await lineOf(own.run(own.record([call(nineArrays, arrays, {})])));
      expect(line).toMatch(/storage/i);
    } finally {
      own.close();
    }
  });
});

describe("a device that is gone", () => {
  /** A device, and the GPU behind it. */
  async function openWithGpu(): Promise<{ own: WebGpuDevice; gpu: GPUDevice }> {
    const adapter = (await requestAdapter())!;
    let gpu: GPUDevice | undefined;
    const spied = new Proxy(adapter, {
      get(target, name) {
        if (name === "requestDevice") {
          return async (descriptor: GPUDeviceDescriptor) => gpu = await target.requestDevice(descriptor);
        }
        return Reflect.get(target, name, target);
      },
    });
    return { own: await WebGpuDevice.create(spied), gpu: gpu! };
  }

  test("says so in one line in everything that runs or comes later", async () => {
    const { own, gpu } = await openWithGpu();
    const x = filled(0, own);
    const program = own.record([add(x, 1)]);
    await own.run(program);
    const pending = [own.read(x), own.run(program, 100_000), own.read(x)];
    gpu.destroy();
    const ends = await Promise.allSettled(pending);
    // The first may have come back before.
    for (const end of ends.slice(1)) expect(end.status).toBe("rejected");
    expect(await lineOf(own.run(program))).toMatch(/: the GPU was lost \(.+\)$/);
    expect(await lineOf(own.read(x))).toMatch(/: the GPU was lost \(.+\)$/);
    own.write(x, Float32Array.of(1));
    expect(await lineOf(own.run(program, 1, new Map()))).toMatch(/: the GPU was lost \(.+\)$/);
    own.close();
  });

  test("an error that nobody asked about comes out at the next read and every run after it", async () => {
    const { own, gpu } = await openWithGpu();
    const x = filled(0, own);
    const program = own.record([add(x, 1)]);
    gpu.createBuffer({ size: 2 ** 50, usage: GPUBufferUsage.STORAGE });
    // It may be handed over before the error is known.
    await own.run(program).catch(() => {});
    expect(await lineOf(own.read(x))).toMatch(/buffer size/i);
    expect(await lineOf(own.run(program))).toMatch(/buffer size/i);
    own.close();
  });

  test("says so even before it knows", async () => {
    const { own, gpu } = await openWithGpu();
    const x = filled(0, own);
    gpu.destroy();
    expect(() => own.record([add(x, 1)])).toThrow(RunError);
    expect(await lineOf(own.read(x))).toMatch(/: the GPU was lost \(.+\)$/);
    expect(() => own.record([add(x, 1)])).toThrow(/: the GPU was lost \(.+\)$/);
    own.close();
  });

  test("a closed device records and runs nothing", async () => {
    const own = await openTestGpu();
    const x = filled(0, own);
    const program = own.record([add(x, 1)]);
    own.close();
    expect(await lineOf(own.run(program))).toMatch(/: the device was closed$/);
    expect(await lineOf(own.read(x))).toMatch(/: the device was closed$/);
    expect(() => own.record([add(x, 1)])).toThrow(/: the device was closed$/);
    own.close();
  });

  test("an adapter that gives none is named in one line", async () => {
    const { info, limits, features } = (await requestAdapter())!;
    const requestDevice = () => Promise.reject(new Error("Not enough\n  memory left."));
    const adapter = { info, limits, features, requestDevice } as unknown as GPUAdapter;
    expect(await lineOf(WebGpuDevice.create(adapter))).toMatch(
      /^.+ gives no device: Not enough memory left\.$/,
    );
  });
});
