// Shipments into the rings of what is in transit.

import {
  ACCUMULATES, KEEPS_TRANSIT, LINK_LEAD_TIME_AT, LINK_OUT_AT, LINK_RING_AT, LINK_RING_LENGTH, LINK_SLOT,
  LINK_TRANSIT_AT, RANDOM_LEAD_TIME, ROW_BYTES,
} from "./layout";
import { add_to, zero } from "./vectors.as";

/** Sends goods on their way. */
// @ts-ignore: decorator
@inline export function dispatch(link: usize, flags: u32, at: usize, q: v128): void {
  if (flags & KEEPS_TRANSIT) add_to(at + load<u32>(link, LINK_TRANSIT_AT << 2), q);
  if (flags & RANDOM_LEAD_TIME) {
    if (v128.any_true(f32x4.gt(q, zero()))) scatter(link, at, q);
  } else if (flags & ACCUMULATES) {
    add_to(at + load<u32>(link, LINK_OUT_AT << 2), q);
  } else {
    v128.store(at + load<u32>(link, LINK_OUT_AT << 2), q);
  }
}

/** Adds each environment's shipment to the ring slot of its own lead time. */
function scatter(link: usize, at: usize, q: v128): void {
  const length = i32x4.splat(load<i32>(link, LINK_RING_LENGTH << 2));
  const lead = i32x4.trunc_sat_f32x4_s(v128.load(at + load<u32>(link, LINK_LEAD_TIME_AT << 2)));
  let slot = i32x4.add(lead, v128.load32_splat(link, LINK_SLOT << 2));
  slot = i32x4.sub(slot, v128.and(length, i32x4.ge_s(slot, length)));
  const row = i32x4.mul(slot, i32x4.splat(ROW_BYTES));
  const ring = at + load<u32>(link, LINK_RING_AT << 2);
  const a = ring + <usize>i32x4.extract_lane(row, 0);
  const b = ring + <usize>i32x4.extract_lane(row, 1) + 4;
  const c = ring + <usize>i32x4.extract_lane(row, 2) + 8;
  const d = ring + <usize>i32x4.extract_lane(row, 3) + 12;
  store<f32>(a, load<f32>(a) + f32x4.extract_lane(q, 0));
  store<f32>(b, load<f32>(b) + f32x4.extract_lane(q, 1));
  store<f32>(c, load<f32>(c) + f32x4.extract_lane(q, 2));
  store<f32>(d, load<f32>(d) + f32x4.extract_lane(q, 3));
}
