/**
 * The zod building blocks of the network's format. Every schema's message is what was expected ("a number >= 0"), or,
 * for an unknown key, the whole complaint; `parseShape` adds the place and the value that was found.
 */

import * as z from "zod";
import { InputError } from "../errors.ts";
import { at, networkPath, oneOf, quote, show, suggestion, valueAt } from "./messages.ts";
import type { Bounds } from "./types.ts";

/** The kernels keep numbers in 32-bit floats. */
export const LARGEST_FLOAT32 = 3.4028234663852886e38;
const TOO_LARGE = "a number that 32-bit floats can hold (up to 3.4e38)";

/** Periods have 20 bits in a draw's address (design, section 3). */
export const MOST_PERIODS = 2 ** 20 - 1;

export interface Range {
  integer?: boolean;
  min?: number;
  max?: number;
  /** An exclusive minimum, in place of `min` and `max`. */
  above?: number;
}

/** `an integer from 1 to 10`, `a number > 0` */
export function describeRange({ integer, min, max, above }: Range): string {
  const kind = integer === true ? "an integer" : "a number";
  if (above !== undefined) return `${kind} > ${above}`;
  if (min === undefined) return kind;
  return max === undefined ? `${kind} >= ${min}` : `${kind} from ${min} to ${max}`;
}

/** A finite number within a range. */
export function number(range: Range = {}): z.ZodNumber {
  const { integer, above } = range;
  const error = describeRange(range);
  const limits = z.number({ error })
    .max(range.max ?? LARGEST_FLOAT32, { error: range.max === undefined ? TOO_LARGE : error })
    .min(range.min ?? -LARGEST_FLOAT32, { error: range.min === undefined ? TOO_LARGE : error });
  const bounded = above === undefined ? limits : limits.gt(above, { error });
  return integer === true ? bounded.int({ error }) : bounded;
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: "true or false" });
}

export function choice<const T extends readonly string[]>(words: T) {
  return z.enum(words, { error: oneOf(words) });
}

const LONGEST_NAME = 100;

/** A name on one line: it goes into messages, tables and the headers of CSV files. */
export function name(): z.ZodString {
  const error = `a text of 1 to ${LONGEST_NAME} characters on one line, without blanks at its ends`;
  return z.string({ error }).refine(
    (text) =>
      text.length >= 1 && text.length <= LONGEST_NAME && text.trim() === text && text.isWellFormed() &&
      !/[\p{Cc}\u2028\u2029]/u.test(text),
    { error },
  );
}

/** An object with these keys and no others. */
export function object<T extends z.core.$ZodLooseShape>(shape: T, expected = "an object") {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? unknownKey(issue.keys[0] ?? "", keys) : expected,
  });
}

export function unknownKey(key: string, known: readonly string[]): string {
  const near = suggestion(key, known);
  return `unknown key ${quote(key)}${near === "" ? `; expected ${known.map(quote).join(", ")}` : near}`;
}

/**
 * A list whose items are checked one by one up to the first that is wrong: zod's own array collects every problem and
 * overflows the stack with a few hundred thousand of them.
 */
export function listOf<T extends z.ZodType>(
  item: T,
  expected: string,
  size: { min?: number; max?: number } = {},
) {
  const { min = 0, max = Infinity } = size;
  return z.custom<z.input<T>[]>(
    (value) => Array.isArray(value) && value.length >= min && value.length <= max,
    { error: expected },
  ).transform((values, context): z.output<T>[] => {
    const items: z.output<T>[] = [];
    for (let i = 0; i < values.length; i++) {
      const result = item.safeParse(values[i]);
      if (!result.success) return pass(context, firstIssue(result.error.issues, values[i]), i);
      items.push(result.data);
    }
    return items;
  });
}

/** An object from ids to values. Made without a prototype, so that any text can be an id, `__proto__` among them. */
export function recordOf<T extends z.ZodType>(value: T, expected: string) {
  return z.custom<Record<string, z.input<T>>>(isObject, { error: expected })
    .transform((entries, context): Record<string, z.output<T>> => {
      const record = Object.create(null) as Record<string, z.output<T>>;
      for (const key of Object.keys(entries)) {
        const result = value.safeParse(entries[key]);
        if (!result.success) return pass(context, firstIssue(result.error.issues, entries[key]), key);
        record[key] = result.data;
      }
      return record;
    });
}

/** `[low, high]` with low < high. */
export function bounds() {
  const error = "two numbers [low, high] with low < high";
  return z.custom<Readonly<Bounds>>(
    (value) => {
      if (!Array.isArray(value) || value.length !== 2) return false;
      const [low, high] = value as unknown[];
      const fits = (end: unknown) => typeof end === "number" && Math.abs(end) <= LARGEST_FLOAT32;
      return fits(low) && fits(high) && (low as number) < (high as number);
    },
    { error },
  ).transform(([low, high]): Bounds => [low, high]);
}

/** Either of two forms, told apart by looking at the value, so that messages are about the form that was meant. */
export function either<A extends z.ZodType, B extends z.ZodType>(
  isFirst: (value: unknown) => boolean,
  first: A,
  second: B,
) {
  return z.custom<z.input<A> | z.input<B>>(() => true).transform(
    (value, context): z.output<A> | z.output<B> => {
      const result = (isFirst(value) ? first : second).safeParse(value);
      return result.success
        ? result.data as z.output<A> | z.output<B>
        : pass(context, firstIssue(result.error.issues, value));
    },
  );
}

/** Hands on an issue that a schema found on its own, `key` being where in the value that schema looked. */
function pass(context: z.core.$RefinementCtx, issue: z.core.$ZodIssue, key?: PropertyKey): never {
  const path = key === undefined ? issue.path : [key, ...issue.path];
  context.issues.push({ ...issue, path, input: undefined } as z.core.$ZodRawIssue);
  return z.NEVER;
}

/** The issue that tells most: a misspelt key is the reason why another one is missing. */
function firstIssue(issues: readonly z.core.$ZodIssue[], value: unknown): z.core.$ZodIssue {
  const first = issues[0];
  if (valueAt(value, first.path) !== undefined) return first;
  const parent = String(first.path.slice(0, -1));
  return issues.find(({ code, path }) => code === "unrecognized_keys" && String(path) === parent) ?? first;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A network's JSON held against a schema.
 *
 * @throws InputError about the first problem: place, what was expected, what was there
 */
export function parseShape<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { code, path, message } = firstIssue(result.error.issues, value);
  const got = code === "unrecognized_keys" ? "" : `, got ${show(valueAt(value, path))}`;
  throw new InputError(
    at(where, networkPath(path, value)),
    `${code === "unrecognized_keys" ? "" : "expected "}${message}${got}`,
  );
}
