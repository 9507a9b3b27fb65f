/** The JSON form of distributions (design, section 2). What one field says about another is checked in validate_values.ts. */

import * as z from "zod";
import { either, flag, listOf, number, object } from "./fields.ts";
import { oneOf } from "./messages.ts";

/** Up to this mean the tables that draws are looked up in stay small. */
export const LARGEST_MEAN = 100_000;

/** The mass function of a mixture takes a sum over all its means. */
const LARGEST_MIXED_MEAN = 10_000;

/** Quantised to 1 / 10,000 and multiplied as integers, hence the cap. */
const multiplier = number({ min: 0, max: LARGEST_MEAN });
const profile = listOf(multiplier, "a list of one multiplier or more", { min: 1 }).optional();
const quantity = number({ min: 0 });
const quantities = listOf(quantity, "a list of one number or more", { min: 1 });
const mean = number({ min: 0, max: LARGEST_MEAN });

function kind<K extends string, T extends z.core.$ZodLooseShape>(name: K, shape: T) {
  return object({ kind: z.literal(name), ...shape, profile });
}

const trace = kind("trace", {
  values: quantities.optional(),
  /** CSV, relative to the folder of the network's file. */
  file: z.string({ error: "the path of a CSV file" }).min(1, { error: "the path of a CSV file" }).optional(),
  column: z.string({ error: "the name of a column" }).optional(),
  repeat: flag().default(false),
});

const kinds = [
  kind("constant", { value: quantity }),
  kind("poisson", { mean }),
  kind("poisson-uniform", {
    low: number({ integer: true, min: 0, max: LARGEST_MIXED_MEAN }),
    high: number({ integer: true, min: 0, max: LARGEST_MIXED_MEAN }),
  }),
  kind("uniform-integer", {
    low: number({ integer: true, min: 0, max: 2 ** 24 - 1 }),
    high: number({ integer: true, min: 0, max: 2 ** 24 - 1 }),
  }),
  kind("normal", { mean: quantity, stdDev: quantity }),
  kind("negative-binomial", { mean, dispersion: number({ above: 0 }) }),
  kind("empirical", {
    values: quantities,
    probabilities: listOf(number({ min: 0, max: 1 }), "a list of one probability or more", { min: 1 }),
  }),
  trace,
] as const;

const anyKind = z.discriminatedUnion("kind", kinds, {
  error: (issue) =>
    issue.code === "invalid_union"
      ? oneOf(kinds.map((each) => each.shape.kind.value))
      : 'a number or an object such as {"kind":"poisson","mean":5}',
});

/** A plain number stands for the distribution that is always that number. */
function constant(value: z.ZodType<number, number>) {
  return value.transform((number) => ({ kind: "constant" as const, value: number }));
}

export const distributionSchema = either(
  (value) => typeof value === "number",
  constant(quantity),
  anyKind,
);

/** A distribution as a user writes it. */
export type DistributionInput = z.input<typeof distributionSchema>;

/** A distribution of the right shape whose trace may still lie in a file. */
export type ParsedDistribution = z.output<typeof distributionSchema>;
export type ParsedTrace = z.output<typeof trace>;
