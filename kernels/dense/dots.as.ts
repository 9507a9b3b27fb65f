// Dot products of rows along their columns: the gradients of weights. `bytes` of columns, a multiple of 32;
// steps (`_row`) are bytes. What is found is added to what stands at `to`.
//
// Tiles are 2 rows x 4 rows: 8 sums in registers, 6 loads for 8 multiply-adds.

// The sums of the lanes of four vectors.
@inline
function lane_sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

@inline
function lane_sum(a: v128): f32 {
  const even = f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2);
  return even + (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3));
}

@inline
function add_four(to: usize, v: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v));
}

@inline
function add_one(to: usize, v: f32): void {
  store<f32>(to, load<f32>(to) + v);
}

// Two rows of dy with `inputs` rows of x, a multiple of 4; the second row's results are `to_row` further on.
export function two_by_four(
  dy: usize, dy_row: usize, x: usize, x_row: usize, inputs: usize, bytes: usize, to: usize, to_row: usize,
): void {
  const second = dy + dy_row;
  for (; inputs > 0; inputs -= 4) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let c: usize = 0; c < bytes; c += 32) {
      const d0 = v128.load(dy + c), d1 = v128.load(dy + c, 16);
      const e0 = v128.load(second + c), e1 = v128.load(second + c, 16);
      let row = x + c;
      let v = v128.load(row);
      a0 = f32x4.relaxed_madd(d0, v, a0);
      b0 = f32x4.relaxed_madd(e0, v, b0);
      v = v128.load(row, 16);
      a0 = f32x4.relaxed_madd(d1, v, a0);
      b0 = f32x4.relaxed_madd(e1, v, b0);
      row += x_row;
      v = v128.load(row);
      a1 = f32x4.relaxed_madd(d0, v, a1);
      b1 = f32x4.relaxed_madd(e0, v, b1);
      v = v128.load(row, 16);
      a1 = f32x4.relaxed_madd(d1, v, a1);
      b1 = f32x4.relaxed_madd(e1, v, b1);
      row += x_row;
      v = v128.load(row);
      a2 = f32x4.relaxed_madd(d0, v, a2);
      b2 = f32x4.relaxed_madd(e0, v, b2);
      v = v128.load(row, 16);
      a2 = f32x4.relaxed_madd(d1, v, a2);
      b2 = f32x4.relaxed_madd(e1, v, b2);
      row += x_row;
      v = v128.load(row);
      a3 = f32x4.relaxed_madd(d0, v, a3);
      b3 = f32x4.relaxed_madd(e0, v, b3);
      v = v128.load(row, 16);
      a3 = f32x4.relaxed_madd(d1, v, a3);
      b3 = f32x4.relaxed_madd(e1, v, b3);
    }
    add_four(to, lane_sums(a0, a1, a2, a3));
    add_four(to + to_row, lane_sums(b0, b1, b2, b3));
    to += 16;
    x += x_row << 2;
  }
}

// One row of dy with `inputs` rows of x, a multiple of 4.
export function one_by_four(dy: usize, x: usize, x_row: usize, inputs: usize, bytes: usize, to: usize): void {
  for (; inputs > 0; inputs -= 4) {
    // Two sums of each, so that none waits for the one before it.
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let c: usize = 0; c < bytes; c += 32) {
      const d0 = v128.load(dy + c), d1 = v128.load(dy + c, 16);
      let row = x + c;
      a0 = f32x4.relaxed_madd(d0, v128.load(row), a0);
      b0 = f32x4.relaxed_madd(d1, v128.load(row, 16), b0);
      row += x_row;
      a1 = f32x4.relaxed_madd(d0, v128.load(row), a1);
      b1 = f32x4.relaxed_madd(d1, v128.load(row, 16), b1);
      row += x_row;
      a2 = f32x4.relaxed_madd(d0, v128.load(row), a2);
      b2 = f32x4.relaxed_madd(d1, v128.load(row, 16), b2);
      row += x_row;
      a3 = f32x4.relaxed_madd(d0, v128.load(row), a3);
      b3 = f32x4.relaxed_madd(d1, v128.load(row, 16), b3);
    }
    add_four(to, lane_sums(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3)));
    to += 16;
    x += x_row << 2;
  }
}

// `outputs` rows of dy with one row of x; results are `to_row` apart.
export function all_by_one(
  dy: usize, dy_row: usize, outputs: usize, x: usize, bytes: usize, to: usize, to_row: usize,
): void {
  for (; outputs >= 4; outputs -= 4) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let c: usize = 0; c < bytes; c += 32) {
      const x0 = v128.load(x + c), x1 = v128.load(x + c, 16);
      let row = dy + c;
      a0 = f32x4.relaxed_madd(x0, v128.load(row), a0);
      b0 = f32x4.relaxed_madd(x1, v128.load(row, 16), b0);
      row += dy_row;
      a1 = f32x4.relaxed_madd(x0, v128.load(row), a1);
      b1 = f32x4.relaxed_madd(x1, v128.load(row, 16), b1);
      row += dy_row;
      a2 = f32x4.relaxed_madd(x0, v128.load(row), a2);
      b2 = f32x4.relaxed_madd(x1, v128.load(row, 16), b2);
      row += dy_row;
      a3 = f32x4.relaxed_madd(x0, v128.load(row), a3);
      b3 = f32x4.relaxed_madd(x1, v128.load(row, 16), b3);
    }
    const sums = lane_sums(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3));
    add_one(to, f32x4.extract_lane(sums, 0));
    to += to_row;
    add_one(to, f32x4.extract_lane(sums, 1));
    to += to_row;
    add_one(to, f32x4.extract_lane(sums, 2));
    to += to_row;
    add_one(to, f32x4.extract_lane(sums, 3));
    to += to_row;
    dy += dy_row << 2;
  }
  for (; outputs > 0; outputs--) {
    let a = f32x4.splat(0), b = a;
    for (let c: usize = 0; c < bytes; c += 32) {
      a = f32x4.relaxed_madd(v128.load(x + c), v128.load(dy + c), a);
      b = f32x4.relaxed_madd(v128.load(x + c, 16), v128.load(dy + c, 16), b);
    }
    add_one(to, lane_sum(f32x4.add(a, b)));
    to += to_row;
    dy += dy_row;
  }
}

// The sums of `outputs` rows of dy, one beside the other.
export function row_sums(dy: usize, dy_row: usize, outputs: usize, bytes: usize, to: usize): void {
  for (; outputs >= 4; outputs -= 4) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let c: usize = 0; c < bytes; c += 32) {
      let row = dy + c;
      a0 = f32x4.add(v128.load(row), a0);
      b0 = f32x4.add(v128.load(row, 16), b0);
      row += dy_row;
      a1 = f32x4.add(v128.load(row), a1);
      b1 = f32x4.add(v128.load(row, 16), b1);
      row += dy_row;
      a2 = f32x4.add(v128.load(row), a2);
      b2 = f32x4.add(v128.load(row, 16), b2);
      row += dy_row;
      a3 = f32x4.add(v128.load(row), a3);
      b3 = f32x4.add(v128.load(row, 16), b3);
    }
    add_four(to, lane_sums(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3)));
    to += 16;
    dy += dy_row << 2;
  }
  for (; outputs > 0; outputs--) {
    let a = f32x4.splat(0), b = a;
    for (let c: usize = 0; c < bytes; c += 32) {
      a = f32x4.add(v128.load(dy + c), a);
      b = f32x4.add(v128.load(dy + c, 16), b);
    }
    add_one(to, lane_sum(f32x4.add(a, b)));
    to += 4;
    dy += dy_row;
  }
}
