// Words of a record, and four environments at a time.

// @ts-ignore: decorator
@inline export function word(record: usize, field: i32): u32 {
  return load<u32>(record + (<usize>field << 2));
}

// @ts-ignore: decorator
@inline export function splat(record: usize, field: i32): v128 {
  return v128.load32_splat(record + (<usize>field << 2));
}

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

/** floor(a * n / d) for integers a < 2^24 and n, d < 2^24, exactly: the product and the comparison fit a float64. */
export function floor_share(a: v128, n: f64, d: f64): v128 {
  const low = f64x2.floor(f64x2.div(f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.splat(n)), f64x2.splat(d)));
  const upper = i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  const high = f64x2.floor(f64x2.div(f64x2.mul(f64x2.promote_low_f32x4(upper), f64x2.splat(n)), f64x2.splat(d)));
  return i8x16.shuffle(
    f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high),
    0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
  );
}
