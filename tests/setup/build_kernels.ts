import { ensureKernelsBuilt } from "../../scripts/build.ts";

/** Runs once before all test files: the kernels are compiled when their sources have changed. */
export default async function setup(): Promise<void> {
  await ensureKernelsBuilt();
}
