/** The JSON form of what learning and evaluation add to a network: control, observation, reward, evaluation. */

import type * as z from "zod";
import { bounds, choice, either, listOf, MOST_PERIODS, number, object, recordOf } from "./fields.ts";
import { FEATURES } from "./types.ts";

const boundsByNode = either(
  Array.isArray,
  bounds(),
  recordOf(bounds(), "[low, high], or an object of them by node id"),
);

export const controlSchema = object({
  rule: choice(["quantity", "s-S", "base-stock", "demand-plus", "choice"]),
  basis: choice(["on-hand", "inventory-position", "echelon-position"]).default("inventory-position"),
  bounds: boundsByNode.optional(),
  choices: listOf(number({ min: 0 }), "a list of one quantity or more", { min: 1 }).optional(),
});

const lag = number({ integer: true, min: 0, max: MOST_PERIODS });

function byFeature<T extends z.ZodType>(value: T, expected: string) {
  const shape = Object.fromEntries(FEATURES.map((feature) => [feature, value.optional()]));
  return object(shape as Record<(typeof FEATURES)[number], z.ZodOptional<T>>, expected);
}

export const observationSchema = object({
  features: listOf(choice(FEATURES), "a list of one feature or more", { min: 1 }),
  lags: either(
    (value) => typeof value === "number",
    lag,
    byFeature(lag, "a number of periods, or an object of them by feature"),
  ).default(0),
  bounds: byFeature(boundsByNode, "an object of [low, high] by feature").default({}),
});

export const rewardSchema = object({
  scheme: choice(["total", "team-mean", "own", "own-and-downstream", "retailers-own"]).default("total"),
  scale: number({ above: 0 }).default(1),
  window: object({
    lag: number({ integer: true, min: 0, max: MOST_PERIODS }).default(0),
    length: number({ integer: true, min: 1, max: MOST_PERIODS }),
    discount: number({ min: 0, max: 1 }).default(1),
  }).optional(),
});

/** Episodes have 24 bits in a draw's address. */
const MOST_EPISODES = 2 ** 24 - 1;

export const evaluationSchema = object({
  /** The network's horizon by default. */
  periods: number({ integer: true, min: 1, max: MOST_PERIODS }).optional(),
  warmup: number({ integer: true, min: 0, max: MOST_PERIODS }).default(0),
  episodes: number({ integer: true, min: 1, max: MOST_EPISODES }).default(100),
});
