// What chance brings in a period: demand, lead times and the words of random sourcing, each into its row.

import { random_words, sample_discrete, sample_normal, scale_exact } from "../lib/random.as";
import {
  ARG_SCRATCH, ARG_TABLES, CONTROL_PHASE, CONTROL_SEED, DRAW_AT, DRAW_DELAY,
  DRAW_DISCRETE, DRAW_ENTITY, DRAW_KIND, DRAW_LENGTH, DRAW_LINK, DRAW_MEAN, DRAW_PROFILE,
  DRAW_PROFILE_LENGTH, DRAW_RAW, DRAW_ROUNDS, DRAW_STD_DEV, DRAW_STREAM, DRAW_TABLE, DRAW_TABLE_VALUE, DRAW_WORDS,
  FRACTION, H_DRAWS, H_DRAW_COUNT, H_LINKS, LINK_PLACE_AT, LINK_WORDS, MEMBER_AT,
} from "./layout";

function fill(row: usize, bytes: usize, value: f32): void {
  const vector = f32x4.splat(value);
  for (let c: usize = 0; c < bytes; c += 16) v128.store(row + c, vector);
}

function multiply(row: usize, bytes: usize, factor: f32): void {
  const vector = f32x4.splat(factor);
  for (let c: usize = 0; c < bytes; c += 16) v128.store(row + c, f32x4.mul(v128.load(row + c), vector));
}

export function draw(
  args: usize, control: usize, block: usize, episode: u32, period: u32, columns: i32,
): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const words = <usize>load<u32>(args, ARG_SCRATCH << 2);
  const seed = load<u32>(control, CONTROL_SEED << 2);
  const phase = load<u32>(control, CONTROL_PHASE << 2);
  const bytes = <usize>columns << 2;
  const links = tables + load<u32>(tables, H_LINKS << 2);
  let record = tables + load<u32>(tables, H_DRAWS << 2);
  const end = record + <usize>load<u32>(tables, H_DRAW_COUNT << 2) * (DRAW_WORDS << 2);
  for (; record < end; record += DRAW_WORDS << 2) {
    const kind = load<u32>(record, DRAW_KIND << 2);
    const link = <i32>load<u32>(record, DRAW_LINK << 2);
    const row = block + (link < 0
      ? <usize>load<u32>(record, DRAW_AT << 2)
      : <usize>load<u32>(links + <usize>link * (LINK_WORDS << 2), LINK_PLACE_AT << 2));
    const due = period + load<u32>(record, DRAW_DELAY << 2);
    const table = tables + load<u32>(record, DRAW_TABLE << 2);
    const multipliers = load<u32>(record, DRAW_PROFILE_LENGTH << 2);
    const rounds = load<u32>(record, DRAW_ROUNDS << 2) != 0;
    const numerator = multipliers > 0
      ? load<i32>(tables + load<u32>(record, DRAW_PROFILE << 2) + ((due % multipliers) << 2))
      : FRACTION;

    if (kind == DRAW_TABLE_VALUE) {
      fill(row, bytes, load<f32>(table + ((due % load<u32>(record, DRAW_LENGTH << 2)) << 2)));
      continue;
    }
    const key = phase << 29 | load<u32>(record, DRAW_STREAM << 2) << 24 | episode;
    const counter = period << 12 | load<u32>(record, DRAW_ENTITY << 2);
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
