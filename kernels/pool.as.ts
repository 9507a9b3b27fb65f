// Kernel `pool`: the mean over agents, row by row.

import { through_activation } from "./lib/activation.as";
import { operand } from "./lib/operands.as";
import { agent_bytes, blocks_of, column_bytes, row_bytes, rows_of } from "./lib/view.as";

const enum Forward {
  x, y,
  seeds, agents, columns, rows,
  xView,
  yView = xView + 5,
}

const enum Backward {
  dy, x, dx,
  seeds, agents, columns, rows, activation,
  dyView,
  xView = dyView + 5,
  dxView = xView + 5,
}

// Agents often lie a multiple of 4 KiB apart, so that 8 of them fill a set of the first cache: whole lines
// are read.
function mean_row(from: usize, stride: usize, agents: u32, to: usize, bytes: usize): void {
  const scale = f32x4.splat(1 / <f32>agents);
  const end = from + bytes;
  for (; from + 128 <= end; from += 128, to += 128) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    let x = from;
    for (let a: u32 = 0; a < agents; a++) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
      s2 = f32x4.add(s2, v128.load(x, 32));
      s3 = f32x4.add(s3, v128.load(x, 48));
      s4 = f32x4.add(s4, v128.load(x, 64));
      s5 = f32x4.add(s5, v128.load(x, 80));
      s6 = f32x4.add(s6, v128.load(x, 96));
      s7 = f32x4.add(s7, v128.load(x, 112));
      x += stride;
    }
    v128.store(to, f32x4.mul(s0, scale));
    v128.store(to, f32x4.mul(s1, scale), 16);
    v128.store(to, f32x4.mul(s2, scale), 32);
    v128.store(to, f32x4.mul(s3, scale), 48);
    v128.store(to, f32x4.mul(s4, scale), 64);
    v128.store(to, f32x4.mul(s5, scale), 80);
    v128.store(to, f32x4.mul(s6, scale), 96);
    v128.store(to, f32x4.mul(s7, scale), 112);
  }
  for (; from < end; from += 32, to += 32) {
    let s0 = f32x4.splat(0), s1 = s0;
    let x = from;
    for (let a: u32 = 0; a < agents; a++) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
      x += stride;
    }
    v128.store(to, f32x4.mul(s0, scale));
    v128.store(to, f32x4.mul(s1, scale), 16);
  }
}

function spread_row(from: usize, own: usize, to: usize, scale: v128, activation: u32, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 32, own += 32, to += 32) {
    const d0 = f32x4.mul(v128.load(from), scale);
    const d1 = f32x4.mul(v128.load(from, 16), scale);
    v128.store(to, through_activation(d0, v128.load(own), activation));
    v128.store(to, through_activation(d1, v128.load(own, 16), activation), 16);
  }
}

export function pool(args: usize): void {
  const seeds = load<u32>(args, Forward.seeds << 2);
  const agents = load<u32>(args, Forward.agents << 2);
  const columns = load<u32>(args, Forward.columns << 2);
  const rows = load<u32>(args, Forward.rows << 2);
  const xAgent = agent_bytes(args, Forward.xView);
  const xRow = row_bytes(args, Forward.xView);
  const yRow = row_bytes(args, Forward.yView);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      let x = rows_of(args, Forward.x, Forward.xView, s, b);
      let y = rows_of(args, Forward.y, Forward.yView, s, b);
      for (let r: u32 = 0; r < rows; r++) {
        mean_row(x, xAgent, agents, y, bytes);
        x += xRow;
        y += yRow;
      }
    }
  }
}

export function pool_backward(args: usize): void {
  const seeds = load<u32>(args, Backward.seeds << 2);
  const agents = load<u32>(args, Backward.agents << 2);
  const columns = load<u32>(args, Backward.columns << 2);
  const rows = load<u32>(args, Backward.rows << 2);
  const activation = load<u32>(args, Backward.activation << 2);
  const dyRow = row_bytes(args, Backward.dyView);
  const xRow = row_bytes(args, Backward.xView);
  const dxRow = row_bytes(args, Backward.dxView);
  const scale = f32x4.splat(1 / <f32>agents);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      for (let a: u32 = 0; a < agents; a++) {
        let dy = rows_of(args, Backward.dy, Backward.dyView, s, b);
        let x = operand(args, Backward.x, Backward.xView, s, b, a);
        let dx = operand(args, Backward.dx, Backward.dxView, s, b, a);
        for (let r: u32 = 0; r < rows; r++) {
          spread_row(dy, x, dx, scale, activation, bytes);
          dy += dyRow;
          x += xRow;
          dx += dxRow;
        }
      }
    }
  }
}
