// Who gets what when stock is short: one pass over the claims of a node. An environment's gifts stand in rows of its
// own behind the states of all blocks: CLAIM_ROWS a claim.

// Of a claim: its gifts of the pass over old debts and of the pass over new claims, and a row to work in.
const OLD: u32 = 0u;
const LATE: u32 = 1u;
const REMAINDER: u32 = 2u;

// Word of this environment in the first of those rows.
var<private> claims_column: u32;

fn claim_word(claim: u32, which: u32) -> u32 {
  return claims_column + (claim * CLAIM_ROWS + which) * ROW_COLUMNS;
}

fn gift(claim: u32, which: u32) -> f32 {
  return bitcast<f32>(state[claim_word(claim, which)]);
}

fn give(claim: u32, which: u32, units: f32) {
  state[claim_word(claim, which)] = bitcast<u32>(units);
}

// What a claim asks for in a pass: what it is owed, or what is new.
fn need(node: u32, claim: u32, which: u32) -> f32 {
  let link = entry(tables[node + NODE_CLAIMS], claim);
  if (which == OLD) {
    return row(tables[link + LINK_OWED_AT]);
  }
  return row(asked_at(link));
}

// Writes the gifts of a pass and returns their sum. `available` is what the pass may give.
fn allocate(node: u32, available: f32, which: u32) -> f32 {
  let count = tables[node + NODE_CLAIM_COUNT];
  let integer = (tables[node + NODE_FLAGS] & INTEGER) != 0u;
  let rule = tables[node + NODE_ALLOCATION];
  if (count == 2u && rule == ALLOCATION_FAIR) {
    return fair_two(node, available, which, integer);
  }
  var total = 0.0;
  for (var i = 0u; i < count; i++) {
    let units = need(node, i, which);
    give(i, which, units);
    total += units;
  }
  if (total <= available) {
    return total;
  }
  if (rule == ALLOCATION_FAIR) {
    fair(node, count, available, which, integer);
  } else if (rule == ALLOCATION_PROPORTIONAL) {
    proportional(node, count, available, total, which, integer);
  } else if (rule == ALLOCATION_LOWEST_POSITION) {
    lowest_position(node, count, available, which);
  } else {
    in_order(node, count, available, which);
  }
  return available;
}

// Two claims: the first gets half, or what the second leaves of it, or what it needs.
fn fair_two(node: u32, available: f32, which: u32, integer: bool) -> f32 {
  let second = need(node, 1u, which);
  var half = 0.5 * available;
  if (integer) {
    half = ceil(half);
  }
  let units = min(need(node, 0u, which), max(half, available - second));
  let rest = min(second, available - units);
  give(0u, which, units);
  give(1u, which, rest);
  return units + rest;
}

fn equal_part(units: f32, claims: u32, integer: bool) -> f32 {
  if (integer) {
    return f32(u32(units) / claims);
  }
  return units / f32(claims);
}

// Max-min: those who need at most the equal part get all of it, until none does; the rest share what is left. The part
// grows from round to round, so the last one tells who gets all.
fn fair(node: u32, count: u32, available: f32, which: u32, integer: bool) {
  var part = equal_part(available, count, integer);
  var served = 0u;
  var left = available;
  for (var turn = 0u; turn <= count; turn++) {
    var now = 0u;
    var given = 0.0;
    for (var i = 0u; i < count; i++) {
      let units = need(node, i, which);
      if (units <= part) {
        now++;
        given += units;
      }
    }
    left = max(0.0, available - given);
    if (now == served || now == count) {
      break;
    }
    served = now;
    part = equal_part(left, count - served, integer);
  }
  var extra = select(0.0, left - part * f32(count - served), integer);
  for (var i = 0u; i < count; i++) {
    if (need(node, i, which) > part) {
      let one = one_if(extra > 0.0);
      extra -= one;
      give(i, which, part + one);
    }
  }
}

// In proportion to the needs; in integer networks the units that rounding leaves go by largest remainder, ties to the
// lower claim.
fn proportional(node: u32, count: u32, available: f32, total: f32, which: u32, integer: bool) {
  var left = available;
  for (var i = 0u; i < count; i++) {
    let units = need(node, i, which);
    if (!integer) {
      give(i, which, available * units / total);
      continue;
    }
    let part = quotient(u32(available), u32(units), u32(total));
    give(i, which, f32(part.whole));
    give(i, REMAINDER, f32(part.rest));
    left -= f32(part.whole);
  }
  if (!integer) {
    return;
  }
  for (var i = 0u; i < count; i++) {
    let mine = gift(i, REMAINDER);
    var ahead = 0.0;
    for (var j = 0u; j < count; j++) {
      let theirs = gift(j, REMAINDER);
      ahead += one_if(theirs > mine || (theirs == mine && j < i));
    }
    if (ahead < left) {
      give(i, which, gift(i, which) + 1.0);
    }
  }
}

fn buyer_position(node: u32, claim: u32) -> f32 {
  return row(tables[entry(tables[node + NODE_CLAIMS], claim) + LINK_BUYER_BASE] + POSITION * ROW_BYTES);
}

// Own customers first, then the buyers by inventory position at the start of the period, lowest first, ties to the
// lower claim. Each gets what those before it leave.
fn lowest_position(node: u32, count: u32, available: f32, which: u32) {
  var left = available;
  var first = 0u;
  if ((tables[entry(tables[node + NODE_CLAIMS], 0u) + LINK_FLAGS] & CUSTOMERS) != 0u) {
    let units = min(left, need(node, 0u, which));
    give(0u, which, units);
    left -= units;
    first = 1u;
  }
  for (var i = first; i < count; i++) {
    let mine = buyer_position(node, i);
    var ahead = 0.0;
    for (var j = first; j < count; j++) {
      let theirs = buyer_position(node, j);
      if (theirs < mine || (theirs == mine && j < i)) {
        ahead += need(node, j, which);
      }
    }
    give(i, which, max(0.0, min(need(node, i, which), left - ahead)));
  }
}

fn in_order(node: u32, count: u32, available: f32, which: u32) {
  var left = available;
  for (var i = 0u; i < count; i++) {
    let units = min(left, need(node, i, which));
    give(i, which, units);
    left -= units;
  }
}
