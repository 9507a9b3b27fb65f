/** What came of a trial: the one file that says it is finished. */

import { basename } from "node:path";
import * as z from "zod";
import { BullwhipError, InputError } from "../../errors.ts";
import { writeGroupWhole } from "../../files/atomic.ts";
import { readJsonFile } from "../../files/json.ts";
import { VERSION } from "../../version.ts";
import type { SimulationResult } from "../../simulation/mod.ts";

/** NaN, which JSON cannot hold, is null. */
const figure = z.number().nullable().transform((value) => value ?? NaN);
const estimate = z.object({ mean: figure, stderr: figure });

const evaluation = z.object({
  /** "" for the network as it is, else the settings, joined by a comma. */
  changes: z.string(),
  episodes: z.number(),
  periods: z.number(),
  warmup: z.number(),
  seed: z.number(),
  profitPerEpisode: estimate,
  costPerPeriod: estimate,
  fillRate: estimate,
  onHand: estimate,
  backorders: estimate,
  /** Over episodes, of the units in the whole network at period ends. */
  medianOnHand: figure,
  medianBackorders: figure,
  /** Of the retailers' orders. */
  bullwhip: estimate,
});

const result = z.discriminatedUnion("status", [
  z.object({
    id: z.string(),
    status: z.literal("done"),
    /** What the evaluation was asked for; another one makes the trial unfinished. */
    evaluation: z.string(),
    version: z.string(),
    device: z.string(),
    /** Of work, those before an interruption included. */
    seconds: z.number(),
    iterations: z.number().nullable(),
    steps: z.number().nullable(),
    /** JSON of the policy that was planned or given. */
    policy: z.unknown(),
    /** The network as it is first. */
    evaluations: z.array(evaluation).min(1),
    /** The best of the evaluations while training. */
    best: z.object({ profitPerEpisode: z.number(), iteration: z.number() }).nullable(),
  }),
  z.object({
    id: z.string(),
    status: z.literal("failed"),
    version: z.string(),
    seconds: z.number(),
    error: z.string(),
  }),
]);

export type TrialResult = z.output<typeof result>;
export type DoneTrial = Extract<TrialResult, { status: "done" }>;
export type TrialEvaluation = z.output<typeof evaluation>;

/** What a simulation found, as a trial keeps it. */
export function trialEvaluation(changes: readonly string[], simulated: SimulationResult): TrialEvaluation {
  const { episodes, periods, warmup, seed, profitPerEpisode, costPerPeriod, fillRate, onHand, backorders } =
    simulated;
  return {
    changes: changes.join(","),
    episodes,
    periods,
    warmup,
    seed,
    profitPerEpisode,
    costPerPeriod,
    fillRate,
    onHand,
    backorders,
    medianOnHand: simulated.medianOnHand,
    medianBackorders: simulated.medianBackorders,
    bullwhip: simulated.echelons[0]!.bullwhip,
  };
}

/** @param folder of the sweep's trials @throws RunError where the disk refuses */
export async function writeTrialResults(folder: string, results: readonly TrialResult[]): Promise<void> {
  await writeGroupWhole(
    folder,
    new Map(results.map((one) => [`${one.id}.json`, `${JSON.stringify(one)}\n`])),
  );
}

/**
 * @param path its name is the trial's id
 * @throws InputError where the file is none of these
 */
export async function readTrialResult(path: string): Promise<TrialResult> {
  const parsed = result.safeParse(
    await readJsonFile(path).catch((error) => {
      throw error instanceof InputError ? new InputError("", `${error.message}; ${REMEDY}`) : error;
    }),
  );
  if (!parsed.success) {
    const { path: key, message } = parsed.error.issues[0]!;
    throw new InputError(path, `is no trial's result (${key.join(".") || "it"}: ${message}); ${REMEDY}`);
  }
  const { id } = parsed.data;
  if (basename(path) === `${id}.json`) return parsed.data;
  throw new InputError(path, `is the result of another trial, ${id}; ${REMEDY}`);
}

const REMEDY = "delete it to have the trial run again";

/** The record of a trial that has no result. */
export function failedTrial(id: string, error: unknown, seconds: number): TrialResult {
  // A fault of Bullwhip's own is worth its stack.
  const message = error instanceof BullwhipError ? error.message : String((error as Error)?.stack ?? error);
  return { id, status: "failed", version: VERSION, seconds, error: message };
}
