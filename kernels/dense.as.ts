// Kernel `dense`: fully connected layers, y = act(W x + b), forward and backward. Agents of a group share
// weights.
//
//   x            (seeds, blocks, agents, inputs, columns) f32: a view
//   y, dy        (seeds, blocks, agents, outputs, columns) f32: a view
//   weights      (seeds, groups): W (outputs, inputs) row-major, then b (outputs), f32; gradients likewise
//   groups       (agents) u32: whose weights an agent uses
//
// Columns are taken in panels whose rows of x stay in the first-level cache while all rows of results are
// computed from them. Weights are read where they are: their rows forward and their columns backward are
// loaded four by four.

import { through_activation } from "./lib/activation.as";
import { prepare_constants } from "./lib/constants.as";
import { operand, word } from "./lib/operands.as";
import { blocks_of, column_bytes, row_bytes } from "./lib/view.as";
import { all_by_one, one_by_four, row_sums, two_by_four } from "./dense/dots.as";
import { four_rows, one_row, two_rows } from "./dense/product.as";
import { tanh_rows } from "./dense/tanh_rows.as";

/** Of ACTIVATIONS in engine/device/kernels/dense.ts. */
const TANH: u32 = 2;

/** Bytes of rows that a panel reads: half of a small first-level cache. */
const PANEL_BYTES: usize = 16384;

// Where the weights of a group begin; their parameters are words k, k + 1 and k + 2.
@inline
function layer(args: usize, array: usize, k: usize, s: u32, group: u32): usize {
  const first = word(args, k) + s * word(args, k + 1) + group * word(args, k + 2);
  return <usize>word(args, array) + (<usize>first << 2);
}

// Bytes of a panel's columns where `rows` rows are read: whole tiles of 32 columns.
@inline
function panel_bytes(rows: usize): usize {
  return max<usize>(128, PANEL_BYTES / max<usize>(rows, 1) & ~127);
}

function forward_four(
  w: usize, w_row: usize, bias: usize, inputs: usize, x: usize, x_row: usize, y: usize, y_row: usize,
  bytes: usize, activation: u32,
): void {
  four_rows(w, w_row, bias, inputs, x, x_row, y, y_row, 0, 0, bytes, activation, false, false);
}

function forward_two(
  w: usize, w_row: usize, bias: usize, inputs: usize, x: usize, x_row: usize, y: usize, y_row: usize,
  bytes: usize, activation: u32,
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
      if (activation == TANH) tanh_rows(to, y_row, 4, part);
      weight += w_row << 2;
      bias += 16;
      to += y_row << 2;
    }
    const rest = to;
    if (rows >= 2) {
      const whole = part & ~63;
      forward_two(weight, w_row, bias, inputs, from, x_row, to, y_row, whole, activation);
      if (whole < part) {
        const last = to + whole;
        forward_one(weight, bias, inputs, from + whole, x_row, last, 32, activation);
        forward_one(weight + w_row, bias + 4, inputs, from + whole, x_row, last + y_row, 32, activation);
      }
      weight += w_row << 1;
      bias += 8;
      to += y_row << 1;
    }
    if (rows & 1) forward_one(weight, bias, inputs, from, x_row, to, part, activation);
    if (activation == TANH) tanh_rows(rest, y_row, rows, part);
  }
}

/** y = act(W x + b). */
export function dense_forward(args: usize): void {
  prepare_constants();
  const seeds = word(args, 4), agents = word(args, 5), columns = word(args, 6);
  const inputs = word(args, 7), outputs = word(args, 8), activation = word(args, 9);
  const groups = word(args, 2), x_row = row_bytes(args, 13), y_row = row_bytes(args, 18);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let a: u32 = 0; a < agents; a++) {
      const w = layer(args, 1, 10, s, load<u32>(groups + (a << 2)));
      for (let b: u32 = 0; b < blocks_of(columns); b++) {
        const x = operand(args, 0, 13, s, b, a), y = operand(args, 3, 18, s, b, a);
        forward_block(w, inputs, outputs, x, x_row, y, y_row, column_bytes(columns, b), activation);
      }
    }
  }
}

function backward_four(
  w: usize, w_row: usize, outputs: usize, dy: usize, dy_row: usize, dx: usize, dx_row: usize, x: usize,
  x_row: usize, bytes: usize, activation: u32, accumulate: bool,
): void {
  four_rows(w, w_row, 0, outputs, dy, dy_row, dx, dx_row, x, x_row, bytes, activation, accumulate, true);
}

function backward_two(
  w: usize, w_row: usize, outputs: usize, dy: usize, dy_row: usize, dx: usize, dx_row: usize, x: usize,
  x_row: usize, bytes: usize, activation: u32, accumulate: bool,
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
  w: usize, inputs: usize, outputs: usize, dy: usize, dy_row: usize, dx: usize, dx_row: usize, x: usize,
  x_row: usize, bytes: usize, activation: u32, accumulate: bool,
): void {
  const w_row = inputs << 2;
  const panel = panel_bytes(outputs);
  for (let c: usize = 0; c < bytes; c += panel) {
    const part = min(panel, bytes - c);
    const d = dy + c;
    let to = dx + c;
    let at = x + c;
    let weight = w;
    let rows = inputs;
    for (; rows >= 4; rows -= 4) {
      backward_four(weight, w_row, outputs, d, dy_row, to, dx_row, at, x_row, part, activation, accumulate);
      weight += 16;
      to += dx_row << 2;
      at += x_row << 2;
    }
    if (rows >= 2) {
      const whole = part & ~63;
      backward_two(weight, w_row, outputs, d, dy_row, to, dx_row, at, x_row, whole, activation, accumulate);
      if (whole < part) {
        const rest = d + whole;
        let last = to + whole;
        let gate = at + whole;
        backward_one(weight, w_row, outputs, rest, dy_row, last, gate, 32, activation, accumulate);
        last += dx_row;
        gate += x_row;
        backward_one(weight + 4, w_row, outputs, rest, dy_row, last, gate, 32, activation, accumulate);
      }
      weight += 8;
      to += dx_row << 1;
      at += x_row << 1;
    }
    if (rows & 1) backward_one(weight, w_row, outputs, d, dy_row, to, at, part, activation, accumulate);
  }
}

/** dx = (W^T dy) * act'(x), or that much more. */
export function dense_backward_input(args: usize): void {
  const seeds = word(args, 5), agents = word(args, 6), columns = word(args, 7);
  const inputs = word(args, 8), outputs = word(args, 9), groups = word(args, 2);
  const activation = word(args, 10), accumulate = word(args, 11) != 0;
  const dy_row = row_bytes(args, 15), x_row = row_bytes(args, 20), dx_row = row_bytes(args, 25);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let a: u32 = 0; a < agents; a++) {
      const w = layer(args, 1, 12, s, load<u32>(groups + (a << 2)));
      for (let b: u32 = 0; b < blocks_of(columns); b++) {
        const dy = operand(args, 0, 15, s, b, a), x = operand(args, 3, 20, s, b, a);
        const dx = operand(args, 4, 25, s, b, a), bytes = column_bytes(columns, b);
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
  const size = <usize>((inputs + 1) * outputs);
  const groups = word(args, 2), dy_row = row_bytes(args, 13), x_row = row_bytes(args, 18);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let g: u32 = 0; g < group_count; g++) memory.fill(layer(args, 3, 10, s, g), 0, size << 2);
    for (let a: u32 = 0; a < agents; a++) {
      const to = layer(args, 3, 10, s, load<u32>(groups + (a << 2)));
      for (let b: u32 = 0; b < blocks_of(columns); b++) {
        const dy = operand(args, 0, 13, s, b, a), x = operand(args, 1, 18, s, b, a);
        weights_block(dy, dy_row, x, x_row, inputs, outputs, column_bytes(columns, b), to);
      }
    }
  }
}

/** dy *= act'(y). */
export function dense_activation_gradient(args: usize): void {
  const seeds = word(args, 2), agents = word(args, 3), columns = word(args, 4);
  const rows = word(args, 5), activation = word(args, 6);
  const y_row = row_bytes(args, 7), dy_row = row_bytes(args, 12);
  if (activation == 0) return;
  for (let s: u32 = 0; s < seeds; s++) {
    for (let a: u32 = 0; a < agents; a++) {
      for (let b: u32 = 0; b < blocks_of(columns); b++) {
        const bytes = column_bytes(columns, b);
        let y = operand(args, 0, 7, s, b, a), dy = operand(args, 1, 12, s, b, a);
        for (let r: u32 = 0; r < rows; r++) {
          for (let c: usize = 0; c < bytes; c += 32) {
            const at = dy + c;
            const low = through_activation(v128.load(at), v128.load(y + c), activation);
            const high = through_activation(v128.load(at, 16), v128.load(y + c, 16), activation);
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
