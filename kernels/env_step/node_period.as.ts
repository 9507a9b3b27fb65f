// One node's period: receive, take in, ship, cut, trim, charge. Suppliers have been through theirs already.

import {
  ACCUMULATES, ALLOCATION_FAIR, ARG_SCRATCH, ARG_TABLES, CUSTOMERS, DELAYED, DEMAND, FRACTION, FROM_SUPPLY,
  HAS_CAPACITY, HAS_CHANGE_COST, HAS_FIXED_COST, HAS_LOST_SALES, HAS_MAX_BACKORDER, HAS_ORDER_COST, HAS_PRICE,
  HAS_TARGET, HAS_TRANSIT_COST, HAS_YIELD, INTEGER, KEEPS_TRANSIT, LINK_BUYER_BASE, LINK_FLAGS, LINK_IN_AT,
  LINK_LEAD_TIME_AT, LINK_NEW_AT, LINK_ON_WAY_AT, LINK_OUT_AT, LINK_OWED_AT, LINK_PLACE_AT, LINK_RING_AT,
  LINK_RING_LENGTH, LINK_SLOT, LINK_TRANSIT_AT, LINK_TRANSIT_COST, LINK_YIELD, LINK_YIELD_FRACTION, LOSES_UNMET,
  METRICS_ALL, METRICS_NONE, M_COST, M_CUSTOMER_DEMAND, M_CUSTOMER_DEMAND_SQUARED, M_CUSTOMER_ON_TIME,
  M_CUSTOMER_SHIPPED, M_CUSTOMER_STOCK_OUTS, M_CUT, M_DEMAND, M_DEMAND_SQUARED, M_IN_TRANSIT, M_LOST, M_LOST_TO_YIELD, M_ON_HAND,
  M_BACKORDERS, M_ON_TIME, M_ORDER, M_ORDER_SQUARED, M_PROFIT, M_RECEIVED, M_SHIPPED, M_STOCK_OUTS, M_TRIMMED,
  NODE_ALLOCATION, NODE_BACKORDER_COST, NODE_BASE, NODE_CAPACITY, NODE_CHANGE_COST, NODE_CLAIMS, NODE_CLAIM_COUNT,
  NODE_COST_AT, NODE_DEMAND_CENTRE, NODE_FILL_AT, NODE_FIXED_COST, NODE_FLAGS, NODE_HOLDING_COST, NODE_HOLDING_TARGET,
  NODE_IN_TRANSIT_AT, NODE_LAST_ORDER_AT, NODE_LOST_COST, NODE_MAX_BACKORDER, NODE_METRICS_AT, NODE_ORDER_CENTRE,
  NODE_ORDER_COST, NODE_PRICE, NODE_RECEIVED_AT, NODE_SHIPPED_AT, NODE_SOURCING, NODE_SUPPLY, NODE_SUPPLY_COUNT,
  ON_HAND, ON_ORDER, ORDER, OWED, POSITION, PROFIT, RANDOM_LEAD_TIME, RECORDS_COST, RECORDS_DEMAND, RECORDS_FILL,
  RECORDS_IN_TRANSIT, RECORDS_POSITION, RECORDS_RECEIVED, RECORDS_SHIPPED, ROW_BYTES, SCRATCH_NEEDS, SEES_ORDERS, SERVES_CUSTOMERS,
  SOURCING_ALL,
} from "./layout";
import { allocate } from "./allocate.as";
import { add_to, floor_share, least, most, ones, splat, word, zero } from "./vectors.as";

/** Sends goods on their way; `c` is the column's byte offset, which drawn lead times are read at. */
// @ts-ignore: decorator
@inline function dispatch(link: usize, flags: u32, at: usize, q: v128): void {
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
  const length = i32x4.splat(<i32>load<u32>(link, LINK_RING_LENGTH << 2));
  const lead = i32x4.trunc_sat_f32x4_s(v128.load(at + load<u32>(link, LINK_LEAD_TIME_AT << 2)));
  let slot = i32x4.add(lead, v128.load32_splat(link, LINK_SLOT << 2));
  slot = i32x4.sub(slot, v128.and(length, i32x4.ge_s(slot, length)));
  const row = i32x4.mul(slot, i32x4.splat(ROW_BYTES));
  const ring = at + load<u32>(link, LINK_RING_AT << 2);
  const a = ring + <usize>i32x4.extract_lane(row, 0);
  const b = ring + <usize>i32x4.extract_lane(row, 1) + 4;
  const d = ring + <usize>i32x4.extract_lane(row, 2) + 8;
  const e = ring + <usize>i32x4.extract_lane(row, 3) + 12;
  store<f32>(a, load<f32>(a) + f32x4.extract_lane(q, 0));
  store<f32>(b, load<f32>(b) + f32x4.extract_lane(q, 1));
  store<f32>(d, load<f32>(d) + f32x4.extract_lane(q, 2));
  store<f32>(e, load<f32>(e) + f32x4.extract_lane(q, 3));
}

/** Bytes from the metrics' first vector of a node to the row of a metric. */
// @ts-ignore: decorator
@inline function count(metrics: usize, row: usize, value: v128): void {
  v128.store(metrics + row * ROW_BYTES, f32x4.add(v128.load(metrics + row * ROW_BYTES), value));
}

/** Links without delay, chance, yield or own bookkeeping: what most links of most networks are. */
const PLAIN_FLAGS: u32 = CUSTOMERS | FROM_SUPPLY | LOSES_UNMET;

// @ts-ignore: decorator
@inline function is_plain(tables: usize, list: usize): bool {
  return (load<u32>(tables + load<u32>(list), LINK_FLAGS << 2) & ~PLAIN_FLAGS) == 0;
}

/** One node's period for the columns of a tile; picks the body that was compiled for the node's kind of links. */
export function node_period(args: usize, node: usize, block: usize, metrics: usize, level: u32, bytes: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const flags = load<u32>(node, NODE_FLAGS << 2);
  const supply = tables + load<u32>(node, NODE_SUPPLY << 2);
  const claims = tables + load<u32>(node, NODE_CLAIMS << 2);
  const claim_count = <i32>load<u32>(node, NODE_CLAIM_COUNT << 2);
  const plain = load<u32>(node, NODE_SUPPLY_COUNT << 2) == 1 && is_plain(tables, supply) &&
    (flags & (HAS_MAX_BACKORDER | HAS_CHANGE_COST)) == 0;
  if (plain && claim_count == 1 && is_plain(tables, claims)) {
    columns(args, node, block, metrics, level, bytes, true, ONE_CLAIM);
  } else if (
    plain && claim_count == 2 && load<u32>(node, NODE_ALLOCATION << 2) == ALLOCATION_FAIR &&
    is_plain(tables, claims) && is_plain(tables, claims + 4) &&
    (load<u32>(tables + load<u32>(claims), LINK_FLAGS << 2) & LOSES_UNMET) == 0
  ) {
    columns(args, node, block, metrics, level, bytes, true, TWO_FAIR_CLAIMS);
  } else {
    columns(args, node, block, metrics, level, bytes, false, ANY_CLAIMS);
  }
}

const ONE_CLAIM = 1;
const TWO_FAIR_CLAIMS = 2;
const ANY_CLAIMS = 3;

/** What the first of two claimants gets of `available`, max-min; the second gets the rest of it up to its need. */
// @ts-ignore: decorator
@inline function first_of_two(available: v128, first: v128, second: v128, integer: bool): v128 {
  let half = f32x4.mul(available, f32x4.splat(0.5));
  if (integer) half = f32x4.ceil(half);
  return least(first, most(half, f32x4.sub(available, second)));
}

// @ts-ignore: decorator
@inline function columns(
  args: usize, node: usize, block: usize, metrics: usize, level: u32, bytes: usize, plain_supply: bool, claims_kind: i32,
): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const needs = <usize>load<u32>(args, ARG_SCRATCH << 2) + SCRATCH_NEEDS;
  const flags = load<u32>(node, NODE_FLAGS << 2);
  const integer = (flags & INTEGER) != 0;
  const base = <usize>load<u32>(node, NODE_BASE << 2);
  const supply = tables + load<u32>(node, NODE_SUPPLY << 2);
  const supply_end = supply + (<usize>load<u32>(node, NODE_SUPPLY_COUNT << 2) << 2);
  const claims = tables + load<u32>(node, NODE_CLAIMS << 2);
  const claim_count = <i32>load<u32>(node, NODE_CLAIM_COUNT << 2);
  const gifts = needs + (<usize>claim_count << 4);
  const late_gifts = gifts + (<usize>claim_count << 4);
  const copies: f32 = load<u32>(node, NODE_SOURCING << 2) == SOURCING_ALL ? <f32>load<u32>(node, NODE_SUPPLY_COUNT << 2) : 1;
  const rule = load<u32>(node, NODE_ALLOCATION << 2);
  const counts = metrics + load<u32>(node, NODE_METRICS_AT << 2);
  const several = copies != 1;
  const only = tables + load<u32>(supply);
  const from_supply = (load<u32>(only, LINK_FLAGS << 2) & FROM_SUPPLY) != 0;
  const in_at = <usize>load<u32>(only, LINK_IN_AT << 2);
  const supply_out_at = <usize>load<u32>(only, LINK_OUT_AT << 2);
  const supply_owed_at = <usize>load<u32>(only, LINK_OWED_AT << 2);
  // Only where the list has them; elsewhere the header stands in, and what is read from it is not used.
  const claim = claims_kind == ANY_CLAIMS ? tables : tables + load<u32>(claims);
  const claim_flags = load<u32>(claim, LINK_FLAGS << 2);
  const to_customers = (claim_flags & CUSTOMERS) != 0;
  const new_at = <usize>load<u32>(claim, LINK_NEW_AT << 2);
  const owed_at = <usize>load<u32>(claim, LINK_OWED_AT << 2);
  const out_at = <usize>load<u32>(claim, LINK_OUT_AT << 2);
  const second = claims_kind == TWO_FAIR_CLAIMS ? tables + load<u32>(claims, 4) : tables;
  const second_new_at = <usize>load<u32>(second, LINK_NEW_AT << 2);
  const second_owed_at = <usize>load<u32>(second, LINK_OWED_AT << 2);
  const second_out_at = <usize>load<u32>(second, LINK_OUT_AT << 2);

  for (let c: usize = 0; c < bytes; c += 16) {
    const at = block + c;
    const me = at + base;

    // Receive: goods in, which leave what is on order.
    const order = v128.load(me, ORDER * ROW_BYTES);
    let on_order = v128.load(me, ON_ORDER * ROW_BYTES);
    on_order = f32x4.add(on_order, several ? f32x4.mul(order, f32x4.splat(copies)) : order);
    let received = zero();
    let not_shipped = zero();
    let wasted = zero();
    let transit_cost = zero();
    if (plain_supply) {
      // Before the receipt: with lead time 0 it is the same row.
      if (from_supply) v128.store(at + supply_out_at, order);
      else not_shipped = v128.load(at + supply_owed_at);
      received = v128.load(at + in_at);
      on_order = f32x4.sub(on_order, received);
    } else {
      for (let s = supply; s < supply_end; s += 4) {
        const link = tables + load<u32>(s);
        const kind = load<u32>(link, LINK_FLAGS << 2);
        if (kind & FROM_SUPPLY) {
          const q = v128.load(at + load<u32>(link, LINK_NEW_AT << 2));
          if (kind & DELAYED) {
            const on_way = at + load<u32>(link, LINK_ON_WAY_AT << 2);
            const rest = most(zero(), f32x4.sub(v128.load(on_way), q));
            v128.store(on_way, rest);
            not_shipped = f32x4.add(not_shipped, rest);
          }
          dispatch(link, kind, at, q);
        } else {
          not_shipped = f32x4.add(not_shipped, v128.load(at + load<u32>(link, LINK_OWED_AT << 2)));
          if (kind & DELAYED) not_shipped = f32x4.add(not_shipped, v128.load(at + load<u32>(link, LINK_ON_WAY_AT << 2)));
        }
        const in_at = at + load<u32>(link, LINK_IN_AT << 2);
        const arrived = v128.load(in_at);
        if (kind & ACCUMULATES) v128.store(in_at, zero());
        on_order = f32x4.sub(on_order, arrived);
        if (kind & KEEPS_TRANSIT) {
          const transit_at = at + load<u32>(link, LINK_TRANSIT_AT << 2);
          const transit = most(zero(), f32x4.sub(v128.load(transit_at), arrived));
          v128.store(transit_at, transit);
          transit_cost = f32x4.add(transit_cost, f32x4.mul(transit, v128.load32_splat(link, LINK_TRANSIT_COST << 2)));
        }
        if (kind & HAS_YIELD) {
          const good = integer
            ? floor_share(arrived, <f64>load<u32>(link, LINK_YIELD << 2), FRACTION)
            : f32x4.mul(arrived, v128.load32_splat(link, LINK_YIELD_FRACTION << 2));
          wasted = f32x4.add(wasted, f32x4.sub(arrived, good));
          received = f32x4.add(received, good);
        } else {
          received = f32x4.add(received, arrived);
        }
      }
    }
    let on_hand = f32x4.add(v128.load(me, ON_HAND * ROW_BYTES), received);

    // Take in and ship.
    let owed_before = zero();
    let demand = zero();
    let seen = zero();
    let wanted: v128;
    let shipped: v128;
    let on_time: v128;
    let owed: v128;
    let lost = zero();
    let trimmed = zero();
    let customers_demand = zero();
    let customers_on_time = zero();
    let customers_owed = zero();
    let customers_shipped = zero();
    if (claims_kind == ONE_CLAIM) {
      demand = v128.load(at + new_at);
      owed_before = v128.load(at + owed_at);
      wanted = f32x4.add(owed_before, demand);
      shipped = least(on_hand, wanted);
      on_time = most(zero(), f32x4.sub(shipped, owed_before));
      owed = f32x4.sub(wanted, shipped);
      if (claim_flags & LOSES_UNMET) {
        lost = owed;
        owed = zero();
      }
      v128.store(at + owed_at, owed);
      if (to_customers) {
        customers_demand = demand;
        customers_on_time = on_time;
        customers_owed = owed;
        customers_shipped = shipped;
      } else {
        v128.store(at + out_at, shipped);
      }
    } else if (claims_kind == TWO_FAIR_CLAIMS) {
      const new_1 = v128.load(at + new_at);
      const new_2 = v128.load(at + second_new_at);
      const old_1 = v128.load(at + owed_at);
      const old_2 = v128.load(at + second_owed_at);
      const gift_1 = first_of_two(on_hand, old_1, old_2, integer);
      const gift_2 = least(old_2, f32x4.sub(on_hand, gift_1));
      const rest = most(zero(), f32x4.sub(f32x4.sub(on_hand, gift_1), gift_2));
      const late_1 = first_of_two(rest, new_1, new_2, integer);
      const late_2 = least(new_2, f32x4.sub(rest, late_1));
      demand = f32x4.add(new_1, new_2);
      owed_before = f32x4.add(old_1, old_2);
      wanted = f32x4.add(owed_before, demand);
      shipped = least(on_hand, wanted);
      on_time = f32x4.add(late_1, late_2);
      const sent_1 = f32x4.add(gift_1, late_1);
      const sent_2 = f32x4.add(gift_2, late_2);
      // Rounding in real networks must not leave a debt below zero.
      const owed_1 = most(zero(), f32x4.sub(f32x4.add(old_1, new_1), sent_1));
      const owed_2 = most(zero(), f32x4.sub(f32x4.add(old_2, new_2), sent_2));
      owed = f32x4.add(owed_1, owed_2);
      v128.store(at + owed_at, owed_1);
      v128.store(at + second_owed_at, owed_2);
      v128.store(at + second_out_at, sent_2);
      if (to_customers) {
        customers_demand = new_1;
        customers_on_time = late_1;
        customers_owed = owed_1;
        customers_shipped = sent_1;
      } else {
        v128.store(at + out_at, sent_1);
      }
    } else {
      for (let i = 0; i < claim_count; i++) {
        const link = tables + load<u32>(claims + (<usize>i << 2));
        const asked = v128.load(at + load<u32>(link, LINK_NEW_AT << 2));
        owed_before = f32x4.add(owed_before, v128.load(at + load<u32>(link, LINK_OWED_AT << 2)));
        demand = f32x4.add(demand, asked);
        if (load<u32>(link, LINK_FLAGS << 2) & DELAYED) {
          const kind = load<u32>(link, LINK_FLAGS << 2);
          const on_way_at = at + load<u32>(link, LINK_ON_WAY_AT << 2);
          let on_way = most(zero(), f32x4.sub(v128.load(on_way_at), asked));
          if (kind & CUSTOMERS) on_way = f32x4.add(on_way, v128.load(at + load<u32>(link, LINK_PLACE_AT << 2)));
          v128.store(on_way_at, on_way);
          if (kind & CUSTOMERS || flags & SEES_ORDERS) seen = f32x4.add(seen, on_way);
        }
      }
      wanted = f32x4.add(owed_before, demand);
      if (claim_count == 1) {
        const link = tables + load<u32>(claims);
        const kind = load<u32>(link, LINK_FLAGS << 2);
        shipped = least(on_hand, wanted);
        on_time = most(zero(), f32x4.sub(shipped, owed_before));
        owed = f32x4.sub(wanted, shipped);
        if (kind & LOSES_UNMET) {
          lost = owed;
          owed = zero();
        } else if (flags & HAS_MAX_BACKORDER) {
          trimmed = most(zero(), f32x4.sub(owed, v128.load32_splat(node, NODE_MAX_BACKORDER << 2)));
          owed = f32x4.sub(owed, trimmed);
          if (!(kind & CUSTOMERS)) {
            const buyer = at + load<u32>(link, LINK_BUYER_BASE << 2);
            v128.store(buyer, f32x4.sub(v128.load(buyer, ON_ORDER * ROW_BYTES), trimmed), ON_ORDER * ROW_BYTES);
          }
        }
        v128.store(at + load<u32>(link, LINK_OWED_AT << 2), owed);
        if (kind & CUSTOMERS) {
          customers_demand = demand;
          customers_on_time = on_time;
          customers_owed = owed;
          customers_shipped = shipped;
        } else {
          dispatch(link, kind, at, shipped);
        }
      } else {
        shipped = least(on_hand, wanted);
        owed = f32x4.sub(wanted, shipped);
        on_time = demand;
        const short = v128.any_true(f32x4.gt(owed, zero()));
        if (short) {
          for (let i = 0; i < claim_count; i++) {
            const link = tables + load<u32>(claims + (<usize>i << 2));
            v128.store(needs + (<usize>i << 4), v128.load(at + load<u32>(link, LINK_OWED_AT << 2)));
          }
          const given = allocate(rule, tables, claims, claim_count, at, on_hand, needs, gifts, integer);
          for (let i = 0; i < claim_count; i++) {
            const link = tables + load<u32>(claims + (<usize>i << 2));
            v128.store(needs + (<usize>i << 4), v128.load(at + load<u32>(link, LINK_NEW_AT << 2)));
          }
          const rest = most(zero(), f32x4.sub(on_hand, given));
          on_time = allocate(rule, tables, claims, claim_count, at, rest, needs, late_gifts, integer);
        }
        let excess = zero();
        if (flags & HAS_MAX_BACKORDER) {
          // What customers would lose anyway is not owed.
          let owed_then = owed;
          const first = tables + load<u32>(claims);
          if (short && load<u32>(first, LINK_FLAGS << 2) & LOSES_UNMET) {
            owed_then = f32x4.sub(owed, f32x4.sub(v128.load(needs), v128.load(late_gifts)));
          }
          excess = most(zero(), f32x4.sub(owed_then, v128.load32_splat(node, NODE_MAX_BACKORDER << 2)));
        }
        owed = zero();
        // Last claim first: that is the order of trimming.
        for (let i = claim_count - 1; i >= 0; i--) {
          const link = tables + load<u32>(claims + (<usize>i << 2));
          const kind = load<u32>(link, LINK_FLAGS << 2);
          const asked = v128.load(at + load<u32>(link, LINK_NEW_AT << 2));
          const owed_at = at + load<u32>(link, LINK_OWED_AT << 2);
          const old = v128.load(owed_at);
          let late = asked;
          let gift = f32x4.add(old, asked);
          let still = zero();
          if (short) {
            late = v128.load(late_gifts + (<usize>i << 4));
            gift = f32x4.add(v128.load(gifts + (<usize>i << 4)), late);
            still = most(zero(), f32x4.sub(f32x4.add(old, asked), gift));
            if (kind & LOSES_UNMET) {
              lost = still;
              still = zero();
            } else if (flags & HAS_MAX_BACKORDER) {
              const cut = least(excess, f32x4.sub(asked, late));
              excess = f32x4.sub(excess, cut);
              trimmed = f32x4.add(trimmed, cut);
              still = most(zero(), f32x4.sub(still, cut));
              if (!(kind & CUSTOMERS)) {
                const buyer = at + load<u32>(link, LINK_BUYER_BASE << 2);
                v128.store(buyer, f32x4.sub(v128.load(buyer, ON_ORDER * ROW_BYTES), cut), ON_ORDER * ROW_BYTES);
              }
            }
          }
          v128.store(owed_at, still);
          owed = f32x4.add(owed, still);
          if (kind & CUSTOMERS) {
            customers_demand = asked;
            customers_on_time = late;
            customers_owed = still;
            customers_shipped = gift;
          } else {
            dispatch(link, kind, at, gift);
          }
        }
      }
    }
    on_hand = f32x4.sub(on_hand, shipped);
    let cut = zero();
    if (flags & HAS_CAPACITY) {
      cut = most(zero(), f32x4.sub(on_hand, v128.load32_splat(node, NODE_CAPACITY << 2)));
      on_hand = f32x4.sub(on_hand, cut);
    }
    v128.store(me, on_hand, ON_HAND * ROW_BYTES);
    if (claims_kind != ONE_CLAIM) v128.store(me, owed, OWED * ROW_BYTES);
    on_order = most(zero(), on_order);
    v128.store(me, on_order, ON_ORDER * ROW_BYTES);
    if (flags & RECORDS_DEMAND) v128.store(me, demand, DEMAND * ROW_BYTES);
    if (flags & RECORDS_POSITION) {
      v128.store(me, f32x4.sub(f32x4.sub(f32x4.add(on_hand, on_order), owed), seen), POSITION * ROW_BYTES);
    }

    // Charge.
    const held = flags & HAS_TARGET ? f32x4.abs(f32x4.sub(on_hand, v128.load32_splat(node, NODE_HOLDING_TARGET << 2))) : on_hand;
    let cost = f32x4.add(
      f32x4.mul(held, v128.load32_splat(node, NODE_HOLDING_COST << 2)), f32x4.mul(owed, v128.load32_splat(node, NODE_BACKORDER_COST << 2)),
    );
    if (flags & HAS_ORDER_COST) cost = f32x4.add(cost, f32x4.mul(order, v128.load32_splat(node, NODE_ORDER_COST << 2)));
    if (flags & HAS_FIXED_COST) {
      cost = f32x4.add(cost, v128.and(v128.load32_splat(node, NODE_FIXED_COST << 2), f32x4.gt(order, zero())));
    }
    if (flags & HAS_CHANGE_COST) {
      const last_at = at + load<u32>(node, NODE_LAST_ORDER_AT << 2);
      const change = f32x4.abs(f32x4.sub(order, v128.load(last_at)));
      cost = f32x4.add(cost, f32x4.mul(change, v128.load32_splat(node, NODE_CHANGE_COST << 2)));
      v128.store(last_at, order);
    }
    if (flags & HAS_LOST_SALES) cost = f32x4.add(cost, f32x4.mul(lost, v128.load32_splat(node, NODE_LOST_COST << 2)));
    if (flags & HAS_TRANSIT_COST) cost = f32x4.add(cost, transit_cost);
    const profit = flags & HAS_PRICE
      ? f32x4.sub(f32x4.mul(shipped, v128.load32_splat(node, NODE_PRICE << 2)), cost)
      : f32x4.neg(cost);
    v128.store(me, profit, PROFIT * ROW_BYTES);

    // What observations, traces and metrics need besides.
    const in_transit = most(zero(), f32x4.sub(on_order, not_shipped));
    if (flags & RECORDS_IN_TRANSIT) v128.store(at + load<u32>(node, NODE_IN_TRANSIT_AT << 2), in_transit);
    if (flags & RECORDS_RECEIVED) v128.store(at + load<u32>(node, NODE_RECEIVED_AT << 2), received);
    if (flags & RECORDS_SHIPPED) v128.store(at + load<u32>(node, NODE_SHIPPED_AT << 2), shipped);
    if (flags & RECORDS_COST) v128.store(at + load<u32>(node, NODE_COST_AT << 2), cost);
    if (flags & RECORDS_FILL) {
      const asked = f32x4.gt(demand, zero());
      const one = f32x4.splat(1);
      const fill = f32x4.div(on_time, v128.bitselect(demand, one, asked));
      v128.store(at + load<u32>(node, NODE_FILL_AT << 2), v128.bitselect(fill, one, asked));
    }
    if (level == METRICS_NONE) continue;
    const to = counts + c;
    count(to, M_PROFIT, profit);
    count(to, M_COST, cost);
    if (level != METRICS_ALL) continue;
    count(to, M_ON_HAND, on_hand);
    count(to, M_BACKORDERS, owed);
    count(to, M_IN_TRANSIT, in_transit);
    const ordered = f32x4.sub(order, v128.load32_splat(node, NODE_ORDER_CENTRE << 2));
    count(to, M_ORDER, order);
    count(to, M_ORDER_SQUARED, f32x4.mul(ordered, ordered));
    count(to, M_RECEIVED, received);
    const asked = f32x4.sub(demand, v128.load32_splat(node, NODE_ORDER_CENTRE << 2));
    count(to, M_DEMAND, demand);
    count(to, M_DEMAND_SQUARED, f32x4.mul(asked, asked));
    count(to, M_ON_TIME, on_time);
    count(to, M_SHIPPED, shipped);
    count(to, M_STOCK_OUTS, ones(f32x4.gt(f32x4.add(owed, lost), zero())));
    if (flags & SERVES_CUSTOMERS) {
      const off = f32x4.sub(customers_demand, v128.load32_splat(node, NODE_DEMAND_CENTRE << 2));
      count(to, M_CUSTOMER_DEMAND, customers_demand);
      count(to, M_CUSTOMER_DEMAND_SQUARED, f32x4.mul(off, off));
      count(to, M_CUSTOMER_ON_TIME, customers_on_time);
      count(to, M_CUSTOMER_STOCK_OUTS, ones(f32x4.gt(f32x4.add(customers_owed, lost), zero())));
      count(to, M_CUSTOMER_SHIPPED, customers_shipped);
    }
    if (flags & HAS_LOST_SALES) count(to, M_LOST, lost);
    if (flags & HAS_CAPACITY) count(to, M_CUT, cut);
    if (flags & HAS_MAX_BACKORDER) count(to, M_TRIMMED, trimmed);
    if (v128.any_true(wasted)) count(to, M_LOST_TO_YIELD, wasted);
  }
}
