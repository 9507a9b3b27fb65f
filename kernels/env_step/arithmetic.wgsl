// Arithmetic that gives the same integers as WebAssembly: no fused multiply-add and no division of floats where
// rounding would show.

// The value as it is rounded here: what follows is not fused or reordered with what led to it.
fn rounded(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ nothing);
}

struct Quotient { whole: u32, rest: u32 }

// a * n = whole * d + rest with rest < d, exactly, for a, n, whole < 2^24 and 0 < d < 2^24. The float quotient is off
// by 7 at most, so what it leaves fits 32 bits though the product may not.
fn quotient(a: u32, n: u32, d: u32) -> Quotient {
  var whole = u32(f32(a) * f32(n) / f32(d));
  var rest = i32(a * n - whole * d);
  for (var k = 0; k < 8 && rest < 0; k++) {
    whole--;
    rest += i32(d);
  }
  for (var k = 0; k < 8 && rest >= i32(d); k++) {
    whole++;
    rest -= i32(d);
  }
  return Quotient(whole, u32(rest));
}

// floor(a * n / d) of integers.
fn floor_share(a: f32, n: u32, d: u32) -> f32 {
  return f32(quotient(u32(a), n, d).whole);
}

// total * part / whole, rounded down in integer networks.
fn share_of(total: f32, part: f32, whole: f32, integer: bool) -> f32 {
  if (integer) {
    return floor_share(total, u32(part), u32(whole));
  }
  return total * part / whole;
}

// round half to even (x * numerator / FRACTION), of integers.
fn scale_exact(x: f32, numerator: u32) -> f32 {
  let q = quotient(u32(x), numerator, FRACTION);
  let twice = 2u * q.rest;
  let up = twice > FRACTION || (twice == FRACTION && (q.whole & 1u) == 1u);
  return f32(q.whole + select(0u, 1u, up));
}

fn one_if(condition: bool) -> f32 {
  return select(0.0, 1.0, condition);
}
