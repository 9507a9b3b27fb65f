// Cut, charge, record, count. Third stage of a node's period.

// Word of this environment in the node's first row of metrics.
var<private> counts: u32;

fn tally(metric: u32, value: f32) {
  metrics[counts + metric * ROW_COLUMNS] += value;
}

fn settle(node: u32, metric_column: u32, level: u32) {
  let base = tables[node + NODE_BASE];
  let flags = tables[node + NODE_FLAGS];
  let order = row(base + ORDER * ROW_BYTES);
  let owed = row(base + OWED * ROW_BYTES);
  let on_order = row(base + ON_ORDER * ROW_BYTES);
  counts = metric_column + (tables[node + NODE_METRICS_AT] >> 2u);
  var on_hand = row(base + ON_HAND * ROW_BYTES) - flows.shipped;
  if ((flags & HAS_CAPACITY) != 0u) {
    let kept = min(on_hand, number(node + NODE_CAPACITY));
    if (level == METRICS_ALL) {
      tally(M_CUT, on_hand - kept);
    }
    on_hand = kept;
  }
  put(base + ON_HAND * ROW_BYTES, on_hand);
  if ((flags & RECORDS_POSITION) != 0u) {
    put(base + POSITION * ROW_BYTES, on_hand + on_order - owed - flows.ahead);
  }

  let held = abs(on_hand - number(node + NODE_HOLDING_TARGET));
  var cost = held * number(node + NODE_HOLDING_COST) + owed * number(node + NODE_BACKORDER_COST)
    + order * number(node + NODE_ORDER_COST);
  if ((flags & RARE_COSTS) != 0u) {
    cost += rare_costs(node, flags, order);
  }
  let profit = flows.shipped * number(node + NODE_PRICE) - cost;
  put(base + PROFIT * ROW_BYTES, profit);
  if (level != METRICS_NONE) {
    tally(M_PROFIT, profit);
    tally(M_COST, cost);
  }
  if ((flags & RECORDS_COST) != 0u) {
    put(tables[node + NODE_COST_AT], cost);
  }
  let in_transit = max(0.0, on_order - flows.not_shipped);
  if ((flags & RECORDS_ANY) != 0u) {
    keep_records(node, flags, in_transit);
  }
  if (level == METRICS_ALL) {
    keep_counts(node, flags, on_hand, owed, order, in_transit);
  }
}

fn rare_costs(node: u32, flags: u32, order: f32) -> f32 {
  var cost = 0.0;
  if ((flags & HAS_FIXED_COST) != 0u && order > 0.0) {
    cost = number(node + NODE_FIXED_COST);
  }
  if ((flags & HAS_CHANGE_COST) != 0u) {
    let last_at = tables[node + NODE_LAST_ORDER_AT];
    cost += abs(order - row(last_at)) * number(node + NODE_CHANGE_COST);
    put(last_at, order);
  }
  if ((flags & HAS_LOST_SALES) != 0u) {
    cost += flows.lost * number(node + NODE_LOST_COST);
  }
  return cost + flows.transit_cost;
}

fn keep_records(node: u32, flags: u32, in_transit: f32) {
  if ((flags & RECORDS_IN_TRANSIT) != 0u) {
    put(tables[node + NODE_IN_TRANSIT_AT], in_transit);
  }
  if ((flags & RECORDS_RECEIVED) != 0u) {
    put(tables[node + NODE_RECEIVED_AT], flows.received);
  }
  if ((flags & RECORDS_SHIPPED) != 0u) {
    put(tables[node + NODE_SHIPPED_AT], flows.shipped);
  }
  if ((flags & RECORDS_FILL) != 0u) {
    let asked = flows.demand > 0.0;
    put(tables[node + NODE_FILL_AT], select(1.0, flows.on_time / select(1.0, flows.demand, asked), asked));
  }
}

fn squared(value: f32, centre: f32) -> f32 {
  return (value - centre) * (value - centre);
}

fn keep_counts(node: u32, flags: u32, on_hand: f32, owed: f32, order: f32, in_transit: f32) {
  let centre = number(node + NODE_ORDER_CENTRE);
  tally(M_ON_HAND, on_hand);
  tally(M_BACKORDERS, owed);
  tally(M_IN_TRANSIT, in_transit);
  tally(M_ORDER, order);
  tally(M_ORDER_SQUARED, squared(order, centre));
  tally(M_RECEIVED, flows.received);
  tally(M_DEMAND, flows.demand);
  tally(M_DEMAND_SQUARED, squared(flows.demand, centre));
  tally(M_ON_TIME, flows.on_time);
  tally(M_SHIPPED, flows.shipped);
  tally(M_STOCK_OUTS, one_if(owed + flows.lost > 0.0));
  if ((flags & SERVES_CUSTOMERS) != 0u) {
    tally(M_CUSTOMER_DEMAND, flows.customers_demand);
    tally(M_CUSTOMER_DEMAND_SQUARED, squared(flows.customers_demand, number(node + NODE_DEMAND_CENTRE)));
    tally(M_CUSTOMER_ON_TIME, flows.customers_on_time);
    tally(M_CUSTOMER_STOCK_OUTS, one_if(flows.customers_owed + flows.lost > 0.0));
    tally(M_CUSTOMER_SHIPPED, flows.customers_shipped);
  }
  if ((flags & HAS_LOST_SALES) != 0u) {
    tally(M_LOST, flows.lost);
  }
  if ((flags & HAS_MAX_BACKORDER) != 0u) {
    tally(M_TRIMMED, flows.trimmed);
  }
  if ((flags & WASTES) != 0u) {
    tally(M_LOST_TO_YIELD, flows.wasted);
  }
}
