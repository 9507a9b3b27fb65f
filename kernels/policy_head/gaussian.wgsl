// Independent normal distributions: rows of `actions` means, then of `actions` log standard deviations, which
// are clamped to [log_low, log_high].

/** log(2 pi) / 2. */
const HALF_LOG_2PI = 0.918938533f;

// NaN stays NaN.
fn clamped(x: f32, low: f32, high: f32) -> f32 {
  return select(clamp(x, low, high), x, math_is_nan(x));
}

// z^2 / 2 + log deviation: the logarithm of a density is minus that, minus HALF_LOG_2PI.
fn surprise(action: f32, mean: f32, log_deviation: f32) -> f32 {
  let z = (action - mean) * exp(-log_deviation);
  return z * z * 0.5 + log_deviation;
}

struct Sample {
  seeds: u32, agents: u32, columns: u32, actions: u32, phase: u32, log_low: f32, log_high: f32,
  deterministic: u32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  log_probability_at: u32, log_probability_seed: u32, log_probability_block: u32, log_probability_agent: u32,
  log_probability_row: u32,
}
@group(0) @binding(4) var<uniform> draw: Sample;

@compute @workgroup_size(64)
fn gaussian_sample(@builtin(global_invocation_id) id: vec3u) {
  let p = draw;
  if (id.x >= padded(p.columns)) {
    return;
  }
  let actions = p.actions;
  let first = row_0(id, p.distribution_at, p.distribution_seed, p.distribution_block, p.distribution_agent);
  let to = row_0(id, p.action_at, p.action_seed, p.action_block, p.action_agent);
  let row = p.distribution_row;
  var sum = -HALF_LOG_2PI * f32(actions);
  for (var i = 0u; i < actions; i++) {
    let mean = sample_distribution[first + i * row];
    let log_deviation = clamped(sample_distribution[first + (actions + i) * row], p.log_low, p.log_high);
    var x = mean;
    if (p.deterministic == 0u) {
      x = mean + exp(log_deviation) * standard_normal(noise_word(id, p.phase, id.y * actions + i));
    }
    sample_action[to + i * p.action_row] = x;
    sum -= surprise(x, mean, log_deviation);
  }
  let at = row_0(id, p.log_probability_at, p.log_probability_seed, p.log_probability_block,
    p.log_probability_agent);
  sample_log_probability[at] = sum;
}

struct Forward {
  seeds: u32, agents: u32, columns: u32, actions: u32, log_low: f32, log_high: f32,
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
fn gaussian_forward(@builtin(global_invocation_id) id: vec3u) {
  let p = forward;
  if (id.x >= padded(p.columns)) {
    return;
  }
  let actions = p.actions;
  let first = row_0(id, p.distribution_at, p.distribution_seed, p.distribution_block, p.distribution_agent);
  let old_from = row_0(id, p.old_at, p.old_seed, p.old_block, p.old_agent);
  let action_from = row_0(id, p.action_at, p.action_seed, p.action_block, p.action_agent);
  var sum = -HALF_LOG_2PI * f32(actions);
  var spread = (HALF_LOG_2PI + 0.5) * f32(actions);
  var apart = 0.0;
  for (var i = 0u; i < actions; i++) {
    let mean = distribution[first + i * p.distribution_row];
    let raw = distribution[first + (actions + i) * p.distribution_row];
    let log_deviation = clamped(raw, p.log_low, p.log_high);
    sum -= surprise(action[action_from + i * p.action_row], mean, log_deviation);
    spread += log_deviation;
    let old_raw = old_distribution[old_from + (actions + i) * p.old_row];
    let d = clamped(old_raw, p.log_low, p.log_high) - log_deviation;
    let q = (old_distribution[old_from + i * p.old_row] - mean) * exp(-log_deviation);
    apart += (excess(d + d) + q * q) * 0.5;
  }
  let at = row_0(id, p.log_probability_at, p.log_probability_seed, p.log_probability_block,
    p.log_probability_agent);
  log_probability[at] = sum;
  entropy[row_0(id, p.entropy_at, p.entropy_seed, p.entropy_block, p.entropy_agent)] = spread;
  divergence[row_0(id, p.divergence_at, p.divergence_seed, p.divergence_block, p.divergence_agent)] = apart;
}

struct Backward {
  seeds: u32, agents: u32, columns: u32, actions: u32, log_low: f32, log_high: f32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  old_at: u32, old_seed: u32, old_block: u32, old_agent: u32, old_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  d_log_at: u32, d_log_seed: u32, d_log_block: u32, d_log_agent: u32, d_log_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}
@group(0) @binding(6) var<uniform> backward: Backward;

@compute @workgroup_size(64)
fn gaussian_backward(@builtin(global_invocation_id) id: vec3u) {
  let p = backward;
  let columns = p.columns;
  if (id.x >= padded(columns)) {
    return;
  }
  let actions = p.actions;
  let used = id.x < columns;
  let first = row_0(id, p.distribution_at, p.distribution_seed, p.distribution_block, p.distribution_agent);
  let old_from = row_0(id, p.old_at, p.old_seed, p.old_block, p.old_agent);
  let action_from = row_0(id, p.action_at, p.action_seed, p.action_block, p.action_agent);
  let to = row_0(id, p.d_at, p.d_seed, p.d_block, p.d_agent);
  let g = d_log_probability[row_0(id, p.d_log_at, p.d_log_seed, p.d_log_block, p.d_log_agent)];
  let g_entropy = d_entropy(id.z, columns);
  let g_divergence = d_divergence(id.z, columns);
  for (var i = 0u; i < actions; i++) {
    let mean = new_distribution[first + i * p.distribution_row];
    let raw = new_distribution[first + (actions + i) * p.distribution_row];
    let log_deviation = clamped(raw, p.log_low, p.log_high);
    let inverse = exp(-log_deviation);
    let z = (taken_action[action_from + i * p.action_row] - mean) * inverse;
    let q = (earlier_distribution[old_from + i * p.old_row] - mean) * inverse;
    let old_raw = earlier_distribution[old_from + (actions + i) * p.old_row];
    let d = clamped(old_raw, p.log_low, p.log_high) - log_deviation;
    // exp(2 d) - 1 + q^2 = -d divergence / d log deviation.
    let apart = d + d + excess(d + d) + q * q;
    let inside = used && raw >= p.log_low && raw <= p.log_high;
    let d_mean = (g * z - g_divergence * q) * inverse;
    let d_log = g * (z * z - 1.0) + g_entropy - g_divergence * apart;
    d_distribution[to + i * p.d_row] = select(0.0, d_mean, used);
    d_distribution[to + (actions + i) * p.d_row] = select(0.0, d_log, inside);
  }
}
