// Activations of four columns at a time. The numbers are those of ACTIVATIONS in engine/device/kernels/dense.ts.

import { At, constant } from "../lib/constants.as";
import { tanh } from "../lib/math.as";

export const RELU: u32 = 1;
export const TANH: u32 = 2;

// NaN stays NaN: pmax gives its first operand unless that is smaller.
@inline
export function relu(v: v128): v128 {
  return f32x4.pmax(v, f32x4.splat(0));
}

@inline
export function activate(v: v128, activation: u32): v128 {
  if (activation == TANH) return tanh(v);
  return activation == RELU ? relu(v) : v;
}

// A gradient times the activation's derivative, y being the activation's result.
@inline
export function times_slope(d: v128, y: v128, activation: u32): v128 {
  if (activation == TANH) return f32x4.mul(d, f32x4.relaxed_nmadd(y, y, constant(At.one)));
  return activation == RELU ? v128.and(d, f32x4.gt(y, f32x4.splat(0))) : d;
}
