// Kernel `noise`: Gaussian noise on stored values (engine/device/kernels/noise.ts says what it does).
//
// Exactly rounded operations only: the noise has the same bits as what engine/random draws.

import { CONTROL_STRIDE, ITERATION, SEED } from "./control";
import { prepare_constants } from "./lib/constants.as";
import { inverse_normal } from "./lib/math.as";
import { random_sequence, uniform } from "./lib/random.as";

const enum Args {
  control, samples,
  seeds, count, values, samplesSeed, width, valueAt, deviation, phase,
}

/** STREAMS.valueNoise of engine/random/address.ts. */
const STREAM: u32 = 5;

/** Samples drawn at once: their words lie below address 4096, which device memory leaves free. */
const CHUNK: u32 = 64;
const SCRATCH: usize = 3072;

export function value_noise(args: usize): void {
  prepare_constants();
  const seeds = load<u32>(args, Args.seeds << 2);
  const count = load<u32>(args, Args.count << 2);
  const values = load<u32>(args, Args.values << 2);
  const width = <usize>load<u32>(args, Args.width << 2) << 2;
  const deviation = v128.load32_splat(args, Args.deviation << 2);
  const key = load<u32>(args, Args.phase << 2) << 29 | STREAM << 24;
  for (let s: u32 = 0; s < seeds; s++) {
    const control = <usize>load<u32>(args, Args.control << 2) + (<usize>s * CONTROL_STRIDE << 2);
    const k0 = load<u32>(control, SEED << 2);
    const k1 = key | load<u32>(control, ITERATION << 2);
    let sample = <usize>load<u32>(args, Args.samples << 2) +
      (<usize>(s * load<u32>(args, Args.samplesSeed << 2) + load<u32>(args, Args.valueAt << 2)) << 2);
    for (let done: u32 = 0; done < count; done += CHUNK) {
      const here = min(CHUNK, count - done);
      random_sequence(SCRATCH, <i32>(here + 7 & ~7), k0, k1, 0, done);
      const end = SCRATCH + (<usize>here << 2);
      for (let at = SCRATCH; at < end; at += 16) {
        v128.store(at, f32x4.mul(deviation, inverse_normal(uniform(v128.load(at)))));
      }
      for (let at = SCRATCH; at < end; at += 4) {
        const noise = load<f32>(at);
        for (let value = sample, last = sample + (<usize>values << 2); value < last; value += 4) {
          store<f32>(value, load<f32>(value) + noise);
        }
        sample += width;
      }
    }
  }
}
