// Kernel `gather`: gather, scatter, select and copy; engine/device/kernels/gather.ts says what they do. Words
// are moved as u32, so that they keep their bits.

const TILE = 32u;
const NOWHERE = 0xffffffffu;

// gather and scatter: a workgroup transposes 32 columns of 32 rows. Neighbouring threads read neighbouring
// words, and write neighbouring words after the turn. One word more a row keeps them in different banks.
var<workgroup> tile: array<u32, 1056>; // 32 * 33

struct GatherParams {
  seeds: u32, agents: u32, columns: u32, rows: u32,
  indices_seed: u32, samples_seed: u32, width: u32, first: u32, by: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(0) var<storage, read> control: array<u32>; // [seed][64]
@group(0) @binding(1) var<storage, read> indices: array<u32>; // [seed][indices_seed]
@group(0) @binding(2) var<storage, read> samples: array<u32>; // [seed][sample][width]
@group(0) @binding(3) var<storage, read_write> y: array<u32>; // [seed][block][agent][rows][columns]
@group(0) @binding(4) var<uniform> gathered: GatherParams;

@compute @workgroup_size(32, 8)
fn gather(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let p = gathered;
  let s = group.z;
  let rows = p.agents * p.rows;
  var start = s * p.indices_seed;
  if (p.by != 0u) {
    start += control[s * CONTROL_STRIDE + UPDATE] * p.columns;
  }
  for (var k = local.y; k < TILE; k += 8u) {
    let c = group.x * TILE + k;
    let r = group.y * TILE + local.x;
    var word = 0u;
    if (c < p.columns && r < rows) {
      word = samples[s * p.samples_seed + indices[start + c] * p.width + p.first + r];
    }
    tile[k * 33u + local.x] = word;
  }
  workgroupBarrier();
  let c = group.x * TILE + local.x;
  let to = p.y_at + s * p.y_seed + c / 256u * p.y_block + c % 256u;
  for (var k = local.y; k < TILE; k += 8u) {
    let r = group.y * TILE + k;
    if (c < (p.columns + 7u) / 8u * 8u && r < rows) {
      y[to + r / p.rows * p.y_agent + r % p.rows * p.y_row] = tile[local.x * 33u + k];
    }
  }
}

struct ScatterParams {
  seeds: u32, agents: u32, columns: u32, rows: u32,
  samples_seed: u32, width: u32, first: u32, by_step: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
}

@group(0) @binding(1) var<storage, read> slots: array<u32>; // [periods]
@group(0) @binding(2) var<storage, read> stored: array<u32>; // [seed][block][agent][rows][columns]
@group(0) @binding(3) var<storage, read_write> store: array<u32>; // as samples
@group(0) @binding(4) var<uniform> scattered: ScatterParams;

@compute @workgroup_size(32, 8)
fn scatter(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let p = scattered;
  let s = group.z;
  let rows = p.agents * p.rows;
  var step = 0u;
  if (p.by_step != 0u) {
    step = control[s * CONTROL_STRIDE + STEP];
  }
  let slot = slots[step];
  let column = group.x * TILE + local.x;
  let origin = p.x_at + s * p.x_seed + column / 256u * p.x_block + column % 256u;
  for (var k = local.y; k < TILE; k += 8u) {
    let r = group.y * TILE + k;
    var word = 0u;
    if (column < p.columns && r < rows) {
      word = stored[origin + r / p.rows * p.x_agent + r % p.rows * p.x_row];
    }
    tile[k * 33u + local.x] = word;
  }
  workgroupBarrier();
  for (var k = local.y; k < TILE; k += 8u) {
    let c = group.x * TILE + k;
    let r = group.y * TILE + local.x;
    if (c < p.columns && r < rows && slot != NOWHERE) {
      store[s * p.samples_seed + (slot + c) * p.width + p.first + r] = tile[local.x * 33u + k];
    }
  }
}

struct SelectParams {
  seeds: u32, agents: u32, columns: u32, rows: u32, normalises: u32, clip: f32, moments_seed: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(0) var<storage, read> table: array<i32>; // [agent][rows]
@group(0) @binding(1) var<storage, read> moments: array<f32>; // [seed][rows of x][2]
@group(0) @binding(4) var<uniform> selected: SelectParams;

// One thread a column of one row of one agent.
@compute @workgroup_size(64)
fn select(@builtin(global_invocation_id) id: vec3u) {
  let p = selected;
  let c = id.x;
  if (c >= (p.columns + 7u) / 8u * 8u) {
    return;
  }
  let block = c / 256u;
  let lane = c % 256u;
  let row = table[id.y];
  var word = 0u;
  if (row >= 0) {
    word = stored[p.x_at + id.z * p.x_seed + block * p.x_block + u32(row) * p.x_row + lane];
    if (p.normalises != 0u) {
      let at = id.z * p.moments_seed + 2u * u32(row);
      word = bitcast<u32>(clamp((bitcast<f32>(word) - moments[at]) * moments[at + 1u], -p.clip, p.clip));
    }
  } else if (row == -2) {
    word = bitcast<u32>(1.0);
  }
  let a = id.y / p.rows;
  let r = id.y % p.rows;
  y[p.y_at + id.z * p.y_seed + block * p.y_block + a * p.y_agent + r * p.y_row + lane] = word;
}

struct CopyParams {
  seeds: u32, agents: u32, columns: u32, rows: u32,
  x_at: u32, x_seed: u32, x_block: u32, x_agent: u32, x_row: u32,
  y_at: u32, y_seed: u32, y_block: u32, y_agent: u32, y_row: u32,
}

@group(0) @binding(0) var<storage, read> originals: array<u32>; // [seed][block][agent][rows][columns]
@group(0) @binding(1) var<storage, read_write> copies: array<u32>; // as originals
@group(0) @binding(2) var<uniform> copied: CopyParams;

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3u) {
  let p = copied;
  let c = id.x;
  if (c >= (p.columns + 7u) / 8u * 8u) {
    return;
  }
  let a = id.y / p.rows;
  let r = id.y % p.rows;
  let block = c / 256u;
  let lane = c % 256u;
  copies[p.y_at + id.z * p.y_seed + block * p.y_block + a * p.y_agent + r * p.y_row + lane]
    = originals[p.x_at + id.z * p.x_seed + block * p.x_block + a * p.x_agent + r * p.x_row + lane];
}
