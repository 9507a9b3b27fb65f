/** Where the values of a trace come from: the network's JSON, or a column of a CSV file beside it. */

import { isAbsolute, join } from "node:path";
import { InputError } from "../errors.ts";
import { type CsvTable, numericColumn, readCsvFile } from "../files/csv.ts";
import type { ParsedTrace } from "./distributions_schema.ts";
import { LARGEST_FLOAT32 } from "./fields.ts";
import { arcPath, at, nodePath, quote } from "./messages.ts";
import type { ParsedNetwork } from "./network_schema.ts";

/** The values of every trace, by the parsed distribution that they belong to. */
export type Traces = Map<ParsedTrace, number[]>;

/** All traces, each file read once. @throws InputError with the place of the trace, and file, line and column */
export async function loadTraces(network: ParsedNetwork, where: string, baseDir: string): Promise<Traces> {
  const traces: Traces = new Map();
  const tables = new Map<string, CsvTable>();
  for (const { trace, place, file, column } of placedTraces(network, where)) {
    traces.set(trace, trace.values ?? await fromFile(file, column, baseDir, place, tables));
  }
  return traces;
}

/** All traces of a network that names no files. @throws InputError */
export function inlineTraces(network: ParsedNetwork, where: string): Traces {
  const traces: Traces = new Map();
  for (const { trace, place } of placedTraces(network, where)) {
    if (trace.values === undefined) {
      throw new InputError(`${place}.file`, 'a file cannot be loaded here; expected "values"');
    }
    traces.set(trace, trace.values);
  }
  return traces;
}

interface PlacedTrace {
  trace: ParsedTrace;
  place: string;
  /** Empty where the trace has values. */
  file: string;
  column: string;
}

function* placedTraces({ nodes, arcs }: ParsedNetwork, where: string): Generator<PlacedTrace> {
  for (const [i, { id, demand }] of nodes.entries()) {
    if (demand?.kind === "trace") yield placed(demand, at(where, `${nodePath(i, id)}.demand`));
  }
  for (const [i, arc] of arcs.entries()) {
    if (arc.leadTime.kind === "trace") yield placed(arc.leadTime, at(where, `${arcPath(i, arc)}.leadTime`));
  }
}

function placed(trace: ParsedTrace, place: string): PlacedTrace {
  const { values, file = "", column = "" } = trace;
  const inline = values !== undefined;
  if (inline === (file !== "") || inline && trace.column !== undefined) {
    throw new InputError(
      place,
      `expected either "values" or "file" and "column", got ${inline ? "both" : "neither"}`,
    );
  }
  if (!inline && trace.column === undefined) {
    throw new InputError(`${place}.column`, "expected the name of a column of the file, got nothing");
  }
  return { trace, place, file, column };
}

async function fromFile(
  file: string,
  column: string,
  baseDir: string,
  place: string,
  tables: Map<string, CsvTable>,
): Promise<number[]> {
  const path = isAbsolute(file) ? file : join(baseDir, file);
  try {
    const table = tables.get(path) ?? await readCsvFile(path);
    tables.set(path, table);
    const values = Array.from(numericColumn(table, column, path));
    if (values.length === 0) throw new InputError(path, "holds no rows; expected one value or more");
    const wrong = values.findIndex((value) => value < 0 || value > LARGEST_FLOAT32);
    if (wrong !== -1) {
      throw new InputError(
        path,
        `line ${table.lines[wrong]}, column ${quote(column)}: expected a number >= 0, got ${values[wrong]}`,
      );
    }
    return values;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${place}.file`, error.message);
  }
}
