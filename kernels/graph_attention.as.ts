// Kernel `graph_attention`: additive attention over neighbours (GAT, Velickovic et al. 2018). x is W h
// already. The graph's table stands in lib/attention.as.ts. Rows of `attention`, with `edges` entries, and
// likewise of the gradients for them:
//   h * edges + e                              weight of entry e in head h (gradients: for the logits' sums)
//   heads * edges + h * agents + i             score of agent i itself
//   heads * (edges + agents) + h * agents + j  score of agent j as a neighbour

import { dot_rows, softmax_backward_rows, softmax_rows, sum_over_listeners, sum_over_neighbours }
  from "./lib/attention.as";
import { prepare_constants } from "./lib/constants.as";
import { lane_sum } from "./lib/operands.as";
import { agent_bytes, blocks_of, column_bytes, row_bytes, rows_of } from "./lib/view.as";

const SLOPE: f32 = 0.2;

const enum Scores {
  x, weights, attention,
  seeds, agents, columns, heads, features, edges, at, seed,
  xView,
  attentionView = xView + 5,
}

const enum Forward {
  graph, x, attention, y,
  seeds, agents, columns, heads, features, edges, activation,
  xView,
  attentionView = xView + 5,
  yView = attentionView + 5,
}

const enum BackwardScores {
  graph, dy, x, attention, dAttention,
  seeds, agents, columns, heads, features, edges,
  dyView,
  xView = dyView + 5,
  attentionView = xView + 5,
  dAttentionView = attentionView + 5,
}

const enum BackwardInput {
  graph, dy, weights, attention, dAttention, dx,
  seeds, agents, columns, heads, features, edges, at, seed,
  dyView,
  attentionView = dyView + 5,
  dAttentionView = attentionView + 5,
  dxView = dAttentionView + 5,
}

const enum BackwardWeights {
  x, dAttention, gradients,
  seeds, agents, columns, heads, features, edges, at, seed,
  xView,
  dAttentionView = xView + 5,
}

// Address of seed s's vectors, or of their gradients. `at`: position of their parameters among the words.
@inline
function vectors_of(args: usize, array: i32, at: i32, s: u32): usize {
  const params = args + (<usize>at << 2);
  const first = load<u32>(params) + s * load<u32>(params, 4);
  return <usize>load<u32>(args + (<usize>array << 2)) + (<usize>first << 2);
}

// Both scores of one agent in one head; `a` are the head's 2 * features weights.
function score_rows(
  x: usize, xRow: usize, a: usize, features: u32, own: usize, other: usize, bytes: usize,
): void {
  const half = <usize>features << 2;
  const aEnd = a + half;
  for (const end = x + bytes; x < end; x += 32, own += 32, other += 32) {
    let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
    let row = x;
    for (let w = a; w < aEnd; w += 4, row += xRow) {
      const x0 = v128.load(row), x1 = v128.load(row, 16);
      const u = v128.load32_splat(w), v = v128.load32_splat(w + half);
      s0 = f32x4.relaxed_madd(u, x0, s0);
      s1 = f32x4.relaxed_madd(u, x1, s1);
      t0 = f32x4.relaxed_madd(v, x0, t0);
      t1 = f32x4.relaxed_madd(v, x1, t1);
    }
    v128.store(own, s0);
    v128.store(own, s1, 16);
    v128.store(other, t0);
    v128.store(other, t1, 16);
  }
}

// to[c] = leaky_relu(own + other)
function logit_row(own: usize, other: usize, to: usize, bytes: usize): void {
  const slope = f32x4.splat(SLOPE);
  for (const end = to + bytes; to < end; own += 16, other += 16, to += 16) {
    const s = f32x4.add(v128.load(own), v128.load(other));
    v128.store(to, f32x4.pmax(s, f32x4.mul(s, slope)));
  }
}

// Through leaky_relu(own + other), in place; what results is added to `sum`, too.
function logit_backward_row(own: usize, other: usize, gradient: usize, sum: usize, bytes: usize): void {
  const zero = f32x4.splat(0), slope = f32x4.splat(SLOPE);
  for (const end = sum + bytes; sum < end; own += 16, other += 16, gradient += 16, sum += 16) {
    const s = f32x4.add(v128.load(own), v128.load(other));
    const d = v128.load(gradient);
    const through = v128.bitselect(d, f32x4.mul(d, slope), f32x4.gt(s, zero));
    v128.store(gradient, through);
    v128.store(sum, f32x4.add(v128.load(sum), through));
  }
}

// row[f][c] += own[c] * a[f] + other[c] * a[features + f] for the `features` rows of one head.
function add_scores(
  own: usize, other: usize, a: usize, features: u32, to: usize, toRow: usize, bytes: usize,
): void {
  const half = <usize>features << 2;
  for (const end = a + half; a < end; a += 4, to += toRow) {
    const u = v128.load32_splat(a), v = v128.load32_splat(a + half);
    for (let c: usize = 0; c < bytes; c += 16) {
      const sum = f32x4.relaxed_madd(u, v128.load(own + c), v128.load(to + c));
      v128.store(to + c, f32x4.relaxed_madd(v, v128.load(other + c), sum));
    }
  }
}

export function graph_attention_scores(args: usize): void {
  const seeds = load<u32>(args, Scores.seeds << 2);
  const agents = load<u32>(args, Scores.agents << 2);
  const columns = load<u32>(args, Scores.columns << 2);
  const heads = load<u32>(args, Scores.heads << 2);
  const features = load<u32>(args, Scores.features << 2);
  const edges = load<u32>(args, Scores.edges << 2);
  const xAgent = agent_bytes(args, Scores.xView);
  const xRow = row_bytes(args, Scores.xView);
  const row = row_bytes(args, Scores.attentionView);
  const half = <usize>(heads * agents) * row;
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    const weights = vectors_of(args, Scores.weights, Scores.at, s);
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      const x = rows_of(args, Scores.x, Scores.xView, s, b);
      let own = rows_of(args, Scores.attention, Scores.attentionView, s, b) + <usize>(heads * edges) * row;
      for (let head: u32 = 0; head < heads; head++) {
        const a = weights + (<usize>(2 * features * head) << 2);
        let at = x + <usize>(head * features) * xRow;
        for (let i: u32 = 0; i < agents; i++) {
          score_rows(at, xRow, a, features, own, own + half, bytes);
          at += xAgent;
          own += row;
        }
      }
    }
  }
}

export function graph_attention(args: usize): void {
  prepare_constants();
  const graph: usize = load<u32>(args, Forward.graph << 2);
  const seeds = load<u32>(args, Forward.seeds << 2);
  const agents = load<u32>(args, Forward.agents << 2);
  const columns = load<u32>(args, Forward.columns << 2);
  const heads = load<u32>(args, Forward.heads << 2);
  const features = load<u32>(args, Forward.features << 2);
  const edges = load<u32>(args, Forward.edges << 2);
  const activation = load<u32>(args, Forward.activation << 2);
  const xAgent = agent_bytes(args, Forward.xView);
  const xRow = row_bytes(args, Forward.xView);
  const yAgent = agent_bytes(args, Forward.yView);
  const yRow = row_bytes(args, Forward.yView);
  const row = row_bytes(args, Forward.attentionView);
  const neighbours = graph + (<usize>(agents + 1) << 2);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      let x = rows_of(args, Forward.x, Forward.xView, s, b);
      let y = rows_of(args, Forward.y, Forward.yView, s, b);
      let weights = rows_of(args, Forward.attention, Forward.attentionView, s, b);
      let own = weights + <usize>(heads * edges) * row;
      let other = own + <usize>(heads * agents) * row;
      for (let head: u32 = 0; head < heads; head++) {
        for (let i: u32 = 0; i < agents; i++) {
          const offset = graph + (<usize>i << 2);
          const first = load<u32>(offset);
          const last = load<u32>(offset, 4);
          for (let e = first; e < last; e++) {
            const j: usize = load<u32>(neighbours + (<usize>e << 2));
            logit_row(own + <usize>i * row, other + j * row, weights + <usize>e * row, bytes);
          }
          softmax_rows(weights + <usize>first * row, row, last - first, 1, bytes);
          sum_over_neighbours(
            graph, agents, i, weights, row, x, xAgent, xRow, y + <usize>i * yAgent, yRow, features,
            activation, bytes,
          );
        }
        x += <usize>features * xRow;
        y += <usize>features * yRow;
        weights += <usize>edges * row;
        own += <usize>agents * row;
        other += <usize>agents * row;
      }
    }
  }
}

// Gradients for the sums of scores behind each entry, and for the agents' own scores.
export function graph_attention_backward_scores(args: usize): void {
  const graph: usize = load<u32>(args, BackwardScores.graph << 2);
  const seeds = load<u32>(args, BackwardScores.seeds << 2);
  const agents = load<u32>(args, BackwardScores.agents << 2);
  const columns = load<u32>(args, BackwardScores.columns << 2);
  const heads = load<u32>(args, BackwardScores.heads << 2);
  const features = load<u32>(args, BackwardScores.features << 2);
  const edges = load<u32>(args, BackwardScores.edges << 2);
  const dyAgent = agent_bytes(args, BackwardScores.dyView);
  const dyRow = row_bytes(args, BackwardScores.dyView);
  const xAgent = agent_bytes(args, BackwardScores.xView);
  const xRow = row_bytes(args, BackwardScores.xView);
  const row = row_bytes(args, BackwardScores.attentionView);
  const dRow = row_bytes(args, BackwardScores.dAttentionView);
  const neighbours = graph + (<usize>(agents + 1) << 2);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      let dy = rows_of(args, BackwardScores.dy, BackwardScores.dyView, s, b);
      let x = rows_of(args, BackwardScores.x, BackwardScores.xView, s, b);
      let weights = rows_of(args, BackwardScores.attention, BackwardScores.attentionView, s, b);
      let own = weights + <usize>(heads * edges) * row;
      let other = own + <usize>(heads * agents) * row;
      let d = rows_of(args, BackwardScores.dAttention, BackwardScores.dAttentionView, s, b);
      let dOwn = d + <usize>(heads * edges) * dRow;
      for (let head: u32 = 0; head < heads; head++) {
        for (let i: u32 = 0; i < agents; i++) {
          const offset = graph + (<usize>i << 2);
          const first = load<u32>(offset);
          const last = load<u32>(offset, 4);
          const dyOfAgent = dy + <usize>i * dyAgent;
          for (let e = first; e < last; e++) {
            const j: usize = load<u32>(neighbours + (<usize>e << 2));
            dot_rows(dyOfAgent, dyRow, x + j * xAgent, xRow, features, d + <usize>e * dRow, bytes);
          }
          softmax_backward_rows(
            weights + <usize>first * row, row, d + <usize>first * dRow, dRow, last - first, 1, bytes,
          );
          memory.fill(dOwn, 0, bytes);
          for (let e = first; e < last; e++) {
            const j: usize = load<u32>(neighbours + (<usize>e << 2));
            logit_backward_row(own + <usize>i * row, other + j * row, d + <usize>e * dRow, dOwn, bytes);
          }
          dOwn += dRow;
        }
        dy += <usize>features * dyRow;
        x += <usize>features * xRow;
        weights += <usize>edges * row;
        own += <usize>agents * row;
        other += <usize>agents * row;
        d += <usize>edges * dRow;
      }
    }
  }
}

// Gradients for the scores as neighbours, and for x.
export function graph_attention_backward_input(args: usize): void {
  const graph: usize = load<u32>(args, BackwardInput.graph << 2);
  const seeds = load<u32>(args, BackwardInput.seeds << 2);
  const agents = load<u32>(args, BackwardInput.agents << 2);
  const columns = load<u32>(args, BackwardInput.columns << 2);
  const heads = load<u32>(args, BackwardInput.heads << 2);
  const features = load<u32>(args, BackwardInput.features << 2);
  const edges = load<u32>(args, BackwardInput.edges << 2);
  const dyAgent = agent_bytes(args, BackwardInput.dyView);
  const dyRow = row_bytes(args, BackwardInput.dyView);
  const dxAgent = agent_bytes(args, BackwardInput.dxView);
  const dxRow = row_bytes(args, BackwardInput.dxView);
  const row = row_bytes(args, BackwardInput.attentionView);
  const dRow = row_bytes(args, BackwardInput.dAttentionView);
  const listeners = graph + (<usize>(agents + 1 + edges) << 2);
  const positions = listeners + (<usize>(agents + 1) << 2);
  const half = <usize>(heads * agents) * dRow;
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    const a = vectors_of(args, BackwardInput.weights, BackwardInput.at, s);
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      let dy = rows_of(args, BackwardInput.dy, BackwardInput.dyView, s, b);
      let dx = rows_of(args, BackwardInput.dx, BackwardInput.dxView, s, b);
      let weights = rows_of(args, BackwardInput.attention, BackwardInput.attentionView, s, b);
      let d = rows_of(args, BackwardInput.dAttention, BackwardInput.dAttentionView, s, b);
      let dOwn = d + <usize>(heads * edges) * dRow;
      for (let head: u32 = 0; head < heads; head++) {
        for (let j: u32 = 0; j < agents; j++) {
          const dOther = dOwn + half;
          memory.fill(dOther, 0, bytes);
          const last = load<u32>(listeners + (<usize>j << 2), 4);
          for (let k = load<u32>(listeners + (<usize>j << 2)); k < last; k++) {
            add_row(d + <usize>load<u32>(positions + (<usize>k << 2)) * dRow, dOther, bytes);
          }
          const to = dx + <usize>j * dxAgent;
          sum_over_listeners(
            graph, agents, edges, j, weights, row, dy, dyAgent, dyRow, to, dxRow, features, bytes,
          );
          add_scores(dOwn, dOther, a + (<usize>(2 * features * head) << 2), features, to, dxRow, bytes);
          dOwn += dRow;
        }
        dy += <usize>features * dyRow;
        dx += <usize>features * dxRow;
        weights += <usize>edges * row;
        d += <usize>edges * dRow;
      }
    }
  }
}

function add_row(from: usize, to: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; from += 16, to += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}

// Sums over blocks, agents and columns, always in this order.
export function graph_attention_backward_weights(args: usize): void {
  const seeds = load<u32>(args, BackwardWeights.seeds << 2);
  const agents = load<u32>(args, BackwardWeights.agents << 2);
  const columns = load<u32>(args, BackwardWeights.columns << 2);
  const heads = load<u32>(args, BackwardWeights.heads << 2);
  const features = load<u32>(args, BackwardWeights.features << 2);
  const edges = load<u32>(args, BackwardWeights.edges << 2);
  const xAgent = agent_bytes(args, BackwardWeights.xView);
  const xRow = row_bytes(args, BackwardWeights.xView);
  const dRow = row_bytes(args, BackwardWeights.dAttentionView);
  const half = <usize>(heads * agents) * dRow;
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    const gradients = vectors_of(args, BackwardWeights.gradients, BackwardWeights.at, s);
    for (let r: u32 = 0; r < heads * features; r++) {
      const head = r / features;
      let own = f32x4.splat(0), other = own;
      for (let b: u32 = 0; b < blocks; b++) {
        const bytes = column_bytes(columns, b);
        let x = rows_of(args, BackwardWeights.x, BackwardWeights.xView, s, b) + <usize>r * xRow;
        let d = rows_of(args, BackwardWeights.dAttention, BackwardWeights.dAttentionView, s, b)
          + <usize>(heads * edges + head * agents) * dRow;
        for (let i: u32 = 0; i < agents; i++) {
          const dOther = d + half;
          for (let c: usize = 0; c < bytes; c += 16) {
            const value = v128.load(x + c);
            own = f32x4.relaxed_madd(v128.load(d + c), value, own);
            other = f32x4.relaxed_madd(v128.load(dOther + c), value, other);
          }
          x += xAgent;
          d += dRow;
        }
      }
      const to = gradients + (<usize>(head * features + r) << 2);
      store<f32>(to, <f32>lane_sum(own));
      store<f32>(to + (<usize>features << 2), <f32>lane_sum(other));
    }
  }
}
