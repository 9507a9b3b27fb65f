// More about the arguments of kernels, 32-bit words at `args`, and about the columns of operands
// (view.as.ts).

import { agent_bytes, rows_of } from "./view.as";

@inline
export function word(args: usize, index: usize): u32 {
  return load<u32>(args + (index << 2));
}

@inline
export function float(args: usize, index: usize): f32 {
  return load<f32>(args + (index << 2));
}

// Byte address of row 0 of agent `a`; the others as for rows_of.
@inline
export function operand(args: usize, array: i32, view: i32, s: u32, b: u32, a: u32): usize {
  return rows_of(args, array, view, s, b) + <usize>a * agent_bytes(args, view);
}

// Columns of block `b` that are no padding.
@inline
export function columns_in(columns: u32, b: u32): u32 {
  return min<u32>(columns - (b << 8), 256);
}

// All bits set in the lanes whose column is below `count`; lane 0 has column `first`.
@inline
export function lanes_below(count: u32, first: usize): v128 {
  return i32x4.gt_s(i32x4.splat(<i32>count - <i32>first), i32x4(0, 1, 2, 3));
}

// The sum of four f32 lanes.
@inline
export function lane_sum(v: v128): f64 {
  return (<f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1)) +
    (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3));
}
