/** The CPU device: the AssemblyScript kernels and the memory that they work in. */

import { RunError } from "../errors.ts";
import { requireRange } from "./array.ts";
import type { Device, DeviceArray, Profile, Program } from "./device.ts";
import { InOrder } from "./in_order.ts";
import { type KernelCall, paramWords, requireNoAlias } from "./kernel.ts";
import type { Kernels } from "./kernels.ts";
import { Turns } from "./turns.ts";

const PAGE_BYTES = 65536;
/** More than this for one device is refused: 32-bit addresses end at 4 GiB, and growing copies. */
const MAX_BYTES = 1024 ** 3;
/** Below it the kernels keep their constants (kernels/lib/constants.as.ts). */
const FIRST_FREE = 4096;
const MODULE_URL = new URL("../../kernels/build/kernels.wasm", import.meta.url);

/** Where an array begins: a byte offset, 16-byte aligned. */
export interface WasmArray extends DeviceArray {
  readonly pointer: number;
}

interface WasmProgram extends Program {
  readonly steps: readonly { run(args: number): void; args: number; label: string }[];
}

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
  readonly adapter = "wasm";
  readonly kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #order = new InOrder();
  readonly #turns = new Turns();
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
  allocate(length: number, label: string): WasmArray {
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
    return { label, pointer, length };
  }

  write(array: DeviceArray, words: Float32Array | Int32Array | Uint32Array, at = 0): void {
    requireRange(array, at, words.length);
    if (!this.#order.isBusy) return this.#write(array, words, at);
    const copy = words.slice();
    this.#order.do(() => this.#write(array, copy, at));
  }

  async read(
    array: DeviceArray,
    at = 0,
    length = array.length - at,
  ): Promise<Float32Array<ArrayBuffer>> {
    requireRange(array, at, length);
    const copy = () => this.f32(array).slice(at, at + length);
    return this.#order.isBusy ? await this.#order.do(copy) : copy();
  }

  record(calls: readonly KernelCall[]): WasmProgram {
    const steps = calls.map((call) => {
      requireNoAlias(call);
      return { run: this.#kernelOf(call), args: this.#argumentsOf(call), label: call.label };
    });
    return { calls, steps };
  }

  run(program: Program, times = 1, profile?: Profile): Promise<void> {
    return this.#order.do(() => this.#replay(program as WasmProgram, times, profile));
  }

  async #replay({ steps }: WasmProgram, times: number, profile: Profile | undefined): Promise<void> {
    let before = performance.now();
    for (let k = 0; k < times; k++) {
      for (const { run, args, label } of steps) {
        run(args);
        const now = performance.now();
        profile?.set(label, (profile.get(label) ?? 0) + now - before);
        before = now;
        if (!this.#turns.isDue(now)) continue;
        await this.#turns.take();
        before = performance.now();
      }
    }
  }

  #write(array: DeviceArray, words: Float32Array | Int32Array | Uint32Array, at: number): void {
    this.u32(array).set(new Uint32Array(words.buffer, words.byteOffset, words.length), at);
  }

  /** Runs the program once and at once, without a turn of the event loop. */
  runNow(program: Program): void {
    for (const { run, args } of (program as WasmProgram).steps) run(args);
  }

  close(): void {}

  get #buffer(): ArrayBuffer {
    return this.#memory.buffer as ArrayBuffer;
  }

  #kernelOf({ kernel }: KernelCall): (args: number) => void {
    const run = (this.kernels as unknown as Record<string, (args: number) => void>)[kernel.name];
    if (run === undefined) {
      throw new RunError(`the compiled kernels have no ${kernel.name}: run \`deno task build\``);
    }
    return run;
  }

  #argumentsOf(call: KernelCall): number {
    const params = paramWords(call);
    const block = this.allocate(call.arrays.length + params.length, `arguments of ${call.label}`);
    const words = this.u32(block);
    call.arrays.forEach((array, k) => words[k] = (array as WasmArray).pointer);
    words.set(params, call.arrays.length);
    return block.pointer;
  }

  f32(array: DeviceArray): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#buffer, (array as WasmArray).pointer, array.length);
  }

  i32(array: DeviceArray): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, (array as WasmArray).pointer, array.length);
  }

  u32(array: DeviceArray): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#buffer, (array as WasmArray).pointer, array.length);
  }

  /** Bytes of an array: four a word. */
  u8(array: DeviceArray): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, (array as WasmArray).pointer, array.length * 4);
  }
}
