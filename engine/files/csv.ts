/** Tables in CSV: RFC 4180, comma separated, one header line, UTF-8. */

import { CsvError, parse } from "csv-parse/sync";
import { InputError } from "../errors.ts";
import { readTextFile } from "./atomic.ts";

/** Cells as text, blanks at both ends removed; every row has as many as the header. */
export interface CsvTable {
  header: string[];
  rows: string[][];
  /** The line of the file, from 1, on which a row starts. */
  lines: number[];
}

/**
 * The table in a CSV text. Blank lines at the end are left out.
 *
 * @param where what messages call the text: a file name
 * @throws InputError, one line with the line number: no header, a column named twice, a row with more or fewer columns
 *   than the header, broken quotes
 */
export function parseCsv(text: string, where: string): CsvTable {
  const records = readRecords(text, where);
  while (records.length > 0 && isBlank(records.at(-1) as CsvRecord)) records.pop();
  const [head, ...body] = records;
  if (head === undefined) throw new InputError(where, "is empty; expected a line of column names");
  const header = head.cells;
  if (isBlank(head)) throw new InputError(where, `line ${head.line} is blank; expected column names`);
  const seen = new Set<string>();
  const twice = header.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) {
    throw new InputError(
      where,
      `line ${head.line}: column ${JSON.stringify(twice)} is named twice; expected each name once`,
    );
  }
  const ragged = body.find(({ cells }) => cells.length !== header.length);
  if (ragged !== undefined) {
    const got = isBlank(ragged) ? "a blank line" : String(ragged.cells.length);
    throw new InputError(
      where,
      `line ${ragged.line}: expected ${count(header.length)} as in the header, got ${got}`,
    );
  }
  return { header, rows: body.map(({ cells }) => cells), lines: body.map(({ line }) => line) };
}

/** The table in a CSV file. @throws InputError as `readTextFile` and `parseCsv` */
export async function readCsvFile(path: string): Promise<CsvTable> {
  return parseCsv(await readTextFile(path), path);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * A column as numbers, one a row.
 *
 * @throws InputError, one line: no such column, or with line and column a cell that is no finite number in decimal
 */
export function numericColumn(table: CsvTable, name: string, where: string): Float64Array {
  const column = table.header.indexOf(name);
  if (column === -1) {
    const names = table.header.slice(0, 20).map((other) => JSON.stringify(other)).join(", ");
    throw new InputError(
      where,
      `no column ${JSON.stringify(name)}; expected one of ${names}${table.header.length > 20 ? ", ..." : ""}`,
    );
  }
  return Float64Array.from(table.rows, (row, i) => {
    const cell = row[column];
    const value = NUMBER.test(cell) ? Number(cell) : NaN;
    if (Number.isFinite(value)) return value;
    const got = cell === ""
      ? "an empty cell"
      : JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}...` : cell);
    throw new InputError(
      where,
      `line ${table.lines[i]}, column ${JSON.stringify(name)}: expected a number, got ${got}`,
    );
  });
}

/** A CSV text with a line break at its end. Numbers are written so that they read back the same. */
export function formatCsv(
  header: readonly string[],
  rows: Iterable<readonly (string | number | boolean)[]>,
): string {
  const lines = [header, ...rows].map((row) => row.map((cell) => quoted(String(cell))).join(","));
  return lines.map((line) => `${line}\n`).join("");
}

/** Blanks at the ends are quoted too, or readers drop them. */
function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

interface CsvRecord {
  cells: string[];
  line: number;
}

interface InfoRecord {
  record: string[];
  info: { lines: number };
}

function readRecords(text: string, where: string): CsvRecord[] {
  let parsed: InfoRecord[];
  try {
    // The library's types leave out what `info` does to the result.
    parsed = parse(text, {
      bom: true,
      info: true,
      // Lengths are checked by `parseCsv`, for the sake of the message.
      relax_column_count: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      trim: true,
    }) as unknown as InfoRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError(where, `line ${error["lines"]}: ${quoteProblem(error)}`);
  }
  return parsed.map(({ record, info }, i) => {
    // `info` counts the lines up to the end of a record; quoted cells may hold line breaks.
    const before = parsed[i - 1]?.info.lines ?? 0;
    return { cells: record, line: Math.min(before + 1, info.lines) };
  });
}

function quoteProblem(error: CsvError): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return 'a quote is not closed; expected " at the end of the cell';
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return 'a quote inside a cell; expected the whole cell in quotes and "" for a quote';
    default:
      return error.message;
  }
}

function isBlank({ cells }: CsvRecord): boolean {
  return cells.length === 1 && cells[0] === "";
}

function count(columns: number): string {
  return columns === 1 ? "1 column" : `${columns} columns`;
}
