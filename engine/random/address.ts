/**
 * The address of a draw: which key and counter of the generator belong to it. A draw depends on its address
 * alone, so results do not depend on batch sizes, workers or interruptions.
 *
 * k0 = seed; k1 = phase (3 bits) | stream (5) | episode (24); c0 = member (24) | draw (8); c1 = period (20) |
 * entity (12), high bits first.
 */

import { InputError } from "../errors.ts";

/** What the numbers are for: trajectories of different phases share no draw. */
export const PHASES = {
  train: 0,
  simulate: 1,
  search: 2,
  reevaluate: 3,
  statistics: 4,
  tests: 5,
} as const;

export type Phase = keyof typeof PHASES;

/** What is drawn. The comments say what the fields of the address hold where they are not as named. */
export const STREAMS = {
  demand: 0,
  leadTime: 1,
  sourcing: 2,
  disruption: 3,
  actionNoise: 4,
  valueNoise: 5,
  /** member: tensor; c1: element. */
  weightInit: 6,
  /** episode: iteration; member: epoch; c1: position. */
  minibatchOrder: 7,
  /** episode: update; c1: sample (20 bits) | row (12). */
  replaySampling: 8,
  /** episode: generation; member: candidate; c1: parameter. */
  search: 9,
  /** episode: statistic; member: resample; c1: position. */
  bootstrap: 10,
} as const;

export type Stream = keyof typeof STREAMS;

/**
 * Second key word, u32.
 *
 * @param phase a value of `PHASES`
 * @param stream a value of `STREAMS`
 * @param episode episode or iteration, below 2^24
 * @throws InputError when a number does not fit its field
 */
export function key1(phase: number, stream: number, episode: number): number {
  requireBits("phase", phase, 3);
  requireBits("stream", stream, 5);
  requireBits("episode", episode, 24);
  return ((phase << 29) | (stream << 24) | episode) >>> 0;
}

/**
 * First counter word, u32.
 *
 * @param member number of the replication within its own seed, below 2^24
 * @param draw which of several draws at one place, below 256
 * @throws InputError when a number does not fit its field
 */
export function counter0(member: number, draw = 0): number {
  requireBits("member", member, 24);
  requireBits("draw", draw, 8);
  return ((member << 8) | draw) >>> 0;
}

/**
 * Second counter word, u32. Streams with one 32-bit index use that instead.
 *
 * @param period below 2^20
 * @param entity node, arc, action row or agent, below 2^12
 * @throws InputError when a number does not fit its field
 */
export function counter1(period: number, entity: number): number {
  requireBits("period", period, 20);
  requireBits("entity", entity, 12);
  return ((period << 12) | entity) >>> 0;
}

/**
 * The seed as the first key word.
 *
 * @throws InputError when it is not an integer from 0 to 2^32 - 1
 */
export function key0(seed: number): number {
  requireBits("seed", seed, 32);
  return seed;
}

function requireBits(field: string, value: number, bits: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new InputError(
      field,
      `${value} does not fit the address of a draw; an integer from 0 to ${2 ** bits - 1} does`,
    );
  }
}
