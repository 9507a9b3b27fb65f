/** DuckDB, an independent reader of Parquet, out of the npm package @duckdb/node-api. */

import { createRequire } from "node:module";
import { packagesFolder } from "./packages.ts";

/** The part of its interface that is used here. */
interface DuckDb {
  readonly DuckDBInstance: { create(): Promise<{ connect(): Promise<Connection> }> };
}

interface Connection {
  runAndReadAll(sql: string): Promise<{ getRowObjectsJS(): Record<string, unknown>[] }>;
  closeSync(): void;
}

/** A query's rows; integers of 64 bits are BigInt. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const { DuckDBInstance } = createRequire(packagesFolder)("@duckdb/node-api") as DuckDb;
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } finally {
    connection.closeSync();
  }
}
