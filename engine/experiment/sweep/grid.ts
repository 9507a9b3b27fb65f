/** Lists and ranges within a value, multiplied out: `{"a": [1, 2], "b": "0..2"}` is six values. */

import { show } from "../../network/messages.ts";

const RANGE = /^(-?\d+)\.\.(-?\d+)$/;
const MOST = 1_000_000;

/**
 * The whole numbers of `0..4`, both ends included; undefined where the text is no range.
 *
 * @throws RangeError where it runs downwards or is longer than a million
 */
export function rangeOf(text: string): number[] | undefined {
  const match = RANGE.exec(text);
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  if (last < first) throw new RangeError(`expected a range that runs upwards, got ${text}`);
  if (last - first >= MOST) throw new RangeError(`expected a range of at most ${MOST} numbers, got ${text}`);
  return Array.from({ length: last - first + 1 }, (_, k) => first + k);
}

/**
 * Seeds as `7`, `"0..4"`, `"0..4,9"` or a list of these.
 *
 * @param such how messages say what they look like
 * @throws RangeError where there is none, one is no u32, or one is named twice
 */
export function seedList(value: unknown, such = 'seeds such as 0, "0..4" or [1, 5, 9]'): number[] {
  const parts = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [value];
  const found = parts.map((part: unknown) => {
    if (typeof part === "number") return [part];
    if (typeof part !== "string") return undefined;
    return /^\d+$/.test(part) ? [Number(part)] : upwards(part);
  });
  if (found.length === 0 || found.includes(undefined)) {
    throw new RangeError(`expected ${such}, got ${show(value)}`);
  }
  const seeds = found.flatMap((some) => some!);
  const bad = seeds.find((seed) => !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32);
  if (bad !== undefined) throw new RangeError(`expected whole numbers below 2^32, got ${bad}`);
  if (new Set(seeds).size < seeds.length) throw new RangeError("expected each seed once");
  return seeds;
}

/** A range; undefined also where it runs downwards. */
function upwards(text: string): number[] | undefined {
  const match = RANGE.exec(text);
  return match !== null && Number(match[2]) >= Number(match[1]) ? rangeOf(text) : undefined;
}

/**
 * The values of an axis; undefined where a value is none.
 *
 * @throws RangeError for an empty list, which would leave nothing of what it is multiplied with
 */
export function axisOf(value: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(value)) return typeof value === "string" ? rangeOf(value) : undefined;
  if (value.length === 0) throw new RangeError("expected a value or a list of some, got []");
  return value.flatMap((one) => typeof one === "string" ? rangeOf(one) ?? [one] : [one]);
}

/**
 * Every combination of one value an axis, the last axis running fastest. An axis is a list or a range, at any depth of
 * the objects in it.
 *
 * @throws RangeError as `axisOf`, `rangeOf` and `product`
 */
export function combinations(value: unknown): unknown[] {
  const axis = axisOf(value);
  if (axis !== undefined) return axis.flatMap(combinations);
  if (typeof value !== "object" || value === null) return [value];
  return product(Object.entries(value).map(([key, inner]) => [key, combinations(inner)]));
}

/**
 * Every choice of one value a key, the last key running fastest.
 *
 * @throws RangeError where they are more than a million
 */
export function product(axes: readonly (readonly [string, readonly unknown[]])[]): Record<string, unknown>[] {
  const size = axes.reduce((size, [, values]) => size * values.length, 1);
  if (size > MOST) throw new RangeError(`expected at most ${MOST} combinations, got ${size}`);
  return axes.reduce<Record<string, unknown>[]>(
    (done, [key, values]) => done.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}
