// Kernel `ppo_loss`: the losses of proximal policy optimisation and what adapts to them. The descriptors,
// engine/device/kernels/ppo_loss.ts, say what it computes. A workgroup sums one seed in a fixed order: each
// thread every 256th element, then a tree.

const THREADS = 256u;

// Views: [seed][block][agent][row][column]; here, column `c` of row `r` of agent `a`.
fn place(at: u32, seed: u32, block: u32, agent: u32, row: u32, s: u32, a: u32, r: u32, c: u32) -> u32 {
  return at + s * seed + (c / 256u) * block + a * agent + r * row + c % 256u;
}

@group(0) @binding(0) var<storage, read_write> control: array<u32>; // [seed][CONTROL_STRIDE]

fn read_float(s: u32, word: u32) -> f32 {
  return bitcast<f32>(control[s * CONTROL_STRIDE + word]);
}

fn write_float(s: u32, word: u32, value: f32) {
  control[s * CONTROL_STRIDE + word] = bitcast<u32>(value);
}

fn add_float(s: u32, word: u32, value: f32) {
  write_float(s, word, read_float(s, word) + value);
}

var<workgroup> sums: array<vec4f, THREADS>;
var<workgroup> counts: array<f32, THREADS>;

// sums[0] and counts[0] of thread 0 become the sums over all threads. In uniform control flow.
fn add_up(thread: u32) {
  for (var stride = THREADS / 2u; stride > 0u; stride /= 2u) {
    workgroupBarrier();
    if (thread < stride) {
      sums[thread] += sums[thread + stride];
      counts[thread] += counts[thread + stride];
    }
  }
}

@group(0) @binding(1) var<storage, read> log_probability: array<f32>; // 1 row an agent
@group(0) @binding(2) var<storage, read> old_log_probability: array<f32>; // 1 row an agent
@group(0) @binding(3) var<storage, read> advantage: array<f32>; // 1 agent, `values` rows
@group(0) @binding(4) var<storage, read> entropy: array<f32>; // 1 row an agent
@group(0) @binding(5) var<storage, read> divergence: array<f32>; // 1 row an agent
@group(0) @binding(6) var<storage, read> value_of: array<u32>; // [agents]
@group(0) @binding(7) var<storage, read_write> d_log_probability: array<f32>; // 1 row an agent

struct PolicyLoss {
  seeds: u32, agents: u32, columns: u32, values: u32, clip: f32, last_epoch_from: u32,
  log_at: u32, log_seed: u32, log_block: u32, log_agent: u32, log_row: u32,
  old_at: u32, old_seed: u32, old_block: u32, old_agent: u32, old_row: u32,
  advantage_at: u32, advantage_seed: u32, advantage_block: u32, advantage_agent: u32, advantage_row: u32,
  entropy_at: u32, entropy_seed: u32, entropy_block: u32, entropy_agent: u32, entropy_row: u32,
  divergence_at: u32, divergence_seed: u32, divergence_block: u32, divergence_agent: u32, divergence_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}
@group(0) @binding(8) var<uniform> policy: PolicyLoss;

@compute @workgroup_size(256)
fn policy_loss(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let p = policy;
  let s = group.x;
  let padded = (p.columns + 7u) / 8u * 8u;
  // Surrogate, entropy, divergence and approximate divergence; columns outside the clipping range.
  var sum = vec4f();
  var outside = 0.0;
  for (var k = thread; k < p.agents * padded; k += THREADS) {
    let a = k / padded;
    let c = k % padded;
    let to = place(p.d_at, p.d_seed, p.d_block, p.d_agent, p.d_row, s, a, 0u, c);
    if (c >= p.columns) {
      d_log_probability[to] = 0.0;
      continue;
    }
    let x = log_probability[place(p.log_at, p.log_seed, p.log_block, p.log_agent, p.log_row, s, a, 0u, c)]
      - old_log_probability[place(p.old_at, p.old_seed, p.old_block, p.old_agent, p.old_row, s, a, 0u, c)];
    let more = excess(x);
    let change = x + more;
    let ratio = 1.0 + change;
    let gain = advantage[place(p.advantage_at, p.advantage_seed, p.advantage_block, p.advantage_agent,
      p.advantage_row, s, 0u, value_of[a], c)];
    let free = ratio * gain;
    let clipped = clamp(ratio, 1.0 - p.clip, 1.0 + p.clip) * gain;
    // NaN goes through.
    let is_clipped = clipped < free && !math_is_nan(free);
    d_log_probability[to] = select(-free / f32(p.columns), 0.0, is_clipped);
    sum += vec4f(
      select(free, clipped, is_clipped),
      entropy[place(p.entropy_at, p.entropy_seed, p.entropy_block, p.entropy_agent, p.entropy_row,
        s, a, 0u, c)],
      divergence[place(p.divergence_at, p.divergence_seed, p.divergence_block, p.divergence_agent,
        p.divergence_row, s, a, 0u, c)],
      more,
    );
    outside += select(0.0, 1.0, abs(change) > p.clip);
  }
  sums[thread] = sum;
  counts[thread] = outside;
  add_up(thread);
  if (thread > 0u || control[s * CONTROL_STRIDE + ACTIVE] == 0u) {
    return;
  }
  let elements = f32(p.agents * p.columns);
  let means = sums[0] / elements;
  add_float(s, MINIBATCHES, 1.0);
  add_float(s, SUM_POLICY_LOSS, -means.x);
  add_float(s, SUM_ENTROPY, means.y);
  add_float(s, SUM_KL, means.z);
  add_float(s, SUM_APPROX_KL, means.w);
  add_float(s, SUM_CLIP_FRACTION, counts[0] / elements);
  write_float(s, LAST_APPROX_KL, means.w);
  if (control[s * CONTROL_STRIDE + UPDATE] >= p.last_epoch_from) {
    add_float(s, LAST_KL, means.z);
    add_float(s, LAST_MINIBATCHES, 1.0);
  }
}

@group(0) @binding(1) var<storage, read> value: array<f32>; // 1 agent, `rows` rows
@group(0) @binding(2) var<storage, read> old_value: array<f32>; // as value
@group(0) @binding(3) var<storage, read> target_value: array<f32>; // as value
@group(0) @binding(4) var<storage, read_write> d_value: array<f32>; // as value

// Values of the parameter `mode`.
const CLIPPED = 1u;
const CAPPED = 2u;

struct ValueLoss {
  seeds: u32, rows: u32, columns: u32, mode: u32, clip: f32, coefficient: f32,
  value_at: u32, value_seed: u32, value_block: u32, value_agent: u32, value_row: u32,
  old_at: u32, old_seed: u32, old_block: u32, old_agent: u32, old_row: u32,
  target_at: u32, target_seed: u32, target_block: u32, target_agent: u32, target_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}
@group(0) @binding(5) var<uniform> critic: ValueLoss;

@compute @workgroup_size(256)
fn value_loss(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let p = critic;
  let s = group.x;
  let padded = (p.columns + 7u) / 8u * 8u;
  let mean = read_float(s, VALUE_MEAN);
  let scale = read_float(s, VALUE_SCALE);
  var sum = 0.0;
  for (var k = thread; k < p.rows * padded; k += THREADS) {
    let r = k / padded;
    let c = k % padded;
    let to = place(p.d_at, p.d_seed, p.d_block, p.d_agent, p.d_row, s, 0u, r, c);
    if (c >= p.columns) {
      d_value[to] = 0.0;
      continue;
    }
    let v = value[place(p.value_at, p.value_seed, p.value_block, p.value_agent, p.value_row, s, 0u, r, c)];
    let goal = target_value[place(p.target_at, p.target_seed, p.target_block, p.target_agent, p.target_row,
      s, 0u, r, c)];
    let aim = (goal - mean) / scale;
    let error = v - aim;
    let square = error * error;
    // What counts instead where it does not depend on v.
    var other = square;
    var is_other = false;
    if (p.mode == CLIPPED) {
      let old = old_value[place(p.old_at, p.old_seed, p.old_block, p.old_agent, p.old_row, s, 0u, r, c)];
      let moved = v - old;
      let other_error = old + clamp(moved, -p.clip, p.clip) - aim;
      other = other_error * other_error;
      // Within the range the two are equal but for rounding, and the gradient is that of either.
      is_other = other > square && abs(moved) > p.clip;
    } else if (p.mode == CAPPED) {
      other = p.clip;
      is_other = square > p.clip;
    }
    is_other = is_other && !math_is_nan(square);
    d_value[to] = select(p.coefficient * error / f32(p.columns), 0.0, is_other);
    sum += select(square, other, is_other);
  }
  sums[thread] = vec4f(sum, 0.0, 0.0, 0.0);
  counts[thread] = 0.0;
  add_up(thread);
  if (thread > 0u || control[s * CONTROL_STRIDE + ACTIVE] == 0u) {
    return;
  }
  add_float(s, SUM_VALUE_LOSS, 0.5 * sums[0].x / f32(p.rows * p.columns));
}

struct Adapt {
  seeds: u32, target_divergence: f32,
}
@group(0) @binding(1) var<uniform> adapt: Adapt;

@compute @workgroup_size(1)
fn ppo_adapt(@builtin(workgroup_id) group: vec3u) {
  let s = group.x;
  let minibatches = read_float(s, LAST_MINIBATCHES);
  if (minibatches == 0.0) {
    return;
  }
  let mean = read_float(s, LAST_KL) / minibatches;
  let coefficient = read_float(s, KL_COEFFICIENT);
  if (mean > 2.0 * adapt.target_divergence) {
    write_float(s, KL_COEFFICIENT, coefficient * 1.5);
  } else if (mean < 0.5 * adapt.target_divergence) {
    write_float(s, KL_COEFFICIENT, coefficient * 0.5);
  }
}

struct Stop {
  seeds: u32, limit: f32,
}
@group(0) @binding(1) var<uniform> stop: Stop;

@compute @workgroup_size(1)
fn early_stop(@builtin(workgroup_id) group: vec3u) {
  let s = group.x;
  if (read_float(s, LAST_APPROX_KL) > stop.limit) {
    control[s * CONTROL_STRIDE + ACTIVE] = 0u;
  }
}
