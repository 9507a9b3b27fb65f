/** Rows of data as notebooks have them: arrays of objects, or arquero tables. */

import { InputError } from "../../errors.ts";
import { oneOf, suggestion } from "../../network/messages.ts";

export type Row = Readonly<Record<string, unknown>>;

/** An array of objects, or what gives one, such as an arquero table. */
export type Rows = Iterable<object> | { objects(): Iterable<object> };

/** A value that groups rows: a text, a number, a truth value. */
export type Key = string | number;

/** @throws InputError where there is no row */
export function rowsOf(source: Rows, where: string): Row[] {
  const rows = [...isTable(source) ? source.objects() : iterable(source, where)] as Row[];
  if (rows.length === 0) throw new InputError(where, "expected at least one row, got none");
  const wrong = rows.find((row) => typeof row !== "object" || row === null);
  if (wrong !== undefined) {
    throw new InputError(where, `expected rows that are objects, got ${JSON.stringify(wrong)}`);
  }
  return rows;
}

function isTable(source: Rows): source is { objects(): Iterable<object> } {
  return typeof (source as { objects?: unknown } | undefined)?.objects === "function";
}

function iterable(source: Rows, where: string): Iterable<object> {
  if (typeof (source as Iterable<object> | undefined)?.[Symbol.iterator] === "function") {
    return source as Iterable<object>;
  }
  throw new InputError(where, "expected an array of rows or an arquero table");
}

/** @throws InputError where no row has the column */
export function requireColumn(rows: readonly Row[], column: string, where: string): void {
  if (rows.some((row) => Object.hasOwn(row, column))) return;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const right = suggestion(column, columns) || `; there are ${oneOf(columns)}`;
  throw new InputError(where, `the rows have no column ${JSON.stringify(column)}${right}`);
}

/**
 * A column of numbers; what is none is NaN. Whole numbers of 64 bits, as Parquet files have them, are numbers.
 *
 * @throws InputError where no row has the column, or none has a number in it
 */
export function numbersIn(rows: readonly Row[], column: string, where: string): number[] {
  requireColumn(rows, column, where);
  const values = rows.map((row) => numberOf(row[column]));
  if (values.some((value) => !Number.isNaN(value))) return values;
  throw new InputError(where, `the column ${JSON.stringify(column)} holds no number`);
}

export function numberOf(value: unknown): number {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : NaN;
}

/** A column of names and numbers to group by. @throws InputError where no row has the column */
export function keysIn(rows: readonly Row[], column: string, where: string): Key[] {
  requireColumn(rows, column, where);
  return rows.map((row) => keyOf(row[column]));
}

export function keyOf(value: unknown): Key {
  if (typeof value === "number") return value;
  return typeof value === "bigint"
    ? Number(value)
    : value === undefined || value === null
    ? "–"
    : String(value);
}

/** Numbers ascending; everything else in order of appearance. */
export function distinct(keys: readonly Key[]): Key[] {
  const found = [...new Set(keys)];
  return found.every((key) => typeof key === "number") ? found.toSorted((a, b) => a - b) : found;
}

/** Positions of the rows of each group, the groups as `distinct` orders them. */
export function grouped(keys: readonly Key[]): Map<Key, number[]> {
  const groups = new Map<Key, number[]>(distinct(keys).map((key) => [key, []]));
  keys.forEach((key, i) => groups.get(key)!.push(i));
  return groups;
}

/**
 * The groups that are wanted, in that order.
 *
 * @param missing stands for a group that is not there
 * @throws InputError where one is not there and nothing stands for it
 */
export function chosen<T>(
  groups: ReadonlyMap<Key, T>,
  wanted: readonly Key[] | undefined,
  where: string,
  missing?: T,
): [Key, T][] {
  if (wanted === undefined) return [...groups];
  return wanted.map((key) => {
    const group = groups.get(key) ?? missing;
    if (group !== undefined) return [key, group];
    throw new InputError(
      where,
      `there is no group ${JSON.stringify(key)}; there are ${oneOf([...groups.keys()].map(String))}`,
    );
  });
}

/** Seven significant digits: what a chart can show, in a third of the text. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : NaN;
}
