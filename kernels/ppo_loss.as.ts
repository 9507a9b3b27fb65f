// Kernel `ppo_loss`: the losses of proximal policy optimisation and what adapts to them. Arguments and
// results are described at the descriptors, engine/device/kernels/ppo_loss.ts. Sums run over the columns of
// an agent and block in vectors, those are added in float64.

import {
  ACTIVE, CONTROL_STRIDE, KL_COEFFICIENT, LAST_APPROX_KL, LAST_KL, LAST_MINIBATCHES, MINIBATCHES,
  SUM_APPROX_KL, SUM_CLIP_FRACTION, SUM_ENTROPY, SUM_KL, SUM_POLICY_LOSS, SUM_VALUE_LOSS, UPDATE,
  VALUE_MEAN, VALUE_SCALE,
} from "./control";
import { At, constant, prepare_constants } from "./lib/constants.as";
import { excess } from "./lib/excess.as";
import { columns_in, float, lane_sum, lanes_below, operand, word } from "./lib/operands.as";
import { blocks_of, column_bytes, row_bytes } from "./lib/view.as";

@inline
function add(control: usize, at: usize, value: f64): void {
  store<f32>(control + (at << 2), load<f32>(control + (at << 2)) + <f32>value);
}

const POLICY_LOG_PROBABILITY: i32 = 14;
const POLICY_OLD: i32 = 19;
const POLICY_ADVANTAGE: i32 = 24;
const POLICY_ENTROPY: i32 = 29;
const POLICY_DIVERGENCE: i32 = 34;
const POLICY_GRADIENT: i32 = 39;

export function policy_loss(args: usize): void {
  prepare_constants();
  const seeds = word(args, 8), agents = word(args, 9), columns = word(args, 10);
  const clip = v128.load32_splat(args, 12 << 2);
  const lowest = f32x4.sub(constant(At.one), clip), highest = f32x4.add(constant(At.one), clip);
  const share = f32x4.splat(-1 / <f32>columns);
  const advantage_row = row_bytes(args, POLICY_ADVANTAGE);
  for (let s: u32 = 0; s < seeds; s++) {
    let total: f64 = 0, entropies: f64 = 0, divergences: f64 = 0, approximate: f64 = 0, clips: f64 = 0;
    for (let a: u32 = 0; a < agents; a++) {
      const value = load<u32>(<usize>word(args, 6) + (<usize>a << 2));
      for (let b: u32 = 0; b < blocks_of(columns); b++) {
        const count = columns_in(columns, b);
        const bytes = column_bytes(columns, b);
        const log_probability = operand(args, 1, POLICY_LOG_PROBABILITY, s, b, a);
        const old = operand(args, 2, POLICY_OLD, s, b, a);
        const advantage = operand(args, 3, POLICY_ADVANTAGE, s, b, 0) + value * advantage_row;
        const entropy = operand(args, 4, POLICY_ENTROPY, s, b, a);
        const divergence = operand(args, 5, POLICY_DIVERGENCE, s, b, a);
        const gradient = operand(args, 7, POLICY_GRADIENT, s, b, a);
        const zero = f32x4.splat(0);
        let sum = zero, spread = zero, apart = zero, approximates = zero, outside = zero;
        for (let c: usize = 0; c < bytes; c += 16) {
          const used = lanes_below(count, c >> 2);
          const x = f32x4.sub(v128.load(log_probability + c), v128.load(old + c));
          const more = excess(x);
          const change = f32x4.add(x, more);
          const ratio = f32x4.add(constant(At.one), change);
          const gain = v128.load(advantage + c);
          const free = f32x4.mul(ratio, gain);
          const clipped = f32x4.mul(f32x4.pmax(f32x4.pmin(ratio, highest), lowest), gain);
          // Not where the clipped one is the smaller; NaN goes through.
          const d = v128.andnot(f32x4.mul(free, share), f32x4.gt(free, clipped));
          v128.store(gradient + c, v128.and(d, used));
          sum = f32x4.add(sum, v128.and(f32x4.pmin(free, clipped), used));
          spread = f32x4.add(spread, v128.and(v128.load(entropy + c), used));
          apart = f32x4.add(apart, v128.and(v128.load(divergence + c), used));
          approximates = f32x4.add(approximates, v128.and(more, used));
          const beyond = v128.and(f32x4.gt(f32x4.abs(change), clip), used);
          outside = f32x4.add(outside, v128.and(constant(At.one), beyond));
        }
        total += lane_sum(sum);
        entropies += lane_sum(spread);
        divergences += lane_sum(apart);
        approximate += lane_sum(approximates);
        clips += lane_sum(outside);
      }
    }
    const control = <usize>word(args, 0) + <usize>s * (CONTROL_STRIDE << 2);
    if (load<u32>(control, ACTIVE << 2) == 0) continue;
    const mean = 1 / (<f64>agents * <f64>columns);
    add(control, MINIBATCHES, 1);
    add(control, SUM_POLICY_LOSS, -total * mean);
    add(control, SUM_ENTROPY, entropies * mean);
    add(control, SUM_APPROX_KL, approximate * mean);
    add(control, SUM_CLIP_FRACTION, clips * mean);
    add(control, SUM_KL, divergences * mean);
    store<f32>(control, <f32>(approximate * mean), LAST_APPROX_KL << 2);
    if (load<u32>(control, UPDATE << 2) >= word(args, 13)) {
      add(control, LAST_KL, divergences * mean);
      add(control, LAST_MINIBATCHES, 1);
    }
  }
}

/** Values of the parameter `mode`. */
const CLIPPED: u32 = 1;
const CAPPED: u32 = 2;

const VALUE_VALUE: i32 = 11;
const VALUE_OLD: i32 = 16;
const VALUE_TARGET: i32 = 21;
const VALUE_GRADIENT: i32 = 26;

export function value_loss(args: usize): void {
  const seeds = word(args, 5), rows = word(args, 6), columns = word(args, 7), mode = word(args, 8);
  const clip = v128.load32_splat(args, 9 << 2), lowest = f32x4.neg(clip);
  const share = f32x4.splat(float(args, 10) / <f32>columns);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>word(args, 0) + <usize>s * (CONTROL_STRIDE << 2);
    const mean = v128.load32_splat(control, VALUE_MEAN << 2);
    const inverse = f32x4.splat(1 / load<f32>(control, VALUE_SCALE << 2));
    let total: f64 = 0;
    for (let b: u32 = 0; b < blocks_of(columns); b++) {
      const count = columns_in(columns, b);
      const bytes = column_bytes(columns, b);
      for (let r: u32 = 0; r < rows; r++) {
        const value = operand(args, 1, VALUE_VALUE, s, b, 0) + r * row_bytes(args, VALUE_VALUE);
        const old_value = operand(args, 2, VALUE_OLD, s, b, 0) + r * row_bytes(args, VALUE_OLD);
        const target = operand(args, 3, VALUE_TARGET, s, b, 0) + r * row_bytes(args, VALUE_TARGET);
        const gradient = operand(args, 4, VALUE_GRADIENT, s, b, 0) + r * row_bytes(args, VALUE_GRADIENT);
        let sum = f32x4.splat(0);
        for (let c: usize = 0; c < bytes; c += 16) {
          const used = lanes_below(count, c >> 2);
          const v = v128.load(value + c);
          const aim = f32x4.mul(f32x4.sub(v128.load(target + c), mean), inverse);
          const error = f32x4.sub(v, aim);
          let square = f32x4.mul(error, error);
          let d = f32x4.mul(error, share);
          if (mode == CLIPPED) {
            const old = v128.load(old_value + c);
            const moved = f32x4.sub(v, old);
            const other = f32x4.sub(f32x4.add(old, f32x4.pmax(f32x4.pmin(moved, clip), lowest)), aim);
            const larger = f32x4.mul(other, other);
            // Within the range the two are equal but for rounding, and the gradient is that of either.
            const takes = v128.and(f32x4.gt(larger, square), f32x4.gt(f32x4.abs(moved), clip));
            square = v128.bitselect(larger, square, takes);
            d = v128.andnot(d, takes);
          } else if (mode == CAPPED) {
            d = v128.andnot(d, f32x4.gt(square, clip));
            square = f32x4.pmin(square, clip);
          }
          v128.store(gradient + c, v128.and(d, used));
          sum = f32x4.add(sum, v128.and(square, used));
        }
        total += lane_sum(sum);
      }
    }
    if (load<u32>(control, ACTIVE << 2) == 0) continue;
    add(control, SUM_VALUE_LOSS, 0.5 * total / (<f64>rows * <f64>columns));
  }
}

export function ppo_adapt(args: usize): void {
  const seeds = word(args, 1);
  const target = float(args, 2);
  let control = <usize>word(args, 0);
  for (let s: u32 = 0; s < seeds; s++, control += CONTROL_STRIDE << 2) {
    const minibatches = load<f32>(control, LAST_MINIBATCHES << 2);
    if (minibatches == 0) continue;
    const mean = load<f32>(control, LAST_KL << 2) / minibatches;
    const coefficient = load<f32>(control, KL_COEFFICIENT << 2);
    if (mean > 2 * target) store<f32>(control, coefficient * 1.5, KL_COEFFICIENT << 2);
    else if (mean < 0.5 * target) store<f32>(control, coefficient * 0.5, KL_COEFFICIENT << 2);
  }
}

export function early_stop(args: usize): void {
  const seeds = word(args, 1);
  const limit = float(args, 2);
  let control = <usize>word(args, 0);
  for (let s: u32 = 0; s < seeds; s++, control += CONTROL_STRIDE << 2) {
    if (load<f32>(control, LAST_APPROX_KL << 2) > limit) store<u32>(control, 0, ACTIVE << 2);
  }
}
