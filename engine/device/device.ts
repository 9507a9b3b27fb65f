/** Where arrays live and kernels run. `wasm.ts` is the CPU, `webgpu.ts` a GPU; what they compute is the same. */

import type { DeviceArray } from "./array.ts";
import type { KernelCall } from "./kernel.ts";

export type { DeviceArray };

/** Kernel calls with fixed arguments, in order. Only the device that recorded it can run it. */
export interface Program {
  readonly calls: readonly KernelCall[];
}

/** Milliseconds by kernel name, added to as programs run. */
export type Profile = Map<string, number>;

export interface Device {
  readonly kind: "wasm" | "webgpu";
  /** The adapter's name, or "wasm". */
  readonly adapter: string;
  /** Bytes handed out so far. */
  readonly allocatedBytes: number;
  /**
   * Zeroed memory for `length` 32-bit words. Allocation ends before programs are recorded.
   *
   * @param label what messages call the array
   * @throws RunError in one line when the device cannot hold it
   */
  allocate(length: number, label: string): DeviceArray;
  /** Copies words in, from word `at` of the array on; ordered with the programs that run before and after. */
  write(array: DeviceArray, words: Float32Array | Int32Array | Uint32Array, at?: number): void;
  /**
   * A copy of `length` words from word `at` on, after everything that was run before.
   *
   * @throws RunError in one line when the device was lost
   */
  read(array: DeviceArray, at?: number, length?: number): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Binds arguments once, for any number of runs.
   *
   * @throws RunError in one line when the device was lost or a call is larger than it takes
   */
  record(calls: readonly KernelCall[]): Program;
  /**
   * Runs the program `times` times. On WebGPU it resolves when the work is handed over, on WebAssembly when it is
   * done; both let the event loop run at least every 100 ms.
   *
   * @throws RunError in one line when the device was lost
   */
  run(program: Program, times?: number, profile?: Profile): Promise<void>;
  /** Frees the device's memory; nothing may be run after it. */
  close(): void;
}
