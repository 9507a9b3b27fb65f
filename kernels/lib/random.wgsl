// Random words and numbers; standard_normal needs math.wgsl. A draw depends on its address alone
// (engine/random/address.ts).

fn threefry_mix(word1: u32, n: u32, word0: u32) -> u32 {
  return ((word1 << n) | (word1 >> (32u - n))) ^ word0;
}

// Word 0 of Threefry-2x32-20 (Salmon, Moraes, Dror and Shaw 2011), the same bits as
// engine/random/threefry.ts.
fn threefry_word(k0: u32, k1: u32, c0: u32, c1: u32) -> u32 {
  let k2 = k0 ^ k1 ^ 0x1bd11bdau;
  var x = c0 + k0;
  var y = c1 + k1;
  x += y; y = threefry_mix(y, 13u, x);
  x += y; y = threefry_mix(y, 15u, x);
  x += y; y = threefry_mix(y, 26u, x);
  x += y; y = threefry_mix(y, 6u, x);
  x += k1; y += k2 + 1u;
  x += y; y = threefry_mix(y, 17u, x);
  x += y; y = threefry_mix(y, 29u, x);
  x += y; y = threefry_mix(y, 16u, x);
  x += y; y = threefry_mix(y, 24u, x);
  x += k2; y += k0 + 2u;
  x += y; y = threefry_mix(y, 13u, x);
  x += y; y = threefry_mix(y, 15u, x);
  x += y; y = threefry_mix(y, 26u, x);
  x += y; y = threefry_mix(y, 6u, x);
  x += k0; y += k1 + 3u;
  x += y; y = threefry_mix(y, 17u, x);
  x += y; y = threefry_mix(y, 29u, x);
  x += y; y = threefry_mix(y, 16u, x);
  x += y; y = threefry_mix(y, 24u, x);
  x += k1; y += k2 + 4u;
  x += y; y = threefry_mix(y, 13u, x);
  x += y; y = threefry_mix(y, 15u, x);
  x += y; y = threefry_mix(y, 26u, x);
  x += y;
  return x + k2;
}

// Uniform on (0, 1): ((word >>> 9) + 0.5) * 2^-23, exact, never 0 or 1.
fn uniform_of(word: u32) -> f32 {
  return (f32(word >> 9u) + 0.5) * 1.1920928955078125e-7;
}

// A standard normal number.
fn standard_normal(word: u32) -> f32 {
  return inverse_normal(uniform_of(word));
}
