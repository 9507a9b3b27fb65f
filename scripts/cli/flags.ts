/**
 * The flags of a command as data: what a flag takes, its default, its unit, one line about it, and how its
 * text becomes a value. `arguments.ts` reads a command line by such a table and writes its help from it.
 */
import { InputError } from "../../engine/mod.ts";
import { suggestion } from "./suggest.ts";

export interface Flag<T> {
  /** What stands for the value in the usage (`N`, `FILE`); none for a switch. */
  readonly placeholder?: string;
  readonly default: T;
  /** What happens without the flag, where `default` cannot say it. */
  readonly otherwise?: string;
  readonly unit?: string;
  readonly doc: string;
  /**
   * @param where the flag as it was typed, for the message
   * @throws InputError where the text is no such value
   */
  parse(text: string, where: string): T;
}

interface Common {
  doc: string;
  unit?: string;
  otherwise?: string;
  placeholder?: string;
}

interface NumberOptions extends Common {
  min?: number;
  max?: number;
}

/** A flag that takes a whole number in decimal digits. */
export function integer(options: NumberOptions & { default: number }): Flag<number>;
export function integer(options: NumberOptions): Flag<number | undefined>;
export function integer(options: NumberOptions & { default?: number }): Flag<number | undefined> {
  return numeric(options, "an integer", /^[+-]?\d+$/, Number.isSafeInteger);
}

/** A flag that takes a finite number. */
export function real(options: NumberOptions & { default: number }): Flag<number>;
export function real(options: NumberOptions): Flag<number | undefined>;
export function real(options: NumberOptions & { default?: number }): Flag<number | undefined> {
  return numeric(options, "a number", /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, Number.isFinite);
}

/** A flag that takes any text but none. */
export function text(options: Common & { default: string }): Flag<string>;
export function text(options: Common): Flag<string | undefined>;
export function text(options: Common & { default?: string }): Flag<string | undefined> {
  return {
    placeholder: "TEXT",
    ...options,
    default: options.default,
    parse(value, where) {
      if (value === "") throw new InputError(where, "expected a value, got an empty one");
      return value;
    },
  };
}

/** A flag that takes one of a few words. */
export function choice<T extends string>(words: readonly T[], options: Common & { default: T }): Flag<T>;
export function choice<T extends string>(words: readonly T[], options: Common): Flag<T | undefined>;
export function choice<T extends string>(
  words: readonly T[],
  options: Common & { default?: T },
): Flag<T | undefined> {
  return {
    placeholder: words.join("|"),
    ...options,
    default: options.default,
    parse(value, where) {
      const word = words.find((one) => one === value);
      if (word !== undefined) return word;
      throw new InputError(
        where,
        `expected ${words.join(" or ")}, got "${value}"${suggestion(value, words)}`,
      );
    },
  };
}

/** A flag that is there or not. */
export function toggle(options: { doc: string }): Flag<boolean> {
  return { ...options, default: false, otherwise: "off", parse: () => true };
}

/** The seed of everything random in a command: the first half of every Threefry key. */
export const seedFlag: Flag<number> = integer({
  default: 0,
  min: 0,
  max: 2 ** 32 - 1,
  doc: "Seed of every random draw: same seed, same result",
});

function numeric(
  options: NumberOptions & { default?: number },
  what: string,
  syntax: RegExp,
  accepts: (value: number) => boolean,
): Flag<number | undefined> {
  const { min = -Infinity, max = Infinity } = options;
  return {
    placeholder: "N",
    ...options,
    default: options.default,
    parse(value, where) {
      const number = syntax.test(value) ? Number(value) : NaN;
      if (accepts(number) && number >= min && number <= max) return number;
      throw new InputError(where, `expected ${what}${range(min, max)}, got "${value}"`);
    },
  };
}

function range(min: number, max: number): string {
  if (min > -Infinity && max < Infinity) return ` from ${min} to ${max}`;
  if (min > -Infinity) return ` of at least ${min}`;
  return max < Infinity ? ` of at most ${max}` : "";
}
