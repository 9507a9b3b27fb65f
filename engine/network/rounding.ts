/** Exact arithmetic shared by whatever draws, splits and multiplies quantities. */

/** Yields and profile multipliers are whole numbers of 1 / FRACTION, so that integer networks stay in integers. */
export const FRACTION = 10_000;

/** The nearest whole number, ties to the even one (IEEE 754's default rounding). */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** A fraction as a whole number of 1 / FRACTION. */
export function quantise(fraction: number): number {
  return Math.round(fraction * FRACTION);
}

/**
 * `value` times a quantised fraction, rounded half to even.
 *
 * @param parts the fraction as `quantise` gives it. Exact where `value` is whole and value * parts < 2^53.
 */
export function scaleWhole(value: number, parts: number): number {
  const product = value * parts;
  if (!Number.isInteger(product)) return roundHalfEven(product / FRACTION);
  // The quotient of the division would round where it lies near a half; remainders are exact.
  const rest = product % FRACTION;
  const below = (product - rest) / FRACTION;
  if (rest * 2 !== FRACTION) return rest * 2 < FRACTION ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
