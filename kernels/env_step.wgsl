// env_step: whole periods of every environment. An invocation is one environment: a column of every row, which no
// other invocation touches. Arrays, tables and arithmetic are those of env_step.as.ts, with these differences: rows of
// rings follow from the period (the tables are only read), and env_step/allocate.wgsl works in rows behind the state.

struct Params { seeds: u32, columns: u32, periods: u32 }
struct ResetParams { seeds: u32, columns: u32 }
struct AdvanceParams { seeds: u32, periods: u32 }

@group(0) @binding(0) var<storage, read> control: array<u32>; // [seed][CONTROL_WORDS]
@group(0) @binding(1) var<storage, read> tables: array<u32>; // engine/simulation/tables.ts
@group(0) @binding(2) var<storage, read_write> state: array<u32>; // [seed][block][row][272], claims
@group(0) @binding(3) var<storage, read_write> observations: array<f32>; // [seed][block][row][272]
@group(0) @binding(4) var<storage, read> actions: array<f32>; // [seed][block][row][272]
@group(0) @binding(5) var<storage, read_write> finals: array<f32>; // as observations
@group(0) @binding(6) var<storage, read_write> rewards: array<f32>; // [seed][block][agent][272]
@group(0) @binding(7) var<storage, read_write> metrics: array<f32>; // [seed][block][node][METRIC_ROWS][272]
@group(0) @binding(10) var<uniform> params: Params;

@group(0) @binding(0) var<storage, read_write> advanced: array<u32>; // control
@group(0) @binding(4) var<uniform> reset_params: ResetParams;
@group(0) @binding(2) var<uniform> advance_params: AdvanceParams;

const WORKGROUP: u32 = 64u;

// Words of a block of an array, from its bytes in the header.
fn block_words(header: u32) -> u32 {
  return tables[header] >> 2u;
}

// Columns are computed in whole vectors of 8, as on WebAssembly.
fn padded(columns: u32) -> u32 {
  return (columns + 7u) & ~7u;
}

fn blocks_of(columns: u32) -> u32 {
  return (columns + BLOCK_COLUMNS - 1u) / BLOCK_COLUMNS;
}

fn block_of(environment: u32, seed: u32, columns: u32) -> u32 {
  return seed * blocks_of(columns) + environment / BLOCK_COLUMNS;
}

@compute @workgroup_size(WORKGROUP)
fn env_reset(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= padded(reset_params.columns)) {
    return;
  }
  let block = block_of(id.x, id.y, reset_params.columns);
  let lane = id.x % BLOCK_COLUMNS;
  column = block * block_words(H_STATE_BYTES) + lane;
  reset_column();
  if (advanced[id.y * CONTROL_WORDS + CONTROL_OBSERVES] != 0u) {
    observe(block * block_words(H_OBSERVATION_BYTES) + lane, 0u);
  }
  if (id.x == 0u) {
    advanced[id.y * CONTROL_WORDS + CONTROL_PERIOD] = 0u;
  }
}

@compute @workgroup_size(WORKGROUP)
fn env_step(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= padded(params.columns)) {
    return;
  }
  let words = id.y * CONTROL_WORDS;
  let block = block_of(id.x, id.y, params.columns);
  let lane = id.x % BLOCK_COLUMNS;
  let blocks = params.seeds * blocks_of(params.columns);
  column = block * block_words(H_STATE_BYTES) + lane;
  claims_column = blocks * block_words(H_STATE_BYTES) + block * tables[H_MOST_CLAIMS] * CLAIM_ROWS * ROW_COLUMNS + lane;
  nothing = params.periods >> 31u;
  let action_column = block * block_words(H_ACTION_BYTES) + lane;
  let observation_column = block * block_words(H_OBSERVATION_BYTES) + lane;
  let reward_column = block * block_words(H_REWARD_BYTES) + lane;
  let metric_column = block * block_words(H_METRIC_BYTES) + lane;
  let level = control[words + CONTROL_METRICS];
  let observes = control[words + CONTROL_OBSERVES] != 0u;
  let autoresets = control[words + CONTROL_AUTORESETS] != 0u;
  let nodes = tables[H_NODES];
  let order = tables[H_NODE_ORDER] >> 2u;
  var episode = control[words + CONTROL_EPISODE];
  period = control[words + CONTROL_PERIOD];
  for (var p = 0u; p < params.periods; p++) {
    draw(control[words + CONTROL_SEED], control[words + CONTROL_PHASE], episode);
    for (var k = 0u; k < nodes; k++) {
      decide(tables[order + k] >> 2u, action_column);
    }
    for (var k = 0u; k < nodes; k++) {
      let node = tables[order + k] >> 2u;
      flows = Flows();
      receive(node);
      ship(node);
      settle(node, metric_column, level);
    }
    period++;
    if (observes) {
      reward(reward_column);
      observe(observation_column, period);
    }
    if (period == tables[H_HORIZON] && autoresets) {
      period = 0u;
      episode++;
      reset_column();
      if (observes) {
        keep_finals(observation_column);
        observe(observation_column, 0u);
      }
    }
  }
}

// Its own dispatch: every environment of a seed has read the period by then.
@compute @workgroup_size(WORKGROUP)
fn env_advance(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= advance_params.seeds) {
    return;
  }
  let words = id.x * CONTROL_WORDS;
  var next = advanced[words + CONTROL_PERIOD] + advance_params.periods;
  if (advanced[words + CONTROL_AUTORESETS] != 0u) {
    advanced[words + CONTROL_EPISODE] += next / tables[H_HORIZON];
    next %= tables[H_HORIZON];
  }
  advanced[words + CONTROL_PERIOD] = next;
}
