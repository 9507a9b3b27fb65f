// Observations, scaled to [-1, 1], and the rewards of the agents.

// Goods of all supply links that arrive `ahead` periods after the last of the `done` completed ones.
fn arriving(node: u32, done: u32, ahead: u32) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < tables[node + NODE_SUPPLY_COUNT]; k++) {
    let link = entry(tables[node + NODE_SUPPLY], k);
    let length = tables[link + LINK_RING_LENGTH];
    if (ahead > length) {
      continue;
    }
    // One round more, so that `done` may be 0.
    let slot = (done + length - 1u + ahead) % length;
    // The slot of the completed period itself still holds what has been received.
    if (done == 0u || slot != (done - 1u) % length) {
      sum += row(ring_row(tables[link + LINK_RING_AT], slot));
    }
  }
  return sum;
}

fn value_of(record: u32, kind: u32, done: u32) -> f32 {
  if (kind == OBSERVE_TIME) {
    return f32(done) / f32(tables[H_HORIZON]);
  }
  if (kind == OBSERVE_SLOT) {
    return arriving(tables[record + OBSERVE_NODE] >> 2u, done, tables[record + OBSERVE_AHEAD]);
  }
  return row(tables[record + OBSERVE_FROM_AT]);
}

// Writes the observations after `done` periods of the episode; past values are 0 where done is 0.
fn observe(observation_column: u32, done: u32) {
  var record = tables[H_OBSERVATIONS] >> 2u;
  for (var k = 0u; k < tables[H_OBSERVATION_COUNT]; k++) {
    let to = observation_column + (tables[record + OBSERVE_TO_AT] >> 2u);
    let scale = number(record + OBSERVE_SCALE);
    let offset = number(record + OBSERVE_OFFSET);
    for (var lag = tables[record + OBSERVE_LAGS]; lag > 0u; lag--) {
      let at = to + lag * ROW_COLUMNS;
      observations[at] = select(observations[at - ROW_COLUMNS], clamp(offset, -1.0, 1.0), done == 0u);
    }
    observations[to] = clamp(value_of(record, tables[record + OBSERVE_KIND], done) * scale + offset, -1.0, 1.0);
    record += OBSERVE_WORDS;
  }
}

// The last observations of an episode.
fn keep_finals(observation_column: u32) {
  let words = block_words(H_OBSERVATION_BYTES);
  for (var at = 0u; at < words; at += ROW_COLUMNS) {
    finals[observation_column + at] = observations[observation_column + at];
  }
}

// Rewards of the agents: rows of the reward matrix, already scaled, times the nodes' profits.
fn reward(reward_column: u32) {
  var record = tables[H_REWARDS] >> 2u;
  var sum = 0.0;
  for (var k = 0u; k < tables[H_REWARD_COUNT]; k++) {
    let terms = tables[record + REWARD_COUNT];
    let first = tables[record + REWARD_TERMS] >> 2u;
    // Without terms it is the reward of the record before.
    if (terms > 0u) {
      sum = 0.0;
    }
    for (var i = 0u; i < terms; i++) {
      sum += row(tables[first + 2u * i]) * number(first + 2u * i + 1u);
    }
    rewards[reward_column + (tables[record + REWARD_TO_AT] >> 2u)] = sum;
    record += REWARD_WORDS;
  }
}
