/** ONNX Runtime in WebAssembly, which runs ONNX models, out of the npm package onnxruntime-web. */

import { packagesFolder } from "./packages.ts";

/** The part of its interface that is used here. */
export interface OnnxRuntime {
  readonly env: { logLevel: "error"; readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> };
}

interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** On one thread, silent but for errors. */
export async function openOnnxRuntime(): Promise<OnnxRuntime> {
  const file = new URL("onnxruntime-web/dist/ort.wasm.bundle.min.mjs", packagesFolder);
  const runtime = await import(file.href) as OnnxRuntime;
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = "error";
  return runtime;
}
