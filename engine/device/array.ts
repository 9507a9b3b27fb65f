/** An array of 32-bit words in a device's memory; the device that made it knows where. */
export interface DeviceArray {
  /** What messages call it. */
  readonly label: string;
  /** Length in words. */
  readonly length: number;
}
