/** Lists and ranges within a value, multiplied out: `{"a": [1, 2], "b": "0..2"}` is six values. */

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
 * @throws RangeError where there is none, one is no u32, or one is named twice
 */
export function seedList(value: unknown): number[] {
  const wrong = (got: unknown) =>
    new RangeError(
      `expected seeds such as 0, "0..4" or [1, 5, 9], got ${JSON.stringify(got) ?? String(got)}`,
    );
  const parts = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [value];
  const seeds = parts.flatMap((part: unknown) => {
    if (typeof part === "number") return [part];
    if (typeof part !== "string") throw wrong(part);
    return /^\d+$/.test(part) ? [Number(part)] : rangeOf(part) ?? (() => {
      throw wrong(value);
    })();
  });
  const bad = seeds.find((seed) => !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32);
  if (seeds.length === 0 || bad !== undefined) throw wrong(bad ?? value);
  if (new Set(seeds).size < seeds.length) throw new RangeError("expected each seed once");
  return seeds;
}

/** The values of an axis; undefined where a value is none. */
export function axisOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) {
    return value.flatMap((one) => typeof one === "string" ? rangeOf(one) ?? [one] : [one]);
  }
  return typeof value === "string" ? rangeOf(value) : undefined;
}

/**
 * Every combination of one value an axis, the last axis running fastest. An axis is a list or a range, at any depth of
 * the objects in it.
 */
export function combinations(value: unknown): unknown[] {
  const axis = axisOf(value);
  if (axis !== undefined) return axis.flatMap(combinations);
  if (typeof value !== "object" || value === null) return [value];
  return product(Object.entries(value).map(([key, inner]) => [key, combinations(inner)]));
}

/** Every choice of one value a key, the last key running fastest. */
export function product(axes: readonly (readonly [string, readonly unknown[]])[]): Record<string, unknown>[] {
  return axes.reduce<Record<string, unknown>[]>(
    (done, [key, values]) => done.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}
