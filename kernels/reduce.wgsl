// Kernel `reduce`: sums over samples, weights and environments; engine/device/kernels/reduce.ts says which.
// Threads sum strided parts in order, then a fixed tree in workgroup memory adds these.

var<workgroup> parts: array<f32, 256>;

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn sum4(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

// The sum of the parts of all threads with the same index modulo `kept`, a power of two.
fn sum_threads(part: f32, thread: u32, kept: u32) -> f32 {
  parts[thread] = part;
  workgroupBarrier();
  for (var half = 128u; half >= kept; half /= 2u) {
    if (thread < half) {
      parts[thread] += parts[thread + half];
    }
    workgroupBarrier();
  }
  let sum = parts[thread % kept];
  workgroupBarrier();
  return sum;
}

struct MomentsParams {
  seeds: u32, samples: u32, rows: u32, samples_seed: u32, width: u32, first: u32,
  state_seed: u32, moments_seed: u32,
}

@group(0) @binding(0) var<storage, read_write> state: array<f32>; // [seed][rows][4]: weight, mean, M2
@group(0) @binding(1) var<storage, read_write> moments: array<f32>; // [seed][rows][2]: mean, factor
@group(0) @binding(2) var<storage, read> samples: array<f32>; // [seed][sample][width]
@group(0) @binding(3) var<uniform> observed: MomentsParams;

const HEAVIEST = 1e7;
const LEAST_VARIANCE = 1e-6;

// Eight rows a workgroup, 32 threads each.
@compute @workgroup_size(8, 32)
fn row_moments(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let p = observed;
  let row = group.x * 8u + local.x;
  let exists = row < p.rows;
  let origin = group.y * p.samples_seed + p.first + row;
  // Four loads at a time: one alone would wait for memory.
  let stride = 32u * p.width;
  var sums = vec4f();
  var k = local.y;
  if (exists) {
    for (; k + 96u < p.samples; k += 128u) {
      let at = origin + k * p.width;
      sums += vec4f(samples[at], samples[at + stride], samples[at + 2u * stride], samples[at + 3u * stride]);
    }
    for (; k < p.samples; k += 32u) {
      sums.x += samples[origin + k * p.width];
    }
  }
  let count = f32(p.samples);
  let mean = sum_threads(sum4(sums), thread, 8u) / count;
  sums = vec4f();
  k = local.y;
  if (exists) {
    for (; k + 96u < p.samples; k += 128u) {
      let at = origin + k * p.width;
      let x = vec4f(samples[at], samples[at + stride], samples[at + 2u * stride], samples[at + 3u * stride]);
      sums += (x - mean) * (x - mean);
    }
    for (; k < p.samples; k += 32u) {
      let d = samples[origin + k * p.width] - mean;
      sums.x += d * d;
    }
  }
  let squares = sum_threads(sum4(sums), thread, 8u);
  if (!exists || local.y != 0u) {
    return;
  }
  let at = group.y * p.state_seed + 4u * row;
  let weight = state[at];
  var total = weight + count;
  let delta = mean - state[at + 1u];
  let share = count / total;
  let merged = state[at + 1u] + delta * share;
  var second = state[at + 2u] + squares + delta * delta * weight * share;
  if (total > HEAVIEST) {
    second *= HEAVIEST / total;
    total = HEAVIEST;
  }
  state[at] = total;
  state[at + 1u] = merged;
  state[at + 2u] = second;
  let to = group.y * p.moments_seed + 2u * row;
  moments[to] = merged;
  moments[to + 1u] = 1.0 / sqrt(max(second / total, LEAST_VARIANCE));
}

struct NormsParams {
  seeds: u32, count: u32, w_seed: u32,
}

@group(0) @binding(0) var<storage, read> gradients: array<f32>; // [seed][w_seed]
@group(0) @binding(1) var<storage, read> segments: array<u32>; // [count][4]
@group(0) @binding(2) var<storage, read_write> norm_control: array<u32>; // [seed][64]
@group(0) @binding(3) var<storage, read_write> norms: array<f32>; // [seed][count]
@group(0) @binding(4) var<uniform> summed: NormsParams;

// One workgroup a seed: the checks after the sums need all of them. So each thread keeps many loads on their
// way.
@compute @workgroup_size(256)
fn squared_norms(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let words = group.x * CONTROL_STRIDE;
  var all = 0.0;
  var fault = 0u;
  for (var k = 0u; k < summed.count; k++) {
    let start = group.x * summed.w_seed + segments[4u * k];
    let end = start + segments[4u * k + 1u];
    var sums = vec4f();
    var i = start + thread;
    for (; i + 3840u < end; i += 4096u) {
      let a = vec4f(gradients[i], gradients[i + 256u], gradients[i + 512u], gradients[i + 768u]);
      let b = vec4f(gradients[i + 1024u], gradients[i + 1280u], gradients[i + 1536u], gradients[i + 1792u]);
      let c = vec4f(gradients[i + 2048u], gradients[i + 2304u], gradients[i + 2560u], gradients[i + 2816u]);
      let d = vec4f(gradients[i + 3072u], gradients[i + 3328u], gradients[i + 3584u], gradients[i + 3840u]);
      sums += (a * a + b * b) + (c * c + d * d);
    }
    for (; i < end; i += 256u) {
      sums.x += gradients[i] * gradients[i];
    }
    let sum = sum_threads(sum4(sums), thread, 1u);
    all += sum;
    if (thread == 0u) {
      norms[group.x * summed.count + k] = sum;
    }
    if (fault == 0u && !is_finite(sum)) {
      fault = segments[4u * k + 3u];
    }
  }
  if (thread != 0u || norm_control[words + ACTIVE] == 0u) {
    return;
  }
  if (norm_control[words + FAULT] == 0u) {
    norm_control[words + FAULT] = fault;
  }
  if (is_finite(all)) {
    let before = bitcast<f32>(norm_control[words + SUM_GRADIENT_NORM]);
    norm_control[words + SUM_GRADIENT_NORM] = bitcast<u32>(before + sqrt(all));
  }
}

struct ProfitParams {
  seeds: u32, columns: u32, nodes: u32,
}

@group(0) @binding(0) var<storage, read_write> metrics: array<f32>; // [seed][block][nodes * METRIC_ROWS][272]
@group(0) @binding(1) var<storage, read_write> profit_control: array<u32>; // [seed][64]
@group(0) @binding(2) var<uniform> earned: ProfitParams;

fn profit_row(block: u32, node: u32) -> u32 {
  return ((block * earned.nodes + node) * METRIC_ROWS + M_PROFIT) * ROW_COLUMNS;
}

// One workgroup a seed, one thread a column of each block.
@compute @workgroup_size(256)
fn rollout_profit(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let blocks = (earned.columns + 255u) / 256u;
  let padded = (earned.columns + 7u) / 8u * 8u;
  // No load waits for a store: the rows are cleared afterwards.
  var sum = 0.0;
  for (var b = 0u; b < blocks; b++) {
    for (var n = 0u; n < earned.nodes && b * 256u + thread < earned.columns; n++) {
      sum += metrics[profit_row(group.x * blocks + b, n) + thread];
    }
  }
  for (var b = 0u; b < blocks; b++) {
    for (var n = 0u; n < earned.nodes && b * 256u + thread < padded; n++) {
      metrics[profit_row(group.x * blocks + b, n) + thread] = 0.0;
    }
  }
  let profit = sum_threads(sum, thread, 1u);
  if (thread == 0u) {
    profit_control[group.x * CONTROL_STRIDE + ROLLOUT_PROFIT] = bitcast<u32>(profit);
  }
}

struct CheckParams {
  seeds: u32, policy_fault: u32, value_fault: u32,
}

@group(0) @binding(0) var<storage, read_write> check_control: array<u32>; // [seed][64]
@group(0) @binding(1) var<uniform> checked: CheckParams;

@compute @workgroup_size(1)
fn check_losses(@builtin(workgroup_id) group: vec3u) {
  let words = group.x * CONTROL_STRIDE;
  if (check_control[words + FAULT] != 0u) {
    return;
  }
  if (!is_finite(bitcast<f32>(check_control[words + SUM_POLICY_LOSS]))) {
    check_control[words + FAULT] = checked.policy_fault;
  } else if (!is_finite(bitcast<f32>(check_control[words + SUM_VALUE_LOSS]))) {
    check_control[words + FAULT] = checked.value_fault;
  }
}
