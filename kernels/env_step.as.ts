// env_step: whole periods of every environment: decide, receive, ship, charge, observe, reward, reset.
//
// Arrays, each [block][row][column] with 256 environments a block and rows of 272 columns (env_step/layout.ts):
//   state         in-out  (blocks, state rows, 272) f32; row 0 holds the u32 member numbers
//   actions       in      (blocks, action rows, 272) f32; agent-major, then the rule's parameters
//   observations  out     (blocks, observation rows, 272) f32; agent-major, then feature, then lag
//   finals        out     like observations: the last ones of an episode that ended in this step
//   rewards       out     (blocks, agents, 272) f32
//   metrics       in-out  (blocks, nodes * 22, 272) f32: sums over periods
//   truncations   out     (environments) u8
// Work: all arrays of a block are touched once a period, upstream node first; nothing is allocated.

import { decide } from "./env_step/decide.as";
import { draw } from "./env_step/draw.as";
import {
  ARG_ACTIONS, ARG_COLUMNS, ARG_CONTROL, ARG_FINAL_OBSERVATIONS, ARG_METRICS, ARG_OBSERVATIONS, ARG_REWARDS, ARG_STATE,
  ARG_TABLES, ARG_TRUNCATIONS, BLOCK_COLUMNS, CONTROL_AUTORESETS, CONTROL_EPISODE, CONTROL_METRICS, CONTROL_OBSERVES,
  CONTROL_PERIOD, H_ACTION_BYTES, H_HORIZON, H_LINKS, H_LINK_COUNT, H_METRIC_BYTES, H_NODES,
  H_NODE_ORDER, H_OBSERVATION_BYTES, H_RESETS, H_RESET_COUNT, H_REWARD_BYTES, H_STATE_BYTES, LINK_DELAY,
  LINK_DELAY_RING_AT, LINK_IN_AT, LINK_LEAD_TIME, LINK_NEW_AT, LINK_OUT_AT, LINK_PLACE_AT, LINK_RING_AT,
  LINK_RING_LENGTH, LINK_SLOT, LINK_WORDS, RESET_AT, RESET_VALUE, RESET_WORDS, ROW_BYTES,
} from "./env_step/layout";
import { node_period } from "./env_step/node_period.as";
import { observe, reward } from "./env_step/observe.as";
import { splat, word } from "./env_step/vectors.as";

/** Points every link at the rows of this period. */
function turn_rings(tables: usize, period: u32): void {
  let link = tables + word(tables, H_LINKS);
  const end = link + <usize>word(tables, H_LINK_COUNT) * (LINK_WORDS << 2);
  for (; link < end; link += LINK_WORDS << 2) {
    const length = word(link, LINK_RING_LENGTH);
    if (length > 0) {
      const slot = period % length;
      const ring = word(link, LINK_RING_AT);
      store<u32>(link + (LINK_SLOT << 2), slot);
      store<u32>(link + (LINK_IN_AT << 2), ring + slot * ROW_BYTES);
      store<u32>(link + (LINK_OUT_AT << 2), ring + ((period + word(link, LINK_LEAD_TIME)) % length) * ROW_BYTES);
    }
    const delay = word(link, LINK_DELAY);
    if (delay > 0) {
      const ring = word(link, LINK_DELAY_RING_AT);
      store<u32>(link + (LINK_NEW_AT << 2), ring + (period % (delay + 1)) * ROW_BYTES);
      store<u32>(link + (LINK_PLACE_AT << 2), ring + ((period + delay) % (delay + 1)) * ROW_BYTES);
    }
  }
}

function reset_block(tables: usize, block: usize, bytes: usize): void {
  // Row 0, the members, stays.
  memory.fill(block + ROW_BYTES, 0, word(tables, H_STATE_BYTES) - ROW_BYTES);
  let record = tables + word(tables, H_RESETS);
  const end = record + <usize>word(tables, H_RESET_COUNT) * (RESET_WORDS << 2);
  for (; record < end; record += RESET_WORDS << 2) {
    const value = splat(record, RESET_VALUE);
    const row = block + word(record, RESET_AT);
    for (let c: usize = 0; c < bytes; c += 16) v128.store(row + c, value);
  }
}

// @ts-ignore: decorator
@inline function block_columns(columns: i32, index: u32): i32 {
  return (min(BLOCK_COLUMNS, columns - <i32>index * BLOCK_COLUMNS) + 7) & ~7;
}

/** Puts all environments at the start of an episode (CONTROL_EPISODE) and writes the first observations. */
export function env_reset(args: usize): void {
  const tables = <usize>word(args, ARG_TABLES);
  const control = <usize>word(args, ARG_CONTROL);
  const columns = <i32>word(args, ARG_COLUMNS);
  const blocks = (columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
  store<u32>(control + (CONTROL_PERIOD << 2), 0);
  turn_rings(tables, 0);
  for (let b: u32 = 0; b < <u32>blocks; b++) {
    const bytes = <usize>block_columns(columns, b) << 2;
    const block = <usize>word(args, ARG_STATE) + b * word(tables, H_STATE_BYTES);
    reset_block(tables, block, bytes);
    observe(args, block, <usize>word(args, ARG_OBSERVATIONS) + b * word(tables, H_OBSERVATION_BYTES), 0, bytes);
  }
}

/** Runs `periods` periods of every environment with the actions as they stand. */
export function env_step(args: usize, periods: u32): void {
  const tables = <usize>word(args, ARG_TABLES);
  const control = <usize>word(args, ARG_CONTROL);
  const columns = <i32>word(args, ARG_COLUMNS);
  const blocks = <u32>((columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS);
  const nodes = word(tables, H_NODES);
  const order = tables + word(tables, H_NODE_ORDER);
  const level = word(control, CONTROL_METRICS);
  const observes = word(control, CONTROL_OBSERVES) != 0;
  const autoresets = word(control, CONTROL_AUTORESETS) != 0;
  const horizon = word(tables, H_HORIZON);
  const first_period = word(control, CONTROL_PERIOD);
  const first_episode = word(control, CONTROL_EPISODE);
  let period = first_period;
  let episode = first_episode;

  for (let b: u32 = 0; b < blocks; b++) {
    const count = block_columns(columns, b);
    const bytes = <usize>count << 2;
    const block = <usize>word(args, ARG_STATE) + b * word(tables, H_STATE_BYTES);
    const actions = <usize>word(args, ARG_ACTIONS) + b * word(tables, H_ACTION_BYTES);
    const observations = <usize>word(args, ARG_OBSERVATIONS) + b * word(tables, H_OBSERVATION_BYTES);
    const finals = <usize>word(args, ARG_FINAL_OBSERVATIONS) + b * word(tables, H_OBSERVATION_BYTES);
    const rewards = <usize>word(args, ARG_REWARDS) + b * word(tables, H_REWARD_BYTES);
    const metrics = <usize>word(args, ARG_METRICS) + b * word(tables, H_METRIC_BYTES);
    period = first_period;
    episode = first_episode;
    let truncated = false;
    for (let p: u32 = 0; p < periods; p++) {
      store<u32>(control + (CONTROL_EPISODE << 2), episode);
      turn_rings(tables, period);
      draw(args, block, period, count);
      for (let k: u32 = 0; k < nodes; k++) decide(args, tables + load<u32>(order + (k << 2)), block, actions, bytes);
      for (let k: u32 = 0; k < nodes; k++) {
        node_period(args, tables + load<u32>(order + (k << 2)), block, metrics, level, bytes);
      }
      period++;
      if (observes) {
        reward(args, block, rewards, bytes);
        observe(args, block, observations, period, bytes);
      }
      truncated = autoresets && period == horizon;
      if (truncated) {
        if (observes) memory.copy(finals, observations, word(tables, H_OBSERVATION_BYTES));
        period = 0;
        episode++;
        reset_block(tables, block, bytes);
        if (observes) observe(args, block, observations, 0, bytes);
      }
    }
    memory.fill(<usize>word(args, ARG_TRUNCATIONS) + b * BLOCK_COLUMNS, truncated ? 1 : 0, <usize>count);
  }
  store<u32>(control + (CONTROL_PERIOD << 2), period);
  store<u32>(control + (CONTROL_EPISODE << 2), episode);
}
