// What chance brings in a period: demand, lead times and the words of random sourcing, each into its row.

import { random_words, sample_discrete, sample_normal, scale_exact } from "../lib/random.as";
import {
  ARG_CONTROL, ARG_SCRATCH, ARG_TABLES, CONTROL_EPISODE, CONTROL_PHASE, CONTROL_SEED, DRAW_AT, DRAW_DELAY,
  DRAW_DISCRETE, DRAW_ENTITY, DRAW_KIND, DRAW_LENGTH, DRAW_LINK, DRAW_MEAN, DRAW_NORMAL, DRAW_PROFILE,
  DRAW_PROFILE_LENGTH, DRAW_RAW, DRAW_ROUNDS, DRAW_STD_DEV, DRAW_STREAM, DRAW_TABLE, DRAW_TABLE_VALUE, DRAW_WORDS,
  FRACTION, H_DRAWS, H_DRAW_COUNT, H_LINKS, LINK_PLACE_AT, LINK_WORDS, MEMBER_AT,
} from "./layout";
import { word } from "./vectors.as";

function fill(row: usize, bytes: usize, value: f32): void {
  const vector = f32x4.splat(value);
  for (let c: usize = 0; c < bytes; c += 16) v128.store(row + c, vector);
}

function multiply(row: usize, bytes: usize, factor: f32): void {
  const vector = f32x4.splat(factor);
  for (let c: usize = 0; c < bytes; c += 16) v128.store(row + c, f32x4.mul(v128.load(row + c), vector));
}

export function draw(args: usize, block: usize, period: u32, columns: i32): void {
  const tables = <usize>word(args, ARG_TABLES);
  const control = <usize>word(args, ARG_CONTROL);
  const words = <usize>word(args, ARG_SCRATCH);
  const seed = word(control, CONTROL_SEED);
  const phase = word(control, CONTROL_PHASE);
  const episode = word(control, CONTROL_EPISODE);
  const bytes = <usize>columns << 2;
  const links = tables + word(tables, H_LINKS);
  let record = tables + word(tables, H_DRAWS);
  const end = record + <usize>word(tables, H_DRAW_COUNT) * (DRAW_WORDS << 2);
  for (; record < end; record += DRAW_WORDS << 2) {
    const kind = word(record, DRAW_KIND);
    const link = <i32>word(record, DRAW_LINK);
    const row = block + (link < 0
      ? <usize>word(record, DRAW_AT)
      : <usize>word(links + <usize>link * (LINK_WORDS << 2), LINK_PLACE_AT));
    const due = period + word(record, DRAW_DELAY);
    const table = tables + word(record, DRAW_TABLE);
    const multipliers = word(record, DRAW_PROFILE_LENGTH);
    const rounds = word(record, DRAW_ROUNDS) != 0;
    const numerator = multipliers > 0
      ? load<i32>(tables + word(record, DRAW_PROFILE) + ((due % multipliers) << 2))
      : FRACTION;

    if (kind == DRAW_TABLE_VALUE) {
      const value = <f64>load<f32>(table + ((due % word(record, DRAW_LENGTH)) << 2));
      if (multipliers == 0) {
        fill(row, bytes, <f32>value);
      } else {
        const scaled = value * <f64>numerator / FRACTION;
        fill(row, bytes, <f32>(rounds ? nearest(scaled) : scaled));
      }
      continue;
    }
    const key = phase << 29 | word(record, DRAW_STREAM) << 24 | episode;
    const counter = period << 12 | word(record, DRAW_ENTITY);
    random_words(kind == DRAW_RAW ? row : words, block + MEMBER_AT, columns, seed, key, 0, counter);
    if (kind == DRAW_RAW) continue;
    if (kind == DRAW_DISCRETE) {
      sample_discrete(words, row, columns, table);
    } else {
      sample_normal(words, row, columns, load<f32>(record + (DRAW_MEAN << 2)), load<f32>(record + (DRAW_STD_DEV << 2)));
    }
    if (multipliers > 0) {
      if (rounds) scale_exact(row, columns, numerator);
      else multiply(row, bytes, <f32>(<f64>numerator / FRACTION));
    }
  }
}
