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
    lowest_position(tables, links, count, at, available, needs, gifts);
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

/**
 * Own customers first, then the buyers by inventory position at the start of the period, lowest first, ties to the
 * lower claim. Each gets what those before it leave: every pair of claims is compared once, nothing is sorted.
 */
function lowest_position(
  tables: usize, links: usize, count: i32, at: usize, available: v128, needs: usize, gifts: usize,
): void {
  const before = gifts + (<usize>count << 5);
  let left = available;
  let first = 0;
  if (load<u32>(tables + load<u32>(links), LINK_FLAGS << 2) & CUSTOMERS) {
    const gift = least(left, v128.load(needs));
    v128.store(gifts, gift);
    left = f32x4.sub(left, gift);
    first = 1;
  }
  for (let i = first; i < count; i++) v128.store(before + (<usize>i << 4), zero());
  for (let i = first; i < count; i++) {
    const mine = <usize>i << 4;
    const need = v128.load(needs + mine);
    const position = position_of(tables, links, i, at);
    let ahead = v128.load(before + mine);
    for (let j = i + 1; j < count; j++) {
      const other = <usize>j << 4;
      const goes_first = f32x4.le(position, position_of(tables, links, j, at));
      const theirs = before + other;
      v128.store(theirs, f32x4.add(v128.load(theirs), v128.and(need, goes_first)));
      ahead = f32x4.add(ahead, v128.andnot(v128.load(needs + other), goes_first));
    }
    v128.store(gifts + mine, most(zero(), least(need, f32x4.sub(left, ahead))));
  }
}

// @ts-ignore: decorator
@inline function position_of(tables: usize, links: usize, claim: i32, at: usize): v128 {
  const link = tables + load<u32>(links + (<usize>claim << 2));
  return v128.load(at + load<u32>(link, LINK_BUYER_BASE << 2), POSITION * ROW_BYTES);
}

function in_order(count: i32, available: v128, needs: usize, gifts: usize): void {
  let left = available;
  for (let i = 0; i < count; i++) {
    const gift = least(left, v128.load(needs + (<usize>i << 4)));
    v128.store(gifts + (<usize>i << 4), gift);
    left = f32x4.sub(left, gift);
  }
}
