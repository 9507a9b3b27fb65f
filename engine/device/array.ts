/** An array of 32-bit words in a device's memory; the device that made it knows where. */
export interface DeviceArray {
  /** What messages call it. */
  readonly label: string;
  /** Length in words. */
  readonly length: number;
}

/** @throws RangeError when `length` words from word `at` on are not all the array's */
export function requireRange(array: DeviceArray, at: number, length: number): void {
  if (at >= 0 && length >= 0 && at + length <= array.length) return;
  throw new RangeError(`${array.label}: words ${at} to ${at + length} of ${array.length}`);
}
