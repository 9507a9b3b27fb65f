// Cut, charge, record, count. Third stage of a node's period.

import {
  HAS_CAPACITY, HAS_CHANGE_COST, HAS_FIXED_COST, HAS_LOST_SALES, HAS_MAX_BACKORDER, HAS_TARGET, HAS_TRANSIT_COST,
  LOOKS_AHEAD, METRICS_ALL, METRICS_NONE, M_BACKORDERS, M_COST, M_CUSTOMER_DEMAND, M_CUSTOMER_DEMAND_SQUARED,
  M_CUSTOMER_ON_TIME, M_CUSTOMER_SHIPPED, M_CUSTOMER_STOCK_OUTS, M_CUT, M_DEMAND, M_DEMAND_SQUARED, M_IN_TRANSIT,
  M_LOST, M_LOST_TO_YIELD, M_ON_HAND, M_ON_TIME, M_ORDER, M_ORDER_SQUARED, M_PROFIT, M_RECEIVED, M_SHIPPED,
  M_STOCK_OUTS, M_TRIMMED, NODE_BACKORDER_COST, NODE_BASE, NODE_CAPACITY, NODE_CHANGE_COST, NODE_COST_AT,
  NODE_DEMAND_CENTRE, NODE_FILL_AT, NODE_FIXED_COST, NODE_FLAGS, NODE_HOLDING_COST, NODE_HOLDING_TARGET,
  NODE_IN_TRANSIT_AT, NODE_LAST_ORDER_AT, NODE_LOST_COST, NODE_METRICS_AT, NODE_ORDER_CENTRE, NODE_ORDER_COST,
  NODE_PRICE, NODE_RECEIVED_AT, NODE_SHIPPED_AT, ON_HAND, ON_ORDER, ORDER, OWED, POSITION, PROFIT, RARE_COSTS,
  RECORDS_ANY, RECORDS_COST, RECORDS_FILL, RECORDS_IN_TRANSIT, RECORDS_POSITION, RECORDS_RECEIVED, RECORDS_SHIPPED,
  ROW_BYTES, SERVES_CUSTOMERS, S_AHEAD, S_CUSTOMERS_DEMAND, S_CUSTOMERS_ON_TIME, S_CUSTOMERS_OWED,
  S_CUSTOMERS_SHIPPED, S_DEMAND, S_LOST, S_NOT_SHIPPED, S_ON_TIME, S_RECEIVED, S_SHIPPED, S_TRANSIT_COST,
  S_TRIMMED, S_WASTED, WASTES,
} from "./layout";
import { add_to, least, most, ones, zero } from "./vectors.as";

/** Cuts to capacity, charges, and keeps what observations, traces and metrics need. */
export function settle(node: usize, block: usize, scratch: usize, metrics: usize, level: u32, bytes: usize): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const flags = load<u32>(node, NODE_FLAGS << 2);
  const counts = metrics + load<u32>(node, NODE_METRICS_AT << 2);
  const plain = (flags & RARE_COSTS) == 0;
  const has_capacity = (flags & HAS_CAPACITY) != 0;
  const has_target = (flags & HAS_TARGET) != 0;
  const keeps_position = (flags & RECORDS_POSITION) != 0;
  const keeps_cost = (flags & RECORDS_COST) != 0;
  const capacity = v128.load32_splat(node, NODE_CAPACITY << 2);
  const holding = v128.load32_splat(node, NODE_HOLDING_COST << 2);
  const backorder = v128.load32_splat(node, NODE_BACKORDER_COST << 2);
  const ordering = v128.load32_splat(node, NODE_ORDER_COST << 2);
  const price = v128.load32_splat(node, NODE_PRICE << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const me = block + base + c;
    const from = scratch + c;
    const order = v128.load(me, ORDER * ROW_BYTES);
    const owed = v128.load(me, OWED * ROW_BYTES);
    const shipped = v128.load(from, S_SHIPPED * ROW_BYTES);
    let on_hand = f32x4.sub(v128.load(me, ON_HAND * ROW_BYTES), shipped);
    if (has_capacity) {
      const kept = least(on_hand, capacity);
      if (level == METRICS_ALL) count(counts + c, M_CUT, f32x4.sub(on_hand, kept));
      on_hand = kept;
    }
    v128.store(me, on_hand, ON_HAND * ROW_BYTES);
    if (keeps_position) {
      let position = f32x4.sub(f32x4.add(on_hand, v128.load(me, ON_ORDER * ROW_BYTES)), owed);
      if (flags & LOOKS_AHEAD) position = f32x4.sub(position, v128.load(from, S_AHEAD * ROW_BYTES));
      v128.store(me, position, POSITION * ROW_BYTES);
    }

    const held = has_target
      ? f32x4.abs(f32x4.sub(on_hand, v128.load32_splat(node, NODE_HOLDING_TARGET << 2)))
      : on_hand;
    let cost = f32x4.add(f32x4.mul(held, holding), f32x4.mul(owed, backorder));
    cost = f32x4.add(cost, f32x4.mul(order, ordering));
    if (!plain) cost = f32x4.add(cost, rare_costs(node, flags, block + c, from, order));
    const profit = f32x4.sub(f32x4.mul(shipped, price), cost);
    v128.store(me, profit, PROFIT * ROW_BYTES);
    if (level != METRICS_NONE) {
      count(counts + c, M_PROFIT, profit);
      count(counts + c, M_COST, cost);
    }
    if (keeps_cost) v128.store(block + c + load<u32>(node, NODE_COST_AT << 2), cost);
  }
  if (flags & RECORDS_ANY) keep_records(node, flags, block, scratch, bytes);
  if (level == METRICS_ALL) keep_counts(node, flags, block, scratch, counts, bytes);
}

/** Adds to a metric's row; `metrics` is the vector of the node's first one. */
// @ts-ignore: decorator
@inline function count(metrics: usize, row: usize, value: v128): void {
  add_to(metrics + row * ROW_BYTES, value);
}

// @ts-ignore: decorator
@inline function rare_costs(node: usize, flags: u32, at: usize, from: usize, order: v128): v128 {
  let cost = zero();
  if (flags & HAS_FIXED_COST) {
    cost = v128.and(v128.load32_splat(node, NODE_FIXED_COST << 2), f32x4.gt(order, zero()));
  }
  if (flags & HAS_CHANGE_COST) {
    const last_at = at + load<u32>(node, NODE_LAST_ORDER_AT << 2);
    const change = f32x4.abs(f32x4.sub(order, v128.load(last_at)));
    cost = f32x4.add(cost, f32x4.mul(change, v128.load32_splat(node, NODE_CHANGE_COST << 2)));
    v128.store(last_at, order);
  }
  if (flags & HAS_LOST_SALES) {
    const lost = v128.load(from, S_LOST * ROW_BYTES);
    cost = f32x4.add(cost, f32x4.mul(lost, v128.load32_splat(node, NODE_LOST_COST << 2)));
  }
  if (flags & HAS_TRANSIT_COST) cost = f32x4.add(cost, v128.load(from, S_TRANSIT_COST * ROW_BYTES));
  return cost;
}

// @ts-ignore: decorator
@inline function in_transit(me: usize, from: usize): v128 {
  const on_order = v128.load(me, ON_ORDER * ROW_BYTES);
  return most(zero(), f32x4.sub(on_order, v128.load(from, S_NOT_SHIPPED * ROW_BYTES)));
}

function keep_records(node: usize, flags: u32, block: usize, scratch: usize, bytes: usize): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const from = scratch + c;
    if (flags & RECORDS_IN_TRANSIT) {
      v128.store(at + load<u32>(node, NODE_IN_TRANSIT_AT << 2), in_transit(at + base, from));
    }
    if (flags & RECORDS_RECEIVED) {
      v128.store(at + load<u32>(node, NODE_RECEIVED_AT << 2), v128.load(from, S_RECEIVED * ROW_BYTES));
    }
    if (flags & RECORDS_SHIPPED) {
      v128.store(at + load<u32>(node, NODE_SHIPPED_AT << 2), v128.load(from, S_SHIPPED * ROW_BYTES));
    }
    if (flags & RECORDS_FILL) {
      const demand = v128.load(from, S_DEMAND * ROW_BYTES);
      const asked = f32x4.gt(demand, zero());
      const one = f32x4.splat(1);
      const fill = f32x4.div(v128.load(from, S_ON_TIME * ROW_BYTES), v128.bitselect(demand, one, asked));
      v128.store(at + load<u32>(node, NODE_FILL_AT << 2), v128.bitselect(fill, one, asked));
    }
  }
}

// @ts-ignore: decorator
@inline function squared(value: v128, centre: v128): v128 {
  const off = f32x4.sub(value, centre);
  return f32x4.mul(off, off);
}

function keep_counts(node: usize, flags: u32, block: usize, scratch: usize, counts: usize, bytes: usize): void {
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const loses = (flags & HAS_LOST_SALES) != 0;
  const wastes = (flags & WASTES) != 0;
  for (let c: usize = 0; c < bytes; c += 16) {
    const me = block + base + c;
    const from = scratch + c;
    const to = counts + c;
    const order = v128.load(me, ORDER * ROW_BYTES);
    const owed = v128.load(me, OWED * ROW_BYTES);
    const demand = v128.load(from, S_DEMAND * ROW_BYTES);
    const centre = v128.load32_splat(node, NODE_ORDER_CENTRE << 2);
    const lost = loses ? v128.load(from, S_LOST * ROW_BYTES) : zero();
    count(to, M_ON_HAND, v128.load(me, ON_HAND * ROW_BYTES));
    count(to, M_BACKORDERS, owed);
    count(to, M_IN_TRANSIT, in_transit(me, from));
    count(to, M_ORDER, order);
    count(to, M_ORDER_SQUARED, squared(order, centre));
    count(to, M_RECEIVED, v128.load(from, S_RECEIVED * ROW_BYTES));
    count(to, M_DEMAND, demand);
    count(to, M_DEMAND_SQUARED, squared(demand, centre));
    count(to, M_ON_TIME, v128.load(from, S_ON_TIME * ROW_BYTES));
    count(to, M_SHIPPED, v128.load(from, S_SHIPPED * ROW_BYTES));
    count(to, M_STOCK_OUTS, ones(f32x4.gt(f32x4.add(owed, lost), zero())));
    if (flags & SERVES_CUSTOMERS) {
      const asked = v128.load(from, S_CUSTOMERS_DEMAND * ROW_BYTES);
      const unmet = f32x4.add(v128.load(from, S_CUSTOMERS_OWED * ROW_BYTES), lost);
      count(to, M_CUSTOMER_DEMAND, asked);
      count(to, M_CUSTOMER_DEMAND_SQUARED, squared(asked, v128.load32_splat(node, NODE_DEMAND_CENTRE << 2)));
      count(to, M_CUSTOMER_ON_TIME, v128.load(from, S_CUSTOMERS_ON_TIME * ROW_BYTES));
      count(to, M_CUSTOMER_STOCK_OUTS, ones(f32x4.gt(unmet, zero())));
      count(to, M_CUSTOMER_SHIPPED, v128.load(from, S_CUSTOMERS_SHIPPED * ROW_BYTES));
    }
    if (loses) count(to, M_LOST, lost);
    if (flags & HAS_MAX_BACKORDER) count(to, M_TRIMMED, v128.load(from, S_TRIMMED * ROW_BYTES));
    if (wastes) count(to, M_LOST_TO_YIELD, v128.load(from, S_WASTED * ROW_BYTES));
  }
}
