// What attention kernels share: softmax over the entries of an agent, and sums weighted by entries. Every row
// holds `bytes` of columns, a multiple of 32.
//
// graph: u32 [agents + 1] where each agent's entries begin, [edges] the neighbour of each entry; then the
// same entries by neighbour: [agents + 1] where each neighbour's begin, [edges] entries, [edges] the agents
// that listen.

import { activate } from "./activation.as";
import { exp } from "./math.as";

// to[c] = sum over `count` rows of a * b.
export function dot_rows(
  a: usize, aRow: usize, b: usize, bRow: usize, count: u32, to: usize, bytes: usize,
): void {
  const aEnd = <usize>count * aRow;
  let c: usize = 0;
  for (; c + 64 <= bytes; c += 64) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let p = a + c, q = b + c;
    for (const end = p + aEnd; p < end; p += aRow, q += bRow) {
      s0 = f32x4.relaxed_madd(v128.load(p), v128.load(q), s0);
      s1 = f32x4.relaxed_madd(v128.load(p, 16), v128.load(q, 16), s1);
      s2 = f32x4.relaxed_madd(v128.load(p, 32), v128.load(q, 32), s2);
      s3 = f32x4.relaxed_madd(v128.load(p, 48), v128.load(q, 48), s3);
    }
    const out = to + c;
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  for (; c < bytes; c += 32) {
    let s0 = f32x4.splat(0), s1 = s0;
    let p = a + c, q = b + c;
    for (const end = p + aEnd; p < end; p += aRow, q += bRow) {
      s0 = f32x4.relaxed_madd(v128.load(p), v128.load(q), s0);
      s1 = f32x4.relaxed_madd(v128.load(p, 16), v128.load(q, 16), s1);
    }
    v128.store(to + c, s0);
    v128.store(to + c, s1, 16);
  }
}

// Rows of logits become exp(scale * (logit - largest)) / sum, in place. `scale` is positive.
export function softmax_rows(first: usize, row: usize, count: u32, scale: f32, bytes: usize): void {
  const scales = f32x4.splat(scale);
  const rows = <usize>count * row;
  for (const columns = first + bytes; first < columns; first += 32) {
    const end = first + rows;
    let m0 = f32x4.splat(-Infinity), m1 = m0;
    for (let at = first; at < end; at += row) {
      m0 = f32x4.pmax(m0, v128.load(at));
      m1 = f32x4.pmax(m1, v128.load(at, 16));
    }
    let s0 = f32x4.splat(0), s1 = s0;
    for (let at = first; at < end; at += row) {
      const e0 = exp(f32x4.mul(f32x4.sub(v128.load(at), m0), scales));
      const e1 = exp(f32x4.mul(f32x4.sub(v128.load(at, 16), m1), scales));
      s0 = f32x4.add(s0, e0);
      s1 = f32x4.add(s1, e1);
      v128.store(at, e0);
      v128.store(at, e1, 16);
    }
    const one = f32x4.splat(1);
    const r0 = f32x4.div(one, s0), r1 = f32x4.div(one, s1);
    for (let at = first; at < end; at += row) {
      v128.store(at, f32x4.mul(v128.load(at), r0));
      v128.store(at, f32x4.mul(v128.load(at, 16), r1), 16);
    }
  }
}

// Rows of gradients for softmax's results become, in place, those for its logits, times `scale`.
export function softmax_backward_rows(
  result: usize, resultRow: usize, gradient: usize, row: usize, count: u32, scale: f32, bytes: usize,
): void {
  const scales = f32x4.splat(scale);
  const rows = <usize>count * row;
  for (const columns = gradient + bytes; gradient < columns; gradient += 32, result += 32) {
    const end = gradient + rows;
    let s0 = f32x4.splat(0), s1 = s0;
    let y = result;
    for (let at = gradient; at < end; at += row, y += resultRow) {
      s0 = f32x4.relaxed_madd(v128.load(at), v128.load(y), s0);
      s1 = f32x4.relaxed_madd(v128.load(at, 16), v128.load(y, 16), s1);
    }
    y = result;
    for (let at = gradient; at < end; at += row, y += resultRow) {
      const d0 = f32x4.sub(v128.load(at), s0);
      const d1 = f32x4.sub(v128.load(at, 16), s1);
      v128.store(at, f32x4.mul(f32x4.mul(d0, v128.load(y)), scales));
      v128.store(at, f32x4.mul(f32x4.mul(d1, v128.load(y, 16)), scales), 16);
    }
  }
}

// The weights' row of an entry: entries are consecutive, or listed at `positions` when seen by neighbour.
@inline
function entry_row(byNeighbour: bool, positions: usize, k: usize): usize {
  return byNeighbour ? <usize>load<u32>(positions + k) : k >> 2;
}

// to[f][c] = act(sum over entries k of weights[k][c] * from[others[k]][f][c]) for `features` rows. Two rows
// of 16 columns at a time: whole lines of cache (four rows of 8: 7% faster where all is in cache, 20% slower
// where not).
@inline
function sum_entries(
  byNeighbour: bool, positions: usize, others: usize, count: u32, weights: usize, weightRow: usize,
  from: usize, fromAgent: usize, fromRow: usize, to: usize, toRow: usize, features: u32, activation: u32,
  bytes: usize,
): void {
  const last = <usize>count << 2;
  let f: u32 = 0;
  for (; f + 2 <= features; f += 2) {
    let c: usize = 0;
    for (; c + 64 <= bytes; c += 64) {
      const at = from + c;
      let s00 = f32x4.splat(0), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
      for (let k: usize = 0; k < last; k += 4) {
        const w = weights + entry_row(byNeighbour, positions, k) * weightRow + c;
        const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = v128.load(w, 48);
        const x0 = at + <usize>load<u32>(others + k) * fromAgent;
        s00 = f32x4.relaxed_madd(w0, v128.load(x0), s00);
        s01 = f32x4.relaxed_madd(w1, v128.load(x0, 16), s01);
        s02 = f32x4.relaxed_madd(w2, v128.load(x0, 32), s02);
        s03 = f32x4.relaxed_madd(w3, v128.load(x0, 48), s03);
        const x1 = x0 + fromRow;
        s10 = f32x4.relaxed_madd(w0, v128.load(x1), s10);
        s11 = f32x4.relaxed_madd(w1, v128.load(x1, 16), s11);
        s12 = f32x4.relaxed_madd(w2, v128.load(x1, 32), s12);
        s13 = f32x4.relaxed_madd(w3, v128.load(x1, 48), s13);
      }
      let y = to + c;
      v128.store(y, activate(s00, activation));
      v128.store(y, activate(s01, activation), 16);
      v128.store(y, activate(s02, activation), 32);
      v128.store(y, activate(s03, activation), 48);
      y += toRow;
      v128.store(y, activate(s10, activation));
      v128.store(y, activate(s11, activation), 16);
      v128.store(y, activate(s12, activation), 32);
      v128.store(y, activate(s13, activation), 48);
    }
    for (; c < bytes; c += 32) {
      const at = from + c;
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00;
      for (let k: usize = 0; k < last; k += 4) {
        const w = weights + entry_row(byNeighbour, positions, k) * weightRow + c;
        const w0 = v128.load(w), w1 = v128.load(w, 16);
        const x0 = at + <usize>load<u32>(others + k) * fromAgent;
        s00 = f32x4.relaxed_madd(w0, v128.load(x0), s00);
        s01 = f32x4.relaxed_madd(w1, v128.load(x0, 16), s01);
        const x1 = x0 + fromRow;
        s10 = f32x4.relaxed_madd(w0, v128.load(x1), s10);
        s11 = f32x4.relaxed_madd(w1, v128.load(x1, 16), s11);
      }
      let y = to + c;
      v128.store(y, activate(s00, activation));
      v128.store(y, activate(s01, activation), 16);
      y += toRow;
      v128.store(y, activate(s10, activation));
      v128.store(y, activate(s11, activation), 16);
    }
    from += fromRow << 1;
    to += toRow << 1;
  }
  for (; f < features; f++) {
    for (let c: usize = 0; c < bytes; c += 32) {
      let s0 = f32x4.splat(0), s1 = s0;
      for (let k: usize = 0; k < last; k += 4) {
        const w = weights + entry_row(byNeighbour, positions, k) * weightRow + c;
        const x = from + <usize>load<u32>(others + k) * fromAgent + c;
        s0 = f32x4.relaxed_madd(v128.load(w), v128.load(x), s0);
        s1 = f32x4.relaxed_madd(v128.load(w, 16), v128.load(x, 16), s1);
      }
      v128.store(to + c, activate(s0, activation));
      v128.store(to + c, activate(s1, activation), 16);
    }
    from += fromRow;
    to += toRow;
  }
}

// Agent i's sum over its neighbours for one head: `from` and `to` begin at the head's rows (of agent 0 and
// i), `weights` at the head's entry 0.
export function sum_over_neighbours(
  graph: usize, agents: u32, i: u32, weights: usize, weightRow: usize, from: usize, fromAgent: usize,
  fromRow: usize, to: usize, toRow: usize, features: u32, activation: u32, bytes: usize,
): void {
  const offset = graph + (<usize>i << 2);
  const first = load<u32>(offset);
  const others = graph + (<usize>(agents + 1 + first) << 2);
  sum_entries(
    false, 0, others, load<u32>(offset, 4) - first, weights + <usize>first * weightRow, weightRow,
    from, fromAgent, fromRow, to, toRow, features, activation, bytes,
  );
}

// Agent j's sum over those that listen to it, weighted by their entries for it.
export function sum_over_listeners(
  graph: usize, agents: u32, edges: usize, j: u32, weights: usize, weightRow: usize, from: usize,
  fromAgent: usize, fromRow: usize, to: usize, toRow: usize, features: u32, bytes: usize,
): void {
  const offset = graph + (<usize>(agents + 1 + edges + j) << 2);
  const first = load<u32>(offset);
  const positions = graph + (<usize>(2 * agents + 2 + edges + first) << 2);
  sum_entries(
    true, positions, positions + (edges << 2), load<u32>(offset, 4) - first, weights, weightRow,
    from, fromAgent, fromRow, to, toRow, features, 0, bytes,
  );
}
