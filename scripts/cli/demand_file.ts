import { InputError, type Network, numericColumn, readCsvFile, withDemandTraces } from "../../engine/mod.ts";

/**
 * The network with recorded demand in place of drawn demand.
 *
 * @param path CSV: a header of node ids, then a row of units a period; nodes without a column keep their own
 *   demand
 * @param periods how long a run will be
 * @throws InputError where the file is no such table, names a node without customers, or is shorter than the
 *   run
 */
export async function withDemandFile(network: Network, path: string, periods: number): Promise<Network> {
  const table = await readCsvFile(path);
  const series = new Map(table.header.map((id) => [id, [...numericColumn(table, id, path)]]));
  const traced = withDemandTraces(network, series, path);
  const rows = table.rows.length;
  if (rows < periods) {
    throw new InputError(
      path,
      `has ${rows} rows, expected one for each of the ${periods} periods; a longer trace or a smaller --periods`,
    );
  }
  return traced;
}
