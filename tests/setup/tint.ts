/** Chrome's WGSL compiler, Tint, out of the npm package webgpu; it needs no driver. */

import { packagesFolder } from "./packages.ts";

/** Dawn's objects die with the one that made them, whoever else holds them. */
const alive: GPU[] = [];

/** A device that compiles and runs nothing. */
export async function openTint(): Promise<GPUDevice> {
  const file = new URL("webgpu/index.js", packagesFolder);
  const { create } = await import(file.href) as { create(options: string[]): GPU };
  const gpu = create(["backend=null"]);
  alive.push(gpu);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("the package webgpu gives no adapter");
  return await adapter.requestDevice();
}
