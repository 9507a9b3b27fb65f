// Observations, scaled to [-1, 1], and the rewards of the agents.

import {
  ARG_TABLES, H_HORIZON, H_OBSERVATIONS, H_OBSERVATION_COUNT, H_REWARDS, H_REWARD_COUNT, LINK_RING_AT,
  LINK_RING_LENGTH, NODE_SUPPLY, NODE_SUPPLY_COUNT, OBSERVE_AHEAD, OBSERVE_FROM_AT, OBSERVE_KIND, OBSERVE_LAGS,
  OBSERVE_NODE, OBSERVE_OFFSET, OBSERVE_SCALE, OBSERVE_SLOT, OBSERVE_TIME, OBSERVE_TO_AT, OBSERVE_WORDS,
  REWARD_COUNT, REWARD_TERMS, REWARD_TO_AT, REWARD_WORDS, ROW_BYTES,
} from "./layout";
import { least, most, zero } from "./vectors.as";

/** Goods of all supply links that arrive `ahead` periods after the last of the `done` completed ones. */
function arriving(tables: usize, node: usize, at: usize, done: u32, ahead: u32): v128 {
  let sum = zero();
  let list = tables + load<u32>(node, NODE_SUPPLY << 2);
  for (let k: u32 = 0; k < load<u32>(node, NODE_SUPPLY_COUNT << 2); k++, list += 4) {
    const link = tables + load<u32>(list);
    const length = load<u32>(link, LINK_RING_LENGTH << 2);
    if (ahead > length) continue;
    const slot = (done - 1 + ahead) % length;
    // The slot of the completed period itself still holds what has been received.
    if (done > 0 && slot == (done - 1) % length) continue;
    sum = f32x4.add(sum, v128.load(at + load<u32>(link, LINK_RING_AT << 2) + <usize>slot * ROW_BYTES));
  }
  return sum;
}

/** Writes a block's observations after `done` periods of the episode; past values are 0 where done is 0. */
export function observe(args: usize, block: usize, observations: usize, done: u32, bytes: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const low = f32x4.splat(-1);
  const high = f32x4.splat(1);
  let record = tables + load<u32>(tables, H_OBSERVATIONS << 2);
  const end = record + <usize>load<u32>(tables, H_OBSERVATION_COUNT << 2) * (OBSERVE_WORDS << 2);
  for (; record < end; record += OBSERVE_WORDS << 2) {
    const kind = load<u32>(record, OBSERVE_KIND << 2);
    const to = observations + load<u32>(record, OBSERVE_TO_AT << 2);
    const lags = <i32>load<u32>(record, OBSERVE_LAGS << 2);
    const scale = v128.load32_splat(record, OBSERVE_SCALE << 2);
    const offset = v128.load32_splat(record, OBSERVE_OFFSET << 2);
    if (done == 0) {
      const nothing = most(low, least(high, offset));
      for (let k = 1; k <= lags; k++) {
        for (let c: usize = 0; c < bytes; c += 16) v128.store(to + <usize>k * ROW_BYTES + c, nothing);
      }
    } else {
      for (let k = lags; k > 0; k--) memory.copy(to + <usize>k * ROW_BYTES, to + <usize>(k - 1) * ROW_BYTES, bytes);
    }
    if (kind == OBSERVE_TIME) {
      const share = f32x4.splat(<f32>done / <f32>load<u32>(tables, H_HORIZON << 2));
      const value = most(low, least(high, f32x4.add(f32x4.mul(share, scale), offset)));
      for (let c: usize = 0; c < bytes; c += 16) v128.store(to + c, value);
    } else if (kind == OBSERVE_SLOT) {
      const node = tables + load<u32>(record, OBSERVE_NODE << 2);
      const ahead = load<u32>(record, OBSERVE_AHEAD << 2);
      for (let c: usize = 0; c < bytes; c += 16) {
        const value = arriving(tables, node, block + c, done, ahead);
        v128.store(to + c, most(low, least(high, f32x4.add(f32x4.mul(value, scale), offset))));
      }
    } else {
      const from = block + load<u32>(record, OBSERVE_FROM_AT << 2);
      for (let c: usize = 0; c < bytes; c += 32) {
        const a = f32x4.add(f32x4.mul(v128.load(from + c), scale), offset);
        const b = f32x4.add(f32x4.mul(v128.load(from + c, 16), scale), offset);
        v128.store(to + c, most(low, least(high, a)));
        v128.store(to + c, most(low, least(high, b)), 16);
      }
    }
  }
}

/** Rewards of the agents: rows of the reward matrix, already scaled, times the nodes' profits. */
export function reward(args: usize, block: usize, rewards: usize, bytes: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  let record = tables + load<u32>(tables, H_REWARDS << 2);
  const end = record + <usize>load<u32>(tables, H_REWARD_COUNT << 2) * (REWARD_WORDS << 2);
  let before: usize = 0;
  for (; record < end; record += REWARD_WORDS << 2) {
    const to = rewards + load<u32>(record, REWARD_TO_AT << 2);
    const terms = load<u32>(record, REWARD_COUNT << 2);
    if (terms == 0) {
      memory.copy(to, before, bytes);
      continue;
    }
    const first = tables + load<u32>(record, REWARD_TERMS << 2);
    for (let c: usize = 0; c < bytes; c += 16) {
      let sum = zero();
      for (let k: u32 = 0; k < terms; k++) {
        const term = first + (k << 3);
        sum = f32x4.add(sum, f32x4.mul(v128.load(block + load<u32>(term) + c), v128.load32_splat(term, 4)));
      }
      v128.store(to + c, sum);
    }
    before = to;
  }
}
