/** What others found, held against figures of one's own: rows for a table that a re-run cannot contradict. */

import { interquartileMean } from "./statistics.ts";
import { probabilityOfImprovement } from "./statistics_comparison.ts";
import type { BootstrapOptions } from "./statistics_bootstrap.ts";

/** A finding in one case, such as on one network. */
export interface Judgement {
  /** The figures that it rests on, in a word or two. */
  shown: string;
  /** Whether the finding holds here; left out where the case is only there to be compared with. */
  holds?: boolean | "not clear";
}

/** `finding`, a column a case, `holds`. */
export type FindingRow = Readonly<Record<string, string>>;

const NOTHING = "–";
/** Two runs a side that lie apart are so by chance one time in three. */
const FEWEST_RUNS = 3;

/**
 * A finding as a row: what each case shows, and whether it holds in all of them.
 *
 * ```ts
 * const runs = new RunsByCase(results, "method", "network");
 * finding("ippo earns more than mappo", networks, runs.higher("ippo", "mappo", "profitPerEpisode"));
 * // { finding: "ippo earns more than mappo", "kotecha-6": "12%: no", "kotecha-12": "20%: no", holds: "no" }
 * ```
 */
export function finding(
  text: string,
  cases: readonly string[],
  judge: Judge,
): FindingRow {
  const judged = cases.map((one) => [one, judge(one)] as const);
  return {
    finding: text,
    ...Object.fromEntries(
      judged.map((
        [one, found],
      ) => [one, found === undefined ? NOTHING : [found.shown, ...words(found)].join(": ")]),
    ),
    holds: together(judged.flatMap(([, found]) => found === undefined ? [] : words(found))),
  };
}

/** Judges a case; undefined where it has no figures. */
export type Judge = (one: string) => Judgement | undefined;

/**
 * Whether a run of one kind is likelier than not to score higher than a run of the other: the probability of
 * improvement, which says so where its bootstrap interval lies on one side of a half and there are three runs a side.
 *
 * @param x scores of the runs that the finding says are higher
 * @param y scores of the others
 * @throws InputError where there is no run, or a score is not finite
 */
export function likelier(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: BootstrapOptions = {},
): Judgement {
  const { estimate, low, high } = probabilityOfImprovement([x], [y], options);
  const clear = Math.min(x.length, y.length) >= FEWEST_RUNS && (low > 0.5 || high < 0.5);
  return { shown: `${Math.round(100 * estimate)}%`, holds: clear ? low > 0.5 : "not clear" };
}

/**
 * Judges that a figure grows from one case to the next; the first case is only shown.
 *
 * @param figure of a case; NaN where there is none
 * @param shown what the table says of the figure
 */
export function growing(
  cases: readonly string[],
  figure: (one: string) => number,
  shown: (value: number) => string = String,
): Judge {
  return (one) => {
    const value = figure(one);
    if (Number.isNaN(value)) return undefined;
    const before = cases.slice(0, cases.indexOf(one)).map(figure).findLast((other) => !Number.isNaN(other));
    return { shown: shown(value), ...(before === undefined ? {} : { holds: value > before }) };
  };
}

/**
 * Judges that a figure lies from `low` to `high`.
 *
 * @param figure of a case; NaN where there is none
 * @param shown what the table says of the figure
 */
export function within(
  figure: (one: string) => number,
  [low, high]: readonly [number, number],
  shown: (value: number) => string = String,
): Judge {
  return (one) => {
    const value = figure(one);
    return Number.isNaN(value) ? undefined : { shown: shown(value), holds: value >= low && value <= high };
  };
}

/** Rows of results as findings ask for them: the runs of a kind, such as a method, in a case, such as a network. */
export class RunsByCase {
  readonly #rows: Map<string, Readonly<Record<string, unknown>>[]>;

  /**
   * @param rows a run each
   * @param kind column of what is compared
   * @param one column of the cases
   */
  constructor(rows: Iterable<object>, kind: string, one: string) {
    this.#rows = Map.groupBy(
      [...rows] as Readonly<Record<string, unknown>>[],
      (row) => keyOf(row[kind], row[one]),
    );
  }

  /** The numbers in a column; none where there is no such run. */
  values(kind: unknown, one: unknown, column: string): number[] {
    const own = this.#rows.get(keyOf(kind, one)) ?? [];
    return own.map((row) => row[column]).filter((value): value is number => Number.isFinite(value));
  }

  /** Their interquartile mean; NaN where there is none. */
  typical(kind: unknown, one: unknown, column: string): number {
    const values = this.values(kind, one, column);
    return values.length === 0 ? NaN : interquartileMean(values);
  }

  /** Judges that a run of the first kind is likelier to have more in the column than one of the second. */
  higher(first: unknown, second: unknown, column: string): Judge {
    return (one) => {
      const [x, y] = [this.values(first, one, column), this.values(second, one, column)];
      return Math.min(x.length, y.length) === 0 ? undefined : likelier(x, y);
    };
  }
}

function keyOf(kind: unknown, one: unknown): string {
  return `${kind}\n${one}`;
}

const WORDS = ["yes", "no", "not clear"] as const;

function words({ holds }: Judgement): typeof WORDS[number][] {
  if (holds === undefined) return [];
  return [holds === true ? "yes" : holds === false ? "no" : holds];
}

function together(all: readonly string[]): string {
  const counted = WORDS.map((one) => [one, all.filter((word) => word === one).length] as const)
    .filter(([, count]) => count > 0);
  if (counted.length === 0) return NOTHING;
  if (counted.length === 1) return counted[0]![0];
  return counted.map(([one, count]) => `${one} on ${count}`).join(", ");
}
