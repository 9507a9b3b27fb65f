// Random words of a row of columns, one a column: stream actionNoise of engine/random/address.ts.

import { ITERATION, SEED, STEP } from "../control";
import { random_words } from "../lib/threefry.as";

const ACTION_NOISE: u32 = 4;

// row[j] = word 0 of threefry at member 256 b + j, the control's STEP and `entity`, u32, for `bytes` of row.
export function noise_words(row: usize, bytes: usize, control: usize, b: u32, phase: u32, entity: u32): void {
  let members = i32x4.add(i32x4.splat(b << 8), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  for (let c: usize = 0; c < bytes; c += 16) {
    v128.store(row + c, members);
    members = i32x4.add(members, four);
  }
  const k0 = load<u32>(control, SEED << 2);
  const k1 = (phase << 29) | (ACTION_NOISE << 24) | load<u32>(control, ITERATION << 2);
  const c1 = (load<u32>(control, STEP << 2) << 12) | entity;
  random_words(row, row, <i32>(bytes >> 2), k0, k1, 0, c1);
}
