// Categorical distributions: rows of `choices` logits; the action is one row that holds the index as f32.

struct Sample {
  seeds: u32, agents: u32, columns: u32, choices: u32, phase: u32, deterministic: u32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  log_probability_at: u32, log_probability_seed: u32, log_probability_block: u32, log_probability_agent: u32,
  log_probability_row: u32,
}
@group(0) @binding(4) var<uniform> draw: Sample;

@compute @workgroup_size(64)
fn categorical_sample(@builtin(global_invocation_id) id: vec3u) {
  let p = draw;
  if (id.x >= padded(p.columns)) {
    return;
  }
  let choices = p.choices;
  let first = row_0(id, p.distribution_at, p.distribution_seed, p.distribution_block, p.distribution_agent);
  let row = p.distribution_row;
  var index = 0u;
  var chosen = sample_distribution[first];
  for (var i = 1u; i < choices; i++) {
    let logit = sample_distribution[first + i * row];
    if (logit > chosen) {
      chosen = logit;
      index = i;
    }
  }
  let most = chosen;
  var sum = 0.0;
  for (var i = 0u; i < choices; i++) {
    sum += exp(sample_distribution[first + i * row] - most);
  }
  if (p.deterministic == 0u) {
    // The last choice before which the cumulated mass is not above the bar. Uniform numbers end at 1 - 2^-24,
    // so the bar is below the sum also when rounded, and no choice of probability 0 is the last.
    let bar = uniform_of(noise_word(id, p.phase, id.y)) * sum;
    var before = 0.0;
    for (var i = 0u; i < choices; i++) {
      let logit = sample_distribution[first + i * row];
      if (before <= bar) {
        index = i;
        chosen = logit;
      }
      before += exp(logit - most);
    }
  }
  sample_action[row_0(id, p.action_at, p.action_seed, p.action_block, p.action_agent)] = f32(index);
  let at = row_0(id, p.log_probability_at, p.log_probability_seed, p.log_probability_block,
    p.log_probability_agent);
  sample_log_probability[at] = chosen - most - log(sum);
}

struct Forward {
  seeds: u32, agents: u32, columns: u32, choices: u32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  old_at: u32, old_seed: u32, old_block: u32, old_agent: u32, old_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  log_probability_at: u32, log_probability_seed: u32, log_probability_block: u32, log_probability_agent: u32,
  log_probability_row: u32,
  entropy_at: u32, entropy_seed: u32, entropy_block: u32, entropy_agent: u32, entropy_row: u32,
  divergence_at: u32, divergence_seed: u32, divergence_block: u32, divergence_agent: u32, divergence_row: u32,
}
@group(0) @binding(6) var<uniform> forward: Forward;

@compute @workgroup_size(64)
fn categorical_forward(@builtin(global_invocation_id) id: vec3u) {
  let p = forward;
  if (id.x >= padded(p.columns)) {
    return;
  }
  let first = row_0(id, p.distribution_at, p.distribution_seed, p.distribution_block, p.distribution_agent);
  let old_from = row_0(id, p.old_at, p.old_seed, p.old_block, p.old_agent);
  let row = p.distribution_row;
  let old_row = p.old_row;
  let choices = p.choices;
  let taken = u32(action[row_0(id, p.action_at, p.action_seed, p.action_block, p.action_agent)]);
  var most = distribution[first];
  var old_most = old_distribution[old_from];
  for (var i = 1u; i < choices; i++) {
    most = max(most, distribution[first + i * row]);
    old_most = max(old_most, old_distribution[old_from + i * old_row]);
  }
  var sum = 0.0;
  var old_sum = 0.0;
  var weighted = 0.0;
  var apart = 0.0;
  var chosen = 0.0;
  for (var i = 0u; i < choices; i++) {
    let x = distribution[first + i * row] - most;
    let y = old_distribution[old_from + i * old_row] - old_most;
    let part = exp(x);
    let old_part = exp(y);
    sum += part;
    old_sum += old_part;
    weighted += part * x;
    apart += old_part * (y - x);
    chosen = select(chosen, x, i == taken);
  }
  let log_sum = log(sum);
  let at = row_0(id, p.log_probability_at, p.log_probability_seed, p.log_probability_block,
    p.log_probability_agent);
  log_probability[at] = chosen - log_sum;
  let entropy_to = row_0(id, p.entropy_at, p.entropy_seed, p.entropy_block, p.entropy_agent);
  entropy[entropy_to] = log_sum - weighted / sum;
  let to = row_0(id, p.divergence_at, p.divergence_seed, p.divergence_block, p.divergence_agent);
  let value = apart / old_sum + (log_sum - log(old_sum));
  // Rounding may leave a difference of equal terms below 0.
  divergence[to] = select(value, 0.0, value < 0.0);
}

struct Backward {
  seeds: u32, agents: u32, columns: u32, choices: u32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  old_at: u32, old_seed: u32, old_block: u32, old_agent: u32, old_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  d_log_at: u32, d_log_seed: u32, d_log_block: u32, d_log_agent: u32, d_log_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}
@group(0) @binding(6) var<uniform> backward: Backward;

@compute @workgroup_size(64)
fn categorical_backward(@builtin(global_invocation_id) id: vec3u) {
  let p = backward;
  let columns = p.columns;
  if (id.x >= padded(columns)) {
    return;
  }
  let used = id.x < columns;
  let first = row_0(id, p.distribution_at, p.distribution_seed, p.distribution_block, p.distribution_agent);
  let old_from = row_0(id, p.old_at, p.old_seed, p.old_block, p.old_agent);
  let to = row_0(id, p.d_at, p.d_seed, p.d_block, p.d_agent);
  let row = p.distribution_row;
  let old_row = p.old_row;
  let choices = p.choices;
  let taken = u32(taken_action[row_0(id, p.action_at, p.action_seed, p.action_block, p.action_agent)]);
  let g = d_log_probability[row_0(id, p.d_log_at, p.d_log_seed, p.d_log_block, p.d_log_agent)];
  let g_entropy = d_entropy(id.z, columns);
  let g_divergence = d_divergence(id.z, columns);
  var most = new_distribution[first];
  var old_most = earlier_distribution[old_from];
  for (var i = 1u; i < choices; i++) {
    most = max(most, new_distribution[first + i * row]);
    old_most = max(old_most, earlier_distribution[old_from + i * old_row]);
  }
  var sum = 0.0;
  var old_sum = 0.0;
  var weighted = 0.0;
  for (var i = 0u; i < choices; i++) {
    let x = new_distribution[first + i * row] - most;
    let part = exp(x);
    sum += part;
    weighted += part * x;
    old_sum += exp(earlier_distribution[old_from + i * old_row] - old_most);
  }
  let mean = weighted / sum;
  for (var i = 0u; i < choices; i++) {
    let x = new_distribution[first + i * row] - most;
    let p_new = exp(x) / sum;
    let p_old = exp(earlier_distribution[old_from + i * old_row] - old_most) / old_sum;
    // d entropy / d logit = -p (logit - mean logit), as both log p and the entropy hold log sum.
    let d = select(0.0, g, i == taken) - g * p_new - g_entropy * p_new * (x - mean)
      + g_divergence * (p_new - p_old);
    d_distribution[to + i * p.d_row] = select(0.0, d, used);
  }
}
