/**
 * Discrete distributions, drawn by comparing a random word with cumulative thresholds: the draws are exact,
 * and the same on every device.
 */

import {
  guideEntries,
  guideShift,
  kindConstant,
  kindLattice,
  kindNormal,
  kindValues,
  straddles,
  tableCount,
  tableGuide,
  tableHeader,
  tableKind,
  tableLength,
  tableLow,
  tableSpread,
  tableThresholds,
  tableValues,
} from "../../kernels/lib/sampler_table.ts";
import { InputError } from "../errors.ts";

const WORDS = 2 ** 32;

/** A probability mass function. Outcome i is `values[i]` (ascending) if there are values, else `low + i`. */
export interface Pmf {
  low: number;
  probabilities: Float64Array;
  values?: Float64Array;
}

/** What a random word is compared with; see kernels/lib/sampler_table.ts. */
export interface DiscreteTable {
  /** Value of outcome 0, f32. */
  low: number;
  /** Outcome = how many of these are <= word; ascending, one fewer than there are outcomes. */
  thresholds: Uint32Array;
  /** By the top 12 bits of the word: outcome of the lowest such word, and a flag if that does not decide. */
  guide: Uint16Array;
  values?: Float32Array;
}

/**
 * Thresholds T_k = min(2^32, round(CDF(k) * 2^32)) of outcomes 0..K-2. Outcomes that no word can draw any
 * more (their lower threshold is 2^32) are left out. The last outcome takes what the probabilities lack to 1.
 *
 * @throws InputError when the probabilities are empty, negative, or add up to more or less than 1 by over
 * 1e-6; when `values` has another length; or when there are more than 32,768 outcomes
 */
export function discreteTable(pmf: Pmf): DiscreteTable {
  const { probabilities, values } = pmf;
  requirePmf(pmf);
  const kept: number[] = [];
  let cumulative = 0;
  for (let k = 0; k < probabilities.length - 1; k++) {
    cumulative += probabilities[k];
    const threshold = Math.round(cumulative * WORDS);
    if (threshold >= WORDS) break;
    kept.push(threshold);
  }
  if (kept.length >= straddles) {
    throw new InputError(
      "distribution",
      `has ${kept.length + 1} outcomes; at most ${straddles} can be drawn`,
    );
  }
  const thresholds = Uint32Array.from(kept);
  const table: DiscreteTable = { low: Math.fround(pmf.low), thresholds, guide: guideOf(thresholds) };
  if (values !== undefined) table.values = Float32Array.from(values.subarray(0, kept.length + 1));
  return table;
}

function requirePmf({ probabilities, values }: Pmf): void {
  if (probabilities.length === 0) throw new InputError("distribution", "has no outcome; give at least one");
  if (values !== undefined && values.length !== probabilities.length) {
    throw new InputError(
      "distribution",
      `has ${values.length} values and ${probabilities.length} probabilities; give as many of both`,
    );
  }
  let sum = 0;
  for (const probability of probabilities) {
    if (!(probability >= 0)) {
      throw new InputError("distribution", `has the probability ${probability}; none can be below 0`);
    }
    sum += probability;
  }
  if (!(Math.abs(sum - 1) <= 1e-6)) {
    throw new InputError("distribution", `has probabilities that add up to ${sum}; they must add up to 1`);
  }
}

function guideOf(thresholds: Uint32Array): Uint16Array {
  const guide = new Uint16Array(guideEntries);
  let next = 0;
  for (let bucket = 0; bucket < guideEntries; bucket++) {
    const first = bucket * 2 ** guideShift;
    while (next < thresholds.length && thresholds[next] <= first) next++;
    const inside = next < thresholds.length && thresholds[next] < first + 2 ** guideShift;
    guide[bucket] = next | (inside ? straddles : 0);
  }
  return guide;
}

/** The table as words (u32; floats by their bits), for kernels and for `sampleRow`. */
export function encodeDiscreteTable(table: DiscreteTable): Uint32Array {
  const { thresholds, guide, values } = table;
  const thresholdsAt = tableHeader + guideEntries / 2;
  const valuesAt = thresholdsAt + thresholds.length;
  const length = Math.ceil((valuesAt + (values?.length ?? 0)) / 4) * 4;
  const words = new Uint32Array(length);
  const floats = new Float32Array(words.buffer);
  words[tableKind] = values === undefined ? kindLattice : kindValues;
  words[tableCount] = thresholds.length;
  floats[tableLow] = table.low;
  words[tableGuide] = tableHeader;
  words[tableThresholds] = thresholdsAt;
  words[tableValues] = values === undefined ? 0 : valuesAt;
  words[tableLength] = length;
  for (let pair = 0; pair < guideEntries / 2; pair++) {
    words[tableHeader + pair] = guide[2 * pair] | (guide[2 * pair + 1] << 16);
  }
  words.set(thresholds, thresholdsAt);
  if (values !== undefined) floats.set(values, valuesAt);
  return words;
}

/** A table that always gives `value`. */
export function encodeConstantTable(value: number): Uint32Array {
  return header(kindConstant, value, 0);
}

/** A table of max(0, normal) in f32. `stdDev` >= 0. */
export function encodeNormalTable(mean: number, stdDev: number): Uint32Array {
  return header(kindNormal, mean, stdDev);
}

function header(kind: number, low: number, spread: number): Uint32Array {
  const words = new Uint32Array(tableHeader);
  const floats = new Float32Array(words.buffer);
  words[tableKind] = kind;
  floats[tableLow] = low;
  floats[tableSpread] = spread;
  words[tableLength] = tableHeader;
  return words;
}
