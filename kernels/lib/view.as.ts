// Where the rows of an operand begin (engine/device/view.ts), for kernels called with words at `args`.

// Byte address of row 0 of agent 0 in block `b` of seed `s`.
//
// array: position of the operand's pointer among the words
// view: position of the first of its five parameters
@inline
export function rows_of(args: usize, array: i32, view: i32, s: u32, b: u32): usize {
  const v = args + (<usize>view << 2);
  const word = load<u32>(v) + s * load<u32>(v, 4) + b * load<u32>(v, 8);
  return <usize>load<u32>(args + (<usize>array << 2)) + (<usize>word << 2);
}

// Bytes from one agent to the next.
@inline
export function agent_bytes(args: usize, view: i32): usize {
  return <usize>load<u32>(args + (<usize>view << 2), 12) << 2;
}

// Bytes from one row to the next.
@inline
export function row_bytes(args: usize, view: i32): usize {
  return <usize>load<u32>(args + (<usize>view << 2), 16) << 2;
}

// Bytes of a row's columns in block `b`, in whole vectors of 8.
@inline
export function column_bytes(columns: u32, b: u32): usize {
  return <usize>(min<u32>(columns - (b << 8), 256) + 7 & ~7) << 2;
}

@inline
export function blocks_of(columns: u32): u32 {
  return columns + 255 >> 8;
}
