/** Which GPU there is, if any. */

/** Drivers that compute on the CPU: slower than the WebAssembly kernels. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i;

/** The fastest adapter, or undefined where there is none. */
export async function requestAdapter(): Promise<GPUAdapter | undefined> {
  // Not every runtime has navigator.gpu.
  const gpu = navigator.gpu as GPU | undefined;
  return await gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? undefined;
}

/** What messages call an adapter. */
export function adapterName({ info }: Pick<GPUAdapter, "info">): string {
  return info.description || [info.vendor, info.architecture].filter(Boolean).join(" ") || "a WebGPU adapter";
}

/** Whether an adapter is a driver in software. */
export function isSoftware({ info }: Pick<GPUAdapter, "info">): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = info as GPUAdapterInfo & {
    isFallbackAdapter?: boolean;
  };
  return isFallbackAdapter === true || SOFTWARE.test([vendor, architecture, device, description].join(" "));
}
