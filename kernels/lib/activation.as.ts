// Activations by number (0 none, 1 relu, 2 tanh) and what a gradient is multiplied by on its way through one.
// tanh needs prepare_constants() first.

import { tanh } from "./math.as";

@inline
export function activate(x: v128, activation: u32): v128 {
  if (activation == 0) return x;
  // pmax, in this order of arguments, keeps NaN.
  return activation == 1 ? f32x4.pmax(x, f32x4.splat(0)) : tanh(x);
}

// dy times the activation's derivative where its result is y.
@inline
export function through_activation(dy: v128, y: v128, activation: u32): v128 {
  if (activation == 0) return dy;
  if (activation == 1) return v128.and(dy, f32x4.gt(y, f32x4.splat(0)));
  return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
}
