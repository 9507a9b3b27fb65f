// Kernel `gather`: gather, scatter, select and copy (engine/device/kernels/gather.ts says what they do).
//
// Storage is sample-major and everything else feature-major, so gather and scatter transpose: blocks of four
// samples by four rows in registers. Where the rows are no multiple of four, the last block overlaps the one
// before it and writes the same values once more. 64 rows: 10 ns a sample from cache, 14 to 20 from memory.

import { CONTROL_STRIDE, STEP, UPDATE } from "./control";
import { agent_bytes, blocks_of, column_bytes, row_bytes, rows_of } from "./lib/view.as";

const BLOCK_COLUMNS: u32 = 256;
const NOWHERE: u32 = 0xffffffff;

const enum Gather {
  control, indices, samples, y,
  seeds, agents, columns, rows, indicesSeed, samplesSeed, width, first, by,
  yView,
}

const enum Scatter {
  control, slots, x, samples,
  seeds, agents, columns, rows, samplesSeed, width, first, byStep,
  xView,
}

const enum Select {
  table, moments, x, y,
  seeds, agents, columns, rows, normalises, clip, momentsSeed,
  xView,
  yView = xView + 5,
}

const enum Copy {
  x, y,
  seeds, agents, columns, rows,
  xView,
  yView = xView + 5,
}

// Four words at each of `a`, `b`, `c`, `d`, to four rows at `to`, `row` bytes apart.
@inline
function transpose(a: v128, b: v128, c: v128, d: v128, to: usize, row: usize): void {
  const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(abLow, cdLow, 0, 2));
  to += row;
  v128.store(to, v128.shuffle<i64>(abLow, cdLow, 1, 3));
  to += row;
  v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
  to += row;
  v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
}

@inline
function address(indices: usize, k: usize, samples: usize, width: usize): usize {
  return samples + <usize>load<u32>(indices + (k << 2)) * width;
}

// Four samples at a, b, c, d to four columns of `rows` rows at `to`.
function gather_four(a: usize, b: usize, c: usize, d: usize, rows: u32, to: usize, row: usize): void {
  if (rows < 4) {
    for (let r: u32 = 0; r < rows; r++) {
      let x = v128.load32_zero(a);
      x = v128.load_lane<u32>(b, x, 1);
      x = v128.load_lane<u32>(c, x, 2);
      x = v128.load_lane<u32>(d, x, 3);
      v128.store(to, x);
      a += 4; b += 4; c += 4; d += 4;
      to += row;
    }
    return;
  }
  const four = row << 2;
  for (let left = rows >> 2; left != 0; left--) {
    transpose(v128.load(a), v128.load(b), v128.load(c), v128.load(d), to, row);
    a += 16; b += 16; c += 16; d += 16;
    to += four;
  }
  const rest = <usize>(rows & 3);
  if (rest == 0) return;
  const back = (4 - rest) << 2;
  transpose(
    v128.load(a - back), v128.load(b - back), v128.load(c - back), v128.load(d - back),
    to - (4 - rest) * row, row,
  );
}

// The columns that fill no vector of four, one by one, and zeros up to the next multiple of eight.
function gather_last(
  indices: usize, from: u32, columns: u32, samples: usize, width: usize, rows: u32, to: usize, row: usize,
): void {
  const end = (columns + 7) & ~7;
  for (let c = from; c < end; c++) {
    let out = to + (<usize>c << 2);
    if (c < columns) {
      let sample = address(indices, c, samples, width);
      for (let r: u32 = 0; r < rows; r++) {
        store<u32>(out, load<u32>(sample));
        sample += 4;
        out += row;
      }
    } else {
      for (let r: u32 = 0; r < rows; r++) {
        store<u32>(out, 0);
        out += row;
      }
    }
  }
}

// One block of columns: `rows` words from `samples` on of the samples that `indices` lists.
function gather_columns(
  indices: usize, columns: u32, samples: usize, width: usize, rows: u32, to: usize, row: usize,
): void {
  const whole = columns & ~3;
  for (let c: u32 = 0; c < whole; c += 4) {
    const at = indices + (<usize>c << 2);
    gather_four(
      address(at, 0, samples, width), address(at, 1, samples, width), address(at, 2, samples, width),
      address(at, 3, samples, width), rows, to + (<usize>c << 2), row,
    );
  }
  gather_last(indices, whole, columns, samples, width, rows, to, row);
}

export function gather(args: usize): void {
  const control = <usize>load<u32>(args, Gather.control << 2);
  const seeds = load<u32>(args, Gather.seeds << 2);
  const columns = load<u32>(args, Gather.columns << 2);
  const width = <usize>load<u32>(args, Gather.width << 2) << 2;
  const yAgent = agent_bytes(args, Gather.yView);
  const yRow = row_bytes(args, Gather.yView);
  let agents = load<u32>(args, Gather.agents << 2);
  let rows = load<u32>(args, Gather.rows << 2);
  if (yAgent == rows * yRow) {
    rows *= agents;
    agents = 1;
  }
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    let start = s * load<u32>(args, Gather.indicesSeed << 2);
    if (load<u32>(args, Gather.by << 2) != 0) {
      start += columns * load<u32>(control + (<usize>s * CONTROL_STRIDE << 2), UPDATE << 2);
    }
    const indices = <usize>load<u32>(args, Gather.indices << 2) + (<usize>start << 2);
    const samples = <usize>load<u32>(args, Gather.samples << 2) +
      (<usize>(s * load<u32>(args, Gather.samplesSeed << 2) + load<u32>(args, Gather.first << 2)) << 2);
    for (let b: u32 = 0; b < blocks; b++) {
      const done = b * BLOCK_COLUMNS;
      const count = min(BLOCK_COLUMNS, columns - done);
      let from = samples;
      let to = rows_of(args, Gather.y, Gather.yView, s, b);
      for (let a: u32 = 0; a < agents; a++) {
        gather_columns(indices + (<usize>done << 2), count, from, width, rows, to, yRow);
        from += <usize>rows << 2;
        to += yAgent;
      }
    }
  }
}

// Four columns of four rows at `from`, to four words of each of four samples.
@inline
function scatter_block(from: usize, row: usize, to: usize, width: usize): void {
  const a = v128.load(from);
  from += row;
  const b = v128.load(from);
  from += row;
  const c = v128.load(from);
  from += row;
  transpose(a, b, c, v128.load(from), to, width);
}

function scatter_four(from: usize, row: usize, rows: u32, to: usize, width: usize): void {
  if (rows < 4) {
    const b = to + width;
    const c = b + width;
    const d = c + width;
    for (let r: usize = 0; r < rows; r++) {
      const x = v128.load(from);
      const at = r << 2;
      v128.store_lane<u32>(to + at, x, 0);
      v128.store_lane<u32>(b + at, x, 1);
      v128.store_lane<u32>(c + at, x, 2);
      v128.store_lane<u32>(d + at, x, 3);
      from += row;
    }
    return;
  }
  const four = row << 2;
  for (let left = rows >> 2; left != 0; left--) {
    scatter_block(from, row, to, width);
    from += four;
    to += 16;
  }
  const rest = <usize>(rows & 3);
  if (rest == 0) return;
  scatter_block(from - (4 - rest) * row, row, to - ((4 - rest) << 2), width);
}

function scatter_columns(from: usize, row: usize, columns: u32, rows: u32, to: usize, width: usize): void {
  const whole = columns & ~3;
  for (let c: u32 = 0; c < whole; c += 4) {
    scatter_four(from + (<usize>c << 2), row, rows, to + c * width, width);
  }
  for (let c = whole; c < columns; c++) {
    let at = from + (<usize>c << 2);
    let sample = to + c * width;
    for (let r: u32 = 0; r < rows; r++) {
      store<u32>(sample, load<u32>(at));
      at += row;
      sample += 4;
    }
  }
}

export function scatter(args: usize): void {
  const control = <usize>load<u32>(args, Scatter.control << 2);
  const slots = <usize>load<u32>(args, Scatter.slots << 2);
  const seeds = load<u32>(args, Scatter.seeds << 2);
  const columns = load<u32>(args, Scatter.columns << 2);
  const width = <usize>load<u32>(args, Scatter.width << 2) << 2;
  const byStep = load<u32>(args, Scatter.byStep << 2) != 0;
  const xAgent = agent_bytes(args, Scatter.xView);
  const xRow = row_bytes(args, Scatter.xView);
  let agents = load<u32>(args, Scatter.agents << 2);
  let rows = load<u32>(args, Scatter.rows << 2);
  if (xAgent == rows * xRow) {
    rows *= agents;
    agents = 1;
  }
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    const step = byStep ? load<u32>(control + (<usize>s * CONTROL_STRIDE << 2), STEP << 2) : 0;
    const slot = load<u32>(slots + (<usize>step << 2));
    if (slot == NOWHERE) continue;
    const samples = <usize>load<u32>(args, Scatter.samples << 2) + <usize>slot * width +
      (<usize>(s * load<u32>(args, Scatter.samplesSeed << 2) + load<u32>(args, Scatter.first << 2)) << 2);
    for (let b: u32 = 0; b < blocks; b++) {
      const done = b * BLOCK_COLUMNS;
      const count = min(BLOCK_COLUMNS, columns - done);
      let from = rows_of(args, Scatter.x, Scatter.xView, s, b);
      let to = samples + <usize>done * width;
      for (let a: u32 = 0; a < agents; a++) {
        scatter_columns(from, xRow, count, rows, to, width);
        from += xAgent;
        to += <usize>rows << 2;
      }
    }
  }
}

@inline
function fill_row(to: usize, bytes: usize, value: v128): void {
  for (const end = to + bytes; to < end; to += 32) {
    v128.store(to, value);
    v128.store(to, value, 16);
  }
}

@inline
function copy_row(from: usize, to: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 32, to += 32) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    v128.store(to, a);
    v128.store(to, b, 16);
  }
}

// pmin and pmax in this order keep NaN.
@inline
function normalised(x: v128, mean: v128, factor: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.pmin(f32x4.mul(f32x4.sub(x, mean), factor), high), low);
}

@inline
function normalise_row(from: usize, to: usize, bytes: usize, moments: usize, clip: usize): void {
  const mean = v128.load32_splat(moments);
  const factor = v128.load32_splat(moments, 4);
  const high = v128.load32_splat(clip);
  const low = f32x4.neg(high);
  for (const end = from + bytes; from < end; from += 32, to += 32) {
    const a = normalised(v128.load(from), mean, factor, low, high);
    const b = normalised(v128.load(from, 16), mean, factor, low, high);
    v128.store(to, a);
    v128.store(to, b, 16);
  }
}

export function select(args: usize): void {
  const seeds = load<u32>(args, Select.seeds << 2);
  const agents = load<u32>(args, Select.agents << 2);
  const columns = load<u32>(args, Select.columns << 2);
  const rows = load<u32>(args, Select.rows << 2);
  const normalises = load<u32>(args, Select.normalises << 2) != 0;
  const clip = args + (Select.clip << 2);
  const xRow = row_bytes(args, Select.xView);
  const yAgent = agent_bytes(args, Select.yView);
  const yRow = row_bytes(args, Select.yView);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    const moments = <usize>load<u32>(args, Select.moments << 2) +
      (<usize>(s * load<u32>(args, Select.momentsSeed << 2)) << 2);
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      const x = rows_of(args, Select.x, Select.xView, s, b);
      const y = rows_of(args, Select.y, Select.yView, s, b);
      let entry = <usize>load<u32>(args, Select.table << 2);
      for (let a: u32 = 0; a < agents; a++) {
        let to = y + <usize>a * yAgent;
        for (let r: u32 = 0; r < rows; r++) {
          const index = load<i32>(entry);
          const from = x + <usize>index * xRow;
          if (index < 0) fill_row(to, bytes, index == -1 ? f32x4.splat(0) : f32x4.splat(1));
          else if (normalises) normalise_row(from, to, bytes, moments + (<usize>index << 3), clip);
          else copy_row(from, to, bytes);
          entry += 4;
          to += yRow;
        }
      }
    }
  }
}

export function copy(args: usize): void {
  const seeds = load<u32>(args, Copy.seeds << 2);
  const agents = load<u32>(args, Copy.agents << 2);
  const columns = load<u32>(args, Copy.columns << 2);
  const rows = load<u32>(args, Copy.rows << 2);
  const xAgent = agent_bytes(args, Copy.xView);
  const xRow = row_bytes(args, Copy.xView);
  const yAgent = agent_bytes(args, Copy.yView);
  const yRow = row_bytes(args, Copy.yView);
  const blocks = blocks_of(columns);
  for (let s: u32 = 0; s < seeds; s++) {
    for (let b: u32 = 0; b < blocks; b++) {
      const bytes = column_bytes(columns, b);
      const x = rows_of(args, Copy.x, Copy.xView, s, b);
      const y = rows_of(args, Copy.y, Copy.yView, s, b);
      for (let a: u32 = 0; a < agents; a++) {
        let from = x + <usize>a * xAgent;
        let to = y + <usize>a * yAgent;
        for (let r: u32 = 0; r < rows; r++) {
          copy_row(from, to, bytes);
          from += xRow;
          to += yRow;
        }
      }
    }
  }
}
