// What both forms of shipping do to a claim.

import {
  CUSTOMERS, IS_SEEN, LINK_BUYER_BASE, LINK_ON_WAY_AT, LINK_PLACE_AT, ON_ORDER, ROW_BYTES, S_CUSTOMERS_DEMAND,
  S_CUSTOMERS_ON_TIME, S_CUSTOMERS_OWED, S_CUSTOMERS_SHIPPED,
} from "./layout";
import { most, zero } from "./vectors.as";

/** Orders on their way, or known demand, after what was asked for now; returns what the node sees of them. */
// @ts-ignore: decorator
@inline export function look_ahead(link: usize, flags: u32, at: usize, asked: v128): v128 {
  const on_way_at = at + load<u32>(link, LINK_ON_WAY_AT << 2);
  let on_way = most(zero(), f32x4.sub(v128.load(on_way_at), asked));
  if (flags & CUSTOMERS) on_way = f32x4.add(on_way, v128.load(at + load<u32>(link, LINK_PLACE_AT << 2)));
  v128.store(on_way_at, on_way);
  return flags & IS_SEEN ? on_way : zero();
}

// @ts-ignore: decorator
@inline export function take_off_order(link: usize, at: usize, units: v128): void {
  const buyer = at + load<u32>(link, LINK_BUYER_BASE << 2);
  v128.store(buyer, f32x4.sub(v128.load(buyer, ON_ORDER * ROW_BYTES), units), ON_ORDER * ROW_BYTES);
}

/** What customers asked for, got in time, are owed now, and got. */
// @ts-ignore: decorator
@inline export function serve_customers(to: usize, asked: v128, on_time: v128, owed: v128, sent: v128): void {
  v128.store(to, asked, S_CUSTOMERS_DEMAND * ROW_BYTES);
  v128.store(to, on_time, S_CUSTOMERS_ON_TIME * ROW_BYTES);
  v128.store(to, owed, S_CUSTOMERS_OWED * ROW_BYTES);
  v128.store(to, sent, S_CUSTOMERS_SHIPPED * ROW_BYTES);
}
