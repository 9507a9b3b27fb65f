// Kernel `pool`: the mean over agents, row by row. A thread computes one column of one row (of one agent).

struct Params {
  seeds: u32, agents: u32, columns: u32, rows: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [seed][block][agent][rows][columns]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [seed][block][rows][columns]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn pool(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= (params.columns + 7u) / 8u * 8u) {
    return;
  }
  let block = c / 256u;
  let lane = c % 256u;
  let source = params.x_at + id.z * params.x_seed + block * params.x_block + id.y * params.x_row + lane;
  var sum = 0.0;
  for (var a = 0u; a < params.agents; a++) {
    sum += x[source + a * params.x_agent];
  }
  y[params.y_at + id.z * params.y_seed + block * params.y_block + id.y * params.y_row + lane]
    = sum * (1.0 / f32(params.agents));
}

struct BackwardParams {
  seeds: u32, agents: u32, columns: u32, rows: u32, activation: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  dx_at: u32, dx_seed: u32, dx_block: u32, dx_agent: u32, dx_row: u32,
}

@group(0) @binding(0) var<storage, read> dy: array<f32>; // as y
@group(0) @binding(1) var<storage, read> results: array<f32>; // as x: the layer's whose activation is undone
@group(0) @binding(2) var<storage, read_write> dx: array<f32>; // as x
@group(0) @binding(3) var<uniform> backward: BackwardParams;

@compute @workgroup_size(64)
fn pool_backward(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= (backward.columns + 7u) / 8u * 8u) {
    return;
  }
  let a = id.y / backward.rows;
  let r = id.y % backward.rows;
  let block = c / 256u;
  let lane = c % 256u;
  let d = dy[backward.dy_at + id.z * backward.dy_seed + block * backward.dy_block + r * backward.dy_row
    + lane];
  let at = backward.x_at + id.z * backward.x_seed + block * backward.x_block + a * backward.x_agent
    + r * backward.x_row + lane;
  dx[backward.dx_at + id.z * backward.dx_seed + block * backward.dx_block + a * backward.dx_agent
    + r * backward.dx_row + lane]
    = through_activation(d * (1.0 / f32(backward.agents)), results[at], backward.activation);
}
