// Kernel `noise`; engine/device/kernels/noise.ts says what it does. One thread a sample.

struct Params {
  seeds: u32, samples: u32, values: u32, samples_seed: u32, width: u32, value_at: u32,
  deviation: f32, phase: u32,
}

@group(0) @binding(0) var<storage, read> control: array<u32>; // [seed][64]
@group(0) @binding(1) var<storage, read_write> samples: array<f32>; // [seed][sample][width]
@group(0) @binding(2) var<uniform> params: Params;

// STREAMS.valueNoise of engine/random/address.ts.
const VALUE_NOISE = 5u;

@compute @workgroup_size(64)
fn value_noise(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.samples) {
    return;
  }
  let words = id.y * CONTROL_STRIDE;
  let key = (params.phase << 29u) | (VALUE_NOISE << 24u) | control[words + ITERATION];
  let noise = params.deviation * standard_normal(threefry_word(control[words + SEED], key, 0u, id.x));
  let first = id.y * params.samples_seed + id.x * params.width + params.value_at;
  for (var v = 0u; v < params.values; v++) {
    samples[first + v] += noise;
  }
}
