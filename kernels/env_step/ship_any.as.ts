// Take in, ship, trim, with any claims. Second stage of a node's period, the general form.

import {
  CUSTOMERS, DELAYED, DEMAND, HAS_MAX_BACKORDER, INTEGER, LINK_FLAGS, LINK_NEW_AT, LINK_OWED_AT, LOSES_UNMET,
  NODE_ALLOCATION, NODE_BASE, NODE_CLAIMS, NODE_CLAIM_COUNT, NODE_FLAGS, NODE_MAX_BACKORDER, ON_HAND, OWED,
  RECORDS_DEMAND, ROW_BYTES, SCRATCH_ROWS, S_AHEAD, S_DEMAND, S_LOST, S_ON_TIME, S_SHIPPED, S_TRIMMED,
} from "./layout";
import { allocate } from "./allocate.as";
import { look_ahead, serve_customers, take_off_order } from "./claims.as";
import { dispatch } from "./dispatch.as";
import { least, most, zero } from "./vectors.as";

/** Any number of claims under any rule. */
export function ship_any(tables: usize, node: usize, block: usize, scratch: usize, bytes: usize): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const node_flags = load<u32>(node, NODE_FLAGS << 2);
  const integer = (node_flags & INTEGER) != 0;
  const keeps_demand = (node_flags & RECORDS_DEMAND) != 0;
  const trims = (node_flags & HAS_MAX_BACKORDER) != 0;
  const rule = load<u32>(node, NODE_ALLOCATION << 2);
  const links = tables + load<u32>(node, NODE_CLAIMS << 2);
  const count = load<i32>(node, NODE_CLAIM_COUNT << 2);
  const most_owed = v128.load32_splat(node, NODE_MAX_BACKORDER << 2);
  const needs = scratch + SCRATCH_ROWS * ROW_BYTES;
  const gifts = needs + (<usize>count << 4);
  const late_gifts = gifts + (<usize>count << 4);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const me = at + base;
    const to = scratch + c;
    const on_hand = v128.load(me, ON_HAND * ROW_BYTES);
    let demand = zero();
    let old_total = zero();
    let ahead = zero();
    for (let i = 0; i < count; i++) {
      const link = tables + load<u32>(links + (<usize>i << 2));
      const flags = load<u32>(link, LINK_FLAGS << 2);
      const asked = v128.load(at + load<u32>(link, LINK_NEW_AT << 2));
      old_total = f32x4.add(old_total, v128.load(at + load<u32>(link, LINK_OWED_AT << 2)));
      demand = f32x4.add(demand, asked);
      if (flags & DELAYED) ahead = f32x4.add(ahead, look_ahead(link, flags, at, asked));
    }
    const wanted = f32x4.add(old_total, demand);
    const shipped = least(on_hand, wanted);
    if (keeps_demand) v128.store(me, demand, DEMAND * ROW_BYTES);
    v128.store(to, demand, S_DEMAND * ROW_BYTES);
    v128.store(to, shipped, S_SHIPPED * ROW_BYTES);
    v128.store(to, ahead, S_AHEAD * ROW_BYTES);
    v128.store(to, zero(), S_LOST * ROW_BYTES);
    v128.store(to, zero(), S_TRIMMED * ROW_BYTES);
    if (v128.any_true(f32x4.gt(wanted, shipped))) {
      // Old debts first, then with what remains the new claims.
      for (let i = 0; i < count; i++) {
        const link = tables + load<u32>(links + (<usize>i << 2));
        v128.store(needs + (<usize>i << 4), v128.load(at + load<u32>(link, LINK_OWED_AT << 2)));
      }
      const given = allocate(rule, tables, links, count, at, on_hand, needs, gifts, integer);
      for (let i = 0; i < count; i++) {
        const link = tables + load<u32>(links + (<usize>i << 2));
        v128.store(needs + (<usize>i << 4), v128.load(at + load<u32>(link, LINK_NEW_AT << 2)));
      }
      const rest = most(zero(), f32x4.sub(on_hand, given));
      const on_time = allocate(rule, tables, links, count, at, rest, needs, late_gifts, integer);
      v128.store(to, on_time, S_ON_TIME * ROW_BYTES);
      let excess = zero();
      if (trims) {
        let owed = f32x4.sub(wanted, shipped);
        // What customers will lose is not owed to them.
        if (load<u32>(tables + load<u32>(links), LINK_FLAGS << 2) & LOSES_UNMET) {
          owed = f32x4.sub(owed, f32x4.sub(v128.load(needs), v128.load(late_gifts)));
        }
        excess = most(zero(), f32x4.sub(owed, most_owed));
      }
      hand_out(tables, links, count, at, to, me, gifts, late_gifts, excess, trims);
    } else {
      v128.store(to, demand, S_ON_TIME * ROW_BYTES);
      v128.store(me, zero(), OWED * ROW_BYTES);
      for (let i = 0; i < count; i++) {
        const link = tables + load<u32>(links + (<usize>i << 2));
        const flags = load<u32>(link, LINK_FLAGS << 2);
        const owed_at = at + load<u32>(link, LINK_OWED_AT << 2);
        const asked = v128.load(at + load<u32>(link, LINK_NEW_AT << 2));
        const sent = f32x4.add(v128.load(owed_at), asked);
        v128.store(owed_at, zero());
        if (flags & CUSTOMERS) serve_customers(to, asked, asked, zero(), sent);
        else dispatch(link, flags, at, sent);
      }
    }
  }
}

/** Ships the gifts of both passes and settles each claim's debt; the last claim first, as trimming goes. */
function hand_out(
  tables: usize, links: usize, count: i32, at: usize, to: usize, me: usize, gifts: usize, late_gifts: usize,
  excess: v128, trims: bool,
): void {
  let owed_total = zero();
  let trimmed = zero();
  for (let i = count - 1; i >= 0; i--) {
    const link = tables + load<u32>(links + (<usize>i << 2));
    const flags = load<u32>(link, LINK_FLAGS << 2);
    const asked = v128.load(at + load<u32>(link, LINK_NEW_AT << 2));
    const owed_at = at + load<u32>(link, LINK_OWED_AT << 2);
    const late = v128.load(late_gifts + (<usize>i << 4));
    const sent = f32x4.add(v128.load(gifts + (<usize>i << 4)), late);
    let owed = most(zero(), f32x4.sub(f32x4.add(v128.load(owed_at), asked), sent));
    if (flags & LOSES_UNMET) {
      v128.store(to, owed, S_LOST * ROW_BYTES);
      owed = zero();
    } else if (trims) {
      const cut = least(excess, f32x4.sub(asked, late));
      excess = f32x4.sub(excess, cut);
      trimmed = f32x4.add(trimmed, cut);
      owed = most(zero(), f32x4.sub(owed, cut));
      if (!(flags & CUSTOMERS)) take_off_order(link, at, cut);
    }
    v128.store(owed_at, owed);
    owed_total = f32x4.add(owed_total, owed);
    if (flags & CUSTOMERS) serve_customers(to, asked, late, owed, sent);
    else dispatch(link, flags, at, sent);
  }
  v128.store(me, owed_total, OWED * ROW_BYTES);
  v128.store(to, trimmed, S_TRIMMED * ROW_BYTES);
}
