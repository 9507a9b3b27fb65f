/** A sweep's tables as rows, for notebooks and scripts. */

import { type AsyncBuffer, parquetReadObjects } from "hyparquet";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { TABLES } from "./sweep_folder.ts";

/** A row by column name; null where there is no such figure. */
export type SweepRow = Readonly<Record<string, string | number | boolean | null>>;

/** The tables of a sweep, as `deno task sweep` collects them. */
export interface SweepTables {
  /** A row a trial: its config, figures on the network as it is, time, device, or its error. */
  readonly results: readonly SweepRow[];
  /** A row a trial and change of the network; `changes` is "" for the network as it is. */
  readonly evaluations: readonly SweepRow[];
  /** A row a trial and iteration: the columns of metrics.csv. */
  readonly curves: readonly SweepRow[];
}

/**
 * @param path a sweep's folder, or one with its Parquet files
 * @throws InputError where a file is missing or no Parquet
 */
export async function readSweep(path: string): Promise<SweepTables> {
  const [results, evaluations, curves] = await Promise.all(
    [TABLES.results, TABLES.evaluations, TABLES.curves].map((name) => readTable(join(path, name))),
  );
  return { results: results!, evaluations: evaluations!, curves: curves! };
}

async function readTable(path: string): Promise<SweepRow[]> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    throw new InputError(
      path,
      missing ? "no such file; expected a sweep's folder, collected by `deno task sweep`" : String(error),
    );
  }
  const file: AsyncBuffer = {
    byteLength: bytes.byteLength,
    slice: (start, end) => bytes.slice(start, end).buffer as ArrayBuffer,
  };
  try {
    return await parquetReadObjects({ file }) as SweepRow[];
  } catch (error) {
    throw new InputError(
      path,
      `is no Parquet file (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}
