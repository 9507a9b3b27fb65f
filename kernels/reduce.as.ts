// Kernel `reduce`: sums over samples, weights and environments (engine/device/kernels/reduce.ts says which).
//
// Sums run over chunks of fixed length, in an order that depends on one seed's own shape alone.

import {
  ACTIVE, CONTROL_STRIDE, FAULT, ROLLOUT_PROFIT, SUM_GRADIENT_NORM, SUM_POLICY_LOSS, SUM_VALUE_LOSS,
} from "./control";
import { METRIC_ROWS, M_PROFIT, ROW_BYTES } from "./env_step/layout";
import { blocks_of, column_bytes } from "./lib/view.as";

const enum Moments {
  state, moments, samples,
  seeds, count, rows, samplesSeed, width, first, stateSeed, momentsSeed,
}

const enum Norms {
  gradients, segments, control, norms,
  seeds, count, wSeed,
}

const enum Profit {
  metrics, control,
  seeds, columns, nodes,
}

const enum Check {
  control,
  seeds, policyFault, valueFault,
}

/** Samples whose moments are taken in two passes before they join the others. */
const CHUNK_SAMPLES: u32 = 64;
/** Running counts end here, so that old observations fade. */
const HEAVIEST: f32 = 1e7;
const LEAST_VARIANCE: f32 = 1e-6;
const SEGMENT_BYTES: usize = 16;
const CHUNK_WORDS: u32 = 4096;

@inline
function is_finite(x: f32): bool {
  return (reinterpret<u32>(x) & 0x7f800000) != 0x7f800000;
}

@inline
function sum_lanes(x: v128): f64 {
  return (<f64>f32x4.extract_lane(x, 0) + <f64>f32x4.extract_lane(x, 1)) +
    (<f64>f32x4.extract_lane(x, 2) + <f64>f32x4.extract_lane(x, 3));
}

// Running weight, mean and M2 of one row, and its mean and inverse deviation for `select`.
function merge_row(state: usize, moments: usize, weight: f32, mean: f32, squares: f32): void {
  let total = load<f32>(state) + weight;
  const delta = mean - load<f32>(state, 4);
  const share = weight / total;
  const merged = load<f32>(state, 4) + delta * share;
  let second = load<f32>(state, 8) + squares + delta * delta * load<f32>(state) * share;
  if (total > HEAVIEST) {
    second *= HEAVIEST / total;
    total = HEAVIEST;
  }
  store<f32>(state, total);
  store<f32>(state, merged, 4);
  store<f32>(state, second, 8);
  store<f32>(moments, merged);
  store<f32>(moments, 1 / sqrt<f32>(max<f32>(second / total, LEAST_VARIANCE)), 4);
}

// Four rows, from `sample` on; only the first `rows` of them are kept. Chan, Golub and LeVeque (1983).
function four_moments(
  state: usize, moments: usize, sample: usize, width: usize, count: u32, rows: u32,
): void {
  let mean = f32x4.splat(0);
  let squares = f32x4.splat(0);
  for (let done: u32 = 0; done < count; done += CHUNK_SAMPLES) {
    const here = min(CHUNK_SAMPLES, count - done);
    const end = sample + <usize>here * width;
    let sum = f32x4.splat(0);
    for (let at = sample; at < end; at += width) sum = f32x4.add(sum, v128.load(at));
    const centre = f32x4.div(sum, f32x4.splat(<f32>here));
    let apart = f32x4.splat(0);
    for (let at = sample; at < end; at += width) {
      const d = f32x4.sub(v128.load(at), centre);
      apart = f32x4.add(apart, f32x4.mul(d, d));
    }
    const delta = f32x4.sub(centre, mean);
    const share: f32 = <f32>here / <f32>(done + here);
    mean = f32x4.add(mean, f32x4.mul(delta, f32x4.splat(share)));
    const between = f32x4.mul(f32x4.mul(delta, delta), f32x4.splat(<f32>done * share));
    squares = f32x4.add(squares, f32x4.add(apart, between));
    sample = end;
  }
  const n = <f32>count;
  merge_row(state, moments, n, f32x4.extract_lane(mean, 0), f32x4.extract_lane(squares, 0));
  if (rows < 2) return;
  merge_row(state + 16, moments + 8, n, f32x4.extract_lane(mean, 1), f32x4.extract_lane(squares, 1));
  if (rows < 3) return;
  merge_row(state + 32, moments + 16, n, f32x4.extract_lane(mean, 2), f32x4.extract_lane(squares, 2));
  if (rows < 4) return;
  merge_row(state + 48, moments + 24, n, f32x4.extract_lane(mean, 3), f32x4.extract_lane(squares, 3));
}

// Whole vectors are read: at most three words past the last sample, where memory goes on (a program's
// arguments lie behind its arrays).
export function row_moments(args: usize): void {
  const seeds = load<u32>(args, Moments.seeds << 2);
  const count = load<u32>(args, Moments.count << 2);
  const rows = load<u32>(args, Moments.rows << 2);
  const width = <usize>load<u32>(args, Moments.width << 2) << 2;
  for (let s: u32 = 0; s < seeds; s++) {
    let state = <usize>load<u32>(args, Moments.state << 2) +
      (<usize>(s * load<u32>(args, Moments.stateSeed << 2)) << 2);
    let moments = <usize>load<u32>(args, Moments.moments << 2) +
      (<usize>(s * load<u32>(args, Moments.momentsSeed << 2)) << 2);
    let sample = <usize>load<u32>(args, Moments.samples << 2) +
      (<usize>(s * load<u32>(args, Moments.samplesSeed << 2) + load<u32>(args, Moments.first << 2)) << 2);
    for (let r: u32 = 0; r < rows; r += 4) {
      four_moments(state, moments, sample, width, count, min(4, rows - r));
      state += 64;
      moments += 32;
      sample += 16;
    }
  }
}

function sum_of_squares(at: usize, length: u32): f64 {
  let sum: f64 = 0;
  while (length >= 16) {
    let left = min(length, CHUNK_WORDS) >> 4;
    length -= left << 4;
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (; left != 0; left--) {
      const p = v128.load(at);
      const q = v128.load(at, 16);
      const r = v128.load(at, 32);
      const s = v128.load(at, 48);
      a = f32x4.relaxed_madd(p, p, a);
      b = f32x4.relaxed_madd(q, q, b);
      c = f32x4.relaxed_madd(r, r, c);
      d = f32x4.relaxed_madd(s, s, d);
      at += 64;
    }
    sum += sum_lanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  for (; length != 0; length--) {
    const x = load<f32>(at);
    sum += <f64>(x * x);
    at += 4;
  }
  return sum;
}

export function squared_norms(args: usize): void {
  const seeds = load<u32>(args, Norms.seeds << 2);
  const count = load<u32>(args, Norms.count << 2);
  const seedBytes = <usize>load<u32>(args, Norms.wSeed << 2) << 2;
  let squares = <usize>load<u32>(args, Norms.norms << 2);
  for (let s: u32 = 0; s < seeds; s++) {
    const gradients = <usize>load<u32>(args, Norms.gradients << 2) + s * seedBytes;
    const control = <usize>load<u32>(args, Norms.control << 2) + (<usize>s * CONTROL_STRIDE << 2);
    const active = load<u32>(control, ACTIVE << 2) != 0;
    let segment = <usize>load<u32>(args, Norms.segments << 2);
    let total: f64 = 0;
    for (let k: u32 = 0; k < count; k++) {
      const sum = sum_of_squares(gradients + (<usize>load<u32>(segment) << 2), load<u32>(segment, 4));
      const norm = <f32>sum;
      store<f32>(squares, norm);
      total += sum;
      if (active && !is_finite(norm) && load<u32>(control, FAULT << 2) == 0) {
        store<u32>(control, load<u32>(segment, 12), FAULT << 2);
      }
      squares += 4;
      segment += SEGMENT_BYTES;
    }
    const norm = <f32>sqrt<f64>(total);
    if (active && is_finite(norm)) {
      store<f32>(control, load<f32>(control, SUM_GRADIENT_NORM << 2) + norm, SUM_GRADIENT_NORM << 2);
    }
  }
}

// The sum of a row's first `columns` values; clears `bytes` of it.
function take_row(row: usize, columns: u32, bytes: usize): f64 {
  let at = row;
  let sums = f32x4.splat(0);
  for (let left = columns >> 2; left != 0; left--) {
    sums = f32x4.add(sums, v128.load(at));
    at += 16;
  }
  let sum = sum_lanes(sums);
  for (let left = columns & 3; left != 0; left--) {
    sum += <f64>load<f32>(at);
    at += 4;
  }
  memory.fill(row, 0, bytes);
  return sum;
}

export function rollout_profit(args: usize): void {
  const seeds = load<u32>(args, Profit.seeds << 2);
  const columns = load<u32>(args, Profit.columns << 2);
  const nodes = load<u32>(args, Profit.nodes << 2);
  const blocks = blocks_of(columns);
  let control = <usize>load<u32>(args, Profit.control << 2);
  let row = <usize>load<u32>(args, Profit.metrics << 2) + M_PROFIT * ROW_BYTES;
  for (let s: u32 = 0; s < seeds; s++) {
    let sum: f64 = 0;
    for (let b: u32 = 0; b < blocks; b++) {
      const here = min<u32>(256, columns - (b << 8));
      const bytes = column_bytes(columns, b);
      for (let n: u32 = 0; n < nodes; n++) {
        sum += take_row(row, here, bytes);
        row += METRIC_ROWS * ROW_BYTES;
      }
    }
    store<f32>(control, <f32>sum, ROLLOUT_PROFIT << 2);
    control += CONTROL_STRIDE << 2;
  }
}

export function check_losses(args: usize): void {
  const seeds = load<u32>(args, Check.seeds << 2);
  let control = <usize>load<u32>(args, Check.control << 2);
  for (let s: u32 = 0; s < seeds; s++) {
    if (load<u32>(control, FAULT << 2) == 0) {
      if (!is_finite(load<f32>(control, SUM_POLICY_LOSS << 2))) {
        store<u32>(control, load<u32>(args, Check.policyFault << 2), FAULT << 2);
      } else if (!is_finite(load<f32>(control, SUM_VALUE_LOSS << 2))) {
        store<u32>(control, load<u32>(args, Check.valueFault << 2), FAULT << 2);
      }
    }
    control += CONTROL_STRIDE << 2;
  }
}
