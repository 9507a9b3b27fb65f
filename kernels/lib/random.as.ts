// Samplers: rows of random words (lib/threefry.as.ts) to rows of values. All pointers are 16-byte aligned,
// columns is a multiple of 8, and `out` may be `words`. Only exactly rounded operations:
// engine/random/samplers.ts gives the same bits.

import {
  guideShift, kindLattice, kindNormal, kindValues, straddles, tableCount, tableGuide,
  tableKind, tableLow, tableSpread, tableThresholds, tableValues,
} from "./sampler_table";
import { At, constant, prepare_constants } from "./constants.as";
import { inverse_normal } from "./math.as";

export { random_sequence, random_words } from "./threefry.as";

// Uniform on (0, 1): ((word >>> 9) + 0.5) * 2^-23, exact in f32, never 0 or 1. After prepare_constants().
@inline
export function uniform(words: v128): v128 {
  const steps = f32x4.convert_i32x4_s(i32x4.shr_u(words, 9));
  return f32x4.mul(f32x4.add(steps, constant(At.half)), constant(At.uniformStep));
}

// out[j] = uniform(words[j]), f32.
export function uniform_row(words: usize, out: usize, columns: i32): void {
  prepare_constants();
  const end = words + (<usize>columns << 2);
  for (; words < end; words += 32, out += 32) {
    v128.store(out, uniform(v128.load(words)));
    v128.store(out, uniform(v128.load(words, 16)), 16);
  }
}

// out[j] = max(0, mean + stdDev * inverse_normal(uniform(words[j]))), f32.
export function sample_normal(words: usize, out: usize, columns: i32, mean: f32, stdDev: f32): void {
  prepare_constants();
  const m = f32x4.splat(mean);
  const s = f32x4.splat(stdDev);
  const zero = f32x4.splat(0);
  const end = words + (<usize>columns << 2);
  for (; words < end; words += 32, out += 32) {
    const x = inverse_normal(uniform(v128.load(words)));
    const y = inverse_normal(uniform(v128.load(words, 16)));
    v128.store(out, f32x4.pmax(zero, f32x4.add(m, f32x4.mul(s, x))));
    v128.store(out, f32x4.pmax(zero, f32x4.add(m, f32x4.mul(s, y))), 16);
  }
}

@inline
function entry_at(guide: usize, word: u32): usize {
  return guide + (<usize>(word >>> guideShift) << 1);
}

// The outcome that a guide entry, sign-extended, and the thresholds give for a word.
@inline
function outcome(word: u32, entry: i32, thresholds: usize, count: i32): i32 {
  return entry < 0 ? search_from(word, entry & (straddles - 1), thresholds, count) : entry;
}

function search_from(word: u32, first: i32, thresholds: usize, count: i32): i32 {
  while (first < count && word >= load<u32>(thresholds + (<usize>first << 2))) first++;
  return first;
}

@inline
function word_at(table: usize, index: usize): u32 {
  return load<u32>(table + (index << 2));
}

// out[j] = the value that words[j] draws from a table of kind lattice or values, f32.
export function sample_discrete(words: usize, out: usize, columns: i32, table: usize): void {
  const guide = table + (<usize>word_at(table, tableGuide) << 2);
  const thresholds = table + (<usize>word_at(table, tableThresholds) << 2);
  const count = <i32>word_at(table, tableCount);
  if (word_at(table, tableKind) == kindValues) {
    const values = table + (<usize>word_at(table, tableValues) << 2);
    sample_values(words, out, columns, guide, thresholds, count, values);
    return;
  }
  const low = f32x4.splat(reinterpret<f32>(word_at(table, tableLow)));
  const end = words + (<usize>columns << 2);
  for (; words < end; words += 32, out += 32) {
    let g = i16x8.splat(0);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words)), g, 0);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words, 4)), g, 1);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words, 8)), g, 2);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words, 12)), g, 3);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words, 16)), g, 4);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words, 20)), g, 5);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words, 24)), g, 6);
    g = v128.load_lane<i16>(entry_at(guide, load<u32>(words, 28)), g, 7);
    // An entry that straddles has its top bit set: rare.
    if (i16x8.bitmask(g)) {
      g = i16x8(
        <i16>outcome(load<u32>(words), i16x8.extract_lane_s(g, 0), thresholds, count),
        <i16>outcome(load<u32>(words, 4), i16x8.extract_lane_s(g, 1), thresholds, count),
        <i16>outcome(load<u32>(words, 8), i16x8.extract_lane_s(g, 2), thresholds, count),
        <i16>outcome(load<u32>(words, 12), i16x8.extract_lane_s(g, 3), thresholds, count),
        <i16>outcome(load<u32>(words, 16), i16x8.extract_lane_s(g, 4), thresholds, count),
        <i16>outcome(load<u32>(words, 20), i16x8.extract_lane_s(g, 5), thresholds, count),
        <i16>outcome(load<u32>(words, 24), i16x8.extract_lane_s(g, 6), thresholds, count),
        <i16>outcome(load<u32>(words, 28), i16x8.extract_lane_s(g, 7), thresholds, count),
      );
    }
    v128.store(out, f32x4.add(low, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(g))));
    v128.store(out, f32x4.add(low, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(g))), 16);
  }
}

function sample_values(
  words: usize, out: usize, columns: i32, guide: usize, thresholds: usize, count: i32, values: usize,
): void {
  const end = words + (<usize>columns << 2);
  for (; words < end; words += 4, out += 4) {
    const word = load<u32>(words);
    const index = outcome(word, <i32>load<i16>(entry_at(guide, word)), thresholds, count);
    store<f32>(out, load<f32>(values + (<usize>index << 2)));
  }
}

// out[j] = what words[j] draws from a table of any kind; a constant does not read `words`.
export function sample_row(words: usize, out: usize, columns: i32, table: usize): void {
  const kind = word_at(table, tableKind);
  if (kind == kindLattice || kind == kindValues) {
    sample_discrete(words, out, columns, table);
  } else if (kind == kindNormal) {
    const mean = reinterpret<f32>(word_at(table, tableLow));
    sample_normal(words, out, columns, mean, reinterpret<f32>(word_at(table, tableSpread)));
  } else {
    const value = v128.load32_splat(table, tableLow << 2);
    for (const end = out + (<usize>columns << 2); out < end; out += 16) v128.store(out, value);
  }
}

// row[j] = round half to even(row[j] * numerator / 10000), exactly: row holds integers from 0 to below 2^24,
// the numerator is below 2^24 and the result must be, too. The quotient is rounded once before it is rounded
// to an integer, by less than the 1/10000 that separates it from the nearest tie it does not hit.
export function scale_exact(row: usize, columns: i32, numerator: i32): void {
  if (numerator == 10000) return;
  const n = f64x2.splat(<f64>numerator);
  const d = f64x2.splat(10000);
  const end = row + (<usize>columns << 2);
  for (; row < end; row += 16) {
    const x = v128.load(row);
    const low = f64x2.promote_low_f32x4(x);
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
    const a = f32x4.demote_f64x2_zero(f64x2.nearest(f64x2.div(f64x2.mul(low, n), d)));
    const b = f32x4.demote_f64x2_zero(f64x2.nearest(f64x2.div(f64x2.mul(high, n), d)));
    v128.store(row, v128.shuffle<i64>(a, b, 0, 2));
  }
}
