// exp(x) - 1 - x of four f32 lanes: what divergences are made of.

import { At, constant } from "./constants.as";
import { exp } from "./math.as";

// Within 2e-5 relative, also near 0, where the difference would cancel: there it is x^2 P(x) with the
// polynomial of exp. Never below 0; NaN stays NaN. After prepare_constants().
@inline
export function excess(x: v128): v128 {
  let p = f32x4.relaxed_madd(constant(At.exp3), x, constant(At.exp2));
  p = f32x4.relaxed_madd(p, x, constant(At.exp1));
  p = f32x4.relaxed_madd(p, x, constant(At.exp0));
  p = f32x4.mul(p, f32x4.mul(x, x));
  const near = f32x4.lt(f32x4.abs(f32x4.add(x, x)), constant(At.ln2High));
  if (i32x4.all_true(near)) return p;
  return v128.bitselect(p, f32x4.sub(f32x4.sub(exp(x), constant(At.one)), x), near);
}
