// Independent normal distributions: rows of `actions` means, then of `actions` log standard deviations, which
// are clamped to [log_low, log_high]. Arguments and results are described at the descriptors,
// engine/device/kernels/policy_head.ts. Four columns at a time, all actions of them in one go.

import { CONTROL_STRIDE, ENTROPY_COEFFICIENT, KL_COEFFICIENT } from "../control";
import { At, constant, prepare_constants } from "../lib/constants.as";
import { excess } from "../lib/excess.as";
import { exp, inverse_normal } from "../lib/math.as";
import { columns_in, lanes_below, operand, word } from "../lib/operands.as";
import { uniform } from "../lib/random.as";
import { blocks_of, column_bytes, row_bytes } from "../lib/view.as";
import { noise_words } from "./noise.as";

/** log(2 pi) / 2. */
const HALF_LOG_2PI: f32 = 0.918938533;

// NaN stays NaN.
@inline
function clamp(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, high), low);
}

// z^2 / 2 + log deviation: the logarithm of a density is minus that, minus HALF_LOG_2PI. Sampling and
// evaluating share it, so that both give the same bits.
@inline
function surprise(action: v128, mean: v128, log_deviation: v128, inverse: v128): v128 {
  const z = f32x4.mul(f32x4.sub(action, mean), inverse);
  return f32x4.relaxed_madd(f32x4.mul(z, z), constant(At.half), log_deviation);
}

// Words of args.
const SAMPLE_DISTRIBUTION: i32 = 12;
const SAMPLE_ACTION: i32 = 17;
const SAMPLE_LOG_PROBABILITY: i32 = 22;

export function gaussian_sample(args: usize): void {
  prepare_constants();
  const seeds = word(args, 4), agents = word(args, 5), columns = word(args, 6), actions = word(args, 7);
  const phase = word(args, 8), deterministic = word(args, 11) != 0;
  const low = v128.load32_splat(args, 9 << 2), high = v128.load32_splat(args, 10 << 2);
  const row = row_bytes(args, SAMPLE_DISTRIBUTION), action_row = row_bytes(args, SAMPLE_ACTION);
  const deviations = <usize>actions * row;
  const offset = f32x4.splat(-HALF_LOG_2PI * <f32>actions);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>word(args, 0) + <usize>s * (CONTROL_STRIDE << 2);
    for (let b: u32 = 0; b < blocks_of(columns); b++) {
      const bytes = column_bytes(columns, b);
      for (let a: u32 = 0; a < agents; a++) {
        const distribution = operand(args, 1, SAMPLE_DISTRIBUTION, s, b, a);
        const action = operand(args, 2, SAMPLE_ACTION, s, b, a);
        const log_probability = operand(args, 3, SAMPLE_LOG_PROBABILITY, s, b, a);
        for (let i: u32 = 0; i < actions && !deterministic; i++) {
          noise_words(action + i * action_row, bytes, control, b, phase, a * actions + i);
        }
        for (let c: usize = 0; c < bytes; c += 16) {
          let sum = offset;
          let from = distribution + c;
          let to = action + c;
          for (let i: u32 = 0; i < actions; i++) {
            const mean = v128.load(from);
            const log_deviation = clamp(v128.load(from + deviations), low, high);
            let x = mean;
            if (!deterministic) {
              const noise = inverse_normal(uniform(v128.load(to)));
              x = f32x4.add(mean, f32x4.mul(exp(log_deviation), noise));
            }
            v128.store(to, x);
            sum = f32x4.sub(sum, surprise(x, mean, log_deviation, exp(f32x4.neg(log_deviation))));
            from += row;
            to += action_row;
          }
          v128.store(log_probability + c, sum);
        }
      }
    }
  }
}

const FORWARD_DISTRIBUTION: i32 = 12;
const FORWARD_OLD: i32 = 17;
const FORWARD_ACTION: i32 = 22;
const FORWARD_LOG_PROBABILITY: i32 = 27;
const FORWARD_ENTROPY: i32 = 32;
const FORWARD_DIVERGENCE: i32 = 37;

export function gaussian_forward(args: usize): void {
  prepare_constants();
  const seeds = word(args, 6), agents = word(args, 7), columns = word(args, 8), actions = word(args, 9);
  const low = v128.load32_splat(args, 10 << 2), high = v128.load32_splat(args, 11 << 2);
  const row = row_bytes(args, FORWARD_DISTRIBUTION), old_row = row_bytes(args, FORWARD_OLD);
  const action_row = row_bytes(args, FORWARD_ACTION);
  const deviations = <usize>actions * row, old_deviations = <usize>actions * old_row;
  const offset = f32x4.splat(-HALF_LOG_2PI * <f32>actions);
  const entropy_offset = f32x4.splat((HALF_LOG_2PI + 0.5) * <f32>actions);
  for (let s: u32 = 0; s < seeds; s++) for (let b: u32 = 0; b < blocks_of(columns); b++) {
    const bytes = column_bytes(columns, b);
    for (let a: u32 = 0; a < agents; a++) {
      const distribution = operand(args, 0, FORWARD_DISTRIBUTION, s, b, a);
      const old = operand(args, 1, FORWARD_OLD, s, b, a);
      const action = operand(args, 2, FORWARD_ACTION, s, b, a);
      const log_probability = operand(args, 3, FORWARD_LOG_PROBABILITY, s, b, a);
      const entropy = operand(args, 4, FORWARD_ENTROPY, s, b, a);
      const divergence = operand(args, 5, FORWARD_DIVERGENCE, s, b, a);
      for (let c: usize = 0; c < bytes; c += 16) {
        let sum = offset;
        let spread = entropy_offset;
        let apart = f32x4.splat(0);
        let from = distribution + c, old_from = old + c, action_from = action + c;
        for (let i: u32 = 0; i < actions; i++) {
          const mean = v128.load(from);
          const log_deviation = clamp(v128.load(from + deviations), low, high);
          const inverse = exp(f32x4.neg(log_deviation));
          sum = f32x4.sub(sum, surprise(v128.load(action_from), mean, log_deviation, inverse));
          spread = f32x4.add(spread, log_deviation);
          const old_log_deviation = clamp(v128.load(old_from + old_deviations), low, high);
          const d = f32x4.sub(old_log_deviation, log_deviation);
          const q = f32x4.mul(f32x4.sub(v128.load(old_from), mean), inverse);
          const doubled = f32x4.relaxed_madd(q, q, excess(f32x4.add(d, d)));
          apart = f32x4.relaxed_madd(doubled, constant(At.half), apart);
          from += row;
          old_from += old_row;
          action_from += action_row;
        }
        v128.store(log_probability + c, sum);
        v128.store(entropy + c, spread);
        v128.store(divergence + c, apart);
      }
    }
  }
}

const BACKWARD_DISTRIBUTION: i32 = 12;
const BACKWARD_OLD: i32 = 17;
const BACKWARD_ACTION: i32 = 22;
const BACKWARD_D_LOG_PROBABILITY: i32 = 27;
const BACKWARD_D_DISTRIBUTION: i32 = 32;

export function gaussian_backward(args: usize): void {
  prepare_constants();
  const seeds = word(args, 6), agents = word(args, 7), columns = word(args, 8), actions = word(args, 9);
  const low = v128.load32_splat(args, 10 << 2), high = v128.load32_splat(args, 11 << 2);
  const row = row_bytes(args, BACKWARD_DISTRIBUTION), old_row = row_bytes(args, BACKWARD_OLD);
  const action_row = row_bytes(args, BACKWARD_ACTION), d_row = row_bytes(args, BACKWARD_D_DISTRIBUTION);
  const deviations = <usize>actions * row, old_deviations = <usize>actions * old_row;
  const d_deviations = <usize>actions * d_row;
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>word(args, 0) + <usize>s * (CONTROL_STRIDE << 2);
    const d_entropy = f32x4.splat(-load<f32>(control, ENTROPY_COEFFICIENT << 2) / <f32>columns);
    const d_divergence = f32x4.splat(load<f32>(control, KL_COEFFICIENT << 2) / <f32>columns);
    for (let b: u32 = 0; b < blocks_of(columns); b++) {
      const count = columns_in(columns, b);
      const bytes = column_bytes(columns, b);
      for (let a: u32 = 0; a < agents; a++) {
        const distribution = operand(args, 1, BACKWARD_DISTRIBUTION, s, b, a);
        const old = operand(args, 2, BACKWARD_OLD, s, b, a);
        const action = operand(args, 3, BACKWARD_ACTION, s, b, a);
        const d_log_probability = operand(args, 4, BACKWARD_D_LOG_PROBABILITY, s, b, a);
        const d_distribution = operand(args, 5, BACKWARD_D_DISTRIBUTION, s, b, a);
        for (let c: usize = 0; c < bytes; c += 16) {
          const used = lanes_below(count, c >> 2);
          const g = v128.load(d_log_probability + c);
          let from = distribution + c, old_from = old + c, action_from = action + c, to = d_distribution + c;
          for (let i: u32 = 0; i < actions; i++) {
            const mean = v128.load(from);
            const raw = v128.load(from + deviations);
            const log_deviation = clamp(raw, low, high);
            const inside = v128.and(used, f32x4.eq(raw, log_deviation));
            const inverse = exp(f32x4.neg(log_deviation));
            const z = f32x4.mul(f32x4.sub(v128.load(action_from), mean), inverse);
            const q = f32x4.mul(f32x4.sub(v128.load(old_from), mean), inverse);
            const d_mean = f32x4.mul(f32x4.sub(f32x4.mul(g, z), f32x4.mul(d_divergence, q)), inverse);
            const old_log_deviation = clamp(v128.load(old_from + old_deviations), low, high);
            const d = f32x4.sub(old_log_deviation, log_deviation);
            const x = f32x4.add(d, d);
            // exp(x) - 1 + q^2 = -d divergence / d log deviation.
            const apart = f32x4.relaxed_madd(q, q, f32x4.add(x, excess(x)));
            let d_log = f32x4.mul(g, f32x4.relaxed_madd(z, z, f32x4.neg(constant(At.one))));
            d_log = f32x4.add(d_log, f32x4.relaxed_nmadd(d_divergence, apart, d_entropy));
            v128.store(to, v128.and(d_mean, used));
            v128.store(to + d_deviations, v128.and(d_log, inside));
            from += row;
            old_from += old_row;
            action_from += action_row;
            to += d_row;
          }
        }
      }
    }
  }
}
