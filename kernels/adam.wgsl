// Kernel `adam`: the optimiser's step and its counters; engine/device/kernels/adam.ts says what they do.

struct Params {
  seeds: u32, count: u32, w_seed: u32, beta1: f32, beta2: f32, epsilon: f32, decay: f32, clip: f32,
}

@group(0) @binding(0) var<storage, read> control: array<u32>; // [seed][64]
@group(0) @binding(1) var<storage, read_write> weights: array<f32>; // [seed][w_seed]
@group(0) @binding(2) var<storage, read> gradients: array<f32>; // as weights
@group(0) @binding(3) var<storage, read_write> first: array<f32>; // as weights
@group(0) @binding(4) var<storage, read_write> second: array<f32>; // as weights
@group(0) @binding(5) var<storage, read> segments: array<u32>; // [count][4]
@group(0) @binding(6) var<storage, read> norms: array<f32>; // [seed][count]
@group(0) @binding(7) var<uniform> params: Params;

// One thread a weight; those between segments find none.
@compute @workgroup_size(256)
fn adam(@builtin(global_invocation_id) id: vec3u) {
  let s = id.y;
  let words = s * CONTROL_STRIDE;
  if (id.x >= params.w_seed || control[words + ACTIVE] == 0u || control[words + FAULT] != 0u) {
    return;
  }
  var segment = 0u;
  while (segment < params.count && id.x - segments[4u * segment] >= segments[4u * segment + 1u]) {
    segment++;
  }
  if (segment == params.count) {
    return;
  }
  let norm = sqrt(norms[s * params.count + segment]);
  var scale = 1.0;
  if (params.clip > 0.0 && norm > params.clip) {
    scale = params.clip / norm;
  }
  let rate = bitcast<f32>(control[words + LEARNING_RATE]) * bitcast<f32>(segments[4u * segment + 2u]);
  let correction1 = 1.0 - bitcast<f32>(control[words + BETA1_POWER]) * params.beta1;
  let correction2 = sqrt(1.0 - bitcast<f32>(control[words + BETA2_POWER]) * params.beta2);
  let at = s * params.w_seed + id.x;
  let g = gradients[at] * scale;
  let m = params.beta1 * first[at] + (1.0 - params.beta1) * g;
  let v = params.beta2 * second[at] + (1.0 - params.beta2) * (g * g);
  first[at] = m;
  second[at] = v;
  let step = rate * correction2 / correction1 * m / (sqrt(v) + params.epsilon * correction2);
  weights[at] = (1.0 - rate * params.decay) * weights[at] - step;
}

struct AdvanceParams {
  seeds: u32, word: u32, adam: u32, beta1: f32, beta2: f32,
}

@group(0) @binding(0) var<storage, read_write> counters: array<u32>; // as control
@group(0) @binding(1) var<uniform> advanced: AdvanceParams;

@compute @workgroup_size(1)
fn advance(@builtin(workgroup_id) group: vec3u) {
  let words = group.x * CONTROL_STRIDE;
  counters[words + advanced.word] += 1u;
  if (advanced.adam == 0u || counters[words + ACTIVE] == 0u || counters[words + FAULT] != 0u) {
    return;
  }
  counters[words + ADAM_STEP] += 1u;
  let power1 = bitcast<f32>(counters[words + BETA1_POWER]) * advanced.beta1;
  let power2 = bitcast<f32>(counters[words + BETA2_POWER]) * advanced.beta2;
  counters[words + BETA1_POWER] = bitcast<u32>(power1);
  counters[words + BETA2_POWER] = bitcast<u32>(power2);
}
