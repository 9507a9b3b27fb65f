/** How long the kernels of a program take on a GPU. */

import type { Profile } from "./device.ts";
import type { Step } from "./webgpu_pipelines.ts";

/** The optional feature that it needs. */
export const TIMESTAMPS = "timestamp-query";

/**
 * Runs `count` steps from step `first` on, around and around, each in a pass of its own, and adds their
 * milliseconds to the profile. Without timestamps the time until all are done goes to "program".
 *
 * @param count at most 2048: WebGPU allows 4096 timestamps
 */
export async function runTimed(
  device: GPUDevice,
  steps: readonly Step[],
  first: number,
  count: number,
  profile: Profile,
): Promise<void> {
  const add = (label: string, time: number): void => {
    profile.set(label, (profile.get(label) ?? 0) + time);
  };
  const stepAt = (k: number) => steps[(first + k) % steps.length]!;
  const timed = device.features.has(TIMESTAMPS);
  const bytes = count * 16;
  const querySet = timed ? device.createQuerySet({ type: "timestamp", count: count * 2 }) : undefined;
  const encoder = device.createCommandEncoder();
  for (let k = 0; k < count; k++) {
    const { pipeline, group, workgroups } = stepAt(k);
    const pass = encoder.beginComputePass(
      querySet === undefined
        ? {}
        : { timestampWrites: { querySet, beginningOfPassWriteIndex: k * 2, endOfPassWriteIndex: k * 2 + 1 } },
    );
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...workgroups);
    pass.end();
  }
  if (querySet === undefined) {
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return add("program", performance.now() - started);
  }
  const resolved = device.createBuffer({
    size: bytes,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({
    size: bytes,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  encoder.resolveQuerySet(querySet, 0, count * 2, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const nanoseconds = new BigUint64Array(staging.getMappedRange());
  for (let k = 0; k < count; k++) {
    add(stepAt(k).label, Number(nanoseconds[k * 2 + 1]! - nanoseconds[k * 2]!) / 1e6);
  }
  staging.destroy();
  resolved.destroy();
  querySet.destroy();
}
