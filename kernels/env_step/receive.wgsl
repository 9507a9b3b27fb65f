// Goods in, which leave what is on order; external suppliers ship on the way. First stage of a node's period.

// What passes from one stage of a node's period to the next.
struct Flows {
  received: f32,
  not_shipped: f32,
  wasted: f32,
  transit_cost: f32,
  demand: f32,
  shipped: f32,
  on_time: f32,
  lost: f32,
  trimmed: f32,
  // Known demand not yet due, and orders on their way that the node sees.
  ahead: f32,
  customers_demand: f32,
  customers_on_time: f32,
  customers_owed: f32,
  customers_shipped: f32,
}

var<private> flows: Flows;

// Sends goods on their way.
fn dispatch(link: u32, flags: u32, q: f32) {
  if ((flags & KEEPS_TRANSIT) != 0u) {
    add_to(tables[link + LINK_TRANSIT_AT], q);
  }
  let length = tables[link + LINK_RING_LENGTH];
  var lead = tables[link + LINK_LEAD_TIME];
  if ((flags & RANDOM_LEAD_TIME) != 0u) {
    lead = u32(row(tables[link + LINK_LEAD_TIME_AT]));
  }
  let at = ring_row(tables[link + LINK_RING_AT], (period + lead) % length);
  if ((flags & ACCUMULATES) != 0u) {
    add_to(at, q);
  } else {
    put(at, q);
  }
}

fn receive(node: u32) {
  let base = tables[node + NODE_BASE];
  let count = tables[node + NODE_SUPPLY_COUNT];
  let integer = (tables[node + NODE_FLAGS] & INTEGER) != 0u;
  let order = row(base + ORDER * ROW_BYTES);
  let copies = select(1.0, f32(count), tables[node + NODE_SOURCING] == SOURCING_ALL);
  var on_order = row(base + ON_ORDER * ROW_BYTES) + order * copies;
  for (var k = 0u; k < count; k++) {
    let link = entry(tables[node + NODE_SUPPLY], k);
    let flags = tables[link + LINK_FLAGS];
    let on_way_at = tables[link + LINK_ON_WAY_AT];
    if ((flags & FROM_SUPPLY) != 0u) {
      let q = row(asked_at(link));
      if ((flags & DELAYED) != 0u) {
        put(on_way_at, max(0.0, row(on_way_at) - q));
      }
      // Before the receipt: with lead time 0 it is the same row.
      dispatch(link, flags, q);
    } else {
      flows.not_shipped += row(tables[link + LINK_OWED_AT]);
    }
    if ((flags & DELAYED) != 0u) {
      flows.not_shipped += row(on_way_at);
    }
    let at = arrival_at(link);
    let arrived = row(at);
    if ((flags & ACCUMULATES) != 0u) {
      put(at, 0.0);
    }
    on_order -= arrived;
    if ((flags & KEEPS_TRANSIT) != 0u) {
      let transit_at = tables[link + LINK_TRANSIT_AT];
      let transit = max(0.0, row(transit_at) - arrived);
      put(transit_at, transit);
      flows.transit_cost += transit * number(link + LINK_TRANSIT_COST);
    }
    flows.received += arrived;
    if ((flags & HAS_YIELD) != 0u) {
      let good = usable(link, arrived, integer);
      flows.received -= arrived - good;
      flows.wasted += arrived - good;
    }
  }
  put(base + ON_ORDER * ROW_BYTES, max(0.0, on_order));
  add_to(base + ON_HAND * ROW_BYTES, flows.received);
}

// What the link's yield leaves of a shipment.
fn usable(link: u32, arrived: f32, integer: bool) -> f32 {
  if (integer) {
    return floor_share(arrived, tables[link + LINK_YIELD], FRACTION);
  }
  return arrived * number(link + LINK_YIELD_FRACTION);
}
