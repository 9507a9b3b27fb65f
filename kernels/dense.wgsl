// Kernel `dense`: fully connected layers, y = act(W x + b), forward and backward. Agents of a group share
// weights: W (outputs, inputs) row-major, then b (outputs).
//
// Forward and backward to the inputs: a workgroup computes 64 rows x 64 columns of one agent and seed, a
// thread 4 x 4: every sixteenth row and column from its place in a 16 x 16 square on, so that neighbours read
// neighbouring words. Weights and columns come through workgroup memory, 16 terms of the sums at a time.
// Gradients of weights: see dense_backward_weights.

const SQUARE: u32 = 16u;
/** Words between the terms in `left`: a power of two would put them all in one bank. */
const LEFT_STRIDE: u32 = 17u;

/** [16 terms][16 (17)]: weights of four rows. */
var<workgroup> left: array<vec4f, 272>;
/** [16 terms][16]: four columns. */
var<workgroup> right: array<vec4f, 256>;

fn padded(columns: u32) -> u32 {
  return (columns + 7u) / 8u * 8u;
}

/** Adds 16 terms: sums[j] has row `row` + 16 j. `all` is false where only the first of the four is needed. */
fn add_terms(row: u32, column: u32, all: bool, sums: ptr<function, array<vec4f, 4>>) {
  for (var k = 0u; k < SQUARE; k++) {
    let w = left[k * LEFT_STRIDE + row];
    let v = right[k * SQUARE + column];
    (*sums)[0] += w.x * v;
    if (all) {
      (*sums)[1] += w.y * v;
      (*sums)[2] += w.z * v;
      (*sums)[3] += w.w * v;
    }
  }
}

@group(0) @binding(1) var<storage, read> weights: array<f32>; // [seed][group]: W, then b
@group(0) @binding(2) var<storage, read> groups: array<u32>; // [agents]

struct ForwardParams {
  seeds: u32, agents: u32, columns: u32, inputs: u32, outputs: u32, activation: u32,
  w_at: u32, w_seed: u32, w_group: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [seed][block][agent][inputs][columns]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [seed][block][agent][outputs][columns]
@group(0) @binding(4) var<uniform> forward: ForwardParams;

@compute @workgroup_size(256)
fn dense_forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let s = group.z / forward.agents;
  let a = group.z % forward.agents;
  // The first column of 64 within its block; those that exist.
  let block = group.x / 4u;
  let first = group.x % 4u * 64u;
  let columns = min(padded(forward.columns) - block * 256u, 256u);
  let top = group.y * 64u;
  let w = forward.w_at + s * forward.w_seed + groups[a] * forward.w_group;
  let x_at = forward.x_at + s * forward.x_seed + block * forward.x_block + a * forward.x_agent;
  let y_at = forward.y_at + s * forward.y_seed + block * forward.y_block + a * forward.y_agent;
  let low = index % SQUARE;
  let high = index / SQUARE;
  let all = forward.outputs - top > SQUARE;
  var sums: array<vec4f, 4>;
  for (var start = 0u; start < forward.inputs; start += SQUARE) {
    var four = vec4f();
    if (start + low < forward.inputs) {
      for (var j = 0u; j < 4u; j++) {
        let o = top + high + j * SQUARE;
        if (o < forward.outputs) {
          four[j] = weights[w + o * forward.inputs + start + low];
        }
      }
    }
    left[low * LEFT_STRIDE + high] = four;
    four = vec4f();
    if (start + high < forward.inputs) {
      for (var j = 0u; j < 4u; j++) {
        let c = first + low + j * SQUARE;
        if (c < columns) {
          four[j] = x[x_at + (start + high) * forward.x_row + c];
        }
      }
    }
    right[high * SQUARE + low] = four;
    workgroupBarrier();
    add_terms(high, low, all, &sums);
    workgroupBarrier();
  }
  for (var r = 0u; r < 4u; r++) {
    let o = top + high + r * SQUARE;
    if (o >= forward.outputs) {
      break;
    }
    let bias = weights[w + forward.outputs * forward.inputs + o];
    for (var j = 0u; j < 4u; j++) {
      let c = first + low + j * SQUARE;
      if (c < columns) {
        y[y_at + o * forward.y_row + c] = activate(sums[r][j] + bias, forward.activation);
      }
    }
  }
}

struct InputParams {
  seeds: u32, agents: u32, columns: u32, inputs: u32, outputs: u32, activation: u32, accumulate: u32,
  w_at: u32, w_seed: u32, w_group: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  dx_at: u32, dx_seed: u32, dx_block: u32, dx_agent: u32, dx_row: u32,
}

@group(0) @binding(0) var<storage, read> dy: array<f32>; // as y
@group(0) @binding(3) var<storage, read> below: array<f32>; // as x: what the layer below gave
@group(0) @binding(4) var<storage, read_write> dx: array<f32>; // as x
@group(0) @binding(5) var<uniform> back: InputParams;

@compute @workgroup_size(256)
fn dense_backward_input(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let s = group.z / back.agents;
  let a = group.z % back.agents;
  let block = group.x / 4u;
  let first = group.x % 4u * 64u;
  let columns = min(padded(back.columns) - block * 256u, 256u);
  let top = group.y * 64u;
  let w = back.w_at + s * back.w_seed + groups[a] * back.w_group;
  let dy_at = back.dy_at + s * back.dy_seed + block * back.dy_block + a * back.dy_agent;
  let x_at = back.x_at + s * back.x_seed + block * back.x_block + a * back.x_agent;
  let dx_at = back.dx_at + s * back.dx_seed + block * back.dx_block + a * back.dx_agent;
  let low = index % SQUARE;
  let high = index / SQUARE;
  let all = back.inputs - top > SQUARE;
  var sums: array<vec4f, 4>;
  for (var start = 0u; start < back.outputs; start += SQUARE) {
    var weight = vec4f();
    var column = vec4f();
    if (start + high < back.outputs) {
      for (var j = 0u; j < 4u; j++) {
        let i = top + low + j * SQUARE;
        if (i < back.inputs) {
          weight[j] = weights[w + (start + high) * back.inputs + i];
        }
        let c = first + low + j * SQUARE;
        if (c < columns) {
          column[j] = dy[dy_at + (start + high) * back.dy_row + c];
        }
      }
    }
    left[high * LEFT_STRIDE + low] = weight;
    right[high * SQUARE + low] = column;
    workgroupBarrier();
    add_terms(high, low, all, &sums);
    workgroupBarrier();
  }
  for (var r = 0u; r < 4u; r++) {
    let i = top + high + r * SQUARE;
    if (i >= back.inputs) {
      break;
    }
    for (var j = 0u; j < 4u; j++) {
      let c = first + low + j * SQUARE;
      if (c < columns) {
        let at = dx_at + i * back.dx_row + c;
        let d = through_activation(sums[r][j], below[x_at + i * back.x_row + c], back.activation);
        if (back.accumulate != 0u) {
          dx[at] += d;
        } else {
          dx[at] = d;
        }
      }
    }
  }
}

struct WeightParams {
  seeds: u32, agents: u32, columns: u32, inputs: u32, outputs: u32, group_count: u32,
  w_at: u32, w_seed: u32, w_group: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
}

@group(0) @binding(1) var<storage, read> source: array<f32>; // as x
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>; // as weights
@group(0) @binding(4) var<uniform> back_weights: WeightParams;

/** Columns that go through workgroup memory at a time. */
const PANEL: u32 = 64u;
/** Vectors between its columns: four of dy or x, and one so that neighbours are in different banks. */
const PANEL_STRIDE: u32 = 5u;
/** Where x begins after dy. */
const PANEL_X: u32 = 320u;

/** [dy, x][64 columns][4 (5)]: four rows; then sums of 128 threads, 5 vectors each. */
var<workgroup> panel: array<vec4f, 640>;

/** Four rows of one column. */
fn four_of_dy(at: u32, row: u32) -> vec4f {
  var four = vec4f();
  for (var j = 0u; j < 4u; j++) {
    if (row + j < back_weights.outputs) {
      four[j] = dy[at + (row + j) * back_weights.dy_row];
    }
  }
  return four;
}

fn four_of_x(at: u32, row: u32) -> vec4f {
  var four = vec4f();
  for (var j = 0u; j < 4u; j++) {
    if (row + j < back_weights.inputs) {
      four[j] = source[at + (row + j) * back_weights.x_row];
    }
  }
  return four;
}

// A workgroup computes 16 x 16 gradients of one group and seed over all its agents and columns. Sixteen
// threads share each sixteenth of the columns; a thread has 4 x 4 gradients and the sums of 4 rows of dy,
// which are the gradients of biases. Then the sixteenths are added, two and two: always in the same order.
@compute @workgroup_size(256)
fn dense_backward_weights(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let s = group.z / back_weights.group_count;
  let g = group.z % back_weights.group_count;
  let top = group.y * SQUARE;
  let left_most = group.x * SQUARE;
  let part = index / SQUARE;
  let quad_o = index % SQUARE / 4u;
  let quad_i = index % 4u;
  var sums: array<vec4f, 5>;
  for (var a = 0u; a < back_weights.agents; a++) {
    if (groups[a] != g) {
      continue;
    }
    let dy_at = back_weights.dy_at + s * back_weights.dy_seed + a * back_weights.dy_agent;
    let x_at = back_weights.x_at + s * back_weights.x_seed + a * back_weights.x_agent;
    for (var start = 0u; start < back_weights.columns; start += PANEL) {
      let lane = index % PANEL;
      let quad = index / PANEL;
      let block = start / 256u;
      let c = start % 256u + lane;
      var d = vec4f();
      var v = vec4f();
      if (start + lane < padded(back_weights.columns)) {
        d = four_of_dy(dy_at + block * back_weights.dy_block + c, top + quad * 4u);
        v = four_of_x(x_at + block * back_weights.x_block + c, left_most + quad * 4u);
      }
      panel[lane * PANEL_STRIDE + quad] = d;
      panel[PANEL_X + lane * PANEL_STRIDE + quad] = v;
      workgroupBarrier();
      for (var k = part; k < PANEL; k += SQUARE) {
        let rows = panel[k * PANEL_STRIDE + quad_o];
        let columns = panel[PANEL_X + k * PANEL_STRIDE + quad_i];
        sums[0] += rows.x * columns;
        sums[1] += rows.y * columns;
        sums[2] += rows.z * columns;
        sums[3] += rows.w * columns;
        sums[4] += rows;
      }
      workgroupBarrier();
    }
  }
  for (var half = 8u; half > 0u; half /= 2u) {
    if (part >= half && part < 2u * half) {
      for (var r = 0u; r < 5u; r++) {
        panel[(index - half * SQUARE) * 5u + r] = sums[r];
      }
    }
    workgroupBarrier();
    if (part < half) {
      for (var r = 0u; r < 5u; r++) {
        sums[r] += panel[index * 5u + r];
      }
    }
    workgroupBarrier();
  }
  if (part != 0u) {
    return;
  }
  let w = back_weights.w_at + s * back_weights.w_seed + g * back_weights.w_group;
  for (var r = 0u; r < 4u; r++) {
    let o = top + quad_o * 4u + r;
    if (o >= back_weights.outputs) {
      break;
    }
    for (var j = 0u; j < 4u; j++) {
      let i = left_most + quad_i * 4u + j;
      if (i < back_weights.inputs) {
        gradients[w + o * back_weights.inputs + i] = sums[r][j];
      }
    }
    if (group.x == 0u && quad_i == 0u) {
      gradients[w + back_weights.outputs * back_weights.inputs + o] = sums[4][r];
    }
  }
}

struct ActivationParams {
  seeds: u32, agents: u32, columns: u32, rows: u32, activation: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
  dy_at: u32, dy_seed: u32, dy_block: u32, dy_agent: u32, dy_row: u32,
}

@group(0) @binding(0) var<storage, read> results: array<f32>; // [seed][block][agent][rows][columns]
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>; // as results
@group(0) @binding(2) var<uniform> gate: ActivationParams;

@compute @workgroup_size(64)
fn dense_activation_gradient(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= padded(gate.columns)) {
    return;
  }
  let s = id.z / gate.agents;
  let a = id.z % gate.agents;
  let block = id.x / 256u;
  let c = id.x % 256u;
  let y_at = gate.y_at + s * gate.y_seed + block * gate.y_block + a * gate.y_agent + id.y * gate.y_row;
  let dy_at = gate.dy_at + s * gate.dy_seed + block * gate.dy_block + a * gate.dy_agent + id.y * gate.dy_row;
  let d = gradient[dy_at + c];
  gradient[dy_at + c] = through_activation(d, results[y_at + c], gate.activation);
}
