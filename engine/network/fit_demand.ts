/** A distribution of demand out of a history of it. */

import { InputError } from "../errors.ts";
import type { Distribution } from "./types.ts";

export interface FitOptions {
  /** Periods after which the pattern of demand repeats: 7 for days whose weekday matters. Default 1: none. */
  season?: number;
}

/**
 * A distribution with the mean and the variance of a history, fitted by moments: for whole numbers Poisson, or where
 * they vary more than that negative binomial; else normal. With a season, multipliers of the mean repeat over it, and
 * the variance is that of what is left; the first period of the history is the first of the season.
 *
 * A history of sales is one of demand only as far as the shelves were never empty.
 *
 * @param history units in each period, from the first on, without gaps
 * @throws InputError for a season that is no whole number, fewer than two seasons, an amount below 0
 */
export function fitDemand(history: Iterable<number>, { season = 1 }: FitOptions = {}): Distribution {
  const values = [...history];
  check(values, season);
  const mean = average(values);
  if (mean === 0) return { kind: "constant", value: 0 };
  const multipliers = Array.from(
    { length: season },
    (_, phase) => average(values.filter((_, period) => period % season === phase)) / mean,
  );
  // A period in which nothing is ever demanded says nothing about the others.
  const levelled = values.flatMap((value, period) => {
    const multiplier = multipliers[period % season]!;
    return multiplier === 0 ? [] : [value / multiplier];
  });
  const fitted = multipliers.filter((multiplier) => multiplier > 0).length;
  const variance = levelled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (levelled.length - fitted);
  const profile = season === 1 ? {} : { profile: multipliers };
  if (!values.every(Number.isInteger)) {
    return { kind: "normal", mean, stdDev: Math.sqrt(variance), ...profile };
  }
  if (variance <= mean) return { kind: "poisson", mean, ...profile };
  return { kind: "negative-binomial", mean, dispersion: mean ** 2 / (variance - mean), ...profile };
}

function check(values: readonly number[], season: number): void {
  if (!Number.isInteger(season) || season < 1) {
    throw new InputError("season", `expected a whole number of periods from 1, got ${season}`);
  }
  if (values.length < 2 * season) {
    throw new InputError(
      "history",
      `expected two seasons or more (${2 * season} periods), got ${values.length}`,
    );
  }
  const wrong = values.findIndex((value) => !(value >= 0 && value < Infinity));
  if (wrong >= 0) {
    throw new InputError("history", `period ${wrong}: expected an amount from 0, got ${values[wrong]}`);
  }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
