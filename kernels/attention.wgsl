// Kernel `attention`; its twin attention.as.ts says what it computes and lib/attention.as.ts how a graph's
// table is laid out. A thread computes one column, of one agent and head, or of 4 features of them.

const FEATURES = 4u;

@group(0) @binding(0) var<storage, read> graph: array<u32>; // [2 agents + 3 edges + 2]

struct WeightParams {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32,
  q_at: u32, q_seed: u32, q_block: u32, q_agent: u32, q_row: u32,
  k_at: u32, k_seed: u32, k_block: u32, k_agent: u32, k_row: u32,
  attention_at: u32, attention_seed: u32, attention_block: u32, attention_agent: u32, attention_row: u32,
}

@group(0) @binding(1) var<storage, read> q: array<f32>; // [seed][block][agent][heads * features][columns]
@group(0) @binding(2) var<storage, read> k: array<f32>; // as q
@group(0) @binding(3) var<storage, read_write> weights: array<f32>; // [seed][block][heads * edges][columns]
@group(0) @binding(4) var<uniform> weighting: WeightParams;

@compute @workgroup_size(64)
fn attention_weights(@builtin(global_invocation_id) id: vec3u) {
  let p = &weighting;
  let c = id.x;
  if (c >= ((*p).columns + 7u) / 8u * 8u) {
    return;
  }
  let i = id.y / (*p).heads;
  let head = id.y % (*p).heads;
  let block = c / 256u;
  let lane = c % 256u;
  let features = (*p).features;
  let q_first = (*p).q_at + id.z * (*p).q_seed + block * (*p).q_block + i * (*p).q_agent
    + head * features * (*p).q_row + lane;
  let k_first = (*p).k_at + id.z * (*p).k_seed + block * (*p).k_block + head * features * (*p).k_row + lane;
  let row = (*p).attention_row;
  let to = (*p).attention_at + id.z * (*p).attention_seed + block * (*p).attention_block
    + head * (*p).edges * row + lane;
  let first = graph[i];
  let last = graph[i + 1u];
  let scale = 1.0 / sqrt(f32(features));
  var largest = -3.4e38;
  for (var e = first; e < last; e++) {
    let k_of = k_first + graph[(*p).agents + 1u + e] * (*p).k_agent;
    var logit = 0.0;
    for (var f = 0u; f < features; f++) {
      logit += q[q_first + f * (*p).q_row] * k[k_of + f * (*p).k_row];
    }
    weights[to + e * row] = logit;
    largest = max(largest, logit);
  }
  var sum = 0.0;
  for (var e = first; e < last; e++) {
    let power = exp(scale * (weights[to + e * row] - largest));
    weights[to + e * row] = power;
    sum += power;
  }
  for (var e = first; e < last; e++) {
    weights[to + e * row] *= 1.0 / sum;
  }
}

struct BackwardParams {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
  v_at: u32, v_seed: u32, v_block: u32, v_agent: u32, v_row: u32,
  attention_at: u32, attention_seed: u32, attention_block: u32, attention_agent: u32, attention_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}

@group(0) @binding(1) var<storage, read> dy: array<f32>; // as q
@group(0) @binding(2) var<storage, read> v: array<f32>; // as q
@group(0) @binding(3) var<storage, read> attention: array<f32>; // as weights
@group(0) @binding(4) var<storage, read_write> d_attention: array<f32>; // as weights
@group(0) @binding(5) var<uniform> backward: BackwardParams;

@compute @workgroup_size(64)
fn attention_backward_weights(@builtin(global_invocation_id) id: vec3u) {
  let p = &backward;
  let c = id.x;
  if (c >= ((*p).columns + 7u) / 8u * 8u) {
    return;
  }
  let i = id.y / (*p).heads;
  let head = id.y % (*p).heads;
  let block = c / 256u;
  let lane = c % 256u;
  let features = (*p).features;
  let dy_first = (*p).dy_at + id.z * (*p).dy_seed + block * (*p).dy_block + i * (*p).dy_agent
    + head * features * (*p).dy_row + lane;
  let v_first = (*p).v_at + id.z * (*p).v_seed + block * (*p).v_block + head * features * (*p).v_row + lane;
  let row = (*p).attention_row;
  let source = (*p).attention_at + id.z * (*p).attention_seed + block * (*p).attention_block
    + head * (*p).edges * row + lane;
  let d_row = (*p).d_row;
  let to = (*p).d_at + id.z * (*p).d_seed + block * (*p).d_block + head * (*p).edges * d_row + lane;
  let first = graph[i];
  let last = graph[i + 1u];
  let scale = 1.0 / sqrt(f32(features));
  var mean = 0.0;
  for (var e = first; e < last; e++) {
    let v_of = v_first + graph[(*p).agents + 1u + e] * (*p).v_agent;
    var product = 0.0;
    for (var f = 0u; f < features; f++) {
      product += dy[dy_first + f * (*p).dy_row] * v[v_of + f * (*p).v_row];
    }
    d_attention[to + e * d_row] = product;
    mean += attention[source + e * row] * product;
  }
  for (var e = first; e < last; e++) {
    let d = d_attention[to + e * d_row] - mean;
    d_attention[to + e * d_row] = d * attention[source + e * row] * scale;
  }
}

struct SumParams {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32,
  attention_at: u32, attention_seed: u32, attention_block: u32, attention_agent: u32, attention_row: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(1) var<storage, read> by: array<f32>; // as weights
@group(0) @binding(2) var<storage, read> x: array<f32>; // as q
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // as q
@group(0) @binding(4) var<uniform> summing: SumParams;

// Where a thread of a sum works: features first to first + last of an agent's head. The loop over them always
// goes to FEATURES, so that it can be unrolled and the sums stay in registers; beyond the last it is
// repeated.
struct Part {
  agent: u32,
  head: u32,
  first: u32,
  last: u32,
}

fn part_of(index: u32) -> Part {
  let tiles = (summing.features + FEATURES - 1u) / FEATURES;
  let first = index % tiles * FEATURES;
  let of_agent = index / tiles;
  return Part(
    of_agent / summing.heads,
    of_agent % summing.heads,
    first,
    min(FEATURES, summing.features - first) - 1u,
  );
}

fn store_part(part: Part, id: vec3u, sums: array<f32, FEATURES>) {
  let to = summing.y_at + id.z * summing.y_seed + id.x / 256u * summing.y_block + part.agent * summing.y_agent
    + (part.head * summing.features + part.first) * summing.y_row + id.x % 256u;
  for (var f = 0u; f < FEATURES; f++) {
    if (f <= part.last) {
      y[to + f * summing.y_row] = sums[f];
    }
  }
}

@compute @workgroup_size(64)
fn attention_sum(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= (summing.columns + 7u) / 8u * 8u) {
    return;
  }
  let part = part_of(id.y);
  let weight_first = summing.attention_at + id.z * summing.attention_seed
    + id.x / 256u * summing.attention_block + part.head * summing.edges * summing.attention_row + id.x % 256u;
  let x_first = summing.x_at + id.z * summing.x_seed + id.x / 256u * summing.x_block
    + (part.head * summing.features + part.first) * summing.x_row + id.x % 256u;
  var sums: array<f32, FEATURES>;
  let last = graph[part.agent + 1u];
  for (var e = graph[part.agent]; e < last; e++) {
    let weight = by[weight_first + e * summing.attention_row];
    let source = x_first + graph[summing.agents + 1u + e] * summing.x_agent;
    for (var f = 0u; f < FEATURES; f++) {
      sums[f] += weight * x[source + min(f, part.last) * summing.x_row];
    }
  }
  store_part(part, id, sums);
}

@compute @workgroup_size(64)
fn attention_sum_back(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= (summing.columns + 7u) / 8u * 8u) {
    return;
  }
  let part = part_of(id.y);
  let weight_first = summing.attention_at + id.z * summing.attention_seed
    + id.x / 256u * summing.attention_block + part.head * summing.edges * summing.attention_row + id.x % 256u;
  let x_first = summing.x_at + id.z * summing.x_seed + id.x / 256u * summing.x_block
    + (part.head * summing.features + part.first) * summing.x_row + id.x % 256u;
  var sums: array<f32, FEATURES>;
  let listeners = summing.agents + 1u + summing.edges;
  let positions = listeners + summing.agents + 1u;
  let last = graph[listeners + part.agent + 1u];
  for (var n = graph[listeners + part.agent]; n < last; n++) {
    let weight = by[weight_first + graph[positions + n] * summing.attention_row];
    let source = x_first + graph[positions + summing.edges + n] * summing.x_agent;
    for (var f = 0u; f < FEATURES; f++) {
      sums[f] += weight * x[source + min(f, part.last) * summing.x_row];
    }
  }
  store_part(part, id, sums);
}
