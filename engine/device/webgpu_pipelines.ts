/** Compiled WGSL kernels of one GPU device, each once per set of `override` values. */

import type { Access, Kernel, KernelCall, Workgroups } from "./kernel.ts";
import { wgslSource } from "./wgsl.ts";

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** What keeps it from being used: kernel and the compiler's words. */
  readonly fault: Promise<string | undefined>;
}

/** A kernel call that is ready to be encoded. */
export interface Step {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: Workgroups;
  readonly label: string;
}

/** Arrays that a GPU binds, as pairs of binding (the array's place among all of them) and access. */
export function boundArrays(kernel: Kernel): (readonly [binding: number, access: Exclude<Access, "wasm">])[] {
  return Object.values(kernel.arrays).flatMap((access, binding) =>
    access === "wasm" ? [] : [[binding, access] as const]
  );
}

/** Binding of the uniform struct of parameters. */
export function paramsBinding(kernel: Kernel): number {
  return Object.keys(kernel.arrays).length;
}

/** Bytes of the uniform struct: a multiple of 16, 0 for a kernel without parameters. */
export function paramsBytes(kernel: Kernel): number {
  return Math.ceil(Object.keys(kernel.params).length / 4) * 16;
}

/** Does something, and promises what the GPU finds wrong with it. */
export function watched<T>(
  device: GPUDevice,
  filter: GPUErrorFilter,
  action: () => T,
): [result: T, fault: Promise<string | undefined>] {
  device.pushErrorScope(filter);
  let result: T;
  try {
    result = action();
  } catch (error) {
    device.popErrorScope().catch(() => {});
    throw error;
  }
  // It rejects where the device is lost, which has its own message.
  return [result, device.popErrorScope().then((error) => error?.message.trim(), () => undefined)];
}

export class Pipelines {
  readonly #device: GPUDevice;
  readonly #modules = new Map<string, ReturnType<typeof watched<GPUShaderModule>>>();
  readonly #layouts = new Map<string, ReturnType<typeof watched<GPUBindGroupLayout>>>();
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * The kernel compiled for a call's parameters.
   *
   * @throws RunError when a source file is missing
   */
  of({ kernel, params }: KernelCall): Pipeline {
    const constants = kernel.constants?.(params) ?? {};
    const key = `${kernel.source} ${kernel.name} ${JSON.stringify(constants)}`;
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      pipeline = this.#compile(kernel, constants);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  #compile(kernel: Kernel, constants: Record<string, number>): Pipeline {
    const device = this.#device;
    const [layout, layoutFault] = this.#layoutOf(kernel);
    const [module, moduleFault] = this.#moduleOf(kernel);
    const [pipeline, pipelineFault] = watched(device, "validation", () =>
      device.createComputePipeline({
        label: kernel.name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: kernel.name, constants },
      }));
    const fault = async () => {
      const message = await layoutFault ?? await moduleFault ?? await pipelineFault;
      return message === undefined ? undefined : `kernel ${kernel.name} does not compile: ${message}`;
    };
    return { pipeline, layout, fault: fault() };
  }

  #moduleOf(kernel: Kernel): ReturnType<typeof watched<GPUShaderModule>> {
    const key = [kernel.source, ...kernel.libraries ?? []].join(" ");
    let module = this.#modules.get(key);
    if (module === undefined) {
      const descriptor = { label: `${kernel.source}.wgsl`, code: wgslSource(kernel) };
      module = watched(this.#device, "validation", () => this.#device.createShaderModule(descriptor));
      this.#modules.set(key, module);
    }
    return module;
  }

  // Explicit, not "auto": an automatic layout leaves out what an entry point happens not to use.
  #layoutOf(kernel: Kernel): ReturnType<typeof watched<GPUBindGroupLayout>> {
    const entries = boundArrays(kernel).map(([binding, access]): GPUBindGroupLayoutEntry => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === "in" ? "read-only-storage" : "storage" },
    }));
    if (paramsBytes(kernel) > 0) {
      entries.push({
        binding: paramsBinding(kernel),
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: "uniform" },
      });
    }
    const key = JSON.stringify(entries);
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      const descriptor = { label: kernel.name, entries };
      layout = watched(this.#device, "validation", () => this.#device.createBindGroupLayout(descriptor));
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
