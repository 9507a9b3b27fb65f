/**
 * The inverse of the standard normal distribution function in f32 arithmetic: every step is rounded to f32,
 * in the order of kernels/lib/math.as.ts, so that both give the same bits.
 */

import * as C from "../../kernels/lib/coefficients.ts";

const f = Math.fround;

const LOG = [C.log6, C.log5, C.log4, C.log3, C.log2, C.log1, C.log0].map(f);
const NORMAL = [
  C.normal7,
  C.normal6,
  C.normal5,
  C.normal4,
  C.normal3,
  C.normal2,
  C.normal1,
  C.normal0,
].map(f);
const TAIL = [C.tail6, C.tail5, C.tail4, C.tail3, C.tail2, C.tail1, C.tail0].map(f);
const LN2_HIGH = f(C.ln2High);
const LN2_LOW = f(C.ln2Low);

const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);
floats[0] = C.logSplit;
const LOG_SPLIT_BITS = bits[0];

/** high * x + low, rounded twice. */
function linear(high: number, x: number, low: number): number {
  return f(f(high * x) + low);
}

/** log(x) of a positive, normal, finite f32 number; within 2e-7 (1 + abs(log x)). */
export function logOfNormal(x: number): number {
  floats[0] = x;
  const exponent = (bits[0] - LOG_SPLIT_BITS) >> 23;
  bits[0] -= exponent << 23;
  const r = f(floats[0] - 1);
  const z = f(r * r);
  let p = linear(LOG[0], z, linear(LOG[1], r, LOG[2]));
  p = linear(linear(p, z, linear(LOG[3], r, LOG[4])), z, linear(LOG[5], r, LOG[6]));
  p = f(f(p * r) * z);
  p = f(p + f(exponent * LN2_LOW));
  p = f(p - f(z * 0.5));
  return f(f(r + p) + f(exponent * LN2_HIGH));
}

/**
 * The x whose normal distribution function is u, within 6e-7 (1 + abs(x)).
 *
 * Giles (2010), "Approximating the erfinv function", with coefficients of our own.
 *
 * @param u f32, from 2^-24 to 1 - 2^-24
 */
export function inverseNormal(u: number): number {
  const x = f(f(u + u) - 1);
  const w = -logOfNormal(f(f(u * f(1 - u)) * 4));
  return f(x * (w >= C.normalSplit ? tail(w) : centre(w)));
}

function centre(w: number): number {
  const c = f(w - C.normalCentre);
  const d = f(c * c);
  const high = linear(linear(NORMAL[0], c, NORMAL[1]), d, linear(NORMAL[2], c, NORMAL[3]));
  const low = linear(linear(NORMAL[4], c, NORMAL[5]), d, linear(NORMAL[6], c, NORMAL[7]));
  return linear(high, f(d * d), low);
}

function tail(w: number): number {
  const s = f(f(Math.sqrt(w)) - C.tailCentre);
  const t = f(s * s);
  const q = linear(linear(TAIL[0], t, linear(TAIL[1], s, TAIL[2])), t, linear(TAIL[3], s, TAIL[4]));
  return linear(q, t, linear(TAIL[5], s, TAIL[6]));
}
