// exp(x) - 1 - x: what divergences are made of. Needs math.wgsl.

// Within 2e-5 relative, also near 0, where the difference would cancel; NaN stays NaN.
fn excess(x: f32) -> f32 {
  if (abs(x + x) < LN2_HIGH) {
    return (((EXP3 * x + EXP2) * x + EXP1) * x + EXP0) * (x * x);
  }
  return exp(x) - 1.0 - x;
}
