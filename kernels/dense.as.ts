// Kernel `dense`: fully connected layers, y = act(W x + b), forward and backward. Agents of a group share weights.
//
//   x            (seeds, blocks, agents, inputs, columns) f32: a view
//   y, dy        (seeds, blocks, agents, outputs, columns) f32: a view
//   weights      (seeds, groups): W (outputs, inputs) row-major, then b (outputs), f32; gradients likewise
//   groups       (agents) u32: whose weights an agent uses
//
// Columns are taken in panels whose rows of x stay in the first-level cache while all rows of results are computed
// from them. Weights are read where they are: their rows forward and their columns backward are loaded four by four.

import { prepare_constants } from "./lib/constants.as";
import { times_slope } from "./dense/activation.as";
import { all_by_one, one_by_four, row_sums, two_by_four } from "./dense/dots.as";
import { four_rows, one_row, two_rows } from "./dense/product.as";

const BLOCK: usize = 256;
/** Bytes of rows that a panel holds at most, of the 32 KiB of a small first-level cache. */
const PANEL_BYTES: usize = 20480;

@inline
function word(args: usize, k: usize): usize {
  return <usize>load<u32>(args + (k << 2));
}

// Where block `b` of agent `a` and seed `s` begins, of the view whose parameters begin at word k.
@inline
function place(args: usize, array: usize, k: usize, s: usize, b: usize, a: usize): usize {
  const words = word(args, k) + s * word(args, k + 1) + b * word(args, k + 2) + a * word(args, k + 3);
  return word(args, array) + (words << 2);
}

// Where the weights of a group begin; parameters from word k on.
@inline
function layer(args: usize, array: usize, k: usize, s: usize, group: usize): usize {
  return word(args, array) + ((word(args, k) + s * word(args, k + 1) + group * word(args, k + 2)) << 2);
}

// Bytes of a block's columns: whole vectors of 8.
@inline
function block_bytes(columns: usize, b: usize): usize {
  return (min(BLOCK, columns - b * BLOCK) + 7 & ~7) << 2;
}

// Bytes of a panel's columns where `rows` rows are read: whole tiles of 32.
@inline
function panel_bytes(rows: usize): usize {
  return max<usize>(128, PANEL_BYTES / max<usize>(rows, 1) & ~127);
}

function forward_four(
  w: usize, w_row: usize, bias: usize, inputs: usize, x: usize, x_row: usize, y: usize, y_row: usize, bytes: usize,
  activation: u32,
): void {
  four_rows(w, w_row, bias, inputs, x, x_row, y, y_row, 0, 0, bytes, activation, false, false);
}

function forward_two(
  w: usize, w_row: usize, bias: usize, inputs: usize, x: usize, x_row: usize, y: usize, y_row: usize, bytes: usize,
  activation: u32,
): void {
  two_rows(w, w_row, 4, bias, inputs, x, x_row, y, y_row, 0, 0, bytes, activation, false, false);
}

function forward_one(
  w: usize, bias: usize, inputs: usize, x: usize, x_row: usize, y: usize, bytes: usize, activation: u32,
): void {
  one_row(w, 4, bias, inputs, x, x_row, y, 0, bytes, activation, false, false);
}

function forward_block(
  w: usize, inputs: usize, outputs: usize, x: usize, x_row: usize, y: usize, y_row: usize, bytes: usize,
  activation: u32,
): void {
  const w_row = inputs << 2;
  const b = w + outputs * w_row;
  const panel = panel_bytes(inputs);
  for (let c: usize = 0; c < bytes; c += panel) {
    const part = min(panel, bytes - c);
    const from = x + c;
    let to = y + c;
    let weight = w;
    let bias = b;
    let rows = outputs;
    for (; rows >= 4; rows -= 4) {
      forward_four(weight, w_row, bias, inputs, from, x_row, to, y_row, part, activation);
      weight += w_row << 2;
      bias += 16;
      to += y_row << 2;
    }
    if (rows >= 2) {
      const whole = part & ~63;
      forward_two(weight, w_row, bias, inputs, from, x_row, to, y_row, whole, activation);
      if (whole < part) {
        forward_one(weight, bias, inputs, from + whole, x_row, to + whole, 32, activation);
        forward_one(weight + w_row, bias + 4, inputs, from + whole, x_row, to + y_row + whole, 32, activation);
      }
      weight += w_row << 1;
      bias += 8;
      to += y_row << 1;
    }
    if (rows & 1) forward_one(weight, bias, inputs, from, x_row, to, part, activation);
  }
}

/** y = act(W x + b). */
export function dense_forward(args: usize): void {
  prepare_constants();
  const seeds = word(args, 4), agents = word(args, 5), columns = word(args, 6);
  const inputs = word(args, 7), outputs = word(args, 8), activation = <u32>word(args, 9);
  const groups = word(args, 2), x_row = word(args, 17) << 2, y_row = word(args, 22) << 2;
  for (let s: usize = 0; s < seeds; s++) {
    for (let a: usize = 0; a < agents; a++) {
      const w = layer(args, 1, 10, s, load<u32>(groups + (a << 2)));
      for (let b: usize = 0; b * BLOCK < columns; b++) {
        const x = place(args, 0, 13, s, b, a), y = place(args, 3, 18, s, b, a);
        forward_block(w, inputs, outputs, x, x_row, y, y_row, block_bytes(columns, b), activation);
      }
    }
  }
}

function backward_four(
  w: usize, w_row: usize, outputs: usize, dy: usize, dy_row: usize, dx: usize, dx_row: usize, x: usize, x_row: usize,
  bytes: usize, activation: u32, accumulate: bool,
): void {
  four_rows(w, w_row, 0, outputs, dy, dy_row, dx, dx_row, x, x_row, bytes, activation, accumulate, true);
}

function backward_two(
  w: usize, w_row: usize, outputs: usize, dy: usize, dy_row: usize, dx: usize, dx_row: usize, x: usize, x_row: usize,
  bytes: usize, activation: u32, accumulate: bool,
): void {
  two_rows(w, 4, w_row, 0, outputs, dy, dy_row, dx, dx_row, x, x_row, bytes, activation, accumulate, true);
}

function backward_one(
  w: usize, w_row: usize, outputs: usize, dy: usize, dy_row: usize, dx: usize, x: usize, bytes: usize,
  activation: u32, accumulate: bool,
): void {
  one_row(w, w_row, 0, outputs, dy, dy_row, dx, x, bytes, activation, accumulate, true);
}

function backward_block(
  w: usize, inputs: usize, outputs: usize, dy: usize, dy_row: usize, dx: usize, dx_row: usize, x: usize, x_row: usize,
  bytes: usize, activation: u32, accumulate: bool,
): void {
  const w_row = inputs << 2;
  const panel = panel_bytes(outputs);
  for (let c: usize = 0; c < bytes; c += panel) {
    const part = min(panel, bytes - c);
    const from = dy + c;
    let to = dx + c;
    let below = x + c;
    let weight = w;
    let rows = inputs;
    for (; rows >= 4; rows -= 4) {
      backward_four(weight, w_row, outputs, from, dy_row, to, dx_row, below, x_row, part, activation, accumulate);
      weight += 16;
      to += dx_row << 2;
      below += x_row << 2;
    }
    if (rows >= 2) {
      const whole = part & ~63;
      backward_two(weight, w_row, outputs, from, dy_row, to, dx_row, below, x_row, whole, activation, accumulate);
      if (whole < part) {
        const rest = from + whole;
        backward_one(weight, w_row, outputs, rest, dy_row, to + whole, below + whole, 32, activation, accumulate);
        const second = to + dx_row + whole;
        const gate = below + x_row + whole;
        backward_one(weight + 4, w_row, outputs, rest, dy_row, second, gate, 32, activation, accumulate);
      }
      weight += 8;
      to += dx_row << 1;
      below += x_row << 1;
    }
    if (rows & 1) backward_one(weight, w_row, outputs, from, dy_row, to, below, part, activation, accumulate);
  }
}

/** dx = (W^T dy) * act'(x), or that much more. */
export function dense_backward_input(args: usize): void {
  prepare_constants();
  const seeds = word(args, 5), agents = word(args, 6), columns = word(args, 7);
  const inputs = word(args, 8), outputs = word(args, 9), activation = <u32>word(args, 10);
  const accumulate = word(args, 11) != 0;
  const groups = word(args, 2), dy_row = word(args, 19) << 2, x_row = word(args, 24) << 2, dx_row = word(args, 29) << 2;
  for (let s: usize = 0; s < seeds; s++) {
    for (let a: usize = 0; a < agents; a++) {
      const w = layer(args, 1, 12, s, load<u32>(groups + (a << 2)));
      for (let b: usize = 0; b * BLOCK < columns; b++) {
        const dy = place(args, 0, 15, s, b, a), x = place(args, 3, 20, s, b, a), dx = place(args, 4, 25, s, b, a);
        const bytes = block_bytes(columns, b);
        backward_block(w, inputs, outputs, dy, dy_row, dx, dx_row, x, x_row, bytes, activation, accumulate);
      }
    }
  }
}

/** Rows of x that are read again and again while all rows of dy pass by: 16 KiB of them. */
const INPUT_ROWS: usize = 16;

function weights_block(
  dy: usize, dy_row: usize, x: usize, x_row: usize, inputs: usize, outputs: usize, bytes: usize, to: usize,
): void {
  const to_row = inputs << 2;
  const fours = inputs & ~3;
  for (let i: usize = 0; i < fours; i += INPUT_ROWS) {
    const count = min(INPUT_ROWS, fours - i);
    let o: usize = 0;
    let d = dy;
    let at = to + (i << 2);
    for (; o + 2 <= outputs; o += 2) {
      two_by_four(d, dy_row, x, x_row, count, bytes, at, to_row);
      d += dy_row << 1;
      at += to_row << 1;
    }
    if (o < outputs) one_by_four(d, x, x_row, count, bytes, at);
    x += count * x_row;
  }
  for (let i = fours; i < inputs; i++) {
    all_by_one(dy, dy_row, outputs, x, bytes, to + (i << 2), to_row);
    x += x_row;
  }
  row_sums(dy, dy_row, outputs, bytes, to + outputs * to_row);
}

/** dW and db of every group: sums over its agents, then blocks, then columns. */
export function dense_backward_weights(args: usize): void {
  const seeds = word(args, 4), agents = word(args, 5), columns = word(args, 6);
  const inputs = word(args, 7), outputs = word(args, 8), group_count = word(args, 9);
  const groups = word(args, 2), dy_row = word(args, 17) << 2, x_row = word(args, 22) << 2;
  for (let s: usize = 0; s < seeds; s++) {
    for (let g: usize = 0; g < group_count; g++) memory.fill(layer(args, 3, 10, s, g), 0, (inputs + 1) * outputs << 2);
    for (let a: usize = 0; a < agents; a++) {
      const to = layer(args, 3, 10, s, load<u32>(groups + (a << 2)));
      for (let b: usize = 0; b * BLOCK < columns; b++) {
        const dy = place(args, 0, 13, s, b, a), x = place(args, 1, 18, s, b, a);
        weights_block(dy, dy_row, x, x_row, inputs, outputs, block_bytes(columns, b), to);
      }
    }
  }
}

/** dy *= act'(y). */
export function dense_activation_gradient(args: usize): void {
  prepare_constants();
  const seeds = word(args, 2), agents = word(args, 3), columns = word(args, 4);
  const rows = word(args, 5), activation = <u32>word(args, 6);
  const y_row = word(args, 11) << 2, dy_row = word(args, 16) << 2;
  if (activation == 0) return;
  for (let s: usize = 0; s < seeds; s++) {
    for (let a: usize = 0; a < agents; a++) {
      for (let b: usize = 0; b * BLOCK < columns; b++) {
        const bytes = block_bytes(columns, b);
        let y = place(args, 0, 7, s, b, a), dy = place(args, 1, 12, s, b, a);
        for (let r: usize = 0; r < rows; r++) {
          for (let c: usize = 0; c < bytes; c += 32) {
            const at = dy + c;
            const low = times_slope(v128.load(at), v128.load(y + c), activation);
            const high = times_slope(v128.load(at, 16), v128.load(y + c, 16), activation);
            v128.store(at, low);
            v128.store(at, high, 16);
          }
          y += y_row;
          dy += dy_row;
        }
      }
    }
  }
}
