// Kernel `policy_head`: the distributions that actors give, sampled, evaluated and differentiated. The
// descriptors, engine/device/kernels/policy_head.ts, say what it computes. A thread computes one column of
// one agent and seed.

const ACTION_NOISE = 4u;
/** log(2 pi) / 2. */
const HALF_LOG_2PI = 0.918938533f;

// Word of row 0 at column id.x, agent id.y, seed id.z of a view.
fn row_0(id: vec3u, at: u32, seed: u32, block: u32, agent: u32) -> u32 {
  return at + id.z * seed + (id.x / 256u) * block + id.y * agent + id.x % 256u;
}

// Columns that are computed: whole vectors of 8.
fn padded(columns: u32) -> u32 {
  return (columns + 7u) / 8u * 8u;
}

// NaN stays NaN.
fn clamped(x: f32, low: f32, high: f32) -> f32 {
  return select(clamp(x, low, high), x, math_is_nan(x));
}

// z^2 / 2 + log deviation: the logarithm of a density is minus that, minus HALF_LOG_2PI.
fn surprise(action: f32, mean: f32, log_deviation: f32) -> f32 {
  let z = (action - mean) * exp(-log_deviation);
  return z * z * 0.5 + log_deviation;
}

// Arrays and views: [seed][block][agent][row][column].

@group(0) @binding(0) var<storage, read> control: array<u32>; // [seed][CONTROL_STRIDE]
@group(0) @binding(1) var<storage, read> sample_distribution: array<f32>; // rows: 2 actions, or choices
@group(0) @binding(2) var<storage, read_write> sample_action: array<f32>; // rows: actions, or 1
@group(0) @binding(3) var<storage, read_write> sample_log_probability: array<f32>; // 1 row

struct GaussianSample {
  seeds: u32, agents: u32, columns: u32, actions: u32, phase: u32, log_low: f32, log_high: f32,
  deterministic: u32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  log_probability_at: u32, log_probability_seed: u32, log_probability_block: u32, log_probability_agent: u32,
  log_probability_row: u32,
}
@group(0) @binding(4) var<uniform> gaussian_draw: GaussianSample;

// The random word of column id.x of seed id.z: stream actionNoise of engine/random/address.ts.
fn noise_word(id: vec3u, phase: u32, entity: u32) -> u32 {
  let c = id.z * CONTROL_STRIDE;
  let k1 = (phase << 29u) | (ACTION_NOISE << 24u) | control[c + ITERATION];
  return threefry_word(control[c + SEED], k1, id.x << 8u, (control[c + STEP] << 12u) | entity);
}

@compute @workgroup_size(64)
fn gaussian_sample(@builtin(global_invocation_id) id: vec3u) {
  let p = gaussian_draw;
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

struct CategoricalSample {
  seeds: u32, agents: u32, columns: u32, choices: u32, phase: u32, deterministic: u32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  log_probability_at: u32, log_probability_seed: u32, log_probability_block: u32, log_probability_agent: u32,
  log_probability_row: u32,
}
@group(0) @binding(4) var<uniform> categorical_draw: CategoricalSample;

@compute @workgroup_size(64)
fn categorical_sample(@builtin(global_invocation_id) id: vec3u) {
  let p = categorical_draw;
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

@group(0) @binding(0) var<storage, read> distribution: array<f32>; // rows: 2 actions, or choices
@group(0) @binding(1) var<storage, read> old_distribution: array<f32>; // as distribution
@group(0) @binding(2) var<storage, read> action: array<f32>; // rows: actions, or 1
@group(0) @binding(3) var<storage, read_write> log_probability: array<f32>; // 1 row
@group(0) @binding(4) var<storage, read_write> entropy: array<f32>; // 1 row
@group(0) @binding(5) var<storage, read_write> divergence: array<f32>; // 1 row

struct GaussianForward {
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
@group(0) @binding(6) var<uniform> gaussian_value: GaussianForward;

@compute @workgroup_size(64)
fn gaussian_forward(@builtin(global_invocation_id) id: vec3u) {
  let p = gaussian_value;
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

struct CategoricalForward {
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
@group(0) @binding(6) var<uniform> categorical_value: CategoricalForward;

@compute @workgroup_size(64)
fn categorical_forward(@builtin(global_invocation_id) id: vec3u) {
  let p = categorical_value;
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

@group(0) @binding(1) var<storage, read> new_distribution: array<f32>; // rows: 2 actions, or choices
@group(0) @binding(2) var<storage, read> earlier_distribution: array<f32>; // as new_distribution
@group(0) @binding(3) var<storage, read> taken_action: array<f32>; // rows: actions, or 1
@group(0) @binding(4) var<storage, read> d_log_probability: array<f32>; // 1 row
@group(0) @binding(5) var<storage, read_write> d_distribution: array<f32>; // as new_distribution

// What the loss says of entropy and divergence of a column: gradients for the two.
fn d_entropy(seed: u32, columns: u32) -> f32 {
  return -bitcast<f32>(control[seed * CONTROL_STRIDE + ENTROPY_COEFFICIENT]) / f32(columns);
}

fn d_divergence(seed: u32, columns: u32) -> f32 {
  return bitcast<f32>(control[seed * CONTROL_STRIDE + KL_COEFFICIENT]) / f32(columns);
}

struct GaussianBackward {
  seeds: u32, agents: u32, columns: u32, actions: u32, log_low: f32, log_high: f32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  old_at: u32, old_seed: u32, old_block: u32, old_agent: u32, old_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  d_log_at: u32, d_log_seed: u32, d_log_block: u32, d_log_agent: u32, d_log_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}
@group(0) @binding(6) var<uniform> gaussian_slope: GaussianBackward;

@compute @workgroup_size(64)
fn gaussian_backward(@builtin(global_invocation_id) id: vec3u) {
  let p = gaussian_slope;
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

struct CategoricalBackward {
  seeds: u32, agents: u32, columns: u32, choices: u32,
  distribution_at: u32, distribution_seed: u32, distribution_block: u32, distribution_agent: u32,
  distribution_row: u32,
  old_at: u32, old_seed: u32, old_block: u32, old_agent: u32, old_row: u32,
  action_at: u32, action_seed: u32, action_block: u32, action_agent: u32, action_row: u32,
  d_log_at: u32, d_log_seed: u32, d_log_block: u32, d_log_agent: u32, d_log_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}
@group(0) @binding(6) var<uniform> categorical_slope: CategoricalBackward;

@compute @workgroup_size(64)
fn categorical_backward(@builtin(global_invocation_id) id: vec3u) {
  let p = categorical_slope;
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
