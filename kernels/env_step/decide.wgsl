// Decisions at the start of a period: levels, order rules, and the orders' places on the supply links.

// A parameter of the rule: an action row, clipped and scaled where the node decodes actions.
fn parameter(node: u32, action: u32, index: u32) -> f32 {
  let value = actions[action + index * ROW_COLUMNS];
  if ((tables[node + NODE_FLAGS] & DECODES_ACTIONS) == 0u) {
    return value;
  }
  let clipped = min(max(value, number(node + NODE_CLIP_LOW)), number(node + NODE_CLIP_HIGH));
  let scaled = rounded(clipped * number(node + NODE_SCALE + index));
  return rounded(scaled + number(node + NODE_OFFSET + index));
}

fn level_of(node: u32) -> f32 {
  if ((tables[node + NODE_FLAGS] & USES_ECHELON) == 0u) {
    return row(tables[node + NODE_LEVEL_AT]);
  }
  var sum = 0.0;
  var term = tables[node + NODE_ECHELON] >> 2u;
  for (var k = 0u; k < tables[node + NODE_ECHELON_COUNT]; k++) {
    sum += row(tables[term]) * number(term + 1u);
    term += 2u;
  }
  return sum;
}

fn choice(node: u32, index: f32) -> f32 {
  let last = tables[node + NODE_CHOICE_COUNT] - 1u;
  let k = u32(clamp(round(index), 0.0, f32(last)));
  return number((tables[node + NODE_CHOICES] >> 2u) + min(k, last));
}

// What the node's rule asks for, before rounding and capping.
fn wish(node: u32, action: u32) -> f32 {
  let rule = tables[node + NODE_RULE];
  let first = parameter(node, action, 0u);
  if (rule == RULE_QUANTITY) {
    return first;
  }
  if (rule == RULE_DEMAND_PLUS) {
    return row(tables[node + NODE_BASE] + DEMAND * ROW_BYTES) + round(first);
  }
  if (rule == RULE_CHOICE) {
    return choice(node, first);
  }
  let level = level_of(node);
  if (rule == RULE_BASE_STOCK) {
    return first - level;
  }
  let second = parameter(node, action, 1u);
  return select(0.0, select(second, second - level, rule == RULE_S_S), level <= first);
}

// One node's order: state at the start of the period and action rows in, the row ORDER and the links' rows out.
fn decide(node: u32, action_column: u32) {
  var q = wish(node, action_column + (tables[node + NODE_ACTION_AT] >> 2u));
  let integer = (tables[node + NODE_FLAGS] & INTEGER) != 0u;
  if (integer) {
    q = round(q);
  }
  q = select(max(0.0, min(q, number(node + NODE_MAX_ORDER))), 0.0, math_is_nan(q));
  put(tables[node + NODE_BASE] + ORDER * ROW_BYTES, q);

  let sourcing = tables[node + NODE_SOURCING];
  if (sourcing == SOURCING_ONE) {
    let link = entry(tables[node + NODE_SUPPLY], 0u);
    // Without a delay the order's row is the link's.
    if (tables[link + LINK_DELAY] > 0u) {
      place(link, q);
    }
  } else if (sourcing == SOURCING_SPLIT) {
    split(node, q, integer);
  } else if (sourcing == SOURCING_RANDOM) {
    pick(node, q);
  } else if (sourcing == SOURCING_AVAILABLE) {
    split_by_stock(node, q, integer);
  } else {
    for (var k = 0u; k < tables[node + NODE_SUPPLY_COUNT]; k++) {
      place(entry(tables[node + NODE_SUPPLY], k), q);
    }
  }
}

fn place(link: u32, q: f32) {
  put(place_at(link), q);
  if (tables[link + LINK_DELAY] > 0u) {
    add_to(tables[link + LINK_ON_WAY_AT], q);
  }
}

// The whole order to the link whose share the random word falls into.
fn pick(node: u32, q: f32) {
  let word = state[column + (tables[node + NODE_SOURCE_WORDS_AT] >> 2u)];
  let count = tables[node + NODE_SUPPLY_COUNT];
  var taken = false;
  for (var k = 0u; k < count; k++) {
    let link = entry(tables[node + NODE_SUPPLY], k);
    // The last threshold is 2^32, which no word reaches.
    let under = k + 1u == count || word < tables[link + LINK_THRESHOLD];
    place(link, select(0.0, q, under && !taken));
    taken = taken || under;
  }
}

// By share; what integer division leaves goes one each to the lower links.
fn split(node: u32, q: f32, integer: bool) {
  let links = tables[node + NODE_SUPPLY];
  let count = tables[node + NODE_SUPPLY_COUNT];
  if (!integer) {
    var rest = q;
    for (var k = 0u; k < count; k++) {
      let link = entry(links, k);
      // The last link takes what rounding leaves, so that the parts add up to the order.
      let part = select(q * number(link + LINK_SHARE_FRACTION), rest, k + 1u == count);
      rest = max(0.0, rest - part);
      place(link, part);
    }
    return;
  }
  let whole = tables[node + NODE_SHARE_SUM];
  var left = q;
  for (var k = 0u; k < count; k++) {
    left -= floor_share(q, tables[entry(links, k) + LINK_SHARE], whole);
  }
  for (var k = 0u; k < count; k++) {
    let link = entry(links, k);
    let extra = one_if(left > 0.0);
    left -= extra;
    place(link, floor_share(q, tables[link + LINK_SHARE], whole) + extra);
  }
}

fn supplier_stock(link: u32) -> f32 {
  return row(tables[link + LINK_SUPPLIER_BASE] + ON_HAND * ROW_BYTES);
}

fn is_external(link: u32) -> bool {
  return (tables[link + LINK_FLAGS] & FROM_SUPPLY) != 0u;
}

// In proportion to the suppliers' on-hand stock; the first external link takes what they do not have.
fn split_by_stock(node: u32, q: f32, integer: bool) {
  let links = tables[node + NODE_SUPPLY];
  let count = tables[node + NODE_SUPPLY_COUNT];
  var stock = 0.0;
  var outside = count;
  for (var k = 0u; k < count; k++) {
    let link = entry(links, k);
    if (!is_external(link)) {
      stock += supplier_stock(link);
    } else if (outside == count) {
      outside = k;
    }
  }
  if (outside == count && stock <= 0.0) {
    split(node, q, integer);
    return;
  }
  let inside = select(q, min(q, stock), outside < count);
  let whole = select(stock, 1.0, stock <= 0.0);
  var left = inside;
  for (var k = 0u; k < count; k++) {
    let link = entry(links, k);
    if (!is_external(link)) {
      left -= share_of(inside, supplier_stock(link), whole, integer);
    }
  }
  for (var k = 0u; k < count; k++) {
    let link = entry(links, k);
    if (is_external(link)) {
      place(link, select(0.0, q - inside, k == outside));
      continue;
    }
    let extra = one_if(integer && left > 0.0);
    left -= extra;
    place(link, share_of(inside, supplier_stock(link), whole, integer) + extra);
  }
}
