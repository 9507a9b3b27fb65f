// Kernel `attention`: scaled dot-product attention over agents (Vaswani et al. 2017), masked by a graph whose
// table stands in lib/attention.as.ts. Row h * edges + e of `attention` has head h's weight of entry e.

import { dot_rows, softmax_backward_rows, softmax_rows, sum_over_listeners, sum_over_neighbours }
  from "./lib/attention.as";
import { prepare_constants } from "./lib/constants.as";
import { agent_bytes, blocks_of, column_bytes, row_bytes, rows_of } from "./lib/view.as";

const enum Weights {
  graph, q, k, attention,
  seeds, agents, columns, heads, features, edges,
  qView,
  kView = qView + 5,
  attentionView = kView + 5,
}

const enum Backward {
  graph, dy, v, attention, dAttention,
  seeds, agents, columns, heads, features, edges,
  dyView,
  vView = dyView + 5,
  attentionView = vView + 5,
  dAttentionView = attentionView + 5,
}

const enum Sum {
  graph, attention, x, y,
  seeds, agents, columns, heads, features, edges,
  attentionView,
  xView = attentionView + 5,
  yView = xView + 5,
}

// to[entry][c] = a_i . b_j for all entries of agent i; a and b begin at the head's rows (of agent i and 0).
function dot_entries(
  graph: usize, agents: u32, i: u32, a: usize, aRow: usize, b: usize, bAgent: usize, bRow: usize,
  features: u32, to: usize, toRow: usize, bytes: usize,
): void {
  const offset = graph + (<usize>i << 2);
  const neighbours = graph + (<usize>(agents + 1) << 2);
  const last = load<u32>(offset, 4);
  for (let e = load<u32>(offset); e < last; e++) {
    const j: usize = load<u32>(neighbours + (<usize>e << 2));
    dot_rows(a, aRow, b + j * bAgent, bRow, features, to + <usize>e * toRow, bytes);
  }
}

// attention = softmax over the neighbours j of q_i . k_j / sqrt(features).
export function attention_weights(args: usize): void {
  prepare_constants();
  const graph: usize = load<u32>(args, Weights.graph << 2);
  const seeds = load<u32>(args, Weights.seeds << 2);
  const agents = load<u32>(args, Weights.agents << 2);
  const columns = load<u32>(args, Weights.columns << 2);
  const heads = load<u32>(args, Weights.heads << 2);
  const features = load<u32>(args, Weights.features << 2);
  const edges: usize = load<u32>(args, Weights.edges << 2);
  const qAgent = agent_bytes(args, Weights.qView);
  const qRow = row_bytes(args, Weights.qView);
  const kAgent = agent_bytes(args, Weights.kView);
  const kRow = row_bytes(args, Weights.kView);
  const row = row_bytes(args, Weights.attentionView);
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>features);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      let q = rows_of(args, Weights.q, Weights.qView, s, b);
      let k = rows_of(args, Weights.k, Weights.kView, s, b);
      let weights = rows_of(args, Weights.attention, Weights.attentionView, s, b);
      for (let head: u32 = 0; head < heads; head++) {
        for (let i: u32 = 0; i < agents; i++) {
          dot_entries(
            graph, agents, i, q + <usize>i * qAgent, qRow, k, kAgent, kRow, features, weights, row, bytes,
          );
          const offset = graph + (<usize>i << 2);
          const first = load<u32>(offset);
          const count = load<u32>(offset, 4) - first;
          softmax_rows(weights + <usize>first * row, row, count, scale, bytes);
        }
        q += <usize>features * qRow;
        k += <usize>features * kRow;
        weights += edges * row;
      }
    }
  }
}

// d_attention: the gradients for q_i . k_j, given those for the sums of v.
export function attention_backward_weights(args: usize): void {
  const graph: usize = load<u32>(args, Backward.graph << 2);
  const seeds = load<u32>(args, Backward.seeds << 2);
  const agents = load<u32>(args, Backward.agents << 2);
  const columns = load<u32>(args, Backward.columns << 2);
  const heads = load<u32>(args, Backward.heads << 2);
  const features = load<u32>(args, Backward.features << 2);
  const edges: usize = load<u32>(args, Backward.edges << 2);
  const dyAgent = agent_bytes(args, Backward.dyView);
  const dyRow = row_bytes(args, Backward.dyView);
  const vAgent = agent_bytes(args, Backward.vView);
  const vRow = row_bytes(args, Backward.vView);
  const weightRow = row_bytes(args, Backward.attentionView);
  const row = row_bytes(args, Backward.dAttentionView);
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>features);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      let dy = rows_of(args, Backward.dy, Backward.dyView, s, b);
      let v = rows_of(args, Backward.v, Backward.vView, s, b);
      let weights = rows_of(args, Backward.attention, Backward.attentionView, s, b);
      let gradients = rows_of(args, Backward.dAttention, Backward.dAttentionView, s, b);
      for (let head: u32 = 0; head < heads; head++) {
        for (let i: u32 = 0; i < agents; i++) {
          dot_entries(
            graph, agents, i, dy + <usize>i * dyAgent, dyRow, v, vAgent, vRow, features, gradients, row,
            bytes,
          );
          const offset = graph + (<usize>i << 2);
          const first: usize = load<u32>(offset);
          softmax_backward_rows(
            weights + first * weightRow, weightRow, gradients + first * row, row,
            load<u32>(offset, 4) - <u32>first, scale, bytes,
          );
        }
        dy += <usize>features * dyRow;
        v += <usize>features * vRow;
        weights += edges * weightRow;
        gradients += edges * row;
      }
    }
  }
}

@inline
function sums(args: usize, overListeners: bool): void {
  const graph: usize = load<u32>(args, Sum.graph << 2);
  const seeds = load<u32>(args, Sum.seeds << 2);
  const agents = load<u32>(args, Sum.agents << 2);
  const columns = load<u32>(args, Sum.columns << 2);
  const heads = load<u32>(args, Sum.heads << 2);
  const features = load<u32>(args, Sum.features << 2);
  const edges: usize = load<u32>(args, Sum.edges << 2);
  const row = row_bytes(args, Sum.attentionView);
  const xAgent = agent_bytes(args, Sum.xView);
  const xRow = row_bytes(args, Sum.xView);
  const yAgent = agent_bytes(args, Sum.yView);
  const yRow = row_bytes(args, Sum.yView);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      let weights = rows_of(args, Sum.attention, Sum.attentionView, s, b);
      let x = rows_of(args, Sum.x, Sum.xView, s, b);
      let y = rows_of(args, Sum.y, Sum.yView, s, b);
      for (let head: u32 = 0; head < heads; head++) {
        for (let i: u32 = 0; i < agents; i++) {
          const to = y + <usize>i * yAgent;
          if (overListeners) {
            sum_over_listeners(
              graph, agents, edges, i, weights, row, x, xAgent, xRow, to, yRow, features, bytes,
            );
          } else {
            sum_over_neighbours(
              graph, agents, i, weights, row, x, xAgent, xRow, to, yRow, features, 0, bytes,
            );
          }
        }
        weights += edges * row;
        x += <usize>features * xRow;
        y += <usize>features * yRow;
      }
    }
  }
}

// y_i = sum over neighbours j of attention_ij x_j.
export function attention_sum(args: usize): void {
  sums(args, false);
}

// y_j = sum over the agents i that listen to j of attention_ij x_i.
export function attention_sum_back(args: usize): void {
  sums(args, true);
}
