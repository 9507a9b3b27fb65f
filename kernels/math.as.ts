// Kernel `math`: exp, log, tanh and the inverse normal of a row. All rows are f32 (columns), 16-byte aligned,
// columns a multiple of 8; `out` may be `input`. What the functions do at their limits stands in
// lib/math.as.ts.
//
// Arguments: input, out, columns.

import { prepare_constants } from "./lib/constants.as";
import { exp, inverse_normal, log, tanh } from "./lib/math.as";

export function exp_row(args: usize): void {
  let input = <usize>load<u32>(args);
  let out = <usize>load<u32>(args, 4);
  prepare_constants();
  for (const end = input + (<usize>load<u32>(args, 8) << 2); input < end; input += 32, out += 32) {
    const a = exp(v128.load(input));
    const b = exp(v128.load(input, 16));
    v128.store(out, a);
    v128.store(out, b, 16);
  }
}

export function log_row(args: usize): void {
  let input = <usize>load<u32>(args);
  let out = <usize>load<u32>(args, 4);
  prepare_constants();
  for (const end = input + (<usize>load<u32>(args, 8) << 2); input < end; input += 32, out += 32) {
    const a = log(v128.load(input));
    const b = log(v128.load(input, 16));
    v128.store(out, a);
    v128.store(out, b, 16);
  }
}

export function tanh_row(args: usize): void {
  let input = <usize>load<u32>(args);
  let out = <usize>load<u32>(args, 4);
  prepare_constants();
  for (const end = input + (<usize>load<u32>(args, 8) << 2); input < end; input += 32, out += 32) {
    const a = tanh(v128.load(input));
    const b = tanh(v128.load(input, 16));
    v128.store(out, a);
    v128.store(out, b, 16);
  }
}

export function inverse_normal_row(args: usize): void {
  let input = <usize>load<u32>(args);
  let out = <usize>load<u32>(args, 4);
  prepare_constants();
  for (const end = input + (<usize>load<u32>(args, 8) << 2); input < end; input += 32, out += 32) {
    const a = inverse_normal(v128.load(input));
    const b = inverse_normal(v128.load(input, 16));
    v128.store(out, a);
    v128.store(out, b, 16);
  }
}
