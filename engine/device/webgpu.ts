/** The GPU device: WGSL kernels over buffers, one an array, by way of `navigator.gpu`. */

import { RunError } from "../errors.ts";
import { adapterName } from "./adapter.ts";
import { requireRange } from "./array.ts";
import type { Device, DeviceArray, Profile, Program } from "./device.ts";
import { InOrder } from "./in_order.ts";
import { type KernelCall, paramWords, requireNoAlias, type Workgroups } from "./kernel.ts";
import { Turns } from "./turns.ts";
import {
  boundArrays,
  paramsBinding,
  paramsBytes,
  type Pipeline,
  Pipelines,
  type Step,
  watched,
} from "./webgpu_pipelines.ts";
import { Staging } from "./webgpu_staging.ts";
import { runTimed, TIMESTAMPS } from "./webgpu_timing.ts";

/** More dispatches than this are handed over in several submissions. */
const MAX_DISPATCHES = 2000;
/** So many submissions of that size may be unfinished: each holds memory until it is done. */
const MAX_IN_FLIGHT = 2;
/** Written words wait in memory of their own until a submission: at most so many bytes. */
const MAX_UNSUBMITTED = 64 * 1024 ** 2;
/** Offsets in uniform buffers are multiples of this on every adapter. */
const UNIFORM_ALIGNMENT = 256;

export interface WebGpuArray extends DeviceArray {
  readonly buffer: GPUBuffer;
}

interface WebGpuProgram extends Program {
  readonly steps: readonly Step[];
  /** What is wrong with the program, known some time after it was recorded. */
  readonly fault: Promise<string | undefined>;
}

const inMiB = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/**
 * One GPU device. What goes wrong on it later than the call that caused it (memory that is missing, a device
 * that is lost) is thrown by the next `read`, by a `run` or `record` as soon as it is known, and by all after
 * them; a kernel that does not compile, by every `run` of a program with it.
 */
export class WebGpuDevice implements Device {
  readonly kind = "webgpu";
  readonly adapter: string;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #staging: Staging;
  readonly #order = new InOrder();
  readonly #turns = new Turns();
  readonly #buffers = new Set<GPUBuffer>();
  /** Reject what waits for the GPU when the device is lost. */
  readonly #waiting = new Set<(error: RunError) => void>();
  readonly #inFlight: Promise<unknown>[] = [];
  #failure: RunError | undefined;
  /** Settles when it is known whether the memory handed out so far is there. */
  #allocated: Promise<unknown> = Promise.resolve();
  #allocatedBytes = 0;
  /** Dispatches since the last entry of #inFlight. */
  #dispatches = 0;
  #unsubmittedBytes = 0;

  private constructor(adapter: GPUAdapter, device: GPUDevice) {
    this.adapter = adapterName(adapter);
    this.#device = device;
    this.#pipelines = new Pipelines(device);
    this.#staging = new Staging(device);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#fail((event as GPUUncapturedErrorEvent).error.message);
    });
    device.lost.then(({ message }) => this.#fail(`the GPU was lost (${message})`));
  }

  /** @throws RunError in one line when the adapter gives no device */
  static async create(adapter: GPUAdapter): Promise<WebGpuDevice> {
    const largest = (limit: number) => Math.min(limit, Number.MAX_SAFE_INTEGER);
    try {
      const device = await adapter.requestDevice({
        // Everything else stays at WebGPU's defaults, which the kernels keep to.
        requiredLimits: {
          maxBufferSize: largest(adapter.limits.maxBufferSize),
          maxStorageBufferBindingSize: largest(adapter.limits.maxStorageBufferBindingSize),
        },
        requiredFeatures: adapter.features.has(TIMESTAMPS) ? [TIMESTAMPS] : [],
      });
      return new WebGpuDevice(adapter, device);
    } catch (error) {
      throw new RunError(`${adapterName(adapter)} gives no device: ${(error as Error).message}`);
    }
  }

  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  allocate(length: number, label: string): WebGpuArray {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const size = Math.max(16, length * 4);
    if (size > limit) {
      throw new RunError(
        `${label}: ${inMiB(size)} passes the ${
          inMiB(limit)
        } that ${this.adapter} binds; use fewer environments`,
      );
    }
    const [buffer, fault] = watched(this.#device, "out-of-memory", () =>
      this.#device.createBuffer({
        label,
        size,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      }));
    const held = this.#allocatedBytes;
    const check = fault.then((message) => {
      if (message !== undefined) {
        this.#fail(`${label}: no memory left for ${inMiB(size)} beside ${inMiB(held)}`);
      }
    });
    this.#allocated = Promise.all([this.#allocated, check]);
    this.#buffers.add(buffer);
    this.#allocatedBytes += size;
    return { label, length, buffer };
  }

  write(array: DeviceArray, words: Float32Array | Int32Array | Uint32Array, at = 0): void {
    requireRange(array, at, words.length);
    if (!this.#order.isBusy) return this.#write(array, words, at);
    const copy = words.slice();
    this.#order.do(() => this.#write(array, copy, at)).catch((error) => this.#fail((error as Error).message));
  }

  async read(
    array: DeviceArray,
    at = 0,
    length = array.length - at,
  ): Promise<Float32Array<ArrayBuffer>> {
    requireRange(array, at, length);
    const bytes = length * 4;
    const staging = await this.#order.do(async () => {
      await this.#orLost(this.#allocated);
      this.#requireAlive();
      return this.#copyOut(array, at * 4, bytes);
    });
    await this.#orLost(staging.mapAsync(GPUMapMode.READ, 0, bytes));
    this.#requireAlive();
    const words = new Float32Array(staging.getMappedRange(0, bytes)).slice();
    staging.unmap();
    this.#staging.release(staging);
    return words;
  }

  record(calls: readonly KernelCall[]): WebGpuProgram {
    this.#requireAlive();
    calls.forEach(requireNoAlias);
    const device = this.#device;
    const offsets = [0];
    for (const { kernel } of calls) {
      offsets.push(offsets.at(-1)! + Math.ceil(paramsBytes(kernel) / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT);
    }
    const [uniforms, words] = this.#createUniforms(Math.max(UNIFORM_ALIGNMENT, offsets.at(-1)!));
    const pipelines = new Set<Pipeline>();
    const [steps, fault] = watched(device, "validation", () =>
      calls.map((call, k): Step => {
        const at = offsets[k]!;
        words.set(paramWords(call), at / 4);
        const pipeline = this.#pipelines.of(call);
        pipelines.add(pipeline);
        const entries = entriesOf(call, uniforms, at);
        const group = device.createBindGroup({ label: call.label, layout: pipeline.layout, entries });
        return {
          pipeline: pipeline.pipeline,
          group,
          workgroups: this.#workgroupsOf(call),
          label: call.label,
        };
      }));
    uniforms.unmap();
    return { calls, steps, fault: firstOf([...[...pipelines].map(({ fault }) => fault), fault]) };
  }

  async run(program: Program, times = 1, profile?: Profile): Promise<void> {
    const { steps, fault } = program as WebGpuProgram;
    await this.#order.do(async () => {
      await this.#orLost(this.#allocated);
      const message = await this.#orLost(fault);
      if (message !== undefined) throw this.#errorOf(message);
      this.#requireAlive();
      const total = times * steps.length;
      for (let done = 0; done < total;) {
        const count = Math.min(total - done, MAX_DISPATCHES);
        if (profile === undefined) await this.#submit(steps, done % steps.length, count);
        else await this.#orLost(runTimed(this.#device, steps, done % steps.length, count, profile));
        this.#requireAlive();
        done += count;
      }
    });
  }

  close(): void {
    this.#fail("the device was closed");
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#device.destroy();
  }

  async #submit(steps: readonly Step[], first: number, count: number): Promise<void> {
    if (this.#inFlight.length === MAX_IN_FLIGHT) await this.#orLost(this.#inFlight.shift()!);
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    let pipeline: GPUComputePipeline | undefined;
    for (let k = 0, at = first; k < count; k++, at = at + 1 === steps.length ? 0 : at + 1) {
      const step = steps[at]!;
      if (step.pipeline !== pipeline) pass.setPipeline(pipeline = step.pipeline);
      pass.setBindGroup(0, step.group);
      pass.dispatchWorkgroups(...step.workgroups);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
    this.#unsubmittedBytes = 0;
    this.#dispatches += count;
    if (this.#dispatches >= MAX_DISPATCHES) {
      const done = this.#device.queue.onSubmittedWorkDone();
      done.catch(() => {});
      this.#inFlight.push(done);
      this.#dispatches = 0;
    }
    if (this.#turns.isDue(performance.now())) await this.#turns.take();
  }

  #write(array: DeviceArray, words: Float32Array | Int32Array | Uint32Array, at: number): void {
    const { queue } = this.#device;
    queue.writeBuffer((array as WebGpuArray).buffer, at * 4, words as Uint32Array<ArrayBuffer>);
    this.#unsubmittedBytes += words.byteLength;
    if (this.#unsubmittedBytes < MAX_UNSUBMITTED) return;
    queue.submit([]);
    this.#unsubmittedBytes = 0;
  }

  /** A buffer and its words, to be filled before it is unmapped. */
  #createUniforms(size: number): [GPUBuffer, Uint32Array] {
    const usage = GPUBufferUsage.UNIFORM;
    try {
      const buffer = this.#device.createBuffer({ label: "parameters", size, usage, mappedAtCreation: true });
      return [buffer, new Uint32Array(buffer.getMappedRange())];
    } catch (error) {
      // A device may be lost some time before it says so.
      throw this.#errorOf(`it gives no memory for parameters (${(error as Error).message})`);
    }
  }

  #copyOut(array: DeviceArray, at: number, bytes: number): GPUBuffer {
    const staging = this.#staging.acquire(bytes);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer((array as WebGpuArray).buffer, at, staging, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    this.#unsubmittedBytes = 0;
    return staging;
  }

  #workgroupsOf({ kernel, params, label }: KernelCall): Workgroups {
    const workgroups = kernel.workgroups(params);
    const limit = this.#device.limits.maxComputeWorkgroupsPerDimension;
    const largest = Math.max(...workgroups);
    if (largest > limit) {
      throw new RunError(
        `${label}: ${largest} workgroups pass the ${limit} of one dispatch; use fewer environments`,
      );
    }
    return workgroups;
  }

  /** What the promise gives, or an error once the device fails: some promises of a lost GPU never settle. */
  #orLost<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting.add(reject);
      const settle = () => this.#waiting.delete(reject);
      promise.then((value) => (settle(), resolve(value)), (error) => {
        // That the device was lost, which says more, may be known only after what failed of it.
        setTimeout(() => {
          settle();
          reject(this.#failure ?? this.#errorOf((error as Error).message));
        });
      });
    });
  }

  #errorOf(message: string): RunError {
    return new RunError(`${this.adapter}: ${message.trim()}`);
  }

  #requireAlive(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(message: string): void {
    this.#failure ??= this.#errorOf(message);
    for (const reject of this.#waiting) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** The first fault that is one. */
async function firstOf(faults: readonly Promise<string | undefined>[]): Promise<string | undefined> {
  return (await Promise.all(faults)).find((message) => message !== undefined);
}

function entriesOf(call: KernelCall, uniforms: GPUBuffer, offset: number): GPUBindGroupEntry[] {
  const { kernel, arrays } = call;
  const entries = boundArrays(kernel).map(([binding]): GPUBindGroupEntry => ({
    binding,
    resource: { buffer: (arrays[binding] as WebGpuArray).buffer },
  }));
  const size = paramsBytes(kernel);
  if (size > 0) {
    entries.push({ binding: paramsBinding(kernel), resource: { buffer: uniforms, offset, size } });
  }
  return entries;
}
