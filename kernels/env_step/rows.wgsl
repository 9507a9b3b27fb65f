// The state of one environment, and what its links' rows are in the current period. Offsets of rows ("at") are in
// bytes, as the tables have them; `node`, `link` and other records are word indices into the tables.

// Word of this environment in row 0 of its block of state.
var<private> column: u32;
// Periods completed of the episode.
var<private> period: u32;
// Always 0, which no compiler can know.
var<private> nothing: u32;

fn row(at: u32) -> f32 {
  return bitcast<f32>(state[column + (at >> 2u)]);
}

fn put(at: u32, value: f32) {
  state[column + (at >> 2u)] = bitcast<u32>(value);
}

fn add_to(at: u32, value: f32) {
  put(at, row(at) + value);
}

fn number(index: u32) -> f32 {
  return bitcast<f32>(tables[index]);
}

// The record that entry k of a list refers to; `list` is the list's offset in bytes.
fn entry(list: u32, k: u32) -> u32 {
  return tables[(list >> 2u) + k] >> 2u;
}

fn ring_row(ring_at: u32, slot: u32) -> u32 {
  return ring_at + slot * ROW_BYTES;
}

// Where goods arrive in this period.
fn arrival_at(link: u32) -> u32 {
  return ring_row(tables[link + LINK_RING_AT], period % tables[link + LINK_RING_LENGTH]);
}

// What is asked for in this period.
fn asked_at(link: u32) -> u32 {
  let delay = tables[link + LINK_DELAY];
  if (delay == 0u) {
    return tables[link + LINK_NEW_AT];
  }
  return ring_row(tables[link + LINK_DELAY_RING_AT], period % (delay + 1u));
}

// Where an order placed, or a demand drawn, in this period is written.
fn place_at(link: u32) -> u32 {
  let delay = tables[link + LINK_DELAY];
  if (delay == 0u) {
    return tables[link + LINK_PLACE_AT];
  }
  return ring_row(tables[link + LINK_DELAY_RING_AT], (period + delay) % (delay + 1u));
}

// Puts the environment at the start of an episode. Row 0, the member, stays.
fn reset_column() {
  for (var at = ROW_BYTES; at < tables[H_STATE_BYTES]; at += ROW_BYTES) {
    put(at, 0.0);
  }
  var record = tables[H_RESETS] >> 2u;
  for (var k = 0u; k < tables[H_RESET_COUNT]; k++) {
    put(tables[record + RESET_AT], number(record + RESET_VALUE));
    record += RESET_WORDS;
  }
}
