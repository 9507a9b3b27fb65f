/** Where arrays live and kernels run. `wasm.ts` is the CPU; a GPU device implements the same interface. */

/** An array of 32-bit words in a device's memory. */
export interface DeviceArray {
  /** Byte offset of the first word, 16-byte aligned. */
  readonly pointer: number;
  /** Length in words. */
  readonly length: number;
}

export interface Device {
  readonly kind: "wasm" | "webgpu";
  /** Bytes handed out so far. */
  readonly allocatedBytes: number;
  /**
   * Zeroed memory for `length` 32-bit words.
   *
   * @param label what messages call the array
   * @throws RunError in one line when the device cannot hold it
   */
  allocate(length: number, label: string): DeviceArray;
}
