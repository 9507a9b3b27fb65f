// Categorical distributions: rows of `choices` logits; the action is one row that holds the index as f32.
// Arguments and results are described at the descriptors, engine/device/kernels/policy_head.ts. Four columns
// at a time, all choices of them in one go; exponentials are computed anew in each pass (1 ns), there is no
// room to keep them.

import { CONTROL_STRIDE, ENTROPY_COEFFICIENT, KL_COEFFICIENT } from "../control";
import { At, constant, prepare_constants } from "../lib/constants.as";
import { exp, log } from "../lib/math.as";
import { columns_in, lanes_below, operand, word } from "../lib/operands.as";
import { uniform } from "../lib/random.as";
import { blocks_of, column_bytes, row_bytes } from "../lib/view.as";
import { noise_words } from "./noise.as";

// The largest of `choices` rows, NaN left out.
@inline
function largest(logits: usize, row: usize, choices: u32): v128 {
  let most = v128.load(logits);
  for (let i: u32 = 1; i < choices; i++) {
    logits += row;
    most = f32x4.pmax(most, v128.load(logits));
  }
  return most;
}

// The sum of exp(logit - most).
@inline
function mass(logits: usize, row: usize, choices: u32, most: v128): v128 {
  let sum = f32x4.splat(0);
  for (let i: u32 = 0; i < choices; i++) {
    sum = f32x4.add(sum, exp(f32x4.sub(v128.load(logits), most)));
    logits += row;
  }
  return sum;
}

const SAMPLE_DISTRIBUTION: i32 = 10;
const SAMPLE_ACTION: i32 = 15;
const SAMPLE_LOG_PROBABILITY: i32 = 20;

export function categorical_sample(args: usize): void {
  prepare_constants();
  const seeds = word(args, 4), agents = word(args, 5), columns = word(args, 6), choices = word(args, 7);
  const phase = word(args, 8), deterministic = word(args, 9) != 0;
  const row = row_bytes(args, SAMPLE_DISTRIBUTION);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>word(args, 0) + <usize>s * (CONTROL_STRIDE << 2);
    for (let b: u32 = 0; b < blocks_of(columns); b++) {
      const bytes = column_bytes(columns, b);
      for (let a: u32 = 0; a < agents; a++) {
        const distribution = operand(args, 1, SAMPLE_DISTRIBUTION, s, b, a);
        const action = operand(args, 2, SAMPLE_ACTION, s, b, a);
        const log_probability = operand(args, 3, SAMPLE_LOG_PROBABILITY, s, b, a);
        if (!deterministic) noise_words(action, bytes, control, b, phase, a);
        for (let c: usize = 0; c < bytes; c += 16) {
          const logits = distribution + c;
          const most = largest(logits, row, choices);
          const sum = mass(logits, row, choices, most);
          if (deterministic) {
            v128.store(action + c, first_equal(logits, row, choices, most));
            v128.store(log_probability + c, f32x4.neg(log(sum)));
          } else {
            const bar = f32x4.mul(uniform(v128.load(action + c)), sum);
            draw(logits, row, choices, most, sum, bar, action + c, log_probability + c);
          }
        }
      }
    }
  }
}

// The lowest index whose logit is `most`.
@inline
function first_equal(logits: usize, row: usize, choices: u32, most: v128): v128 {
  let index = f32x4.splat(0);
  for (let i = choices; i-- > 0;) {
    index = v128.bitselect(f32x4.splat(<f32>i), index, f32x4.eq(v128.load(logits + i * row), most));
  }
  return index;
}

// The last choice before which the cumulated mass is not above `bar`. Uniform numbers end at 1 - 2^-24, so
// `bar` is below `sum` also when rounded, and no choice of probability 0 is the last.
@inline
function draw(
  logits: usize, row: usize, choices: u32, most: v128, sum: v128, bar: v128,
  action: usize, log_probability: usize,
): void {
  let before = f32x4.splat(0);
  let number = before;
  let index = before;
  let chosen = v128.load(logits);
  for (let i: u32 = 0; i < choices; i++) {
    const logit = v128.load(logits);
    const reached = f32x4.le(before, bar);
    index = v128.bitselect(number, index, reached);
    chosen = v128.bitselect(logit, chosen, reached);
    before = f32x4.add(before, exp(f32x4.sub(logit, most)));
    number = f32x4.add(number, constant(At.one));
    logits += row;
  }
  v128.store(action, index);
  v128.store(log_probability, f32x4.sub(f32x4.sub(chosen, most), log(sum)));
}

const FORWARD_DISTRIBUTION: i32 = 10;
const FORWARD_OLD: i32 = 15;
const FORWARD_ACTION: i32 = 20;
const FORWARD_LOG_PROBABILITY: i32 = 25;
const FORWARD_ENTROPY: i32 = 30;
const FORWARD_DIVERGENCE: i32 = 35;

export function categorical_forward(args: usize): void {
  prepare_constants();
  const seeds = word(args, 6), agents = word(args, 7), columns = word(args, 8), choices = word(args, 9);
  const row = row_bytes(args, FORWARD_DISTRIBUTION), old_row = row_bytes(args, FORWARD_OLD);
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
        const taken = v128.load(action + c);
        const zero = f32x4.splat(0);
        const most = largest(distribution + c, row, choices);
        const old_most = largest(old + c, old_row, choices);
        let from = distribution + c, old_from = old + c;
        let sum = zero, old_sum = zero, weighted = zero, apart = zero, chosen = zero, number = zero;
        for (let i: u32 = 0; i < choices; i++) {
          const x = f32x4.sub(v128.load(from), most);
          const y = f32x4.sub(v128.load(old_from), old_most);
          const part = exp(x);
          const old_part = exp(y);
          sum = f32x4.add(sum, part);
          old_sum = f32x4.add(old_sum, old_part);
          weighted = f32x4.relaxed_madd(part, x, weighted);
          apart = f32x4.relaxed_madd(old_part, f32x4.sub(y, x), apart);
          chosen = v128.bitselect(x, chosen, f32x4.eq(number, taken));
          number = f32x4.add(number, constant(At.one));
          from += row;
          old_from += old_row;
        }
        const log_sum = log(sum);
        const difference = f32x4.sub(log_sum, log(old_sum));
        v128.store(log_probability + c, f32x4.sub(chosen, log_sum));
        v128.store(entropy + c, f32x4.sub(log_sum, f32x4.div(weighted, sum)));
        // Rounding may leave a difference of equal terms below 0.
        v128.store(divergence + c, f32x4.pmax(f32x4.add(f32x4.div(apart, old_sum), difference), zero));
      }
    }
  }
}

const BACKWARD_DISTRIBUTION: i32 = 10;
const BACKWARD_OLD: i32 = 15;
const BACKWARD_ACTION: i32 = 20;
const BACKWARD_D_LOG_PROBABILITY: i32 = 25;
const BACKWARD_D_DISTRIBUTION: i32 = 30;

export function categorical_backward(args: usize): void {
  prepare_constants();
  const seeds = word(args, 6), agents = word(args, 7), columns = word(args, 8), choices = word(args, 9);
  const row = row_bytes(args, BACKWARD_DISTRIBUTION), old_row = row_bytes(args, BACKWARD_OLD);
  const d_row = row_bytes(args, BACKWARD_D_DISTRIBUTION);
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
          const taken = v128.load(action + c);
          const g = v128.load(d_log_probability + c);
          const one = constant(At.one);
          const most = largest(distribution + c, row, choices);
          const old_most = largest(old + c, old_row, choices);
          const old_scale = f32x4.div(d_divergence, mass(old + c, old_row, choices, old_most));
          let from = distribution + c, old_from = old + c, to = d_distribution + c;
          // exp(logit - most) goes to the gradient's row first.
          let sum = f32x4.splat(0), weighted = f32x4.splat(0);
          for (let i: u32 = 0; i < choices; i++) {
            const x = f32x4.sub(v128.load(from), most);
            const part = exp(x);
            v128.store(to, part);
            sum = f32x4.add(sum, part);
            weighted = f32x4.relaxed_madd(part, x, weighted);
            from += row;
            to += d_row;
          }
          // d entropy / d logit = -p (logit - mean logit), as both log p and the entropy hold log sum.
          const inverse = f32x4.div(one, sum);
          const mean = f32x4.mul(weighted, inverse);
          const all = f32x4.sub(d_divergence, g);
          let number = f32x4.splat(0);
          from = distribution + c;
          to = d_distribution + c;
          for (let i: u32 = 0; i < choices; i++) {
            const x = f32x4.sub(v128.load(from), most);
            const p = f32x4.mul(v128.load(to), inverse);
            const slope = f32x4.relaxed_nmadd(d_entropy, f32x4.sub(x, mean), all);
            let d = v128.and(g, f32x4.eq(number, taken));
            d = f32x4.relaxed_madd(p, slope, d);
            d = f32x4.relaxed_nmadd(old_scale, exp(f32x4.sub(v128.load(old_from), old_most)), d);
            v128.store(to, v128.and(d, used));
            number = f32x4.add(number, one);
            from += row;
            old_from += old_row;
            to += d_row;
          }
        }
      }
    }
  }
}
