/** Derivatives of activations at a result y, and gradients by central differences. */

import type { Activation } from "../../engine/device/kernels/dense.ts";

export function activate(x: number, activation: Activation): number {
  if (activation === "relu") return Math.max(x, 0);
  return activation === "tanh" ? Math.tanh(x) : x;
}

export function slopeAt(y: number, activation: Activation): number {
  if (activation === "relu") return y > 0 ? 1 : 0;
  return activation === "tanh" ? 1 - y * y : 1;
}

/** d loss / d x by (f(x + h) - f(x - h)) / 2h, element by element. */
export function differences(loss: (x: Float64Array) => number, x: Float64Array, h = 1e-5): Float64Array {
  return x.map((value, k) => loss(x.with(k, value + h)) / (2 * h) - loss(x.with(k, value - h)) / (2 * h));
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}
