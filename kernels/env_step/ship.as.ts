// Take in, ship, trim, with one claim or two fair ones. Second stage of a node's period.

import {
  ALLOCATION_FAIR, CUSTOMERS, DELAYED, DEMAND, HAS_MAX_BACKORDER, INTEGER, LINK_FLAGS, LINK_NEW_AT, LINK_OUT_AT,
  LINK_OWED_AT, LOSES_UNMET, NODE_ALLOCATION, NODE_BASE, NODE_CLAIMS, NODE_CLAIM_COUNT, NODE_FLAGS,
  NODE_MAX_BACKORDER, ON_HAND, OWED, RECORDS_DEMAND, ROW_BYTES, S_AHEAD, S_DEMAND, S_LOST, S_ON_TIME, S_SHIPPED,
  S_TRIMMED,
} from "./layout";
import { look_ahead, serve_customers, take_off_order } from "./claims.as";
import { dispatch } from "./dispatch.as";
import { ship_any } from "./ship_any.as";
import { least, most, zero } from "./vectors.as";

/** Claims in order and ships; leaves ON_HAND as it was, writes OWED, DEMAND where kept, and the stages' rows. */
export function ship(
  tables: usize, node: usize, block: usize, scratch: usize, bytes: usize, detailed: bool,
): void {
  const links = tables + load<u32>(node, NODE_CLAIMS << 2);
  const count = load<u32>(node, NODE_CLAIM_COUNT << 2);
  if (count == 1) {
    ship_one(node, tables + load<u32>(links), block, scratch, bytes, detailed);
  } else if (count == 2 && are_plain(tables, node, links)) {
    ship_two(node, tables + load<u32>(links), tables + load<u32>(links, 4), block, scratch, bytes, detailed);
  } else {
    ship_any(tables, node, block, scratch, bytes);
  }
}

/** Whether two claims need nothing but a fair split: no delay, chance, lost sales, trimming or other rule. */
function are_plain(tables: usize, node: usize, links: usize): bool {
  const flags = load<u32>(tables + load<u32>(links), LINK_FLAGS << 2) |
    load<u32>(tables + load<u32>(links, 4), LINK_FLAGS << 2);
  return (flags & ~CUSTOMERS) == 0 && load<u32>(node, NODE_ALLOCATION << 2) == ALLOCATION_FAIR &&
    (load<u32>(node, NODE_FLAGS << 2) & HAS_MAX_BACKORDER) == 0;
}

function ship_one(
  node: usize, link: usize, block: usize, scratch: usize, bytes: usize, detailed: bool,
): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const node_flags = load<u32>(node, NODE_FLAGS << 2);
  const keeps_demand = (node_flags & RECORDS_DEMAND) != 0;
  const trims = (node_flags & HAS_MAX_BACKORDER) != 0;
  const flags = load<u32>(link, LINK_FLAGS << 2);
  const to_customers = (flags & CUSTOMERS) != 0;
  const loses = (flags & LOSES_UNMET) != 0;
  const delayed = (flags & DELAYED) != 0;
  const new_at = <usize>load<u32>(link, LINK_NEW_AT << 2);
  const most_owed = v128.load32_splat(node, NODE_MAX_BACKORDER << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const me = at + base;
    const to = scratch + c;
    const asked = v128.load(at + new_at);
    const old = v128.load(me, OWED * ROW_BYTES);
    const wanted = f32x4.add(old, asked);
    const shipped = least(v128.load(me, ON_HAND * ROW_BYTES), wanted);
    let owed = f32x4.sub(wanted, shipped);
    if (delayed) v128.store(to, look_ahead(link, flags, at, asked), S_AHEAD * ROW_BYTES);
    if (loses) {
      v128.store(to, owed, S_LOST * ROW_BYTES);
      owed = zero();
    }
    if (trims) {
      const trimmed = most(zero(), f32x4.sub(owed, most_owed));
      owed = f32x4.sub(owed, trimmed);
      v128.store(to, trimmed, S_TRIMMED * ROW_BYTES);
      if (!to_customers) take_off_order(link, at, trimmed);
    }
    v128.store(me, owed, OWED * ROW_BYTES);
    if (keeps_demand) v128.store(me, asked, DEMAND * ROW_BYTES);
    v128.store(to, shipped, S_SHIPPED * ROW_BYTES);
    if (!to_customers) dispatch(link, flags, at, shipped);
    if (!detailed) continue;
    const on_time = most(zero(), f32x4.sub(shipped, old));
    v128.store(to, asked, S_DEMAND * ROW_BYTES);
    v128.store(to, on_time, S_ON_TIME * ROW_BYTES);
    if (to_customers) serve_customers(to, asked, on_time, owed, shipped);
  }
}

/** What the first of two claimants gets of `available`, max-min; the second gets the rest of it up to its need. */
// @ts-ignore: decorator
@inline function first_of_two(available: v128, first: v128, second: v128, integer: bool): v128 {
  let half = f32x4.mul(available, f32x4.splat(0.5));
  if (integer) half = f32x4.ceil(half);
  return least(first, most(half, f32x4.sub(available, second)));
}

function ship_two(
  node: usize, first: usize, second: usize, block: usize, scratch: usize, bytes: usize, detailed: bool,
): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const node_flags = load<u32>(node, NODE_FLAGS << 2);
  const integer = (node_flags & INTEGER) != 0;
  const keeps_demand = (node_flags & RECORDS_DEMAND) != 0;
  const to_customers = (load<u32>(first, LINK_FLAGS << 2) & CUSTOMERS) != 0;
  const new_at_1 = <usize>load<u32>(first, LINK_NEW_AT << 2);
  const new_at_2 = <usize>load<u32>(second, LINK_NEW_AT << 2);
  const owed_at_1 = <usize>load<u32>(first, LINK_OWED_AT << 2);
  const owed_at_2 = <usize>load<u32>(second, LINK_OWED_AT << 2);
  const out_at_1 = <usize>load<u32>(first, LINK_OUT_AT << 2);
  const out_at_2 = <usize>load<u32>(second, LINK_OUT_AT << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const me = at + base;
    const to = scratch + c;
    const on_hand = v128.load(me, ON_HAND * ROW_BYTES);
    const new_1 = v128.load(at + new_at_1);
    const new_2 = v128.load(at + new_at_2);
    const old_1 = v128.load(at + owed_at_1);
    const old_2 = v128.load(at + owed_at_2);
    const gift_1 = first_of_two(on_hand, old_1, old_2, integer);
    const gift_2 = least(old_2, f32x4.sub(on_hand, gift_1));
    const rest = most(zero(), f32x4.sub(f32x4.sub(on_hand, gift_1), gift_2));
    const late_1 = first_of_two(rest, new_1, new_2, integer);
    const late_2 = least(new_2, f32x4.sub(rest, late_1));
    const demand = f32x4.add(new_1, new_2);
    const sent_1 = f32x4.add(gift_1, late_1);
    const sent_2 = f32x4.add(gift_2, late_2);
    // Rounding in real networks must not leave a debt below zero.
    const owed_1 = most(zero(), f32x4.sub(f32x4.add(old_1, new_1), sent_1));
    const owed_2 = most(zero(), f32x4.sub(f32x4.add(old_2, new_2), sent_2));
    v128.store(at + owed_at_1, owed_1);
    v128.store(at + owed_at_2, owed_2);
    v128.store(at + out_at_2, sent_2);
    v128.store(me, f32x4.add(owed_1, owed_2), OWED * ROW_BYTES);
    if (keeps_demand) v128.store(me, demand, DEMAND * ROW_BYTES);
    v128.store(to, least(on_hand, f32x4.add(f32x4.add(old_1, old_2), demand)), S_SHIPPED * ROW_BYTES);
    if (!to_customers) v128.store(at + out_at_1, sent_1);
    if (!detailed) continue;
    v128.store(to, demand, S_DEMAND * ROW_BYTES);
    v128.store(to, f32x4.add(late_1, late_2), S_ON_TIME * ROW_BYTES);
    if (to_customers) serve_customers(to, new_1, late_1, owed_1, sent_1);
  }
}
