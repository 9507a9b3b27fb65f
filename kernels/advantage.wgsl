// Kernel `advantage`: what the rollout's rewards and values say about its actions. The descriptors,
// engine/device/kernels/advantage.ts, say what it computes. Samples: [seed][sample][width].

@group(0) @binding(0) var<storage, read> control: array<u32>; // [seed][CONTROL_STRIDE]
@group(0) @binding(1) var<storage, read> ends: array<u32>; // [periods]
@group(0) @binding(2) var<storage, read_write> samples: array<f32>;

struct Advantage {
  seeds: u32, environments: u32, periods: u32, values: u32, samples_seed: u32, width: u32,
  reward_at: u32, value_at: u32, advantage_at: u32, target_at: u32, last_from: u32, final_from: u32,
  discount: f32, lambda: f32, bootstraps: u32,
}
@group(0) @binding(3) var<uniform> estimate: Advantage;

// A thread goes back through one environment's periods for one value row.
@compute @workgroup_size(64)
fn advantage(@builtin(global_invocation_id) id: vec3u) {
  let p = estimate;
  if (id.x >= p.environments) {
    return;
  }
  let mean = bitcast<f32>(control[id.z * CONTROL_STRIDE + VALUE_MEAN]);
  let scale = bitcast<f32>(control[id.z * CONTROL_STRIDE + VALUE_SCALE]);
  let base = id.z * p.samples_seed + id.y;
  var next = mean + scale * samples[base + (p.last_from + id.x) * p.width + p.value_at];
  var later = 0.0;
  for (var t = p.periods; t > 0u; t--) {
    let sample = base + ((t - 1u) * p.environments + id.x) * p.width;
    let end = ends[t - 1u];
    if (end > 0u) {
      later = 0.0;
      next = 0.0;
      if (p.bootstraps != 0u) {
        let slot = p.final_from + (end - 1u) * p.environments + id.x;
        next = mean + scale * samples[base + slot * p.width + p.value_at];
      }
    }
    let value = mean + scale * samples[sample + p.value_at];
    later = samples[sample + p.reward_at] - value + p.discount * next + p.discount * p.lambda * later;
    samples[sample + p.advantage_at] = later;
    samples[sample + p.target_at] = later + value;
    next = value;
  }
}

const THREADS = 256u;

var<workgroup> sums: array<vec2f, THREADS>;

// The sum of `value` over all threads, in a fixed order. In uniform control flow.
fn sum_of(value: vec2f, thread: u32) -> vec2f {
  workgroupBarrier();
  sums[thread] = value;
  for (var stride = THREADS / 2u; stride > 0u; stride /= 2u) {
    workgroupBarrier();
    if (thread < stride) {
      sums[thread] += sums[thread + stride];
    }
  }
  workgroupBarrier();
  return sums[0];
}

// The population variance, given the sums of deviations from the mean (0 but for rounding) and of their
// squares.
fn variance_of(deviations: vec2f, squares: vec2f, count: f32) -> vec2f {
  return max((squares - deviations * deviations / count) / count, vec2f());
}

@group(0) @binding(0) var<storage, read_write> normalised: array<f32>; // samples

struct AdvantageMoments {
  seeds: u32, samples: u32, values: u32, samples_seed: u32, width: u32, advantage_at: u32, mode: u32,
}
@group(0) @binding(1) var<uniform> spread: AdvantageMoments;

// A workgroup does one value row of one seed; each thread takes every 256th sample.
@compute @workgroup_size(256)
fn advantage_moments(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let p = spread;
  if (p.mode == 0u) {
    return;
  }
  let first = group.y * p.samples_seed + p.advantage_at + group.x;
  let count = f32(p.samples);
  var sum = 0.0;
  for (var n = thread; n < p.samples; n += THREADS) {
    sum += normalised[first + n * p.width];
  }
  var mean = sum_of(vec2f(sum, 0.0), thread).x / count;
  var moments = vec2f();
  for (var n = thread; n < p.samples; n += THREADS) {
    let d = normalised[first + n * p.width] - mean;
    moments += vec2f(d, d * d);
  }
  moments = sum_of(moments, thread);
  let inverse = 1.0 / (sqrt(variance_of(moments.xx, moments.yy, count).x) + 1e-8);
  // So that equal advantages become 0 although the deviation is next to nothing.
  mean += moments.x / count;
  for (var n = thread; n < p.samples; n += THREADS) {
    normalised[first + n * p.width] = (normalised[first + n * p.width] - mean) * inverse;
  }
}

@group(0) @binding(0) var<storage, read_write> scales: array<u32>; // control
@group(0) @binding(1) var<storage, read> rollout: array<f32>; // samples

struct ValueMoments {
  seeds: u32, samples: u32, values: u32, samples_seed: u32, width: u32, value_at: u32, target_at: u32,
  update: u32, decay: f32,
}
@group(0) @binding(2) var<uniform> moment: ValueMoments;

fn read_scale(s: u32, word: u32) -> f32 {
  return bitcast<f32>(scales[s * CONTROL_STRIDE + word]);
}

fn write_scale(s: u32, word: u32, value: f32) {
  scales[s * CONTROL_STRIDE + word] = bitcast<u32>(value);
}

// Target and residual of element k: value row k % values of sample k / values.
fn target_and_residual(p: ValueMoments, s: u32, k: u32, mean: f32, scale: f32) -> vec2f {
  let sample = s * p.samples_seed + (k / p.values) * p.width + k % p.values;
  let goal = rollout[sample + p.target_at];
  return vec2f(goal, goal - (mean + scale * rollout[sample + p.value_at]));
}

// A workgroup does one seed; each thread takes every 256th element.
@compute @workgroup_size(256)
fn value_moments(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let p = moment;
  let s = group.x;
  let mean = read_scale(s, VALUE_MEAN);
  let scale = read_scale(s, VALUE_SCALE);
  let elements = p.samples * p.values;
  let count = f32(elements);
  var sum = vec2f();
  for (var k = thread; k < elements; k += THREADS) {
    sum += target_and_residual(p, s, k, mean, scale);
  }
  let means = sum_of(sum, thread) / count;
  var deviations = vec2f();
  var squares = vec2f();
  for (var k = thread; k < elements; k += THREADS) {
    let d = target_and_residual(p, s, k, mean, scale) - means;
    deviations += d;
    squares += d * d;
  }
  deviations = sum_of(deviations, thread);
  squares = sum_of(squares, thread);
  if (thread > 0u) {
    return;
  }
  let variances = variance_of(deviations, squares, count);
  write_scale(s, TARGET_MEAN, means.x);
  write_scale(s, TARGET_VARIANCE, variances.x);
  write_scale(s, RESIDUAL_VARIANCE, variances.y);
  if (p.update != 0u) {
    update_scale(s, p.decay, means.x, variances.x + means.x * means.x);
  }
}

fn update_scale(s: u32, decay: f32, batch_mean: f32, batch_square: f32) {
  let weight = decay * read_scale(s, VALUE_WEIGHT) + (1.0 - decay);
  let first = decay * read_scale(s, VALUE_FIRST) + (1.0 - decay) * batch_mean;
  let second = decay * read_scale(s, VALUE_SECOND) + (1.0 - decay) * batch_square;
  write_scale(s, VALUE_WEIGHT, weight);
  write_scale(s, VALUE_FIRST, first);
  write_scale(s, VALUE_SECOND, second);
  let mean = first / weight;
  write_scale(s, VALUE_MEAN, mean);
  // No smaller variance of the targets scales the critic.
  write_scale(s, VALUE_SCALE, sqrt(max(second / weight - mean * mean, 1e-4)));
}
