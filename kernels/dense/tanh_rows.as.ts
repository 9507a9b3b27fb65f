// tanh of rows in place: lib/math.as.ts's, of two vectors at a time. Their chains of multiply-adds run beside
// each other and share the constants, which makes it a fifth faster; and a pass over results that are still
// in the first-level cache is faster than tanh among the sums of a tile, whose registers it would need.

import { At, constant } from "../lib/constants.as";

// `rows` rows of `bytes`, a multiple of 32, each `row` bytes after the one before. prepare_constants() comes
// first.
export function tanh_rows(at: usize, row: usize, rows: usize, bytes: usize): void {
  for (; rows > 0; rows--) {
    for (let c: usize = 0; c < bytes; c += 32) tanh_two(at + c);
    at += row;
  }
}

@inline
function tanh_two(at: usize): void {
  const limit = constant(At.tanhLimit);
  const lowest = constant(At.tanhLowest);
  const c0 = f32x4.pmax(f32x4.pmin(v128.load(at), limit), lowest);
  const c1 = f32x4.pmax(f32x4.pmin(v128.load(at, 16), limit), lowest);
  const z0 = f32x4.mul(c0, c0);
  const z1 = f32x4.mul(c1, c1);
  const p4 = constant(At.tanhP4);
  const p3 = constant(At.tanhP3);
  let p0 = f32x4.relaxed_madd(p4, z0, p3);
  let p1 = f32x4.relaxed_madd(p4, z1, p3);
  const q4 = constant(At.tanhQ4);
  const q3 = constant(At.tanhQ3);
  let q0 = f32x4.relaxed_madd(q4, z0, q3);
  let q1 = f32x4.relaxed_madd(q4, z1, q3);
  let p = constant(At.tanhP2);
  let q = constant(At.tanhQ2);
  p0 = f32x4.relaxed_madd(p0, z0, p);
  p1 = f32x4.relaxed_madd(p1, z1, p);
  q0 = f32x4.relaxed_madd(q0, z0, q);
  q1 = f32x4.relaxed_madd(q1, z1, q);
  p = constant(At.tanhP1);
  q = constant(At.tanhQ1);
  p0 = f32x4.relaxed_madd(p0, z0, p);
  p1 = f32x4.relaxed_madd(p1, z1, p);
  q0 = f32x4.relaxed_madd(q0, z0, q);
  q1 = f32x4.relaxed_madd(q1, z1, q);
  p = constant(At.one);
  p0 = f32x4.relaxed_madd(p0, z0, p);
  p1 = f32x4.relaxed_madd(p1, z1, p);
  q0 = f32x4.relaxed_madd(q0, z0, p);
  q1 = f32x4.relaxed_madd(q1, z1, p);
  v128.store(at, f32x4.div(f32x4.mul(c0, p0), q0));
  v128.store(at, f32x4.div(f32x4.mul(c1, p1), q1), 16);
}
