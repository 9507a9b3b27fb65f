/** Operands of kernels for tests: filled by coordinate, in layouts with gaps, read back by coordinate. */

import { expect } from "vitest";
import { allocateView, BLOCK_COLUMNS, type Shape, type View } from "../../engine/device/view.ts";
import type { DeviceUnderTest } from "./devices.ts";

/** What words hold that no kernel may touch; a NaN in them would be lost in a sum of nothing. */
export const UNTOUCHED = 12345;

export interface Operand {
  readonly view: View;
  readonly shape: Shape;
}

type Coordinates = (seed: number, agent: number, row: number, column: number) => number;

/**
 * A new operand that begins at word `at` and has free rows between agents. Columns up to the next multiple of
 * 8 are 0, and so for an operand without values; everything else is `UNTOUCHED`.
 */
export function operand(
  { device }: DeviceUnderTest,
  label: string,
  shape: Shape,
  values: Coordinates = () => 0,
): Operand {
  const inner = allocateView(device, label, { ...shape, rows: shape.rows + 1 });
  const at = 4;
  const view = { ...inner, array: device.allocate(inner.array.length + at, label), at };
  const words = new Float32Array(view.array.length).fill(UNTOUCHED);
  forEachColumn({ view, shape }, paddedColumns(shape), (word, seed, agent, row, column) => {
    words[word] = column < shape.columns ? values(seed, agent, row, column) : 0;
  });
  device.write(view.array, words);
  return { view, shape };
}

/** [seed][column][agent * rows + row]: what the references work on. Fails where other words were written. */
export async function readColumns({ device }: DeviceUnderTest, result: Operand): Promise<Float64Array[][]> {
  const { view, shape: { seeds, agents, rows, columns } } = result;
  const words = await device.read(view.array);
  const values = Array.from(
    { length: seeds },
    () => Array.from({ length: columns }, () => new Float64Array(agents * rows)),
  );
  const expected = new Uint8Array(words.length);
  forEachColumn(result, paddedColumns(result.shape), (word, seed, agent, row, column) => {
    expected[word] = 1;
    if (column < columns) values[seed]![column]![agent * rows + row] = words[word]!;
  });
  const stray = words.findIndex((word, k) => expected[k] === 0 && word !== UNTOUCHED);
  if (stray >= 0) expect.fail(`word ${stray} of ${view.array.label} was written`);
  return values;
}

function paddedColumns({ columns }: Shape): number {
  return Math.ceil(columns / 8) * 8;
}

function forEachColumn(
  { view, shape: { seeds, agents, rows } }: Operand,
  columns: number,
  visit: (word: number, seed: number, agent: number, row: number, column: number) => void,
): void {
  for (let seed = 0; seed < seeds; seed++) {
    for (let agent = 0; agent < agents; agent++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const block = Math.floor(column / BLOCK_COLUMNS);
          const first = view.at + seed * view.seed + block * view.block + agent * view.agent + row * view.row;
          visit(first + column % BLOCK_COLUMNS, seed, agent, row, column);
        }
      }
    }
  }
}
