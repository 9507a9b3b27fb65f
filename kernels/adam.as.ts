// Kernel `adam`: the optimiser's step and its counters (engine/device/kernels/adam.ts says what they do).

import {
  ACTIVE, ADAM_STEP, BETA1_POWER, BETA2_POWER, CONTROL_STRIDE, FAULT, LEARNING_RATE,
} from "./control";

const enum Adam {
  control, weights, gradients, first, second, segments, norms,
  seeds, count, wSeed, beta1, beta2, epsilon, decay, clip,
}

const enum Advance {
  control,
  seeds, word, adam, beta1, beta2,
}

const SEGMENT_BYTES: usize = 16;

// One element of a segment: w, m and v in place. What the arguments are stands in update_segment.
@inline
function update_one(
  weight: usize, gradient: usize, first: usize, second: usize,
  scale: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, floor: f32, keep: f32,
): void {
  const g = load<f32>(gradient) * scale;
  const m = beta1 * load<f32>(first) + rest1 * g;
  const v = beta2 * load<f32>(second) + rest2 * (g * g);
  store<f32>(first, m);
  store<f32>(second, v);
  store<f32>(weight, keep * load<f32>(weight) - rate * m / (sqrt<f32>(v) + floor));
}

// w = keep * w - rate * m / (sqrt(v) + floor), where m and v are the running means of scale * g and of its
// square. With c1 and c2 the bias corrections, rate = lr sqrt(c2) / c1 and floor = epsilon sqrt(c2) make this
// Adam's lr (m / c1) / (sqrt(v / c2) + epsilon) with one division.
function update_segment(
  weight: usize, gradient: usize, first: usize, second: usize, length: u32,
  scale: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, floor: f32, keep: f32,
): void {
  const scales = f32x4.splat(scale);
  const beta1s = f32x4.splat(beta1);
  const rest1s = f32x4.splat(rest1);
  const beta2s = f32x4.splat(beta2);
  const rest2s = f32x4.splat(rest2);
  const rates = f32x4.splat(rate);
  const floors = f32x4.splat(floor);
  const keeps = f32x4.splat(keep);
  for (let left = length >> 2; left != 0; left--) {
    const g = f32x4.mul(v128.load(gradient), scales);
    const m = f32x4.relaxed_madd(v128.load(first), beta1s, f32x4.mul(rest1s, g));
    const v = f32x4.relaxed_madd(v128.load(second), beta2s, f32x4.mul(f32x4.mul(g, g), rest2s));
    v128.store(first, m);
    v128.store(second, v);
    const step = f32x4.div(f32x4.mul(rates, m), f32x4.add(f32x4.sqrt(v), floors));
    v128.store(weight, f32x4.sub(f32x4.mul(keeps, v128.load(weight)), step));
    gradient += 16; first += 16; second += 16; weight += 16;
  }
  for (let left = length & 3; left != 0; left--) {
    update_one(
      weight, gradient, first, second, scale, beta1, rest1, beta2, rest2, rate, floor, keep,
    );
    gradient += 4; first += 4; second += 4; weight += 4;
  }
}

export function adam(args: usize): void {
  const seeds = load<u32>(args, Adam.seeds << 2);
  const count = load<u32>(args, Adam.count << 2);
  const seedBytes = <usize>load<u32>(args, Adam.wSeed << 2) << 2;
  const beta1 = load<f32>(args, Adam.beta1 << 2);
  const beta2 = load<f32>(args, Adam.beta2 << 2);
  const epsilon = load<f32>(args, Adam.epsilon << 2);
  const decay = load<f32>(args, Adam.decay << 2);
  const clip = load<f32>(args, Adam.clip << 2);
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>load<u32>(args, Adam.control << 2) + (<usize>s * CONTROL_STRIDE << 2);
    if (load<u32>(control, ACTIVE << 2) == 0 || load<u32>(control, FAULT << 2) != 0) continue;
    const correction1: f32 = 1 - load<f32>(control, BETA1_POWER << 2) * beta1;
    const correction2 = sqrt<f32>(1 - load<f32>(control, BETA2_POWER << 2) * beta2);
    let segment = <usize>load<u32>(args, Adam.segments << 2);
    let squares = <usize>load<u32>(args, Adam.norms << 2) + (<usize>s * count << 2);
    for (let k: u32 = 0; k < count; k++) {
      const at = s * seedBytes + (<usize>load<u32>(segment) << 2);
      const norm = sqrt<f32>(load<f32>(squares));
      const rate = load<f32>(control, LEARNING_RATE << 2) * load<f32>(segment, 8);
      update_segment(
        <usize>load<u32>(args, Adam.weights << 2) + at,
        <usize>load<u32>(args, Adam.gradients << 2) + at,
        <usize>load<u32>(args, Adam.first << 2) + at,
        <usize>load<u32>(args, Adam.second << 2) + at,
        load<u32>(segment, 4),
        clip > 0 && norm > clip ? clip / norm : 1,
        beta1, 1 - beta1, beta2, 1 - beta2,
        rate * correction2 / correction1, epsilon * correction2, 1 - rate * decay,
      );
      segment += SEGMENT_BYTES;
      squares += 4;
    }
  }
}

export function advance(args: usize): void {
  const seeds = load<u32>(args, Advance.seeds << 2);
  const adam = load<u32>(args, Advance.adam << 2) != 0;
  const beta1 = load<f32>(args, Advance.beta1 << 2);
  const beta2 = load<f32>(args, Advance.beta2 << 2);
  const at = <usize>load<u32>(args, Advance.word << 2) << 2;
  let control = <usize>load<u32>(args, Advance.control << 2);
  for (let s: u32 = 0; s < seeds; s++) {
    store<u32>(control + at, load<u32>(control + at) + 1);
    if (adam && load<u32>(control, ACTIVE << 2) != 0 && load<u32>(control, FAULT << 2) == 0) {
      store<u32>(control, load<u32>(control, ADAM_STEP << 2) + 1, ADAM_STEP << 2);
      store<f32>(control, load<f32>(control, BETA1_POWER << 2) * beta1, BETA1_POWER << 2);
      store<f32>(control, load<f32>(control, BETA2_POWER << 2) * beta2, BETA2_POWER << 2);
    }
    control += CONTROL_STRIDE << 2;
  }
}
