/** The CPU device: the AssemblyScript kernels and the memory that they work in. */

import { RunError } from "../errors.ts";
import type { Device, DeviceArray } from "./device.ts";
import type { Kernels } from "./kernels.ts";

const PAGE_BYTES = 65536;
/** More than this for one device is refused: 32-bit addresses end at 4 GiB, and growing copies. */
const MAX_BYTES = 1024 ** 3;
/** Below it the kernels keep their constants (kernels/lib/constants.as.ts). */
const FIRST_FREE = 4096;
const MODULE_URL = new URL("../../kernels/build/kernels.wasm", import.meta.url);

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled kernels, once per process; a module can be posted to workers. */
export function kernelModule(): Promise<WebAssembly.Module> {
  // A failure is not kept: in a notebook the kernels may be built after it.
  compiled ??= load().catch((error) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

async function load(): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(MODULE_URL);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RunError("the kernels are not compiled yet: run `deno task build` once");
  }
  return WebAssembly.compile(bytes);
}

/**
 * One instance of the kernels with memory of its own. Allocate everything first: growing the memory detaches every
 * view taken before, so views come from `f32`, `i32`, `u32`, `u8` when they are needed and are not kept.
 */
export class WasmDevice implements Device {
  readonly kind = "wasm";
  readonly kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  #next = FIRST_FREE;

  private constructor(kernels: Kernels, memory: WebAssembly.Memory) {
    this.kernels = kernels;
    this.#memory = memory;
  }

  static async create(module?: WebAssembly.Module): Promise<WasmDevice> {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_BYTES / PAGE_BYTES });
    const instance = await WebAssembly.instantiate(module ?? await kernelModule(), { env: { memory } });
    return new WasmDevice(instance.exports as unknown as Kernels, memory);
  }

  /** Bytes handed out so far. */
  get allocatedBytes(): number {
    return this.#next;
  }

  /**
   * Zeroed memory for `length` 32-bit words.
   *
   * @throws RunError in one line when the device's memory would pass 1 GiB or cannot grow
   */
  allocate(length: number, label: string): DeviceArray {
    const pointer = this.#next;
    const end = pointer + Math.ceil(length / 4) * 16;
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) {
      const inMiB = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
      if (end > MAX_BYTES) {
        throw new RunError(
          `${label}: ${inMiB(length * 4)} on top of ${inMiB(pointer)} passes the ${
            inMiB(MAX_BYTES)
          } of one device; use fewer environments`,
        );
      }
      try {
        this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
      } catch {
        throw new RunError(`${label}: the machine has no memory left for ${inMiB(length * 4)}`);
      }
    }
    this.#next = end;
    return { pointer, length };
  }

  f32(array: DeviceArray): Float32Array {
    return new Float32Array(this.#memory.buffer, array.pointer, array.length);
  }

  i32(array: DeviceArray): Int32Array {
    return new Int32Array(this.#memory.buffer, array.pointer, array.length);
  }

  u32(array: DeviceArray): Uint32Array {
    return new Uint32Array(this.#memory.buffer, array.pointer, array.length);
  }

  /** Bytes of an array: four a word. */
  u8(array: DeviceArray): Uint8Array {
    return new Uint8Array(this.#memory.buffer, array.pointer, array.length * 4);
  }
}
