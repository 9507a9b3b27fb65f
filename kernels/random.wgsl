// Kernel `random`: rows of random words, uniform and normal numbers, one a thread.

struct Params {
  columns: u32, k0: u32, k1: u32, c0: u32, c1: u32,
}

@group(0) @binding(0) var<storage, read_write> words: array<u32>; // (columns)
@group(0) @binding(0) var<storage, read_write> numbers: array<f32>; // (columns)
@group(0) @binding(1) var<uniform> params: Params;

fn word_of(column: u32) -> u32 {
  return threefry_word(params.k0, params.k1, params.c0, params.c1 + column);
}

@compute @workgroup_size(64)
fn draw_words(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.columns) {
    words[id.x] = word_of(id.x);
  }
}

@compute @workgroup_size(64)
fn draw_uniforms(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.columns) {
    numbers[id.x] = uniform_of(word_of(id.x));
  }
}

@compute @workgroup_size(64)
fn draw_normals(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.columns) {
    numbers[id.x] = standard_normal(word_of(id.x));
  }
}
