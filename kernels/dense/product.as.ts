// Matrix products of the layers: rows of results from rows of columns and a matrix of weights.
//
// Forward, to = W from + bias, with relu where `activation` is that: result row r takes row r of W. Backward,
// to = (W^T from) * act'(below): result row r takes column r of W. `inner` counts the rows of `from`; steps
// (`_row`) and `bytes` of columns, a multiple of 32, are bytes.
//
// A tile's sums stay in registers: 8 vectors of the 15 that V8 hands out. Every access costs a check of its
// bounds beside the load, so a tile of four rows loads its weights four by four and spreads the lanes: 12
// loads for 32 multiply-adds, against 24 with one load a weight.

import { through_activation } from "../lib/activation.as";

/** Of ACTIVATIONS in engine/device/kernels/dense.ts. */
const RELU: u32 = 1;

// Lane k of a vector, four times.

@inline
function lane_0(v: v128): v128 {
  return v128.shuffle<i32>(v, v, 0, 0, 0, 0);
}

@inline
function lane_1(v: v128): v128 {
  return v128.shuffle<i32>(v, v, 1, 1, 1, 1);
}

@inline
function lane_2(v: v128): v128 {
  return v128.shuffle<i32>(v, v, 2, 2, 2, 2);
}

@inline
function lane_3(v: v128): v128 {
  return v128.shuffle<i32>(v, v, 3, 3, 3, 3);
}

@inline
function finish(sum: v128, to: usize, below: usize, activation: u32, accumulate: bool, backward: bool): void {
  if (!backward) {
    // pmax, in this order of arguments, keeps NaN.
    v128.store(to, activation == RELU ? f32x4.pmax(sum, f32x4.splat(0)) : sum);
    return;
  }
  if (activation != 0) sum = through_activation(sum, v128.load(below), activation);
  if (accumulate) sum = f32x4.add(v128.load(to), sum);
  v128.store(to, sum);
}

// Four rows: tiles of 4 x 8.
@inline
export function four_rows(
  w: usize, w_row: usize, bias: usize, inner: usize, start: usize, from_row: usize, to: usize, to_row: usize,
  below: usize, below_row: usize, bytes: usize, activation: u32, accumulate: bool, backward: bool,
): void {
  for (const end = start + bytes; start < end; start += 32) {
    let a0 = backward ? f32x4.splat(0) : v128.load32_splat(bias), a1 = a0;
    let b0 = backward ? f32x4.splat(0) : v128.load32_splat(bias, 4), b1 = b0;
    let c0 = backward ? f32x4.splat(0) : v128.load32_splat(bias, 8), c1 = c0;
    let d0 = backward ? f32x4.splat(0) : v128.load32_splat(bias, 12), d1 = d0;
    let from = start;
    let weights = w;
    let low: v128, high: v128, f: v128;
    for (let n = inner >> 2; n > 0; n--) {
      let weight = weights;
      const m0 = v128.load(weight);
      weight += w_row;
      const m1 = v128.load(weight);
      weight += w_row;
      const m2 = v128.load(weight);
      weight += w_row;
      const m3 = v128.load(weight);
      weights = backward ? weight + w_row : weights + 16;
      low = v128.load(from);
      high = v128.load(from, 16);
      from += from_row;
      f = lane_0(m0);
      a0 = f32x4.relaxed_madd(f, low, a0);
      a1 = f32x4.relaxed_madd(f, high, a1);
      f = backward ? lane_1(m0) : lane_0(m1);
      b0 = f32x4.relaxed_madd(f, low, b0);
      b1 = f32x4.relaxed_madd(f, high, b1);
      f = backward ? lane_2(m0) : lane_0(m2);
      c0 = f32x4.relaxed_madd(f, low, c0);
      c1 = f32x4.relaxed_madd(f, high, c1);
      f = backward ? lane_3(m0) : lane_0(m3);
      d0 = f32x4.relaxed_madd(f, low, d0);
      d1 = f32x4.relaxed_madd(f, high, d1);
      low = v128.load(from);
      high = v128.load(from, 16);
      from += from_row;
      f = backward ? lane_0(m1) : lane_1(m0);
      a0 = f32x4.relaxed_madd(f, low, a0);
      a1 = f32x4.relaxed_madd(f, high, a1);
      f = lane_1(m1);
      b0 = f32x4.relaxed_madd(f, low, b0);
      b1 = f32x4.relaxed_madd(f, high, b1);
      f = backward ? lane_2(m1) : lane_1(m2);
      c0 = f32x4.relaxed_madd(f, low, c0);
      c1 = f32x4.relaxed_madd(f, high, c1);
      f = backward ? lane_3(m1) : lane_1(m3);
      d0 = f32x4.relaxed_madd(f, low, d0);
      d1 = f32x4.relaxed_madd(f, high, d1);
      low = v128.load(from);
      high = v128.load(from, 16);
      from += from_row;
      f = backward ? lane_0(m2) : lane_2(m0);
      a0 = f32x4.relaxed_madd(f, low, a0);
      a1 = f32x4.relaxed_madd(f, high, a1);
      f = backward ? lane_1(m2) : lane_2(m1);
      b0 = f32x4.relaxed_madd(f, low, b0);
      b1 = f32x4.relaxed_madd(f, high, b1);
      f = lane_2(m2);
      c0 = f32x4.relaxed_madd(f, low, c0);
      c1 = f32x4.relaxed_madd(f, high, c1);
      f = backward ? lane_3(m2) : lane_2(m3);
      d0 = f32x4.relaxed_madd(f, low, d0);
      d1 = f32x4.relaxed_madd(f, high, d1);
      low = v128.load(from);
      high = v128.load(from, 16);
      from += from_row;
      f = backward ? lane_0(m3) : lane_3(m0);
      a0 = f32x4.relaxed_madd(f, low, a0);
      a1 = f32x4.relaxed_madd(f, high, a1);
      f = backward ? lane_1(m3) : lane_3(m1);
      b0 = f32x4.relaxed_madd(f, low, b0);
      b1 = f32x4.relaxed_madd(f, high, b1);
      f = backward ? lane_2(m3) : lane_3(m2);
      c0 = f32x4.relaxed_madd(f, low, c0);
      c1 = f32x4.relaxed_madd(f, high, c1);
      f = lane_3(m3);
      d0 = f32x4.relaxed_madd(f, low, d0);
      d1 = f32x4.relaxed_madd(f, high, d1);
    }
    const row_step = backward ? 4 : w_row;
    for (let n = inner & 3; n > 0; n--) {
      low = v128.load(from);
      high = v128.load(from, 16);
      from += from_row;
      let weight = weights;
      weights += backward ? w_row : 4;
      f = v128.load32_splat(weight);
      a0 = f32x4.relaxed_madd(f, low, a0);
      a1 = f32x4.relaxed_madd(f, high, a1);
      weight += row_step;
      f = v128.load32_splat(weight);
      b0 = f32x4.relaxed_madd(f, low, b0);
      b1 = f32x4.relaxed_madd(f, high, b1);
      weight += row_step;
      f = v128.load32_splat(weight);
      c0 = f32x4.relaxed_madd(f, low, c0);
      c1 = f32x4.relaxed_madd(f, high, c1);
      weight += row_step;
      f = v128.load32_splat(weight);
      d0 = f32x4.relaxed_madd(f, low, d0);
      d1 = f32x4.relaxed_madd(f, high, d1);
    }
    let at = to;
    let gate = below;
    finish(a0, at, gate, activation, accumulate, backward);
    finish(a1, at + 16, gate + 16, activation, accumulate, backward);
    at += to_row;
    gate += below_row;
    finish(b0, at, gate, activation, accumulate, backward);
    finish(b1, at + 16, gate + 16, activation, accumulate, backward);
    at += to_row;
    gate += below_row;
    finish(c0, at, gate, activation, accumulate, backward);
    finish(c1, at + 16, gate + 16, activation, accumulate, backward);
    at += to_row;
    gate += below_row;
    finish(d0, at, gate, activation, accumulate, backward);
    finish(d1, at + 16, gate + 16, activation, accumulate, backward);
    to += 32;
    below += 32;
  }
}

// Two rows: tiles of 2 x 16, so `bytes` is a multiple of 64. `row_step` and `inner_step` lead to the weight
// of the next row and of the next term of the sums.
@inline
export function two_rows(
  w: usize, row_step: usize, inner_step: usize, bias: usize, inner: usize, start: usize, from_row: usize,
  to: usize, to_row: usize, below: usize, below_row: usize, bytes: usize, activation: u32, accumulate: bool,
  backward: bool,
): void {
  for (const end = start + bytes; start < end; start += 64) {
    let a0 = backward ? f32x4.splat(0) : v128.load32_splat(bias), a1 = a0, a2 = a0, a3 = a0;
    let b0 = backward ? f32x4.splat(0) : v128.load32_splat(bias, 4), b1 = b0, b2 = b0, b3 = b0;
    let from = start;
    let weight = w;
    for (let n = inner; n > 0; n--) {
      const f = v128.load32_splat(weight);
      const g = v128.load32_splat(weight + row_step);
      weight += inner_step;
      let x = v128.load(from);
      a0 = f32x4.relaxed_madd(f, x, a0);
      b0 = f32x4.relaxed_madd(g, x, b0);
      x = v128.load(from, 16);
      a1 = f32x4.relaxed_madd(f, x, a1);
      b1 = f32x4.relaxed_madd(g, x, b1);
      x = v128.load(from, 32);
      a2 = f32x4.relaxed_madd(f, x, a2);
      b2 = f32x4.relaxed_madd(g, x, b2);
      x = v128.load(from, 48);
      a3 = f32x4.relaxed_madd(f, x, a3);
      b3 = f32x4.relaxed_madd(g, x, b3);
      from += from_row;
    }
    finish(a0, to, below, activation, accumulate, backward);
    finish(a1, to + 16, below + 16, activation, accumulate, backward);
    finish(a2, to + 32, below + 32, activation, accumulate, backward);
    finish(a3, to + 48, below + 48, activation, accumulate, backward);
    const at = to + to_row;
    const gate = below + below_row;
    finish(b0, at, gate, activation, accumulate, backward);
    finish(b1, at + 16, gate + 16, activation, accumulate, backward);
    finish(b2, at + 32, gate + 32, activation, accumulate, backward);
    finish(b3, at + 48, gate + 48, activation, accumulate, backward);
    to += 64;
    below += 64;
  }
}

// One row: tiles of 1 x 32, and of 1 x 8 for what remains.
@inline
export function one_row(
  w: usize, inner_step: usize, bias: usize, inner: usize, start: usize, from_row: usize, to: usize,
  below: usize, bytes: usize, activation: u32, accumulate: bool, backward: bool,
): void {
  const end = start + bytes;
  for (const last = start + (bytes & ~127); start < last; start += 128) {
    let a0 = backward ? f32x4.splat(0) : v128.load32_splat(bias), a1 = a0, a2 = a0, a3 = a0;
    let a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    let from = start;
    let weight = w;
    for (let n = inner; n > 0; n--) {
      const f = v128.load32_splat(weight);
      weight += inner_step;
      a0 = f32x4.relaxed_madd(f, v128.load(from), a0);
      a1 = f32x4.relaxed_madd(f, v128.load(from, 16), a1);
      a2 = f32x4.relaxed_madd(f, v128.load(from, 32), a2);
      a3 = f32x4.relaxed_madd(f, v128.load(from, 48), a3);
      a4 = f32x4.relaxed_madd(f, v128.load(from, 64), a4);
      a5 = f32x4.relaxed_madd(f, v128.load(from, 80), a5);
      a6 = f32x4.relaxed_madd(f, v128.load(from, 96), a6);
      a7 = f32x4.relaxed_madd(f, v128.load(from, 112), a7);
      from += from_row;
    }
    finish(a0, to, below, activation, accumulate, backward);
    finish(a1, to + 16, below + 16, activation, accumulate, backward);
    finish(a2, to + 32, below + 32, activation, accumulate, backward);
    finish(a3, to + 48, below + 48, activation, accumulate, backward);
    finish(a4, to + 64, below + 64, activation, accumulate, backward);
    finish(a5, to + 80, below + 80, activation, accumulate, backward);
    finish(a6, to + 96, below + 96, activation, accumulate, backward);
    finish(a7, to + 112, below + 112, activation, accumulate, backward);
    to += 128;
    below += 128;
  }
  for (; start < end; start += 32) {
    let a0 = backward ? f32x4.splat(0) : v128.load32_splat(bias), a1 = a0;
    let from = start;
    let weight = w;
    for (let n = inner; n > 0; n--) {
      const f = v128.load32_splat(weight);
      weight += inner_step;
      a0 = f32x4.relaxed_madd(f, v128.load(from), a0);
      a1 = f32x4.relaxed_madd(f, v128.load(from, 16), a1);
      from += from_row;
    }
    finish(a0, to, below, activation, accumulate, backward);
    finish(a1, to + 16, below + 16, activation, accumulate, backward);
    to += 32;
    below += 32;
  }
}
