import { InputError } from "../../engine/mod.ts";
import type { FlagValues } from "./arguments.ts";
import { integer, seedFlag } from "./flags.ts";

/** How long and how often a network is simulated, for every command that does. */
export const runFlags = {
  episodes: integer({
    min: 1,
    max: 2 ** 24,
    doc: "Independent replications",
    otherwise: "the network's evaluation, or 1000",
  }),
  periods: integer({
    min: 1,
    max: 2 ** 20 - 1,
    doc: "Length of an episode, warm-up included",
    unit: "periods",
    otherwise: "the network's evaluation, or its horizon",
  }),
  warmup: integer({
    min: 0,
    doc: "Start of an episode that is not counted",
    unit: "periods",
    otherwise: "the network's evaluation where it is shorter than the episode, else 0",
  }),
  seed: seedFlag,
  workers: integer({
    min: 1,
    max: 1024,
    doc: "Threads; the result does not depend on them",
    otherwise: "as many as there are cores",
  }),
};

interface RunOptions {
  episodes?: number;
  periods?: number;
  warmup?: number;
  seed: number;
  workers?: number;
}

/** The flags as the engine's options: what was not given is absent, so that the engine's defaults hold. */
export function runOptions(
  { episodes, periods, warmup, seed, workers }: FlagValues<typeof runFlags>,
): RunOptions {
  return {
    ...(episodes === undefined ? {} : { episodes }),
    ...(periods === undefined ? {} : { periods }),
    ...(warmup === undefined ? {} : { warmup }),
    seed,
    ...(workers === undefined ? {} : { workers }),
  };
}

/**
 * Does what takes options that came from flags: where the engine refuses one (`warmup: expected ...`), the
 * message names the flag (`--warmup: expected ...`).
 */
export async function namingFlags<T>(flags: readonly string[], work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError) || !flags.includes(error.where)) throw error;
    throw new InputError(`--${error.where}`, error.message.slice(error.where.length + 2));
  }
}
