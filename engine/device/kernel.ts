/**
 * What a kernel is to TypeScript: one typed descriptor for both twins.
 *
 * A WebAssembly kernel is exported as `name(args: usize)`, where `args` points to 32-bit words: a byte
 * pointer for each array in the descriptor's order, then the parameters in theirs. A WGSL kernel is the entry
 * point `name` of `kernels/<source>.wgsl`: array k is `@group(0) @binding(k)`, and the parameters are one uniform
 * struct of scalars at the binding after the last array. All arrays count here, also the "wasm" ones, which are
 * not bound.
 */

import type { DeviceArray } from "./array.ts";

/**
 * "in": only read; "out" and "in-out": written (both are `read_write` in WGSL); "wasm": used by the WebAssembly twin
 * alone and not bound on a GPU.
 */
export type Access = "in" | "out" | "in-out" | "wasm";
export type Scalar = "u32" | "i32" | "f32";
export type Workgroups = readonly [x: number, y: number, z: number];

export interface Kernel<Arrays extends string = string, Params extends string = string> {
  /** The .wasm's export and WGSL's entry point. */
  readonly name: string;
  /** `kernels/<source>.wgsl` and `kernels/<source>.as.ts`. */
  readonly source: string;
  /** WGSL files of `kernels/lib/`, or with a folder of `kernels/`, that go before it, each after those it needs. */
  readonly libraries?: readonly string[];
  /** In the order of the bindings and of the pointers. */
  readonly arrays: Readonly<Record<Arrays, Access>>;
  /** In the order of the uniform struct's members. */
  readonly params: Readonly<Record<Params, Scalar>>;
  /** Values of WGSL `override` constants, where a shape chooses them. */
  readonly constants?: (params: Readonly<Record<NoInfer<Params>, number>>) => Record<string, number>;
  /** Workgroups on a GPU. */
  readonly workgroups: (params: Readonly<Record<NoInfer<Params>, number>>) => Workgroups;
}

/** A kernel with its arguments. */
export interface KernelCall {
  readonly kernel: Kernel;
  readonly arrays: readonly DeviceArray[];
  readonly params: Readonly<Record<string, number>>;
  /** What messages and profiles call it; by default the kernel's name. */
  readonly label: string;
}

/**
 * A GPU refuses such a call; on WebAssembly its kernel would read what it has already written.
 *
 * @throws RangeError when a call writes an array that it is given twice
 */
export function requireNoAlias({ kernel, arrays, label }: KernelCall): void {
  Object.values(kernel.arrays).forEach((access, k) => {
    if (access === "in" || arrays.indexOf(arrays[k]!) === arrays.lastIndexOf(arrays[k]!)) return;
    throw new RangeError(`${label}: ${arrays[k]!.label} is given twice and written`);
  });
}

/** Keeps the names of arrays and parameters as types. */
export function kernel<Arrays extends string, Params extends string>(
  descriptor: Kernel<Arrays, Params>,
): Kernel<Arrays, Params> {
  return descriptor;
}

export function call<Arrays extends string, Params extends string>(
  descriptor: Kernel<Arrays, Params>,
  arrays: Readonly<Record<Arrays, DeviceArray>>,
  params: Readonly<Record<Params, number>>,
  label: string = descriptor.name,
): KernelCall {
  return {
    kernel: descriptor as unknown as Kernel,
    arrays: (Object.keys(descriptor.arrays) as Arrays[]).map((name) => arrays[name]),
    params,
    label,
  };
}

/** The parameters as 32-bit words, in the descriptor's order. */
export function paramWords({ kernel, params }: KernelCall): Uint32Array<ArrayBuffer> {
  const names = Object.keys(kernel.params);
  const words = new Uint32Array(names.length);
  const floats = new Float32Array(words.buffer);
  names.forEach((name, k) => {
    const value = params[name]!;
    if (kernel.params[name] === "f32") floats[k] = value;
    else words[k] = value >>> 0;
  });
  return words;
}
