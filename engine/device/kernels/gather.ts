/** Moving rows: between sample-major storage and views, and from view to view (kernels/gather.as.ts). */

import { kernel, type Workgroups } from "../kernel.ts";
import { viewScalars } from "../view.ts";

/** Columns and rows that a GPU workgroup transposes. */
const TILE = 32;
/** Columns of an elementwise GPU workgroup. */
const WORKGROUP = 64;

/** An entry of `slots` for periods that store nothing. */
export const NOWHERE = 0xffffffff;

/** Entries of `select`'s table beside row numbers: a row of zeros, a row of ones. */
export const ZEROS = -1;
export const ONES = -2;

const padded = (columns: number) => Math.ceil(columns / 8) * 8;

/**
 * Samples by number, as rows: row r of agent a of y is, in column c, word `first + a * rows + r` of sample
 * `indices[start + c]`; 0 in the padding columns. `start` is 0 with `by` 0, and UPDATE * columns (the
 * minibatch that is due) with `by` 1. One array may hold several orders: `indices_seed` words from one seed's
 * to the next.
 *
 * samples: (seeds, sample, width), `samples_seed` words a seed
 */
export const gather = kernel({
  name: "gather",
  source: "gather",
  libraries: ["control"],
  arrays: { control: "in", indices: "in", samples: "in", y: "out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    rows: "u32",
    indices_seed: "u32",
    samples_seed: "u32",
    width: "u32",
    first: "u32",
    by: "u32",
    ...viewScalars("y"),
  },
  workgroups: ({ seeds, agents, columns, rows }): Workgroups => [
    Math.ceil(padded(columns) / TILE),
    Math.ceil(agents * rows / TILE),
    seeds,
  ],
});

/**
 * Rows into samples: word `first + a * rows + r` of sample `slot + c` is row r of agent a of x in column c,
 * for the first `columns` columns alone (the padding columns would be the next period's samples). `slot` is
 * slots[STEP] with `by_step` 1 and slots[0] with 0; where it is NOWHERE nothing is stored. All seeds share
 * the slots.
 *
 * samples: (seeds, sample, width), `samples_seed` words a seed
 */
export const scatter = kernel({
  name: "scatter",
  source: "gather",
  libraries: ["control"],
  arrays: { control: "in", slots: "in", x: "in", samples: "out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    rows: "u32",
    samples_seed: "u32",
    width: "u32",
    first: "u32",
    by_step: "u32",
    ...viewScalars("x"),
  },
  workgroups: ({ seeds, agents, columns, rows }): Workgroups => [
    Math.ceil(columns / TILE),
    Math.ceil(agents * rows / TILE),
    seeds,
  ],
});

/**
 * What each agent sees: row r of agent a of y is row table[a * rows + r] of x, counted from x's first row
 * (x's agent stride is not used); ZEROS and ONES give constant rows. With `normalises` 1 a row k of x, but no
 * constant one, is (x - mean_k) * factor_k cut to +-clip, with `moments` as `row_moments` writes them.
 *
 * table: i32 (agents, rows), for all seeds; moments: (seeds, rows of x, 2), `moments_seed` words a seed
 */
export const select = kernel({
  name: "select",
  source: "gather",
  libraries: ["control"],
  arrays: { table: "in", moments: "in", x: "in", y: "out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    rows: "u32",
    normalises: "u32",
    clip: "f32",
    moments_seed: "u32",
    ...viewScalars("x"),
    ...viewScalars("y"),
  },
  workgroups: ({ seeds, agents, columns, rows }): Workgroups => [
    Math.ceil(padded(columns) / WORKGROUP),
    agents * rows,
    seeds,
  ],
});

/** y = x, row by row. */
export const copy = kernel({
  name: "copy",
  source: "gather",
  libraries: ["control"],
  arrays: { x: "in", y: "out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    rows: "u32",
    ...viewScalars("x"),
    ...viewScalars("y"),
  },
  workgroups: ({ seeds, agents, columns, rows }): Workgroups => [
    Math.ceil(padded(columns) / WORKGROUP),
    agents * rows,
    seeds,
  ],
});
