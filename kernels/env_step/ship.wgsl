// Take in, ship, trim. Second stage of a node's period.

// Orders on their way, or known demand, after what was asked for now; returns what the node sees of them.
fn look_ahead(link: u32, flags: u32, asked: f32) -> f32 {
  let on_way_at = tables[link + LINK_ON_WAY_AT];
  var on_way = max(0.0, row(on_way_at) - asked);
  if ((flags & CUSTOMERS) != 0u) {
    on_way += row(place_at(link));
  }
  put(on_way_at, on_way);
  return select(0.0, on_way, (flags & IS_SEEN) != 0u);
}

fn take_off_order(link: u32, units: f32) {
  add_to(tables[link + LINK_BUYER_BASE] + ON_ORDER * ROW_BYTES, -units);
}

// What customers asked for, got in time, are owed now, and got.
fn serve_customers(asked: f32, on_time: f32, owed: f32, sent: f32) {
  flows.customers_demand = asked;
  flows.customers_on_time = on_time;
  flows.customers_owed = owed;
  flows.customers_shipped = sent;
}

// Leaves ON_HAND as it was, writes OWED, DEMAND where kept, and the flows.
fn ship(node: u32) {
  let count = tables[node + NODE_CLAIM_COUNT];
  if (count == 1u) {
    ship_one(node);
  } else {
    ship_any(node, count);
  }
}

fn ship_one(node: u32) {
  let base = tables[node + NODE_BASE];
  let node_flags = tables[node + NODE_FLAGS];
  let link = entry(tables[node + NODE_CLAIMS], 0u);
  let flags = tables[link + LINK_FLAGS];
  let to_customers = (flags & CUSTOMERS) != 0u;
  let asked = row(asked_at(link));
  let old = row(base + OWED * ROW_BYTES);
  flows.demand = asked;
  flows.shipped = min(row(base + ON_HAND * ROW_BYTES), old + asked);
  flows.on_time = max(0.0, flows.shipped - old);
  var owed = old + asked - flows.shipped;
  if ((flags & DELAYED) != 0u) {
    flows.ahead = look_ahead(link, flags, asked);
  }
  if ((flags & LOSES_UNMET) != 0u) {
    flows.lost = owed;
    owed = 0.0;
  }
  if ((node_flags & HAS_MAX_BACKORDER) != 0u) {
    flows.trimmed = max(0.0, owed - number(node + NODE_MAX_BACKORDER));
    owed -= flows.trimmed;
    if (!to_customers) {
      take_off_order(link, flows.trimmed);
    }
  }
  put(base + OWED * ROW_BYTES, owed);
  if ((node_flags & RECORDS_DEMAND) != 0u) {
    put(base + DEMAND * ROW_BYTES, asked);
  }
  if (to_customers) {
    serve_customers(asked, flows.on_time, owed, flows.shipped);
  } else {
    dispatch(link, flags, flows.shipped);
  }
}

fn ship_any(node: u32, count: u32) {
  let base = tables[node + NODE_BASE];
  let links = tables[node + NODE_CLAIMS];
  let on_hand = row(base + ON_HAND * ROW_BYTES);
  var old_total = 0.0;
  for (var i = 0u; i < count; i++) {
    let link = entry(links, i);
    let flags = tables[link + LINK_FLAGS];
    let asked = row(asked_at(link));
    old_total += row(tables[link + LINK_OWED_AT]);
    flows.demand += asked;
    if ((flags & DELAYED) != 0u) {
      flows.ahead += look_ahead(link, flags, asked);
    }
  }
  let wanted = old_total + flows.demand;
  flows.shipped = min(on_hand, wanted);
  if ((tables[node + NODE_FLAGS] & RECORDS_DEMAND) != 0u) {
    put(base + DEMAND * ROW_BYTES, flows.demand);
  }
  if (wanted > flows.shipped) {
    ship_short(node, base, count, on_hand, wanted);
  } else {
    ship_all(links, count);
    flows.on_time = flows.demand;
    put(base + OWED * ROW_BYTES, 0.0);
  }
}

fn ship_all(links: u32, count: u32) {
  for (var i = 0u; i < count; i++) {
    let link = entry(links, i);
    let flags = tables[link + LINK_FLAGS];
    let owed_at = tables[link + LINK_OWED_AT];
    let asked = row(asked_at(link));
    let sent = row(owed_at) + asked;
    put(owed_at, 0.0);
    if ((flags & CUSTOMERS) != 0u) {
      serve_customers(asked, asked, 0.0, sent);
    } else {
      dispatch(link, flags, sent);
    }
  }
}

// Old debts first, then with what remains the new claims.
fn ship_short(node: u32, base: u32, count: u32, on_hand: f32, wanted: f32) {
  let links = tables[node + NODE_CLAIMS];
  let trims = (tables[node + NODE_FLAGS] & HAS_MAX_BACKORDER) != 0u;
  let given = allocate(node, on_hand, OLD);
  flows.on_time = allocate(node, max(0.0, on_hand - given), LATE);
  var excess = 0.0;
  if (trims) {
    var owed = wanted - flows.shipped;
    // What customers will lose is not owed to them.
    if ((tables[entry(links, 0u) + LINK_FLAGS] & LOSES_UNMET) != 0u) {
      owed -= need(node, 0u, LATE) - gift(0u, LATE);
    }
    excess = max(0.0, owed - number(node + NODE_MAX_BACKORDER));
  }
  var owed_total = 0.0;
  // The last claim first, as trimming goes.
  for (var n = count; n > 0u; n--) {
    let i = n - 1u;
    let link = entry(links, i);
    let flags = tables[link + LINK_FLAGS];
    let owed_at = tables[link + LINK_OWED_AT];
    let asked = row(asked_at(link));
    let late = gift(i, LATE);
    let sent = gift(i, OLD) + late;
    var owed = max(0.0, row(owed_at) + asked - sent);
    if ((flags & LOSES_UNMET) != 0u) {
      flows.lost = owed;
      owed = 0.0;
    } else if (trims) {
      let cut = min(excess, asked - late);
      excess -= cut;
      flows.trimmed += cut;
      owed = max(0.0, owed - cut);
      if ((flags & CUSTOMERS) == 0u) {
        take_off_order(link, cut);
      }
    }
    put(owed_at, owed);
    owed_total += owed;
    if ((flags & CUSTOMERS) != 0u) {
      serve_customers(asked, late, owed, sent);
    } else {
      dispatch(link, flags, sent);
    }
  }
  put(base + OWED * ROW_BYTES, owed_total);
}
