/** Exact helpers of the reference: rounding, and fractions as whole ten-thousandths. */

/** Fractions (yields, profile multipliers, shares) are whole multiples of 1 / FRACTION_UNIT. */
export const FRACTION_UNIT = 10_000;

/** The nearest integer; a tie goes to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A fraction in whole ten-thousandths. */
export function tenThousandths(fraction: number): number {
  return Math.round(fraction * FRACTION_UNIT);
}

/** floor(a * b / c) of non-negative integers, exact while a * b < 2^53. */
export function floorOfRatio(a: number, b: number, c: number): number {
  const product = a * b;
  return (product - product % c) / c;
}

/** value * n / 10000 of non-negative integers, rounded half to even without a rounding error before. */
export function roundedFraction(value: number, n: number): number {
  const product = value * n;
  const rest = product % FRACTION_UNIT;
  const floor = (product - rest) / FRACTION_UNIT;
  if (2 * rest < FRACTION_UNIT) return floor;
  if (2 * rest > FRACTION_UNIT) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Shares as the smallest whole weights: ten-thousandths of the largest share over their common divisor. */
export function wholeWeights(shares: number[]): number[] {
  const largest = Math.max(...shares);
  const weights = shares.map((share) => Math.round((share / largest) * FRACTION_UNIT));
  const divisor = weights.reduce(greatestCommonDivisor);
  return weights.map((weight) => weight / divisor);
}

export function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** One unit to each of the first `rest` receivers: what floors leave over goes to the lower ones. */
export function spreadRemainder(parts: number[], rest: number): number[] {
  return parts.map((part, i) => (i < rest ? part + 1 : part));
}
