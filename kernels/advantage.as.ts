// Kernel `advantage`: what the rollout's rewards and values say about its actions. Works on sample-major
// storage; arguments and results are described at the descriptors, engine/device/kernels/advantage.ts. Value
// rows of a sample lie side by side and go four at a time; sums are in float64.

import {
  CONTROL_STRIDE, RESIDUAL_VARIANCE, TARGET_MEAN, TARGET_VARIANCE, VALUE_FIRST, VALUE_MEAN, VALUE_SCALE,
  VALUE_SECOND, VALUE_WEIGHT,
} from "./control";
import { float, word } from "./lib/operands.as";

// Words of args: the rows' offsets within a sample, in words.
const REWARD_AT: usize = 9;
const VALUE_AT: usize = 10;
const ADVANTAGE_AT: usize = 11;
const TARGET_AT: usize = 12;

@inline
function bytes_at(args: usize, index: usize): usize {
  return <usize>word(args, index) << 2;
}

export function advantage(args: usize): void {
  const seeds = word(args, 3), environments = <usize>word(args, 4), periods = word(args, 5);
  const seed_bytes = bytes_at(args, 7), width = bytes_at(args, 8);
  const last = <usize>word(args, 13) * width, finals = <usize>word(args, 14) * width;
  const bootstraps = word(args, 17) != 0;
  const period = environments * width;
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>word(args, 0) + <usize>s * (CONTROL_STRIDE << 2);
    const samples = <usize>word(args, 2) + s * seed_bytes;
    for (let t = periods; t-- > 0;) {
      const end = load<u32>(<usize>word(args, 1) + (<usize>t << 2));
      const first = samples + t * period;
      let next = first + period;
      if (end != 0) next = samples + finals + (end - 1) * period;
      else if (t == periods - 1) next = samples + last;
      const after = end != 0 || t == periods - 1 ? 0 : period;
      advantage_period(args, control, first, environments, width, next, end == 0 || bootstraps, after);
    }
  }
}

// One period of all environments. `next`: the samples whose values follow, if `follows`; `after`: bytes to
// the samples whose advantages follow, 0 where none do.
function advantage_period(
  args: usize, control: usize, sample: usize, environments: usize, width: usize, next: usize, follows: bool,
  after: usize,
): void {
  const bytes = bytes_at(args, 6);
  const reward_at = bytes_at(args, REWARD_AT), value_at = bytes_at(args, VALUE_AT);
  const advantage_at = bytes_at(args, ADVANTAGE_AT), target_at = bytes_at(args, TARGET_AT);
  const mean = load<f32>(control, VALUE_MEAN << 2), scale = load<f32>(control, VALUE_SCALE << 2);
  const discount: f32 = follows ? float(args, 15) : 0;
  const trace: f32 = after != 0 ? float(args, 15) * float(args, 16) : 0;
  for (const end = sample + environments * width; sample < end; sample += width, next += width) {
    const reward = sample + reward_at, value = sample + value_at, next_value = next + value_at;
    const to = sample + advantage_at, target = sample + target_at, next_advantage = to + after;
    let k: usize = 0;
    for (; k + 16 <= bytes; k += 16) {
      const m = f32x4.splat(mean), z = f32x4.splat(scale);
      const v = f32x4.add(m, f32x4.mul(z, v128.load(value + k)));
      let a = f32x4.sub(v128.load(reward + k), v);
      if (follows) {
        const w = f32x4.add(m, f32x4.mul(z, v128.load(next_value + k)));
        a = f32x4.add(a, f32x4.mul(f32x4.splat(discount), w));
      }
      if (after) a = f32x4.add(a, f32x4.mul(f32x4.splat(trace), v128.load(next_advantage + k)));
      v128.store(to + k, a);
      v128.store(target + k, f32x4.add(a, v));
    }
    for (; k < bytes; k += 4) {
      const v = mean + scale * load<f32>(value + k);
      let a = load<f32>(reward + k) - v;
      // What does not follow is not read: it may hold anything.
      if (follows) a += discount * (mean + scale * load<f32>(next_value + k));
      if (after) a += trace * load<f32>(next_advantage + k);
      store<f32>(to + k, a);
      store<f32>(target + k, a + v);
    }
  }
}

/** Added to a deviation before dividing by it. */
const TINY: f64 = 1e-8;

export function advantage_moments(args: usize): void {
  const seeds = word(args, 1), samples = <usize>word(args, 2), bytes = bytes_at(args, 3);
  const seed_bytes = bytes_at(args, 4), width = bytes_at(args, 5);
  if (word(args, 7) == 0) return;
  const extent = samples * width;
  for (let s: u32 = 0; s < seeds; s++) {
    let row = <usize>word(args, 0) + s * seed_bytes + bytes_at(args, 6);
    let k: usize = 0;
    for (; k + 16 <= bytes; k += 16, row += 16) normalise4(row, extent, width, <f64>samples);
    for (; k < bytes; k += 4, row += 4) normalise(row, extent, width, <f64>samples);
  }
}

@inline
function inverse_deviation(squares: f64, samples: f64): f64 {
  return 1 / (sqrt(squares / samples) + TINY);
}

// One value row: mean, then variance about it, then the samples.
function normalise(row: usize, extent: usize, width: usize, samples: f64): void {
  const end = row + extent;
  let sum: f64 = 0;
  for (let at = row; at < end; at += width) sum += <f64>load<f32>(at);
  const mean = sum / samples;
  let squares: f64 = 0;
  for (let at = row; at < end; at += width) {
    const d = <f64>load<f32>(at) - mean;
    squares += d * d;
  }
  const inverse = inverse_deviation(squares, samples);
  for (let at = row; at < end; at += width) store<f32>(at, <f32>((<f64>load<f32>(at) - mean) * inverse));
}

// Four value rows.
function normalise4(row: usize, extent: usize, width: usize, samples: f64): void {
  const end = row + extent;
  let sum0 = f64x2.splat(0), sum1 = f64x2.splat(0);
  for (let at = row; at < end; at += width) {
    sum0 = f64x2.add(sum0, f64x2.promote_low_f32x4(v128.load64_zero(at)));
    sum1 = f64x2.add(sum1, f64x2.promote_low_f32x4(v128.load64_zero(at, 8)));
  }
  const mean0 = f64x2.div(sum0, f64x2.splat(samples)), mean1 = f64x2.div(sum1, f64x2.splat(samples));
  let squares0 = f64x2.splat(0), squares1 = f64x2.splat(0);
  for (let at = row; at < end; at += width) {
    const d0 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at)), mean0);
    const d1 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at, 8)), mean1);
    squares0 = f64x2.add(squares0, f64x2.mul(d0, d0));
    squares1 = f64x2.add(squares1, f64x2.mul(d1, d1));
  }
  const inverse0 = f64x2(
    inverse_deviation(f64x2.extract_lane(squares0, 0), samples),
    inverse_deviation(f64x2.extract_lane(squares0, 1), samples),
  );
  const inverse1 = f64x2(
    inverse_deviation(f64x2.extract_lane(squares1, 0), samples),
    inverse_deviation(f64x2.extract_lane(squares1, 1), samples),
  );
  for (let at = row; at < end; at += width) {
    const d0 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at)), mean0);
    const d1 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at, 8)), mean1);
    const low = f32x4.demote_f64x2_zero(f64x2.mul(d0, inverse0));
    const high = f32x4.demote_f64x2_zero(f64x2.mul(d1, inverse1));
    v128.store(at, v128.shuffle<i64>(low, high, 0, 2));
  }
}

/** No smaller variance of the value targets scales the critic. */
const LEAST_VARIANCE: f64 = 1e-4;

export function value_moments(args: usize): void {
  const seeds = word(args, 2), samples = <usize>word(args, 3), bytes = bytes_at(args, 4);
  const seed_bytes = bytes_at(args, 5), width = bytes_at(args, 6);
  const value_at = bytes_at(args, 7), target_at = bytes_at(args, 8);
  const count = <f64>samples * <f64>word(args, 4);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>word(args, 0) + <usize>s * (CONTROL_STRIDE << 2);
    let sample = <usize>word(args, 1) + s * seed_bytes;
    const mean = load<f32>(control, VALUE_MEAN << 2), scale = load<f32>(control, VALUE_SCALE << 2);
    let sum: f64 = 0, squares: f64 = 0, residuals: f64 = 0, residual_squares: f64 = 0;
    for (const end = sample + samples * width; sample < end; sample += width) {
      for (let k: usize = 0; k < bytes; k += 4) {
        const target = <f64>load<f32>(sample + target_at + k);
        const residual = target - <f64>(mean + scale * load<f32>(sample + value_at + k));
        sum += target;
        squares += target * target;
        residuals += residual;
        residual_squares += residual * residual;
      }
    }
    const target_mean = sum / count, target_square = squares / count, residual_mean = residuals / count;
    store<f32>(control, <f32>target_mean, TARGET_MEAN << 2);
    store<f32>(control, <f32>max<f64>(target_square - target_mean * target_mean, 0), TARGET_VARIANCE << 2);
    const residual_variance = max<f64>(residual_squares / count - residual_mean * residual_mean, 0);
    store<f32>(control, <f32>residual_variance, RESIDUAL_VARIANCE << 2);
    if (word(args, 9) != 0) update_scale(control, float(args, 10), <f32>target_mean, <f32>target_square);
  }
}

function update_scale(control: usize, decay: f32, first: f32, second: f32): void {
  const rest: f32 = <f32>1 - decay;
  const weight = decay * load<f32>(control, VALUE_WEIGHT << 2) + rest;
  first = decay * load<f32>(control, VALUE_FIRST << 2) + rest * first;
  second = decay * load<f32>(control, VALUE_SECOND << 2) + rest * second;
  store<f32>(control, weight, VALUE_WEIGHT << 2);
  store<f32>(control, first, VALUE_FIRST << 2);
  store<f32>(control, second, VALUE_SECOND << 2);
  const mean = <f64>first / <f64>weight;
  const variance = max<f64>(<f64>second / <f64>weight - mean * mean, LEAST_VARIANCE);
  store<f32>(control, <f32>mean, VALUE_MEAN << 2);
  store<f32>(control, <f32>sqrt(variance), VALUE_SCALE << 2);
}
