// What the distributions share: arrays, where a thread's column lies in them, its random words, and what the
// loss says of it. The descriptors, engine/device/kernels/policy_head.ts, say what is computed. A thread
// computes one column, id.x, of one agent, id.y, and seed, id.z.

const ACTION_NOISE = 4u;

// Views: [seed][block][agent][row][column].

// Of sampling; control also of the gradient.
@group(0) @binding(0) var<storage, read> control: array<u32>; // [seed][CONTROL_STRIDE]
@group(0) @binding(1) var<storage, read> sample_distribution: array<f32>; // rows: 2 actions, or choices
@group(0) @binding(2) var<storage, read_write> sample_action: array<f32>; // rows: actions, or 1
@group(0) @binding(3) var<storage, read_write> sample_log_probability: array<f32>; // 1 row

// Of log-probability, entropy and divergence.
@group(0) @binding(0) var<storage, read> distribution: array<f32>; // rows: 2 actions, or choices
@group(0) @binding(1) var<storage, read> old_distribution: array<f32>; // as distribution
@group(0) @binding(2) var<storage, read> action: array<f32>; // rows: actions, or 1
@group(0) @binding(3) var<storage, read_write> log_probability: array<f32>; // 1 row
@group(0) @binding(4) var<storage, read_write> entropy: array<f32>; // 1 row
@group(0) @binding(5) var<storage, read_write> divergence: array<f32>; // 1 row

// Of the gradient.
@group(0) @binding(1) var<storage, read> new_distribution: array<f32>; // rows: 2 actions, or choices
@group(0) @binding(2) var<storage, read> earlier_distribution: array<f32>; // as new_distribution
@group(0) @binding(3) var<storage, read> taken_action: array<f32>; // rows: actions, or 1
@group(0) @binding(4) var<storage, read> d_log_probability: array<f32>; // 1 row
@group(0) @binding(5) var<storage, read_write> d_distribution: array<f32>; // as new_distribution

// Word of row 0 of a view.
fn row_0(id: vec3u, at: u32, seed: u32, block: u32, agent: u32) -> u32 {
  return at + id.z * seed + (id.x / 256u) * block + id.y * agent + id.x % 256u;
}

// Columns that are computed: whole vectors of 8.
fn padded(columns: u32) -> u32 {
  return (columns + 7u) / 8u * 8u;
}

// The random word of a column: stream actionNoise of engine/random/address.ts.
fn noise_word(id: vec3u, phase: u32, entity: u32) -> u32 {
  let c = id.z * CONTROL_STRIDE;
  let k1 = (phase << 29u) | (ACTION_NOISE << 24u) | control[c + ITERATION];
  return threefry_word(control[c + SEED], k1, id.x << 8u, (control[c + STEP] << 12u) | entity);
}

// What the loss says of entropy and divergence of a column: gradients for the two.
fn d_entropy(seed: u32, columns: u32) -> f32 {
  return -bitcast<f32>(control[seed * CONTROL_STRIDE + ENTROPY_COEFFICIENT]) / f32(columns);
}

fn d_divergence(seed: u32, columns: u32) -> f32 {
  return bitcast<f32>(control[seed * CONTROL_STRIDE + KL_COEFFICIENT]) / f32(columns);
}
