// Who gets what when stock is short: one pass over the claims of a node, four environments at a time.
// needs and gifts are arrays of vectors, one a claim: [claim][4].

import {
  ALLOCATION_FAIR, ALLOCATION_LOWEST_POSITION, ALLOCATION_PROPORTIONAL, CUSTOMERS, LINK_BUYER_BASE, LINK_FLAGS,
  POSITION, ROW_BYTES,
} from "./layout";
import { least, most, ones, share_of, zero } from "./vectors.as";

/** Fills gifts and returns their sum. `available` is what the pass may give. */
export function allocate(
  rule: u32, tables: usize, links: usize, count: i32, at: usize, available: v128, needs: usize, gifts: usize,
  integer: bool,
): v128 {
  let total = zero();
  for (let i = 0; i < count; i++) total = f32x4.add(total, v128.load(needs + (<usize>i << 4)));
  const short = f32x4.gt(total, available);
  if (!v128.any_true(short)) {
    for (let i = 0; i < count; i++) v128.store(gifts + (<usize>i << 4), v128.load(needs + (<usize>i << 4)));
    return total;
  }
  if (!v128.any_true(f32x4.gt(available, zero()))) {
    // Lanes that need nothing get nothing, too.
    for (let i = 0; i < count; i++) v128.store(gifts + (<usize>i << 4), zero());
    return zero();
  }
  if (rule == ALLOCATION_FAIR) {
    fair(count, available, needs, gifts, integer);
  } else if (rule == ALLOCATION_PROPORTIONAL) {
    proportional(count, available, total, needs, gifts, integer);
  } else if (rule == ALLOCATION_LOWEST_POSITION) {
    lowest_position(tables, links, count, at, available, total, needs, gifts);
  } else {
    in_order(count, available, needs, gifts);
  }
  return least(total, available);
}

/** Max-min: those who need at most the equal part get all of it, until none does; the rest share what is left. */
function fair(count: i32, available: v128, needs: usize, gifts: usize, integer: bool): void {
  const unserved = f32x4.splat(-1);
  for (let i = 0; i < count; i++) v128.store(gifts + (<usize>i << 4), unserved);
  let left = available;
  let active = f32x4.splat(<f32>count);
  let part = zero();
  for (let round = 0; round < count; round++) {
    // No active claim: the part is not used, and 1 avoids a division by zero.
    part = f32x4.div(left, most(f32x4.splat(1), active));
    if (integer) part = f32x4.floor(part);
    let served = zero();
    let given = zero();
    for (let i = 0; i < count; i++) {
      const offset = <usize>i << 4;
      const need = v128.load(needs + offset);
      const gift = v128.load(gifts + offset);
      const now = v128.and(f32x4.lt(gift, zero()), f32x4.le(need, part));
      v128.store(gifts + offset, v128.bitselect(need, gift, now));
      served = f32x4.add(served, ones(now));
      given = f32x4.add(given, v128.and(need, now));
    }
    left = most(zero(), f32x4.sub(left, given));
    active = f32x4.sub(active, served);
    if (!v128.any_true(f32x4.gt(served, zero()))) break;
  }
  let extra = integer ? f32x4.sub(left, f32x4.mul(part, active)) : zero();
  for (let i = 0; i < count; i++) {
    const offset = <usize>i << 4;
    const gift = v128.load(gifts + offset);
    const open = f32x4.lt(gift, zero());
    const one = v128.and(ones(f32x4.gt(extra, zero())), open);
    extra = f32x4.sub(extra, one);
    v128.store(gifts + offset, v128.bitselect(f32x4.add(part, one), gift, open));
  }
}

/** In proportion to the needs; in integer networks the units that rounding leaves go by largest remainder. */
function proportional(
  count: i32, available: v128, total: v128, needs: usize, gifts: usize, integer: bool,
): void {
  const whole = most(total, f32x4.splat(integer ? 1 : f32.MIN_NORMAL_VALUE));
  const stock = least(available, total);
  let left = stock;
  for (let i = 0; i < count; i++) {
    const gift = share_of(stock, v128.load(needs + (<usize>i << 4)), whole, integer);
    v128.store(gifts + (<usize>i << 4), gift);
    left = f32x4.sub(left, gift);
  }
  if (!integer) return;
  for (let lane = 0; lane < 4; lane++) largest_remainders(count, lane, stock, total, left, needs, gifts);
}

// @ts-ignore: decorator
@inline function lane_of(vector: v128, lane: i32): f32 {
  if (lane == 0) return f32x4.extract_lane(vector, 0);
  if (lane == 1) return f32x4.extract_lane(vector, 1);
  if (lane == 2) return f32x4.extract_lane(vector, 2);
  return f32x4.extract_lane(vector, 3);
}

/** Gives out the left units of one environment. A claim that got one has a remainder below zero from then on. */
function largest_remainders(
  count: i32, lane: i32, stock: v128, total: v128, left: v128, needs: usize, gifts: usize,
): void {
  const whole = <f64>lane_of(total, lane);
  const there = <f64>lane_of(stock, lane);
  const column = <usize>lane << 2;
  let units = <i32>lane_of(left, lane);
  let last: f64 = Infinity;
  let last_index = -1;
  while (units > 0) {
    // The next claim in the order (remainder falling, then index rising) after the last one served.
    let best = -1;
    let best_remainder: f64 = -1;
    for (let i = 0; i < count; i++) {
      const offset = (<usize>i << 4) + column;
      const product = there * <f64>load<f32>(needs + offset);
      const remainder = product - Math.floor(product / whole) * whole;
      const after = remainder < last || (remainder == last && i > last_index);
      if (after && remainder > best_remainder) {
        best = i;
        best_remainder = remainder;
      }
    }
    if (best < 0) break;
    const gift = gifts + (<usize>best << 4) + column;
    store<f32>(gift, load<f32>(gift) + 1);
    last = best_remainder;
    last_index = best;
    units--;
  }
}

/** Own customers first, then the buyers by inventory position at the start of the period, lowest first. */
function lowest_position(
  tables: usize, links: usize, count: i32, at: usize, available: v128, total: v128, needs: usize, gifts: usize,
): void {
  const ranks = gifts + (<usize>count << 5);
  let left = available;
  let open = total;
  let first = 0;
  if (load<u32>(tables + load<u32>(links), LINK_FLAGS << 2) & CUSTOMERS) {
    const need = v128.load(needs);
    const gift = least(left, need);
    v128.store(gifts, gift);
    left = f32x4.sub(left, gift);
    open = f32x4.sub(open, need);
    first = 1;
  }
  const served = f32x4.splat(Infinity);
  for (let i = first; i < count; i++) {
    const offset = <usize>i << 4;
    const link = tables + load<u32>(links + (<usize>i << 2));
    const position = v128.load(at + load<u32>(link, LINK_BUYER_BASE << 2), POSITION * ROW_BYTES);
    // Who needs nothing need not be found.
    const wants = f32x4.gt(v128.load(needs + offset), zero());
    v128.store(ranks + offset, v128.bitselect(position, served, wants));
    v128.store(gifts + offset, zero());
  }
  for (let round = first; round < count; round++) {
    if (!v128.any_true(f32x4.gt(least(left, open), zero()))) return;
    let lowest = served;
    for (let i = first; i < count; i++) lowest = least(lowest, v128.load(ranks + (<usize>i << 4)));
    // Of equal positions the first claim is the one.
    let found = f32x4.eq(lowest, served);
    for (let i = first; i < count; i++) {
      const offset = <usize>i << 4;
      const rank = v128.load(ranks + offset);
      const here = v128.andnot(f32x4.eq(rank, lowest), found);
      found = v128.or(found, here);
      const need = v128.and(v128.load(needs + offset), here);
      const gift = least(left, need);
      v128.store(gifts + offset, f32x4.add(v128.load(gifts + offset), gift));
      v128.store(ranks + offset, v128.bitselect(served, rank, here));
      left = f32x4.sub(left, gift);
      open = f32x4.sub(open, need);
    }
  }
}

function in_order(count: i32, available: v128, needs: usize, gifts: usize): void {
  let left = available;
  for (let i = 0; i < count; i++) {
    const gift = least(left, v128.load(needs + (<usize>i << 4)));
    v128.store(gifts + (<usize>i << 4), gift);
    left = f32x4.sub(left, gift);
  }
}
