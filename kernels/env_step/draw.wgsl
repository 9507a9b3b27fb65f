// What chance brings in a period: demand, lead times and the words of random sourcing, each into its row.

fn draw(seed: u32, phase: u32, episode: u32) {
  let links = tables[H_LINKS] >> 2u;
  let member = state[column + (MEMBER_AT >> 2u)];
  var record = tables[H_DRAWS] >> 2u;
  for (var k = 0u; k < tables[H_DRAW_COUNT]; k++) {
    let kind = tables[record + DRAW_KIND];
    let link = tables[record + DRAW_LINK];
    var at = tables[record + DRAW_AT];
    if (link != 0xffffffffu) {
      at = place_at(links + link * LINK_WORDS);
    }
    let due = period + tables[record + DRAW_DELAY];
    let table = tables[record + DRAW_TABLE] >> 2u;
    if (kind == DRAW_TABLE_VALUE) {
      put(at, number(table + due % tables[record + DRAW_LENGTH]));
    } else {
      let key = (phase << 29u) | (tables[record + DRAW_STREAM] << 24u) | episode;
      let counter = (period << 12u) | tables[record + DRAW_ENTITY];
      let word = threefry_word(seed, key, member << 8u, counter);
      if (kind == DRAW_RAW) {
        state[column + (at >> 2u)] = word;
      } else {
        put(at, profiled(record, due, drawn(record, kind, table, word)));
      }
    }
    record += DRAW_WORDS;
  }
}

fn drawn(record: u32, kind: u32, table: u32, word: u32) -> f32 {
  if (kind == DRAW_DISCRETE) {
    return sample_discrete(table, word);
  }
  return max(0.0, number(record + DRAW_MEAN) + number(record + DRAW_STD_DEV) * standard_normal(word));
}

// The value that a word draws from a table of kind lattice or values (lib/sampler_table.ts).
fn sample_discrete(table: u32, word: u32) -> f32 {
  let bucket = word >> GUIDE_SHIFT;
  let two = tables[table + tables[table + TABLE_GUIDE] + (bucket >> 1u)];
  let guided = (two >> ((bucket & 1u) * 16u)) & 0xffffu;
  var outcome = guided & (STRADDLES - 1u);
  if ((guided & STRADDLES) != 0u) {
    let thresholds = table + tables[table + TABLE_THRESHOLDS];
    let count = tables[table + TABLE_COUNT];
    while (outcome < count && word >= tables[thresholds + outcome]) {
      outcome++;
    }
  }
  if (tables[table + TABLE_KIND] == KIND_VALUES) {
    return number(table + tables[table + TABLE_VALUES] + outcome);
  }
  return number(table + TABLE_LOW) + f32(outcome);
}

// The value times the multiplier of the period in which it falls due.
fn profiled(record: u32, due: u32, value: f32) -> f32 {
  let multipliers = tables[record + DRAW_PROFILE_LENGTH];
  if (multipliers == 0u) {
    return value;
  }
  let numerator = tables[(tables[record + DRAW_PROFILE] >> 2u) + due % multipliers];
  if (tables[record + DRAW_ROUNDS] != 0u) {
    return scale_exact(value, numerator);
  }
  return value * (f32(numerator) / f32(FRACTION));
}
