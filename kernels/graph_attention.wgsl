// Kernel `graph_attention`; its twin graph_attention.as.ts says what it computes and how the rows of
// `attention` are laid out, lib/attention.as.ts how a graph's table is. A thread computes one column, of one
// agent and head, or of 4 features of them; the first of these threads also writes what the agent and head
// have once.

const FEATURES = 4u;
const SLOPE = 0.2;

// Loops over a thread's features always go to FEATURES, so that they can be unrolled and sums stay in
// registers; beyond the last feature it is repeated.

@group(0) @binding(0) var<storage, read> graph: array<u32>; // [2 agents + 3 edges + 2]

fn leaky(x: f32) -> f32 {
  return select(SLOPE * x, x, x > 0.0);
}

struct ScoreParams {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32, a_at: u32, w_seed: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  attention_at: u32, attention_seed: u32, attention_block: u32, attention_agent: u32, attention_row: u32,
}

// x [seed][block][agent][heads * features][columns]; a [seed], at a_at: [heads][own, neighbour][features];
// scores [seed][block][heads * (edges + 2 agents)][columns]
@group(0) @binding(0) var<storage, read> score_x: array<f32>;
@group(0) @binding(1) var<storage, read> score_a: array<f32>;
@group(0) @binding(2) var<storage, read_write> scores: array<f32>;
@group(0) @binding(3) var<uniform> scoring: ScoreParams;

@compute @workgroup_size(64)
fn graph_attention_scores(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= (scoring.columns + 7u) / 8u * 8u) {
    return;
  }
  let i = id.y / scoring.heads;
  let head = id.y % scoring.heads;
  let block = id.x / 256u;
  let lane = id.x % 256u;
  let features = scoring.features;
  let source = scoring.x_at + id.z * scoring.x_seed + block * scoring.x_block + i * scoring.x_agent
    + head * features * scoring.x_row + lane;
  let a = scoring.a_at + id.z * scoring.w_seed + head * 2u * features;
  var own = 0.0;
  var other = 0.0;
  for (var f = 0u; f < features; f++) {
    let value = score_x[source + f * scoring.x_row];
    own += score_a[a + f] * value;
    other += score_a[a + features + f] * value;
  }
  let agents = scoring.agents;
  let row = scoring.heads * scoring.edges + head * agents + i;
  let to = scoring.attention_at + id.z * scoring.attention_seed + block * scoring.attention_block + lane;
  scores[to + row * scoring.attention_row] = own;
  scores[to + (row + scoring.heads * agents) * scoring.attention_row] = other;
}

struct Params {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32, activation: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  attention_at: u32, attention_seed: u32, attention_block: u32, attention_agent: u32, attention_row: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(1) var<storage, read> x: array<f32>; // as score_x
@group(0) @binding(2) var<storage, read_write> weights: array<f32>; // as scores
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // as score_x
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn graph_attention(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= (params.columns + 7u) / 8u * 8u) {
    return;
  }
  let tiles = (params.features + FEATURES - 1u) / FEATURES;
  let f_first = id.y % tiles * FEATURES;
  let f_last = min(FEATURES, params.features - f_first) - 1u;
  let i = id.y / tiles / params.heads;
  let head = id.y / tiles % params.heads;
  let block = id.x / 256u;
  let lane = id.x % 256u;
  let row = params.attention_row;
  let rows = params.attention_at + id.z * params.attention_seed + block * params.attention_block + lane;
  let other = rows + (params.heads * (params.edges + params.agents) + head * params.agents) * row;
  let own = weights[rows + (params.heads * params.edges + head * params.agents + i) * row];
  let neighbours = params.agents + 1u;
  let first = graph[i];
  let last = graph[i + 1u];
  var largest = -3.4e38;
  for (var e = first; e < last; e++) {
    largest = max(largest, leaky(own + weights[other + graph[neighbours + e] * row]));
  }
  let x_first = params.x_at + id.z * params.x_seed + block * params.x_block
    + (head * params.features + f_first) * params.x_row + lane;
  var sums: array<f32, FEATURES>;
  var sum = 0.0;
  for (var e = first; e < last; e++) {
    let j = graph[neighbours + e];
    let power = exp(leaky(own + weights[other + j * row]) - largest);
    sum += power;
    let source = x_first + j * params.x_agent;
    for (var f = 0u; f < FEATURES; f++) {
      sums[f] += power * x[source + min(f, f_last) * params.x_row];
    }
  }
  // Without neighbours there is nothing to divide.
  let scale = 1.0 / select(1.0, sum, first < last);
  let to = params.y_at + id.z * params.y_seed + block * params.y_block + i * params.y_agent
    + (head * params.features + f_first) * params.y_row + lane;
  for (var f = 0u; f < FEATURES; f++) {
    if (f <= f_last) {
      y[to + f * params.y_row] = activate(sums[f] * scale, params.activation);
    }
  }
  if (f_first > 0u) {
    return;
  }
  for (var e = first; e < last; e++) {
    let logit = leaky(own + weights[other + graph[neighbours + e] * row]);
    weights[rows + (head * params.edges + e) * row] = exp(logit - largest) * scale;
  }
}

struct BackwardScoreParams {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  attention_at: u32, attention_seed: u32, attention_block: u32, attention_agent: u32, attention_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}

@group(0) @binding(1) var<storage, read> dy: array<f32>; // as score_x
@group(0) @binding(2) var<storage, read> values: array<f32>; // as score_x: x
@group(0) @binding(3) var<storage, read> attention: array<f32>; // as scores
@group(0) @binding(4) var<storage, read_write> d_attention: array<f32>; // as scores
@group(0) @binding(5) var<uniform> backward_scores: BackwardScoreParams;

@compute @workgroup_size(64)
fn graph_attention_backward_scores(@builtin(global_invocation_id) id: vec3u) {
  let p = &backward_scores;
  if (id.x >= ((*p).columns + 7u) / 8u * 8u) {
    return;
  }
  let i = id.y / (*p).heads;
  let head = id.y % (*p).heads;
  let block = id.x / 256u;
  let lane = id.x % 256u;
  let features = (*p).features;
  let dy_first = (*p).dy_at + id.z * (*p).dy_seed + block * (*p).dy_block + i * (*p).dy_agent
    + head * features * (*p).dy_row + lane;
  let x_first = (*p).x_at + id.z * (*p).x_seed + block * (*p).x_block + head * features * (*p).x_row + lane;
  let row = (*p).attention_row;
  let source = (*p).attention_at + id.z * (*p).attention_seed + block * (*p).attention_block + lane;
  let other = source + ((*p).heads * ((*p).edges + (*p).agents) + head * (*p).agents) * row;
  let own_row = (*p).heads * (*p).edges + head * (*p).agents + i;
  let own = attention[source + own_row * row];
  let d_row = (*p).d_row;
  let to = (*p).d_at + id.z * (*p).d_seed + block * (*p).d_block + lane;
  let neighbours = (*p).agents + 1u;
  let first = graph[i];
  let last = graph[i + 1u];
  var mean = 0.0;
  for (var e = first; e < last; e++) {
    let x_of = x_first + graph[neighbours + e] * (*p).x_agent;
    var product = 0.0;
    for (var f = 0u; f < features; f++) {
      product += dy[dy_first + f * (*p).dy_row] * values[x_of + f * (*p).x_row];
    }
    let entry = head * (*p).edges + e;
    d_attention[to + entry * d_row] = product;
    mean += attention[source + entry * row] * product;
  }
  var sum = 0.0;
  for (var e = first; e < last; e++) {
    let entry = head * (*p).edges + e;
    let d = (d_attention[to + entry * d_row] - mean) * attention[source + entry * row];
    let score = own + attention[other + graph[neighbours + e] * row];
    let through = select(SLOPE * d, d, score > 0.0);
    d_attention[to + entry * d_row] = through;
    sum += through;
  }
  d_attention[to + own_row * d_row] = sum;
}

struct BackwardInputParams {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32, a_at: u32, w_seed: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
  attention_at: u32, attention_seed: u32, attention_block: u32, attention_agent: u32, attention_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
  dx_at: u32, dx_seed: u32, dx_block: u32, dx_agent: u32, dx_row: u32,
}

@group(0) @binding(2) var<storage, read> a: array<f32>; // as score_a
@group(0) @binding(5) var<storage, read_write> dx: array<f32>; // as score_x
@group(0) @binding(6) var<uniform> backward_input: BackwardInputParams;

@compute @workgroup_size(64)
fn graph_attention_backward_input(@builtin(global_invocation_id) id: vec3u) {
  let p = &backward_input;
  if (id.x >= ((*p).columns + 7u) / 8u * 8u) {
    return;
  }
  let tiles = ((*p).features + FEATURES - 1u) / FEATURES;
  let f_first = id.y % tiles * FEATURES;
  let f_last = min(FEATURES, (*p).features - f_first) - 1u;
  let j = id.y / tiles / (*p).heads;
  let head = id.y / tiles % (*p).heads;
  let block = id.x / 256u;
  let lane = id.x % 256u;
  let weight_first = (*p).attention_at + id.z * (*p).attention_seed + block * (*p).attention_block
    + head * (*p).edges * (*p).attention_row + lane;
  let d_row = (*p).d_row;
  let d_first = (*p).d_at + id.z * (*p).d_seed + block * (*p).d_block + lane;
  let f_row = head * (*p).features + f_first;
  let dy_first = (*p).dy_at + id.z * (*p).dy_seed + block * (*p).dy_block + f_row * (*p).dy_row + lane;
  let listeners = (*p).agents + 1u + (*p).edges;
  let positions = listeners + (*p).agents + 1u;
  let last = graph[listeners + j + 1u];
  var sums: array<f32, FEATURES>;
  var d_other = 0.0;
  for (var n = graph[listeners + j]; n < last; n++) {
    let e = graph[positions + n];
    let weight = attention[weight_first + e * (*p).attention_row];
    d_other += d_attention[d_first + (head * (*p).edges + e) * d_row];
    let source = dy_first + graph[positions + (*p).edges + n] * (*p).dy_agent;
    for (var f = 0u; f < FEATURES; f++) {
      sums[f] += weight * dy[source + min(f, f_last) * (*p).dy_row];
    }
  }
  let own_row = (*p).heads * (*p).edges + head * (*p).agents + j;
  let d_own = d_attention[d_first + own_row * d_row];
  let vector = (*p).a_at + id.z * (*p).w_seed + head * 2u * (*p).features + f_first;
  let to = (*p).dx_at + id.z * (*p).dx_seed + block * (*p).dx_block + j * (*p).dx_agent + f_row * (*p).dx_row
    + lane;
  for (var f = 0u; f < FEATURES; f++) {
    if (f <= f_last) {
      dx[to + f * (*p).dx_row] = sums[f] + d_own * a[vector + f] + d_other * a[vector + (*p).features + f];
    }
  }
  if (f_first == 0u) {
    d_attention[d_first + (own_row + (*p).heads * (*p).agents) * d_row] = d_other;
  }
}

struct BackwardWeightParams {
  seeds: u32, agents: u32, columns: u32, heads: u32, features: u32, edges: u32, a_at: u32, w_seed: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  d_at: u32, d_seed: u32, d_block: u32, d_agent: u32, d_row: u32,
}

@group(0) @binding(1) var<storage, read> d_scores: array<f32>; // as scores
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>; // as score_a
@group(0) @binding(3) var<uniform> backward_weights: BackwardWeightParams;

var<workgroup> partials: array<vec2f, 256>;

// A workgroup computes both gradients of one feature of one head: each thread sums the columns that are its
// own in every block, then a tree.
@compute @workgroup_size(256)
fn graph_attention_backward_weights(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let p = &backward_weights;
  let head = group.x / (*p).features;
  let f = group.x % (*p).features;
  let padded = ((*p).columns + 7u) / 8u * 8u;
  let x_first = (*p).x_at + group.y * (*p).x_seed + group.x * (*p).x_row + thread;
  let d_first = (*p).d_at + group.y * (*p).d_seed + thread
    + ((*p).heads * (*p).edges + head * (*p).agents) * (*p).d_row;
  let half = (*p).heads * (*p).agents * (*p).d_row;
  var sum = vec2f();
  for (var c = thread; c < padded; c += 256u) {
    let block = c / 256u;
    for (var i = 0u; i < (*p).agents; i++) {
      let d = d_first + block * (*p).d_block + i * (*p).d_row;
      let value = score_x[x_first + block * (*p).x_block + i * (*p).x_agent];
      sum += value * vec2f(d_scores[d], d_scores[d + half]);
    }
  }
  partials[thread] = sum;
  workgroupBarrier();
  for (var width = 128u; width > 0u; width /= 2u) {
    if (thread < width) {
      partials[thread] += partials[thread + width];
    }
    workgroupBarrier();
  }
  if (thread == 0u) {
    let to = (*p).a_at + group.y * (*p).w_seed + head * 2u * (*p).features + f;
    gradients[to] = partials[0].x;
    gradients[to + (*p).features] = partials[0].y;
  }
}
