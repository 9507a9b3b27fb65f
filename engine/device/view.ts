/** Parts of arrays in the layout `[seed][block][agent][row][column]`, and how a kernel is told about them. */

import type { Device, DeviceArray } from "./device.ts";
import type { Scalar } from "./kernel.ts";

/** Columns of a block at most. */
export const BLOCK_COLUMNS = 256;

/**
 * Rows of columns. Agent a's row r of block b and seed s starts at word
 * `at + s * seed + b * block + a * agent + r * row`; column c lies in block floor(c / 256). Concatenating agents is a
 * view with one agent and all rows.
 */
export interface View {
  readonly array: DeviceArray;
  /** Words to the first row. */
  readonly at: number;
  /** Words from one seed, block, agent and row to the next. */
  readonly seed: number;
  readonly block: number;
  readonly agent: number;
  readonly row: number;
}

export type ViewParams<Name extends string> = Record<
  `${Name}_${"at" | "seed" | "block" | "agent" | "row"}`,
  number
>;

/** The five parameters of an operand, for a descriptor. */
export function viewScalars<Name extends string>(
  name: Name,
): Record<`${Name}_${"at" | "seed" | "block" | "agent" | "row"}`, Scalar> {
  return {
    [`${name}_at`]: "u32",
    [`${name}_seed`]: "u32",
    [`${name}_block`]: "u32",
    [`${name}_agent`]: "u32",
    [`${name}_row`]: "u32",
  } as Record<`${Name}_${"at" | "seed" | "block" | "agent" | "row"}`, Scalar>;
}

/** The five parameters of an operand, for a call. */
export function viewParams<Name extends string>(name: Name, view: View): ViewParams<Name> {
  return {
    [`${name}_at`]: view.at,
    [`${name}_seed`]: view.seed,
    [`${name}_block`]: view.block,
    [`${name}_agent`]: view.agent,
    [`${name}_row`]: view.row,
  } as ViewParams<Name>;
}

/** Words between rows: the block's width in whole vectors of 8, and 16 (rows 256 apart share cache sets). */
export function rowStride(columns: number): number {
  return Math.min(BLOCK_COLUMNS, Math.ceil(columns / 8) * 8) + 16;
}

export function blockCount(columns: number): number {
  return Math.ceil(columns / BLOCK_COLUMNS);
}

export interface Shape {
  seeds: number;
  agents: number;
  rows: number;
  columns: number;
}

/** A new array for `agents * rows` rows of `columns` columns a seed. */
export function allocateView(device: Device, label: string, { seeds, agents, rows, columns }: Shape): View {
  const row = rowStride(columns);
  const agent = rows * row;
  const block = agents * agent;
  const seed = blockCount(columns) * block;
  return { array: device.allocate(seeds * seed, label), at: 0, seed, block, agent, row };
}

/** The same rows as those of one agent: concatenated. */
export function asOneAgent(view: View): View {
  return { ...view, agent: 0 };
}

/** From row `first` of every agent on. */
export function fromRow(view: View, first: number): View {
  return { ...view, at: view.at + first * view.row };
}
