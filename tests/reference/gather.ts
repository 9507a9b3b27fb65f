/** Moving rows, one seed at a time: a column is the values of all rows, agent-major. */

/** Words of a sample that are rows. */
export interface Stored {
  /** Words of a sample. */
  readonly width: number;
  readonly first: number;
  /** Of all agents. */
  readonly rows: number;
}

/** [column][row]: the samples that are asked for. */
export function gather(
  samples: Float32Array,
  numbers: Iterable<number>,
  { width, first, rows }: Stored,
): Float64Array[] {
  return Array.from(
    numbers,
    (number) => Float64Array.from(samples.subarray(number * width + first).subarray(0, rows)),
  );
}

/** The samples after the columns were stored from sample `slot` on. */
export function scatter(
  samples: Float32Array,
  columns: readonly Float64Array[],
  slot: number,
  { width, first }: Stored,
): Float32Array {
  const result = samples.slice();
  columns.forEach((values, c) => result.set(values, (slot + c) * width + first));
  return result;
}

/** Mean and factor of each source row, and the bound of the results. */
export interface Normaliser {
  readonly moments: readonly (readonly [mean: number, factor: number])[];
  readonly clip: number;
}

/** One column: the rows that the table names, -1 being zeros and -2 ones. */
export function select(
  values: Float64Array,
  table: Iterable<number>,
  normaliser: Normaliser | undefined,
): Float64Array {
  return Float64Array.from(table, (row) => {
    if (row < 0) return row === -1 ? 0 : 1;
    if (normaliser === undefined) return values[row]!;
    const [mean, factor] = normaliser.moments[row]!;
    return Math.min(Math.max((values[row]! - mean) * factor, -normaliser.clip), normaliser.clip);
  });
}
