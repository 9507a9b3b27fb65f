/** Where the values of a chart lie: domains and ticks. */

export type Domain = readonly [low: number, high: number];

/** Whether a value has a place in a chart: numbers, but for those whose differences would overflow. */
export function isDrawn(value: number): boolean {
  return Math.abs(value) < 1e300;
}

/** The smallest domain that holds all values; [0, 1] where there are none, a little around a single one. */
export function domainOf(values: Iterable<number>, ...more: number[]): Domain {
  let low = Infinity;
  let high = -Infinity;
  for (const list of [values, more]) {
    for (const value of list) {
      if (!isDrawn(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > Math.max(largest * 1e-9, 1e-300)) return [low, high];
  const margin = largest < 1e-200 ? 1 : largest / 10;
  return [low - margin, high + margin];
}

/**
 * Round numbers in the domain, about `count` of them and never over 2 `count` + 1: multiples of 1, 2 or 5
 * times a power of ten (Heckbert, Graphics Gems, 1990).
 *
 * @param whole no fractions: where the axis counts something
 */
export function ticksOf([low, high]: Domain, count: number, whole = false): number[] {
  const step = Math.max(niceStep((high - low) / count), whole ? 1 : 0);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiples are rounded to what the step shows: 3 * 0.1 is no 0.30000000000000004.
  const digits = Math.max(0, Math.min(20, -Math.floor(Math.log10(step))));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)));
}

/** The domain widened to ticks at both ends. */
export function niceDomain([low, high]: Domain, count: number, whole = false): Domain {
  const step = Math.max(niceStep((high - low) / count), whole ? 1 : 0);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10) * power;
}

/**
 * The domain worth looking at where a few values lie far off the others, as the first episodes of a training
 * do: from the lowest to the highest of the values that count, where all of them would take over `most` times
 * that; else all.
 */
export function focusOf(all: readonly number[], counting: readonly number[], most = 3): Domain {
  const whole = domainOf(all, ...counting);
  const focus = domainOf(counting);
  const size = focus[1] - focus[0];
  if (whole[1] - whole[0] <= most * size) return whole;
  return [Math.max(whole[0], focus[0] - size / 4), Math.min(whole[1], focus[1] + size / 4)];
}
