/**
 * From random words (u32) to values, one at a time: the same bits as kernels/lib/random.as.ts gives for rows.
 */

import {
  guideShift,
  kindConstant,
  kindNormal,
  kindValues,
  straddles,
  tableCount,
  tableGuide,
  tableKind,
  tableLow,
  tableSpread,
  tableThresholds,
  tableValues,
} from "../../kernels/lib/sampler_table.ts";
import { inverseNormal } from "./inverse_normal.ts";

/** ((word >>> 9) + 0.5) * 2^-23: uniform on (0, 1), exact in f32. */
export function uniform(word: number): number {
  return ((word >>> 9) + 0.5) * 2 ** -23;
}

/** max(0, mean + stdDev * inverseNormal(uniform(word))), each step rounded to f32. */
export function sampleNormal(word: number, mean: number, stdDev: number): number {
  const deviation = Math.fround(Math.fround(stdDev) * inverseNormal(uniform(word)));
  return Math.max(0, Math.fround(Math.fround(mean) + deviation));
}

/** What a word draws from an encoded table of any kind, f32. */
export function sampleTable(word: number, table: Uint32Array): number {
  const floats = new Float32Array(table.buffer, table.byteOffset, table.length);
  const kind = table[tableKind];
  if (kind === kindConstant) return floats[tableLow];
  if (kind === kindNormal) return sampleNormal(word, floats[tableLow], floats[tableSpread]);
  const index = outcome(word, table);
  return kind === kindValues ? floats[table[tableValues] + index] : Math.fround(floats[tableLow] + index);
}

function outcome(word: number, table: Uint32Array): number {
  const bucket = word >>> guideShift;
  const pair = table[table[tableGuide] + (bucket >>> 1)];
  const entry = (bucket & 1) === 0 ? pair & 0xffff : pair >>> 16;
  if ((entry & straddles) === 0) return entry;
  let index = entry & (straddles - 1);
  const thresholds = table[tableThresholds];
  while (index < table[tableCount] && (word >>> 0) >= table[thresholds + index]) index++;
  return index;
}

/**
 * round half to even(value * numerator / 10000), exactly.
 *
 * @param value integer from 0 to below 2^24
 * @param numerator integer from 0 to below 2^24
 */
export function scaleExact(value: number, numerator: number): number {
  const product = value * numerator;
  const rest = product % 10000;
  const floor = (product - rest) / 10000;
  const up = rest > 5000 || (rest === 5000 && floor % 2 === 1);
  return up ? floor + 1 : floor;
}
