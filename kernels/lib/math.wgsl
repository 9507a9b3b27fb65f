// exp, log, tanh and the inverse normal of one f32: lib/math.as.ts in WGSL, with the constants of
// coefficients.ts (EXP3 for exp3, LN2_HIGH for ln2High, ...). exp, log and tanh take the place of the
// built-in functions, which some drivers compute badly. A GPU may fuse multiply-add and divide and take roots
// with an error of 2 or 3 units in the last place, so results are as close as those of the twin, but not the
// same bits.

fn math_is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// exp(x), within 1e-6 relative for x from -87.336 to 88.722. Smaller x, and -infinity, give 0, greater x the
// largest result, 3.4e38; NaN stays NaN.
fn exp(x: f32) -> f32 {
  let c = clamp(x, EXP_LOWEST, EXP_HIGHEST);
  // Not by adding and subtracting ROUNDING_SHIFT, which a compiler may undo.
  let n = round(c * LOG2_E);
  let r = c - n * LN2_HIGH - n * LN2_LOW;
  var p = EXP3 * r + EXP2;
  p = p * r + EXP1;
  p = p * r + EXP0;
  p = p * (r * r) + (r + 1.0);
  let scaled = bitcast<f32>(bitcast<i32>(p) + (i32(n) << 23u));
  return select(select(scaled, 0.0, x < EXP_LOWEST), x, math_is_nan(x));
}

// tanh(x), within 5e-7 absolute and relative; NaN stays NaN.
fn tanh(x: f32) -> f32 {
  let c = clamp(x, -TANH_LIMIT, TANH_LIMIT);
  let z = c * c;
  let p = (((TANH_P4 * z + TANH_P3) * z + TANH_P2) * z + TANH_P1) * z + 1.0;
  let q = (((TANH_Q4 * z + TANH_Q3) * z + TANH_Q2) * z + TANH_Q1) * z + 1.0;
  let numerator = c * p;
  let inverse = 1.0 / q;
  let quotient = numerator * inverse;
  // What a driver's division lacks.
  let y = quotient + (numerator - quotient * q) * inverse;
  return select(clamp(y, -1.0, 1.0), x, math_is_nan(x));
}

// log of positive, normal, finite numbers, within 1e-6 (1 + abs(log x)).
fn log_of_normal(x: f32) -> f32 {
  let bits = bitcast<i32>(x);
  let exponent = (bits - bitcast<i32>(LOG_SPLIT)) >> 23u;
  let e = f32(exponent);
  let f = bitcast<f32>(bits - (exponent << 23u)) - 1.0;
  let z = f * f;
  var p = LOG6 * z + (LOG5 * f + LOG4);
  p = (p * z + (LOG3 * f + LOG2)) * z + (LOG1 * f + LOG0);
  p = p * f * z;
  p = p + e * LN2_LOW;
  p = p - z * 0.5;
  return (f + p) + e * LN2_HIGH;
}

// log(x), within 1e-6 (1 + abs(log x)) for normal x. 0 and subnormal x give -infinity, infinity stays,
// negative x and NaN give NaN.
fn log(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if (bits - 0x00800000u < 0x7f000000u) {
    return log_of_normal(x);
  }
  // A variable: constant expressions must be finite.
  var other = 0x7fc00000u;
  if (bits == 0x7f800000u) {
    other = bits;
  } else if ((bits & 0x7fffffffu) < 0x00800000u) {
    other = 0xff800000u;
  }
  return bitcast<f32>(other);
}

// The x with normal distribution function u, within 1e-6 (1 + abs(x)), for u from 2^-24 to 1 - 2^-24.
fn inverse_normal(u: f32) -> f32 {
  let x = u + u - 1.0;
  let w = -log_of_normal(u * (1.0 - u) * 4.0);
  if (w >= NORMAL_SPLIT) {
    let s = sqrt(w) - TAIL_CENTRE;
    let t = s * s;
    let q = (TAIL6 * t + (TAIL5 * s + TAIL4)) * t + (TAIL3 * s + TAIL2);
    return x * (q * t + (TAIL1 * s + TAIL0));
  }
  let c = w - NORMAL_CENTRE;
  let d = c * c;
  let high = (NORMAL7 * c + NORMAL6) * d + (NORMAL5 * c + NORMAL4);
  let low = (NORMAL3 * c + NORMAL2) * d + (NORMAL1 * c + NORMAL0);
  return x * (high * (d * d) + low);
}
