/** The standard normal distribution in float64. */

/** The density at x. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** Beyond this the continued fraction is used: it converges from here on, and the series loses the tail's digits. */
const SERIES_LIMIT = 3;

/**
 * The probability of a value of at most x; within 1e-15 absolute everywhere and 1e-12 relative in both tails.
 *
 * Abramowitz and Stegun (1964): the series 26.2.11 near 0, the continued fraction 26.2.14 in the tails.
 */
export function normalCdf(x: number): number {
  if (x <= -SERIES_LIMIT) return upperTail(-x);
  if (x >= SERIES_LIMIT) return 1 - upperTail(x);
  return x < 0 ? 0.5 - centralArea(-x) : 0.5 + centralArea(x);
}

/** The probability of a value between 0 and x >= 0: density * sum of x^(2n+1) / (1 * 3 * ... * (2n+1)). */
function centralArea(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= x * x / odd;
    sum += term;
  }
  return sum * normalDensity(x);
}

/** The probability of a value above x >= SERIES_LIMIT: density / (x + 1/(x + 2/(x + 3/(x + ...)))). */
function upperTail(x: number): number {
  let fraction = x;
  for (let n = 80; n > 0; n--) fraction = x + n / fraction;
  return normalDensity(x) / fraction;
}

/**
 * The x with `normalCdf(x)` = probability; -Infinity at 0, Infinity at 1, NaN outside. Relative error about 1e-16.
 *
 * Wichura (1988), Algorithm AS 241: The Percentage Points of the Normal Distribution, routine PPND16.
 */
export function normalQuantile(probability: number): number {
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) return centred * ratio(CENTRE, 0.180625 - centred * centred);
  const r = Math.sqrt(-Math.log(centred < 0 ? probability : 1 - probability));
  const x = r <= 5 ? ratio(TAIL, r - 1.6) : ratio(FAR_TAIL, r - 5);
  return centred < 0 ? -x : x;
}

interface Rational {
  /** Coefficients from the highest power down. */
  numerator: readonly number[];
  denominator: readonly number[];
}

function ratio({ numerator, denominator }: Rational, r: number): number {
  return polynomial(numerator, r) / polynomial(denominator, r);
}

function polynomial(coefficients: readonly number[], r: number): number {
  return coefficients.reduce((value, coefficient) => value * r + coefficient, 0);
}

const CENTRE: Rational = {
  numerator: [
    2509.0809287301226727,
    33430.575583588128105,
    67265.770927008700853,
    45921.953931549871457,
    13731.693765509461125,
    1971.5909503065514427,
    133.14166789178437745,
    3.3871328727963666080,
  ],
  denominator: [
    5226.4952788528545610,
    28729.085735721942674,
    39307.895800092710610,
    21213.794301586595867,
    5394.1960214247511077,
    687.18700749205790830,
    42.313330701600911252,
    1,
  ],
};

const TAIL: Rational = {
  numerator: [
    7.74545014278341407640e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258,
    3.64784832476320460504,
    5.76949722146069140550,
    4.63033784615654529590,
    1.42343711074968357734,
  ],
  denominator: [
    1.05075007164441684324e-9,
    5.47593808499534494600e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940,
    2.05319162663775882187,
    1,
  ],
};

const FAR_TAIL: Rational = {
  numerator: [
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580,
    5.46378491116411436990,
    6.65790464350110377720,
  ],
  denominator: [
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1,
  ],
};
