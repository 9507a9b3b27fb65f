// Kernel `graph_convolution`; its twin graph_convolution.as.ts says what it computes. A thread computes one
// column of one row of one agent.

struct Params {
  seeds: u32, agents: u32, columns: u32, rows: u32, edges: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(0) var<storage, read> graph: array<u32>; // [agents + 1], [edges], f32 [edges]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [seed][block][agent][rows][columns]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // as x
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn graph_convolution(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= (params.columns + 7u) / 8u * 8u) {
    return;
  }
  let i = id.y / params.rows;
  let r = id.y % params.rows;
  let block = c / 256u;
  let lane = c % 256u;
  let source = params.x_at + id.z * params.x_seed + block * params.x_block + r * params.x_row + lane;
  let neighbours = params.agents + 1u;
  let weights = neighbours + params.edges;
  let last = graph[i + 1u];
  var sum = 0.0;
  for (var e = graph[i]; e < last; e++) {
    sum += bitcast<f32>(graph[weights + e]) * x[source + graph[neighbours + e] * params.x_agent];
  }
  y[params.y_at + id.z * params.y_seed + block * params.y_block + i * params.y_agent
    + r * params.y_row + lane] = sum;
}

struct BackwardParams {
  seeds: u32, agents: u32, columns: u32, rows: u32, edges: u32, activation: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  dx_at: u32, dx_seed: u32, dx_block: u32, dx_agent: u32, dx_row: u32,
}

@group(0) @binding(1) var<storage, read> dy: array<f32>; // as x
@group(0) @binding(2) var<storage, read> results: array<f32>; // as x: the layer's whose activation is undone
@group(0) @binding(3) var<storage, read_write> dx: array<f32>; // as x
@group(0) @binding(4) var<uniform> backward: BackwardParams;

@compute @workgroup_size(64)
fn graph_convolution_backward(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= (backward.columns + 7u) / 8u * 8u) {
    return;
  }
  let i = id.y / backward.rows;
  let r = id.y % backward.rows;
  let block = c / 256u;
  let lane = c % 256u;
  let source = backward.dy_at + id.z * backward.dy_seed + block * backward.dy_block + r * backward.dy_row
    + lane;
  let neighbours = backward.agents + 1u;
  let weights = neighbours + backward.edges;
  let last = graph[i + 1u];
  var sum = 0.0;
  for (var e = graph[i]; e < last; e++) {
    sum += bitcast<f32>(graph[weights + e]) * dy[source + graph[neighbours + e] * backward.dy_agent];
  }
  if (backward.activation != 0u) {
    let at = backward.x_at + id.z * backward.x_seed + block * backward.x_block + i * backward.x_agent
      + r * backward.x_row + lane;
    sum = through_activation(sum, results[at], backward.activation);
  }
  dx[backward.dx_at + id.z * backward.dx_seed + block * backward.dx_block + i * backward.dx_agent
    + r * backward.dx_row + lane] = sum;
}
