// Kernel `random`: fills rows with random words and with what is drawn from them. The conditions on the
// arguments stand with the functions.
//
// draw_*: out, columns, k0, k1, c0, c1; out[j] comes from word 0 of threefry(k0, k1, c0, c1 + j).

import { prepare_constants } from "./lib/constants.as";
import { inverse_normal } from "./lib/math.as";
import { uniform, uniform_row } from "./lib/random.as";
import { random_sequence } from "./lib/threefry.as";

export { random_sequence, random_words } from "./lib/threefry.as";
export { sample_discrete, sample_normal, sample_row, scale_exact, uniform_row } from "./lib/random.as";

// The words themselves, u32.
export function draw_words(args: usize): void {
  random_sequence(
    load<u32>(args), load<u32>(args, 4), load<u32>(args, 8), load<u32>(args, 12), load<u32>(args, 16),
    load<u32>(args, 20),
  );
}

// Uniform on (0, 1), f32.
export function draw_uniforms(args: usize): void {
  draw_words(args);
  uniform_row(load<u32>(args), load<u32>(args), load<u32>(args, 4));
}

// Standard normal, f32.
export function draw_normals(args: usize): void {
  draw_words(args);
  prepare_constants();
  let out = <usize>load<u32>(args);
  for (const end = out + (<usize>load<u32>(args, 4) << 2); out < end; out += 32) {
    const a = inverse_normal(uniform(v128.load(out)));
    const b = inverse_normal(uniform(v128.load(out, 16)));
    v128.store(out, a);
    v128.store(out, b, 16);
  }
}
