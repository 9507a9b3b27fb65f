// Kernel `math`: exp, log, tanh and the inverse normal of a row. A thread computes one column.

struct Params {
  columns: u32,
}

@group(0) @binding(0) var<storage, read> input: array<f32>; // (columns)
@group(0) @binding(1) var<storage, read_write> result: array<f32>; // (columns)
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn exp_row(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.columns) {
    result[id.x] = exp(input[id.x]);
  }
}

@compute @workgroup_size(64)
fn log_row(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.columns) {
    result[id.x] = log(input[id.x]);
  }
}

@compute @workgroup_size(64)
fn tanh_row(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.columns) {
    result[id.x] = tanh(input[id.x]);
  }
}

@compute @workgroup_size(64)
fn inverse_normal_row(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.columns) {
    result[id.x] = inverse_normal(input[id.x]);
  }
}
