/** Fully connected layers in float64, forward and backward: what kernels/dense.* is compared with. */

import type { Activation } from "../../engine/device/kernels.ts";

/** Rows of columns: rows[r][c]. */
export type Rows = readonly ArrayLike<number>[];

/** W is (outputs, inputs) row-major, then the bias (outputs). */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: ArrayLike<number>;
}

export function activate(value: number, activation: Activation): number {
  if (activation === "relu") return Math.max(0, value);
  return activation === "tanh" ? Math.tanh(value) : value;
}

/** The activation's derivative, from its result. */
export function slope(result: number, activation: Activation): number {
  if (activation === "relu") return result > 0 ? 1 : 0;
  return activation === "tanh" ? 1 - result * result : 1;
}

/** y = act(W x + b). */
export function denseForward(
  { inputs, outputs, weights }: Layer,
  x: Rows,
  columns: number,
  activation: Activation,
): Float64Array[] {
  return matrix(outputs, columns, (o, c) => {
    let sum = weights[inputs * outputs + o]!;
    for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i]! * x[i]![c]!;
    return activate(sum, activation);
  });
}

/** dx = (W^T dy) * act'(x), x being what the layer below, whose activation it is, gave. */
export function denseBackwardInput(
  { inputs, outputs, weights }: Layer,
  dy: Rows,
  x: Rows,
  columns: number,
  activation: Activation,
): Float64Array[] {
  return matrix(inputs, columns, (i, c) => {
    let sum = 0;
    for (let o = 0; o < outputs; o++) sum += weights[o * inputs + i]! * dy[o]![c]!;
    return sum * slope(x[i]![c]!, activation);
  });
}

/** dW and db, laid out as the weights are. */
export function denseBackwardWeights(
  { inputs, outputs }: Pick<Layer, "inputs" | "outputs">,
  dy: Rows,
  x: Rows,
  columns: number,
): Float64Array {
  const gradients = new Float64Array((inputs + 1) * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < columns; c++) {
      for (let i = 0; i < inputs; i++) gradients[o * inputs + i]! += dy[o]![c]! * x[i]![c]!;
      gradients[inputs * outputs + o]! += dy[o]![c]!;
    }
  }
  return gradients;
}

/** dy * act'(y). */
export function denseActivationGradient(
  y: Rows,
  dy: Rows,
  columns: number,
  activation: Activation,
): Float64Array[] {
  return matrix(dy.length, columns, (r, c) => dy[r]![c]! * slope(y[r]![c]!, activation));
}

function matrix(
  rows: number,
  columns: number,
  value: (row: number, column: number) => number,
): Float64Array[] {
  return Array.from(
    { length: rows },
    (_, r) => Float64Array.from({ length: columns }, (_, c) => value(r, c)),
  );
}
