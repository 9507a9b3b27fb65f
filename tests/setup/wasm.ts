/** The compiled kernels with memory of their own, for tests that call them directly. */

const PAGE_BYTES = 65536;
/** The kernels keep their constants below this address (kernels/lib/constants.as.ts). */
const FIRST_FREE = 4096;

export interface LoadedKernels {
  exports: Record<string, (...args: number[]) => number>;
  memory: WebAssembly.Memory;
  /** Pointer to that many 32-bit words, 16-byte aligned; throws RangeError when the pages are used up. */
  allocate(words: number): number;
  /** Views of `words` 32-bit words at a pointer. */
  f32(pointer: number, words: number): Float32Array;
  u32(pointer: number, words: number): Uint32Array;
}

/** @param pages size of the memory in pages of 64 KiB; it never grows, so views stay valid */
export async function loadKernels(pages: number): Promise<LoadedKernels> {
  const file = new URL("../../kernels/build/kernels.wasm", import.meta.url);
  const memory = new WebAssembly.Memory({ initial: pages });
  const { instance } = await WebAssembly.instantiate(await Deno.readFile(file), { env: { memory } });
  let next = FIRST_FREE;
  return {
    exports: instance.exports as LoadedKernels["exports"],
    memory,
    allocate(words) {
      const pointer = next;
      next += Math.ceil(words / 4) * 16;
      if (next > pages * PAGE_BYTES) throw new RangeError(`${pages} pages are too few`);
      return pointer;
    },
    f32: (pointer, words) => new Float32Array(memory.buffer, pointer, words),
    u32: (pointer, words) => new Uint32Array(memory.buffer, pointer, words),
  };
}
