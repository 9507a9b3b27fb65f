// Activations by number: 0 none, 1 relu, 2 tanh. Needs math.wgsl.

fn activate(x: f32, activation: u32) -> f32 {
  switch activation {
    // Not max(x, 0.0), which loses NaN.
    case 1u: { return select(x, 0.0, x < 0.0); }
    case 2u: { return tanh(x); }
    default: { return x; }
  }
}

// dy times the activation's derivative where its result is y.
fn through_activation(dy: f32, y: f32, activation: u32) -> f32 {
  switch activation {
    case 1u: { return select(0.0, dy, y > 0.0); }
    case 2u: { return dy * (1.0 - y * y); }
    default: { return dy; }
  }
}
