/** Buffers through which a GPU's arrays are read back. */

/** Small reads (metrics) go through a ring of so many buffers, which are kept. */
const KEPT = 3;
/** Larger reads get a buffer of their own for the time that they take. */
const KEPT_BYTES = 1024 ** 2;

export class Staging {
  readonly #device: GPUDevice;
  readonly #idle: GPUBuffer[] = [];
  readonly #kept = new Set<GPUBuffer>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A buffer of at least `bytes` that nobody else uses until it is released. */
  acquire(bytes: number): GPUBuffer {
    if (bytes > KEPT_BYTES) return this.#create(bytes);
    const fitting = this.#idle.findIndex(({ size }) => size >= bytes);
    if (fitting >= 0) return this.#idle.splice(fitting, 1)[0]!;
    if (this.#kept.size === KEPT) {
      const tooSmall = this.#idle.shift();
      // All three are in flight: waiting for one would stall what runs next.
      if (tooSmall === undefined) return this.#create(bytes);
      this.#kept.delete(tooSmall);
      tooSmall.destroy();
    }
    const buffer = this.#create(Math.max(4096, 2 ** Math.ceil(Math.log2(bytes))));
    this.#kept.add(buffer);
    return buffer;
  }

  /** Takes an unmapped buffer back. */
  release(buffer: GPUBuffer): void {
    if (this.#kept.has(buffer)) this.#idle.push(buffer);
    else buffer.destroy();
  }

  #create(size: number): GPUBuffer {
    return this.#device.createBuffer({
      label: "staging",
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }
}
