// env_step: whole periods of every environment: decide, receive, ship, charge, observe, reward, reset.
//
// Arrays, each [seed][block][row][column] with 256 environments a block and rows of 272 columns (env_step/layout.ts):
//   control       in      (seeds, CONTROL_WORDS) u32; env_reset and env_advance write the period and the episode
//   tables        in      (words) i32; the links' records follow the period, whatever it was before
//   state         in-out  (seeds, blocks, state rows, 272) f32; row 0 holds the u32 member numbers
//   actions       in      (seeds, blocks, action rows, 272) f32; agent-major, then the rule's parameters
//   observations  out     (seeds, blocks, observation rows, 272) f32; agent-major, then feature, then lag
//   finals        out     like observations: the last ones of an episode that ended in this step
//   rewards       out     (seeds, blocks, agents, 272) f32
//   metrics       in-out  (seeds, blocks, nodes * METRIC_ROWS, 272) f32: sums over periods
//   truncations   out     (seeds, blocks, 256) u8
// Work: a tile's part of all arrays is touched once a period, upstream node first; nothing is allocated.

import { decide } from "./env_step/decide.as";
import { draw } from "./env_step/draw.as";
import {
  ADVANCE_PERIODS, ADVANCE_SEEDS, ARG_ACTIONS, ARG_COLUMNS, ARG_CONTROL, ARG_FINAL_OBSERVATIONS, ARG_METRICS,
  ARG_OBSERVATIONS, ARG_PERIODS, ARG_REWARDS, ARG_SEEDS, ARG_STATE, ARG_TABLES, ARG_TRUNCATIONS, BLOCK_COLUMNS,
  CONTROL_AUTORESETS, CONTROL_EPISODE, CONTROL_METRICS, CONTROL_OBSERVES, CONTROL_PERIOD, CONTROL_WORDS,
  H_ACTION_BYTES, H_HORIZON, H_LINKS, H_LINK_COUNT, H_METRIC_BYTES, H_NODES,
  H_NODE_ORDER, H_OBSERVATION_BYTES, H_RESETS, H_RESET_COUNT, H_REWARD_BYTES, H_STATE_BYTES, LINK_DELAY,
  LINK_DELAY_RING_AT, LINK_IN_AT, LINK_LEAD_TIME, LINK_NEW_AT, LINK_OUT_AT, LINK_PLACE_AT, LINK_RING_AT,
  LINK_RING_LENGTH, LINK_SLOT, LINK_WORDS, RESET_AT, RESET_COLUMNS, RESET_SEEDS, RESET_VALUE, RESET_WORDS, ROW_BYTES,
} from "./env_step/layout";
import { node_period } from "./env_step/node_period.as";
import { observe, reward } from "./env_step/observe.as";

/** Environments that go through a period before the next ones, so that their rows stay in cache (64: 10% slower). */
const TILE_COLUMNS = 128;

/** Points every link at the rows of this period. */
function turn_rings(tables: usize, period: u32): void {
  let link = tables + load<u32>(tables, H_LINKS << 2);
  const end = link + <usize>load<u32>(tables, H_LINK_COUNT << 2) * (LINK_WORDS << 2);
  for (; link < end; link += LINK_WORDS << 2) {
    const length = load<u32>(link, LINK_RING_LENGTH << 2);
    if (length > 0) {
      const slot = period % length;
      const ring = load<u32>(link, LINK_RING_AT << 2);
      store<u32>(link + (LINK_SLOT << 2), slot);
      store<u32>(link + (LINK_IN_AT << 2), ring + slot * ROW_BYTES);
      const out = (period + load<u32>(link, LINK_LEAD_TIME << 2)) % length;
      store<u32>(link + (LINK_OUT_AT << 2), ring + out * ROW_BYTES);
    }
    const delay = load<u32>(link, LINK_DELAY << 2);
    if (delay > 0) {
      const ring = load<u32>(link, LINK_DELAY_RING_AT << 2);
      store<u32>(link + (LINK_NEW_AT << 2), ring + (period % (delay + 1)) * ROW_BYTES);
      store<u32>(link + (LINK_PLACE_AT << 2), ring + ((period + delay) % (delay + 1)) * ROW_BYTES);
    }
  }
}

function reset_block(tables: usize, block: usize, bytes: usize): void {
  // Row 0, the members, stays.
  const rows_end = block + load<u32>(tables, H_STATE_BYTES << 2);
  for (let row = block + ROW_BYTES; row < rows_end; row += ROW_BYTES) memory.fill(row, 0, bytes);
  let record = tables + load<u32>(tables, H_RESETS << 2);
  const end = record + <usize>load<u32>(tables, H_RESET_COUNT << 2) * (RESET_WORDS << 2);
  for (; record < end; record += RESET_WORDS << 2) {
    const value = v128.load32_splat(record, RESET_VALUE << 2);
    const row = block + load<u32>(record, RESET_AT << 2);
    for (let c: usize = 0; c < bytes; c += 16) v128.store(row + c, value);
  }
}

function copy_rows(to: usize, from: usize, extent: usize, bytes: usize): void {
  for (let row: usize = 0; row < extent; row += ROW_BYTES) memory.copy(to + row, from + row, bytes);
}

// @ts-ignore: decorator
@inline function block_columns(columns: i32, index: u32): i32 {
  return (min(BLOCK_COLUMNS, columns - <i32>index * BLOCK_COLUMNS) + 7) & ~7;
}

/** Puts all environments at the start of an episode (CONTROL_EPISODE) and writes the first observations. */
export function env_reset(args: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const columns = <i32>load<u32>(args, RESET_COLUMNS << 2);
  const blocks = <u32>((columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS);
  const seeds = load<u32>(args, RESET_SEEDS << 2);
  turn_rings(tables, 0);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>load<u32>(args, ARG_CONTROL << 2) + s * (CONTROL_WORDS << 2);
    const observes = load<u32>(control, CONTROL_OBSERVES << 2) != 0;
    store<u32>(control + (CONTROL_PERIOD << 2), 0);
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = <usize>block_columns(columns, b) << 2;
      const index = s * blocks + b;
      const block = <usize>load<u32>(args, ARG_STATE << 2) + index * load<u32>(tables, H_STATE_BYTES << 2);
      reset_block(tables, block, bytes);
      const observed = index * load<u32>(tables, H_OBSERVATION_BYTES << 2);
      if (observes) observe(args, block, load<u32>(args, ARG_OBSERVATIONS << 2) + observed, 0, bytes);
    }
  }
}

/** Runs `periods` periods of every environment with the actions as they stand, from the period that control says. */
export function env_step(args: usize): void {
  const seeds = load<u32>(args, ARG_SEEDS << 2);
  const columns = <i32>load<u32>(args, ARG_COLUMNS << 2);
  const blocks = <u32>((columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>load<u32>(args, ARG_CONTROL << 2) + s * (CONTROL_WORDS << 2);
    for (let b: u32 = 0; b < blocks; b++) step_block(args, control, s * blocks + b, block_columns(columns, b));
  }
}

/** Block `index`, counted through all seeds, with `in_block` columns. */
function step_block(args: usize, control: usize, index: u32, in_block: i32): void {
  const periods = load<u32>(args, ARG_PERIODS << 2);
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const nodes = load<u32>(tables, H_NODES << 2);
  const order = tables + load<u32>(tables, H_NODE_ORDER << 2);
  const level = load<u32>(control, CONTROL_METRICS << 2);
  const observes = load<u32>(control, CONTROL_OBSERVES << 2) != 0;
  const autoresets = load<u32>(control, CONTROL_AUTORESETS << 2) != 0;
  const horizon = load<u32>(tables, H_HORIZON << 2);
  for (let tile = 0; tile < in_block; tile += TILE_COLUMNS) {
    const count = min(TILE_COLUMNS, in_block - tile);
    const bytes = <usize>count << 2;
    const first = <usize>tile << 2;
    const block = load<u32>(args, ARG_STATE << 2) + index * load<u32>(tables, H_STATE_BYTES << 2) + first;
    const actions = load<u32>(args, ARG_ACTIONS << 2) + index * load<u32>(tables, H_ACTION_BYTES << 2) + first;
    const observed = index * load<u32>(tables, H_OBSERVATION_BYTES << 2) + first;
    const observations = load<u32>(args, ARG_OBSERVATIONS << 2) + observed;
    const finals = load<u32>(args, ARG_FINAL_OBSERVATIONS << 2) + observed;
    const rewards = load<u32>(args, ARG_REWARDS << 2) + index * load<u32>(tables, H_REWARD_BYTES << 2) + first;
    const metrics = load<u32>(args, ARG_METRICS << 2) + index * load<u32>(tables, H_METRIC_BYTES << 2) + first;
    let period = load<u32>(control, CONTROL_PERIOD << 2);
    let episode = load<u32>(control, CONTROL_EPISODE << 2);
    let truncated = false;
    for (let p: u32 = 0; p < periods; p++) {
      turn_rings(tables, period);
      draw(args, control, block, episode, period, count);
      for (let k: u32 = 0; k < nodes; k++) decide(args, tables + load<u32>(order + (k << 2)), block, actions, bytes);
      for (let k: u32 = 0; k < nodes; k++) {
        node_period(args, tables + load<u32>(order + (k << 2)), block, metrics, level, bytes);
      }
      period++;
      if (observes) {
        reward(args, block, rewards, bytes);
        observe(args, block, observations, period, bytes);
      }
      const ends = period == horizon;
      truncated = truncated || ends;
      if (ends && autoresets) {
        if (observes) copy_rows(finals, observations, load<u32>(tables, H_OBSERVATION_BYTES << 2), bytes);
        period = 0;
        episode++;
        reset_block(tables, block, bytes);
        if (observes) observe(args, block, observations, 0, bytes);
      }
    }
    memory.fill(load<u32>(args, ARG_TRUNCATIONS << 2) + index * BLOCK_COLUMNS + tile, truncated ? 1 : 0, <usize>count);
  }
}

/** Moves the period and the episode on, after env_step: its columns all start from the same ones. */
export function env_advance(args: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const seeds = load<u32>(args, ADVANCE_SEEDS << 2);
  const periods = load<u32>(args, ADVANCE_PERIODS << 2);
  const horizon = load<u32>(tables, H_HORIZON << 2);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>load<u32>(args, ARG_CONTROL << 2) + s * (CONTROL_WORDS << 2);
    let period = load<u32>(control, CONTROL_PERIOD << 2) + periods;
    if (load<u32>(control, CONTROL_AUTORESETS << 2) != 0) {
      const episode = load<u32>(control, CONTROL_EPISODE << 2) + period / horizon;
      store<u32>(control + (CONTROL_EPISODE << 2), episode);
      period %= horizon;
    }
    store<u32>(control + (CONTROL_PERIOD << 2), period);
  }
}
