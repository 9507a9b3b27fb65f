// Four environments at a time.

// @ts-ignore: decorator
@inline export function zero(): v128 {
  return f32x4.splat(0);
}

// @ts-ignore: decorator
@inline export function add_to(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

/** 1 where the mask is set, else 0. */
// @ts-ignore: decorator
@inline export function ones(mask: v128): v128 {
  return v128.and(mask, f32x4.splat(1));
}

// pmin and pmax are one instruction each; their operands here are never NaN.

// @ts-ignore: decorator
@inline export function least(a: v128, b: v128): v128 {
  return f32x4.pmin(a, b);
}

// @ts-ignore: decorator
@inline export function most(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

// @ts-ignore: decorator
@inline function floor_quotient(a: v128, n: v128, d: v128): v128 {
  return f64x2.floor(f64x2.div(f64x2.mul(f64x2.promote_low_f32x4(a), n), d));
}

/**
 * floor(a * n / d) for integers a < 2^24 and n, d < 2^24, exactly. Where the product stays below 2^24 it and the
 * comparison fit float32 (a quotient below an integer is below it by at least 1 / d, more than rounding moves it);
 * else both fit float64.
 */
// @ts-ignore: decorator
@inline export function floor_share(a: v128, n: f32, d: f32): v128 {
  const product = f32x4.mul(a, f32x4.splat(n));
  if (!v128.any_true(f32x4.ge(product, f32x4.splat(16777216)))) {
    return f32x4.floor(f32x4.div(product, f32x4.splat(d)));
  }
  return wide_floor_share(a, n, d);
}

function wide_floor_share(a: v128, n: f32, d: f32): v128 {
  const above = f64x2.splat(n);
  const below = f64x2.splat(d);
  const low = floor_quotient(a, above, below);
  const high = floor_quotient(v128.shuffle<i64>(a, a, 1, 1), above, below);
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** floor(total * part / whole) lane by lane, exactly as `floor_share`; the plain quotient where `integer` is false. */
export function share_of(total: v128, part: v128, whole: v128, integer: bool): v128 {
  if (!integer) return f32x4.div(f32x4.mul(total, part), whole);
  const low = f64x2.floor(f64x2.div(
    f64x2.mul(f64x2.promote_low_f32x4(total), f64x2.promote_low_f32x4(part)), f64x2.promote_low_f32x4(whole)));
  const t = f64x2.promote_low_f32x4(v128.shuffle<i64>(total, total, 1, 1));
  const p = f64x2.promote_low_f32x4(v128.shuffle<i64>(part, part, 1, 1));
  const w = f64x2.promote_low_f32x4(v128.shuffle<i64>(whole, whole, 1, 1));
  const high = f64x2.floor(f64x2.div(f64x2.mul(t, p), w));
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
