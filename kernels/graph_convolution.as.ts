// Kernel `graph_convolution`: every agent gets the weighted sum of its neighbours' rows, itself among them.
// graph: u32 [agents + 1] offsets, [edges] neighbours, f32 [edges] weights as bits; symmetric.

import { through_activation } from "./lib/activation.as";
import { agent_bytes, blocks_of, column_bytes, row_bytes, rows_of } from "./lib/view.as";

const enum Forward {
  graph, x, y,
  seeds, agents, columns, rows, edges,
  xView,
  yView = xView + 5,
}

const enum Backward {
  graph, dy, x, dx,
  seeds, agents, columns, rows, edges, activation,
  dyView,
  xView = dyView + 5,
  dxView = xView + 5,
}

// to[c] = sum over entries of weight * from[neighbour * stride][c], then through the activation of `own`.
function aggregate(
  entries: usize, count: u32, edges: usize,
  from: usize, stride: usize, to: usize, own: usize, activation: u32, bytes: usize,
): void {
  const last = entries + (<usize>count << 2);
  const weights = edges << 2;
  let c: usize = 0;
  for (; c + 128 <= bytes; c += 128) {
    const at = from + c;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    for (let e = entries; e < last; e += 4) {
      const row = at + <usize>load<u32>(e) * stride;
      const w = v128.load32_splat(e + weights);
      s0 = f32x4.relaxed_madd(w, v128.load(row), s0);
      s1 = f32x4.relaxed_madd(w, v128.load(row, 16), s1);
      s2 = f32x4.relaxed_madd(w, v128.load(row, 32), s2);
      s3 = f32x4.relaxed_madd(w, v128.load(row, 48), s3);
      s4 = f32x4.relaxed_madd(w, v128.load(row, 64), s4);
      s5 = f32x4.relaxed_madd(w, v128.load(row, 80), s5);
      s6 = f32x4.relaxed_madd(w, v128.load(row, 96), s6);
      s7 = f32x4.relaxed_madd(w, v128.load(row, 112), s7);
    }
    if (activation != 0) {
      const y = own + c;
      s0 = through_activation(s0, v128.load(y), activation);
      s1 = through_activation(s1, v128.load(y, 16), activation);
      s2 = through_activation(s2, v128.load(y, 32), activation);
      s3 = through_activation(s3, v128.load(y, 48), activation);
      s4 = through_activation(s4, v128.load(y, 64), activation);
      s5 = through_activation(s5, v128.load(y, 80), activation);
      s6 = through_activation(s6, v128.load(y, 96), activation);
      s7 = through_activation(s7, v128.load(y, 112), activation);
    }
    const out = to + c;
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
    v128.store(out, s4, 64);
    v128.store(out, s5, 80);
    v128.store(out, s6, 96);
    v128.store(out, s7, 112);
  }
  for (; c < bytes; c += 32) {
    const at = from + c;
    let s0 = f32x4.splat(0), s1 = s0;
    for (let e = entries; e < last; e += 4) {
      const row = at + <usize>load<u32>(e) * stride;
      const w = v128.load32_splat(e + weights);
      s0 = f32x4.relaxed_madd(w, v128.load(row), s0);
      s1 = f32x4.relaxed_madd(w, v128.load(row, 16), s1);
    }
    if (activation != 0) {
      s0 = through_activation(s0, v128.load(own + c), activation);
      s1 = through_activation(s1, v128.load(own + c, 16), activation);
    }
    v128.store(to + c, s0);
    v128.store(to + c, s1, 16);
  }
}

// Rows of one block of one seed. `own` is read only where there is an activation.
function aggregate_block(
  graph: usize, agents: u32, rows: u32, edges: usize, bytes: usize, activation: u32,
  from: usize, fromAgent: usize, fromRow: usize,
  own: usize, ownAgent: usize, ownRow: usize,
  to: usize, toAgent: usize, toRow: usize,
): void {
  const entries = graph + (<usize>(agents + 1) << 2);
  for (let i: u32 = 0; i < agents; i++) {
    const offset = graph + (<usize>i << 2);
    const first = load<u32>(offset);
    const count = load<u32>(offset, 4) - first;
    let x = from, y = to + <usize>i * toAgent, z = own + <usize>i * ownAgent;
    for (let r: u32 = 0; r < rows; r++) {
      aggregate(entries + (<usize>first << 2), count, edges, x, fromAgent, y, z, activation, bytes);
      x += fromRow;
      y += toRow;
      z += ownRow;
    }
  }
}

export function graph_convolution(args: usize): void {
  const graph: usize = load<u32>(args, Forward.graph << 2);
  const seeds = load<u32>(args, Forward.seeds << 2);
  const agents = load<u32>(args, Forward.agents << 2);
  const columns = load<u32>(args, Forward.columns << 2);
  const rows = load<u32>(args, Forward.rows << 2);
  const edges: usize = load<u32>(args, Forward.edges << 2);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      aggregate_block(
        graph, agents, rows, edges, column_bytes(columns, b), 0,
        rows_of(args, Forward.x, Forward.xView, s, b),
        agent_bytes(args, Forward.xView), row_bytes(args, Forward.xView),
        0, 0, 0,
        rows_of(args, Forward.y, Forward.yView, s, b),
        agent_bytes(args, Forward.yView), row_bytes(args, Forward.yView),
      );
    }
  }
}

// The graph is symmetric: gradients flow along the same entries.
export function graph_convolution_backward(args: usize): void {
  const graph: usize = load<u32>(args, Backward.graph << 2);
  const seeds = load<u32>(args, Backward.seeds << 2);
  const agents = load<u32>(args, Backward.agents << 2);
  const columns = load<u32>(args, Backward.columns << 2);
  const rows = load<u32>(args, Backward.rows << 2);
  const edges: usize = load<u32>(args, Backward.edges << 2);
  const activation = load<u32>(args, Backward.activation << 2);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      aggregate_block(
        graph, agents, rows, edges, column_bytes(columns, b), activation,
        rows_of(args, Backward.dy, Backward.dyView, s, b),
        agent_bytes(args, Backward.dyView), row_bytes(args, Backward.dyView),
        rows_of(args, Backward.x, Backward.xView, s, b),
        agent_bytes(args, Backward.xView), row_bytes(args, Backward.xView),
        rows_of(args, Backward.dx, Backward.dxView, s, b),
        agent_bytes(args, Backward.dxView), row_bytes(args, Backward.dxView),
      );
    }
  }
}
