// Decisions at the start of a period: levels, order rules, and the orders' places on the supply links.

import {
  ARG_TABLES, DECODES_ACTIONS, DEMAND, FROM_SUPPLY, INTEGER, LINK_DELAY, LINK_FLAGS, LINK_ON_WAY_AT, LINK_PLACE_AT,
  LINK_SHARE, LINK_SHARE_FRACTION, LINK_SUPPLIER_BASE, LINK_THRESHOLD, NODE_ACTION_AT, NODE_BASE, NODE_CHOICES,
  NODE_CHOICE_COUNT, NODE_CLIP_HIGH, NODE_CLIP_LOW, NODE_ECHELON, NODE_ECHELON_COUNT, NODE_FLAGS, NODE_LEVEL_AT,
  NODE_MAX_ORDER, NODE_OFFSET, NODE_RULE, NODE_SCALE, NODE_SHARE_SUM, NODE_SOURCE_WORDS_AT, NODE_SOURCING,
  NODE_SUPPLY, NODE_SUPPLY_COUNT, ON_HAND, ORDER, ROW_BYTES, RULE_BASE_STOCK, RULE_CHOICE, RULE_DEMAND_PLUS,
  RULE_QUANTITY, RULE_S_Q, RULE_S_S, SOURCING_AVAILABLE, SOURCING_ONE, SOURCING_RANDOM, SOURCING_SPLIT,
  USES_ECHELON,
} from "./layout";
import { add_to, floor_share, least, most, ones, share_of, zero } from "./vectors.as";

/** A parameter of the rule: an action row, clipped and scaled where the node decodes actions. */
// @ts-ignore: decorator
@inline function parameter(node: usize, action: usize, index: i32, decodes: bool): v128 {
  const value = v128.load(action + <usize>index * ROW_BYTES);
  if (!decodes) return value;
  const low = v128.load32_splat(node, NODE_CLIP_LOW << 2);
  const high = v128.load32_splat(node, NODE_CLIP_HIGH << 2);
  const clipped = least(most(value, low), high);
  const scale = v128.load32_splat(node + (<usize>(NODE_SCALE + index) << 2));
  const offset = v128.load32_splat(node + (<usize>(NODE_OFFSET + index) << 2));
  return f32x4.add(f32x4.mul(clipped, scale), offset);
}

function echelon_position(tables: usize, node: usize, at: usize): v128 {
  let sum = zero();
  let term = tables + load<u32>(node, NODE_ECHELON << 2);
  for (let k: u32 = 0; k < load<u32>(node, NODE_ECHELON_COUNT << 2); k++, term += 8) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(at + load<u32>(term)), v128.load32_splat(term, 4)));
  }
  return sum;
}

function choice(tables: usize, node: usize, index: v128): v128 {
  const list = tables + load<u32>(node, NODE_CHOICES << 2);
  const last = <i32>load<u32>(node, NODE_CHOICE_COUNT << 2) - 1;
  const k = i32x4.min_s(i32x4.max_s(i32x4.trunc_sat_f32x4_s(f32x4.nearest(index)), i32x4.splat(0)), i32x4.splat(last));
  let q = v128.load32_splat(list + (<usize>i32x4.extract_lane(k, 0) << 2));
  q = f32x4.replace_lane(q, 1, load<f32>(list + (<usize>i32x4.extract_lane(k, 1) << 2)));
  q = f32x4.replace_lane(q, 2, load<f32>(list + (<usize>i32x4.extract_lane(k, 2) << 2)));
  return f32x4.replace_lane(q, 3, load<f32>(list + (<usize>i32x4.extract_lane(k, 3) << 2)));
}

/** One node's orders: state at the start of the period and action rows in, the row ORDER and the links' rows out. */
export function decide(args: usize, node: usize, block: usize, actions: usize, bytes: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const rule = load<u32>(node, NODE_RULE << 2);
  if (rule == RULE_S_S) order_by(tables, node, block, actions, bytes, RULE_S_S);
  else if (rule == RULE_BASE_STOCK) order_by(tables, node, block, actions, bytes, RULE_BASE_STOCK);
  else if (rule == RULE_QUANTITY) order_by(tables, node, block, actions, bytes, RULE_QUANTITY);
  else if (rule == RULE_S_Q) order_by(tables, node, block, actions, bytes, RULE_S_Q);
  else if (rule == RULE_DEMAND_PLUS) order_by(tables, node, block, actions, bytes, RULE_DEMAND_PLUS);
  else order_by(tables, node, block, actions, bytes, RULE_CHOICE);

  const sourcing = load<u32>(node, NODE_SOURCING << 2);
  const order_at = block + load<u32>(node, NODE_BASE << 2) + ORDER * ROW_BYTES;
  if (sourcing != SOURCING_ONE) {
    source(tables, node, sourcing, block, order_at, bytes);
    return;
  }
  const link = tables + load<u32>(tables + load<u32>(node, NODE_SUPPLY << 2));
  if (load<u32>(link, LINK_DELAY << 2) == 0) return;
  const place_at = <usize>load<u32>(link, LINK_PLACE_AT << 2);
  const on_way_at = <usize>load<u32>(link, LINK_ON_WAY_AT << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const q = v128.load(order_at + c);
    v128.store(block + c + place_at, q);
    add_to(block + c + on_way_at, q);
  }
}

/** One body a rule: `rule` is a constant wherever this is inlined. */
// @ts-ignore: decorator
@inline function order_by(
  tables: usize, node: usize, block: usize, actions: usize, bytes: usize, rule: u32,
): void {
  const flags = load<u32>(node, NODE_FLAGS << 2);
  const decodes = (flags & DECODES_ACTIONS) != 0;
  const integer = (flags & INTEGER) != 0;
  const uses_echelon = (flags & USES_ECHELON) != 0;
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const level_at = <usize>load<u32>(node, NODE_LEVEL_AT << 2);
  const action_at = actions + load<u32>(node, NODE_ACTION_AT << 2);
  const most_ordered = v128.load32_splat(node, NODE_MAX_ORDER << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const action = action_at + c;
    const first = parameter(node, action, 0, decodes);
    let q: v128;
    if (rule == RULE_QUANTITY) {
      q = first;
    } else if (rule == RULE_DEMAND_PLUS) {
      q = f32x4.add(v128.load(at + base, DEMAND * ROW_BYTES), f32x4.nearest(first));
    } else if (rule == RULE_CHOICE) {
      q = choice(tables, node, first);
    } else {
      const level = uses_echelon ? echelon_position(tables, node, at) : v128.load(at + level_at);
      if (rule == RULE_BASE_STOCK) {
        q = f32x4.sub(first, level);
      } else {
        const second = parameter(node, action, 1, decodes);
        const target = rule == RULE_S_S ? f32x4.sub(second, level) : second;
        q = v128.and(target, f32x4.le(level, first));
      }
    }
    if (integer) q = f32x4.nearest(q);
    v128.store(at + base, most(zero(), least(q, most_ordered)), ORDER * ROW_BYTES);
  }
}

/** Puts an order on one of several supply links. */
// @ts-ignore: decorator
@inline function place(link: usize, at: usize, q: v128): void {
  v128.store(at + load<u32>(link, LINK_PLACE_AT << 2), q);
  if (load<u32>(link, LINK_DELAY << 2) > 0) add_to(at + load<u32>(link, LINK_ON_WAY_AT << 2), q);
}

function source(
  tables: usize, node: usize, sourcing: u32, block: usize, order_at: usize, bytes: usize,
): void {
  const links = tables + load<u32>(node, NODE_SUPPLY << 2);
  const count = load<u32>(node, NODE_SUPPLY_COUNT << 2);
  const integer = (load<u32>(node, NODE_FLAGS << 2) & INTEGER) != 0;
  const words_at = <usize>load<u32>(node, NODE_SOURCE_WORDS_AT << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const q = v128.load(order_at + c);
    if (sourcing == SOURCING_SPLIT) {
      split(tables, node, links, count, at, q, integer);
    } else if (sourcing == SOURCING_RANDOM) {
      pick(tables, links, count, at, q, v128.load(at + words_at));
    } else if (sourcing == SOURCING_AVAILABLE) {
      split_by_stock(tables, node, links, count, at, q, integer);
    } else {
      for (let k: u32 = 0; k < count; k++) place(tables + load<u32>(links + (k << 2)), at, q);
    }
  }
}

/** The whole order to the link whose share the random word falls into. */
// @ts-ignore: decorator
@inline function pick(tables: usize, links: usize, count: u32, at: usize, q: v128, words: v128): void {
  let taken = i32x4.splat(0);
  for (let k: u32 = 0; k < count; k++) {
    const link = tables + load<u32>(links + (k << 2));
    // The last threshold is 2^32, which no word reaches.
    const under = k + 1 == count
      ? i32x4.splat(-1)
      : i32x4.lt_u(words, v128.load32_splat(link, LINK_THRESHOLD << 2));
    place(link, at, v128.and(q, v128.andnot(under, taken)));
    taken = v128.or(taken, under);
  }
}

/** By share; what integer division leaves goes one each to the lower links. */
// @ts-ignore: decorator
@inline function split(tables: usize, node: usize, links: usize, count: u32, at: usize, q: v128, integer: bool): void {
  if (!integer) {
    let rest = q;
    for (let k: u32 = 0; k < count; k++) {
      const link = tables + load<u32>(links + (k << 2));
      // The last link takes what rounding leaves, so that the parts add up to the order.
      const part = k + 1 == count ? rest : f32x4.mul(q, v128.load32_splat(link, LINK_SHARE_FRACTION << 2));
      rest = most(zero(), f32x4.sub(rest, part));
      place(link, at, part);
    }
    return;
  }
  const whole = <f32>load<u32>(node, NODE_SHARE_SUM << 2);
  let left = q;
  for (let k: u32 = 0; k < count; k++) {
    const link = tables + load<u32>(links + (k << 2));
    const part = floor_share(q, <f32>load<u32>(link, LINK_SHARE << 2), whole);
    v128.store(at + load<u32>(link, LINK_PLACE_AT << 2), part);
    left = f32x4.sub(left, part);
  }
  for (let k: u32 = 0; k < count; k++) {
    const link = tables + load<u32>(links + (k << 2));
    const extra = ones(f32x4.gt(left, zero()));
    left = f32x4.sub(left, extra);
    place(link, at, f32x4.add(v128.load(at + load<u32>(link, LINK_PLACE_AT << 2)), extra));
  }
}

/** In proportion to the suppliers' on-hand stock; the first external link takes what they do not have. */
function split_by_stock(tables: usize, node: usize, links: usize, count: u32, at: usize, q: v128, integer: bool): void {
  let stock = zero();
  let external: u32 = count;
  for (let k: u32 = 0; k < count; k++) {
    const link = tables + load<u32>(links + (k << 2));
    if (load<u32>(link, LINK_FLAGS << 2) & FROM_SUPPLY) {
      if (external == count) external = k;
    } else {
      stock = f32x4.add(stock, v128.load(at + load<u32>(link, LINK_SUPPLIER_BASE << 2), ON_HAND * ROW_BYTES));
    }
  }
  const empty = f32x4.le(stock, zero());
  if (external == count && v128.any_true(empty)) {
    // Lanes without any stock fall back on the shares; the others are overwritten below.
    split(tables, node, links, count, at, q, integer);
    undo_on_way(tables, links, count, at);
  }
  const inside = external < count ? least(q, stock) : q;
  const whole = v128.bitselect(f32x4.splat(1), stock, empty);
  let left = inside;
  for (let k: u32 = 0; k < count; k++) {
    const link = tables + load<u32>(links + (k << 2));
    if (load<u32>(link, LINK_FLAGS << 2) & FROM_SUPPLY) continue;
    const there = v128.load(at + load<u32>(link, LINK_SUPPLIER_BASE << 2), ON_HAND * ROW_BYTES);
    left = f32x4.sub(left, share_of(inside, there, whole, integer));
  }
  for (let k: u32 = 0; k < count; k++) {
    const link = tables + load<u32>(links + (k << 2));
    let part: v128;
    if (load<u32>(link, LINK_FLAGS << 2) & FROM_SUPPLY) {
      part = k == external ? f32x4.sub(q, inside) : zero();
    } else {
      const there = v128.load(at + load<u32>(link, LINK_SUPPLIER_BASE << 2), ON_HAND * ROW_BYTES);
      part = share_of(inside, there, whole, integer);
      if (integer) {
        const extra = ones(f32x4.gt(left, zero()));
        left = f32x4.sub(left, extra);
        part = f32x4.add(part, extra);
      }
      if (external == count) part = v128.bitselect(v128.load(at + load<u32>(link, LINK_PLACE_AT << 2)), part, empty);
    }
    place(link, at, part);
  }
}

/** Takes a first placing back from the sums of orders on their way, before the final one. */
function undo_on_way(tables: usize, links: usize, count: u32, at: usize): void {
  for (let k: u32 = 0; k < count; k++) {
    const link = tables + load<u32>(links + (k << 2));
    if (load<u32>(link, LINK_DELAY << 2) == 0) continue;
    const on_way = at + load<u32>(link, LINK_ON_WAY_AT << 2);
    v128.store(on_way, f32x4.sub(v128.load(on_way), v128.load(at + load<u32>(link, LINK_PLACE_AT << 2))));
  }
}
