// Goods in, which leave what is on order; external suppliers ship on the way. First stage of a node's period.

import {
  ACCUMULATES, DELAYED, FRACTION, FROM_SUPPLY, HAS_YIELD, INTEGER, KEEPS_TRANSIT, LINK_FLAGS, LINK_IN_AT,
  LINK_NEW_AT, LINK_ON_WAY_AT, LINK_OUT_AT, LINK_OWED_AT, LINK_TRANSIT_AT, LINK_TRANSIT_COST, LINK_YIELD,
  LINK_YIELD_FRACTION, NODE_BASE, NODE_FLAGS, NODE_SOURCING, NODE_SUPPLY, NODE_SUPPLY_COUNT, ON_HAND, ON_ORDER,
  ORDER, ROW_BYTES, SOURCING_ALL, S_NOT_SHIPPED, S_RECEIVED, S_TRANSIT_COST, S_WASTED,
} from "./layout";
import { dispatch } from "./dispatch.as";
import { floor_share, most, zero } from "./vectors.as";

/** Rows ON_HAND and ON_ORDER after what arrives, S_TRANSIT_COST; S_RECEIVED, S_NOT_SHIPPED, S_WASTED in detail. */
export function receive(
  tables: usize, node: usize, block: usize, scratch: usize, bytes: usize, detailed: bool,
): void {
  const links = tables + load<u32>(node, NODE_SUPPLY << 2);
  const link = tables + load<u32>(links);
  if (load<u32>(node, NODE_SUPPLY_COUNT << 2) == 1 && (load<u32>(link, LINK_FLAGS << 2) & ~FROM_SUPPLY) == 0) {
    receive_plain(node, link, block, scratch, bytes, detailed);
  } else {
    receive_any(tables, node, block, scratch, bytes, detailed);
  }
}

/** One link of a constant lead time, without delay, yield or bookkeeping of its own. */
function receive_plain(
  node: usize, link: usize, block: usize, scratch: usize, bytes: usize, detailed: bool,
): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const from_supply = (load<u32>(link, LINK_FLAGS << 2) & FROM_SUPPLY) != 0;
  const in_at = <usize>load<u32>(link, LINK_IN_AT << 2);
  const out_at = <usize>load<u32>(link, LINK_OUT_AT << 2);
  const owed_at = <usize>load<u32>(link, LINK_OWED_AT << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const me = at + base;
    const order = v128.load(me, ORDER * ROW_BYTES);
    // Before the receipt: with lead time 0 it is the same row.
    if (from_supply) v128.store(at + out_at, order);
    const received = v128.load(at + in_at);
    const on_order = f32x4.sub(f32x4.add(v128.load(me, ON_ORDER * ROW_BYTES), order), received);
    v128.store(me, most(zero(), on_order), ON_ORDER * ROW_BYTES);
    v128.store(me, f32x4.add(v128.load(me, ON_HAND * ROW_BYTES), received), ON_HAND * ROW_BYTES);
    if (detailed) {
      v128.store(scratch + c, received, S_RECEIVED * ROW_BYTES);
      v128.store(scratch + c, from_supply ? zero() : v128.load(at + owed_at), S_NOT_SHIPPED * ROW_BYTES);
    }
  }
}

function receive_any(
  tables: usize, node: usize, block: usize, scratch: usize, bytes: usize, detailed: bool,
): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const links = tables + load<u32>(node, NODE_SUPPLY << 2);
  const count = load<u32>(node, NODE_SUPPLY_COUNT << 2);
  const end = links + (count << 2);
  const integer = (load<u32>(node, NODE_FLAGS << 2) & INTEGER) != 0;
  const copies = f32x4.splat(load<u32>(node, NODE_SOURCING << 2) == SOURCING_ALL ? <f32>count : 1);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const me = at + base;
    const order = v128.load(me, ORDER * ROW_BYTES);
    let on_order = f32x4.add(v128.load(me, ON_ORDER * ROW_BYTES), f32x4.mul(order, copies));
    let received = zero();
    let not_shipped = zero();
    let wasted = zero();
    let transit_cost = zero();
    for (let entry = links; entry < end; entry += 4) {
      const link = tables + load<u32>(entry);
      const flags = load<u32>(link, LINK_FLAGS << 2);
      if (flags & FROM_SUPPLY) {
        const q = v128.load(at + load<u32>(link, LINK_NEW_AT << 2));
        if (flags & DELAYED) {
          const on_way_at = at + load<u32>(link, LINK_ON_WAY_AT << 2);
          v128.store(on_way_at, most(zero(), f32x4.sub(v128.load(on_way_at), q)));
        }
        dispatch(link, flags, at, q);
      } else {
        not_shipped = f32x4.add(not_shipped, v128.load(at + load<u32>(link, LINK_OWED_AT << 2)));
      }
      if (flags & DELAYED) {
        not_shipped = f32x4.add(not_shipped, v128.load(at + load<u32>(link, LINK_ON_WAY_AT << 2)));
      }
      const in_at = at + load<u32>(link, LINK_IN_AT << 2);
      const arrived = v128.load(in_at);
      if (flags & ACCUMULATES) v128.store(in_at, zero());
      on_order = f32x4.sub(on_order, arrived);
      if (flags & KEEPS_TRANSIT) {
        const transit_at = at + load<u32>(link, LINK_TRANSIT_AT << 2);
        const transit = most(zero(), f32x4.sub(v128.load(transit_at), arrived));
        v128.store(transit_at, transit);
        transit_cost = f32x4.add(transit_cost, f32x4.mul(transit, v128.load32_splat(link, LINK_TRANSIT_COST << 2)));
      }
      if (flags & HAS_YIELD) {
        const good = integer
          ? floor_share(arrived, <f32>load<u32>(link, LINK_YIELD << 2), <f32>FRACTION)
          : f32x4.mul(arrived, v128.load32_splat(link, LINK_YIELD_FRACTION << 2));
        wasted = f32x4.add(wasted, f32x4.sub(arrived, good));
        received = f32x4.add(received, good);
      } else {
        received = f32x4.add(received, arrived);
      }
    }
    v128.store(me, most(zero(), on_order), ON_ORDER * ROW_BYTES);
    v128.store(me, f32x4.add(v128.load(me, ON_HAND * ROW_BYTES), received), ON_HAND * ROW_BYTES);
    v128.store(scratch + c, transit_cost, S_TRANSIT_COST * ROW_BYTES);
    if (detailed) {
      v128.store(scratch + c, received, S_RECEIVED * ROW_BYTES);
      v128.store(scratch + c, not_shipped, S_NOT_SHIPPED * ROW_BYTES);
      v128.store(scratch + c, wasted, S_WASTED * ROW_BYTES);
    }
  }
}
