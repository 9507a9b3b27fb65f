// exp, log, tanh and the inverse normal of four f32 lanes. coefficients.ts says how they are computed; a
// kernel calls prepare_constants() before the first of them.
//
// log and inverse_normal use exactly rounded operations only: draws must be the same on every processor
// (engine/random/inverse_normal.ts gives the same bits). exp and tanh may fuse multiply-add where the
// processor can.

import { At, constant } from "./constants.as";

// exp(x), within 3e-7 relative for x from -87.336 to 88.722. Smaller x, and -infinity, give 0, greater x the
// largest result, 3.4e38; NaN stays NaN.
@inline
export function exp(x: v128): v128 {
  const lowest = constant(At.expLowest);
  const underflows = f32x4.lt(x, lowest);
  // pmin and pmax, in this order of arguments, keep NaN and are one instruction each.
  const c = f32x4.pmax(f32x4.pmin(x, constant(At.expHighest)), lowest);
  const shifted = f32x4.relaxed_madd(c, constant(At.log2E), constant(At.roundingShift));
  const n = f32x4.sub(shifted, constant(At.roundingShift));
  let r = f32x4.relaxed_nmadd(n, constant(At.ln2High), c);
  r = f32x4.relaxed_nmadd(n, constant(At.ln2Low), r);
  let p = f32x4.relaxed_madd(constant(At.exp3), r, constant(At.exp2));
  p = f32x4.relaxed_madd(p, r, constant(At.exp1));
  p = f32x4.relaxed_madd(p, r, constant(At.exp0));
  p = f32x4.relaxed_madd(p, f32x4.mul(r, r), f32x4.add(r, constant(At.one)));
  // The lowest bits of `shifted` are n: added to the exponent of p they multiply it by 2^n.
  return v128.andnot(i32x4.add(p, i32x4.shl(shifted, 23)), underflows);
}

// tanh(x), within 4e-7 absolute and relative, never beyond -1 and 1; NaN stays NaN.
@inline
export function tanh(x: v128): v128 {
  const c = f32x4.pmax(f32x4.pmin(x, constant(At.tanhLimit)), constant(At.tanhLowest));
  const z = f32x4.mul(c, c);
  let p = f32x4.relaxed_madd(constant(At.tanhP4), z, constant(At.tanhP3));
  let q = f32x4.relaxed_madd(constant(At.tanhQ4), z, constant(At.tanhQ3));
  p = f32x4.relaxed_madd(p, z, constant(At.tanhP2));
  q = f32x4.relaxed_madd(q, z, constant(At.tanhQ2));
  p = f32x4.relaxed_madd(p, z, constant(At.tanhP1));
  q = f32x4.relaxed_madd(q, z, constant(At.tanhQ1));
  p = f32x4.relaxed_madd(p, z, constant(At.one));
  q = f32x4.relaxed_madd(q, z, constant(At.one));
  return f32x4.div(f32x4.mul(c, p), q);
}

// high * x + low, rounded twice.
@inline
function linear(high: v128, x: v128, low: v128): v128 {
  return f32x4.add(f32x4.mul(high, x), low);
}

// A pair of coefficients times (x, 1). Pairs first, then powers of x^2 (Estrin): half the waiting of Horner's
// rule.
@inline
function pair(high: At, x: v128, low: At): v128 {
  return linear(constant(high), x, constant(low));
}

// log of positive, normal, finite numbers, within 2e-7 (1 + abs(log x)).
@inline
export function log_of_normal(x: v128): v128 {
  const split = constant(At.logSplit);
  const exponent = i32x4.shr_s(i32x4.sub(x, split), 23);
  const e = f32x4.convert_i32x4_s(exponent);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), constant(At.one));
  const z = f32x4.mul(f, f);
  let p = linear(constant(At.log6), z, pair(At.log5, f, At.log4));
  p = linear(linear(p, z, pair(At.log3, f, At.log2)), z, pair(At.log1, f, At.log0));
  p = f32x4.mul(f32x4.mul(p, f), z);
  p = f32x4.add(p, f32x4.mul(e, constant(At.ln2Low)));
  p = f32x4.sub(p, f32x4.mul(z, constant(At.half)));
  return f32x4.add(f32x4.add(f, p), f32x4.mul(e, constant(At.ln2High)));
}

// log(x), within 2e-7 (1 + abs(log x)) for normal x. 0 and subnormal x give -infinity, infinity stays,
// negative x and NaN give NaN.
@inline
export function log(x: v128): v128 {
  const result = log_of_normal(x);
  // As integers, the positive normal finite numbers are those from 2^-126 to below infinity.
  const usual = i32x4.lt_u(i32x4.sub(x, i32x4.splat(0x00800000)), i32x4.splat(0x7f000000));
  return i32x4.all_true(usual) ? result : log_of_others(x, result, usual);
}

function log_of_others(x: v128, result: v128, usual: v128): v128 {
  const infinity = i32x4.splat(0x7f800000);
  const notNumber = i32x4.splat(0x7fc00000);
  const tiny = f32x4.lt(f32x4.abs(x), f32x4.splat(1.17549435e-38));
  let other = v128.bitselect(infinity, notNumber, f32x4.eq(x, infinity));
  other = v128.bitselect(f32x4.neg(infinity), other, tiny);
  return v128.bitselect(result, other, usual);
}

// The x with normal distribution function u, within 6e-7 (1 + abs(x)), for u from 2^-24 to 1 - 2^-24.
@inline
export function inverse_normal(u: v128): v128 {
  const one = constant(At.one);
  const x = f32x4.sub(f32x4.add(u, u), one);
  const w = f32x4.neg(log_of_normal(f32x4.mul(f32x4.mul(u, f32x4.sub(one, u)), constant(At.four))));
  const c = f32x4.sub(w, constant(At.normalCentre));
  const d = f32x4.mul(c, c);
  const high = linear(pair(At.normal7, c, At.normal6), d, pair(At.normal5, c, At.normal4));
  const low = linear(pair(At.normal3, c, At.normal2), d, pair(At.normal1, c, At.normal0));
  let p = linear(high, f32x4.mul(d, d), low);
  const tail = f32x4.ge(w, constant(At.normalSplit));
  // One lane in 300.
  if (v128.any_true(tail)) {
    const s = f32x4.sub(f32x4.sqrt(w), constant(At.tailCentre));
    const t = f32x4.mul(s, s);
    let q = linear(constant(At.tail6), t, pair(At.tail5, s, At.tail4));
    q = linear(q, t, pair(At.tail3, s, At.tail2));
    p = v128.bitselect(linear(q, t, pair(At.tail1, s, At.tail0)), p, tail);
  }
  return f32x4.mul(x, p);
}
