/** Fully connected layers in float64, one column at a time: what kernels/dense.* is compared with. */

import type { Activation } from "../../engine/device/kernels.ts";
import { activate, slopeAt } from "./activation.ts";

/** W is (outputs, inputs) row-major, then the bias (outputs). */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: ArrayLike<number>;
}

/** y = act(W x + b). */
export function denseForward(
  { inputs, outputs, weights }: Layer,
  x: ArrayLike<number>,
  activation: Activation,
): Float64Array {
  return Float64Array.from({ length: outputs }, (_, o) => {
    let sum = weights[inputs * outputs + o]!;
    for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i]! * x[i]!;
    return activate(sum, activation);
  });
}

/** dx = (W^T dy) * act'(x), x being what the layer below, whose activation it is, gave. */
export function denseBackwardInput(
  { inputs, outputs, weights }: Layer,
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
  activation: Activation,
): Float64Array {
  return Float64Array.from({ length: inputs }, (_, i) => {
    let sum = 0;
    for (let o = 0; o < outputs; o++) sum += weights[o * inputs + i]! * dy[o]!;
    return sum * slopeAt(x[i]!, activation);
  });
}

/** Adds a column's dW and db, laid out as the weights are, to `gradients`. */
export function addWeightGradients(
  gradients: Float64Array,
  { inputs, outputs }: Pick<Layer, "inputs" | "outputs">,
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
): void {
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) gradients[o * inputs + i]! += dy[o]! * x[i]!;
    gradients[inputs * outputs + o]! += dy[o]!;
  }
}

/** dy * act'(y). */
export function denseActivationGradient(
  y: ArrayLike<number>,
  dy: ArrayLike<number>,
  activation: Activation,
): Float64Array {
  return Float64Array.from(dy, (value, r) => value * slopeAt(y[r]!, activation));
}
