export type Cell = string | number;

/**
 * An aligned text table: a line of headers, a rule, a line a row. Columns that hold numbers (in the type or
 * as text such as `17.66 ± 0.03`, which are aligned at the sign) are aligned right, others left.
 *
 * @param headers (columns)
 * @param rows (rows, columns); a number is written by `formatNumber`
 */
export function formatTable(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map((cell) => typeof cell === "number" ? formatNumber(cell) : cell));
  headers.forEach((_, c) => alignErrors(texts, c));
  const columns = headers.map((header, c) => {
    const cells = texts.map((row) => row[c] ?? "");
    const width = Math.max(header.length, ...cells.map((cell) => cell.length));
    const right = cells.some((cell) => cell !== "") &&
      cells.every((cell) => cell === "" || NUMERIC.test(cell.trimEnd()));
    return (cell: string) => right ? cell.padStart(width) : cell.padEnd(width);
  });
  const line = (cells: readonly string[]) =>
    columns.map((align, c) => align(cells[c] ?? "")).join("  ").trimEnd();
  const rule = columns.map((align) => align("").replaceAll(" ", "-")).join("  ");
  return [line(headers), rule, ...texts.map(line)].join("\n");
}

/** Fills up what stands behind the ± of a column to one width. */
function alignErrors(rows: string[][], column: number): void {
  const errors = rows.map((row) => /( ± .*)?$/.exec(row[column] ?? "")![0].length);
  const width = Math.max(0, ...errors);
  rows.forEach((row, r) => {
    if (row[column]) row[column] += " ".repeat(width - errors[r]!);
  });
}

const NUMERIC = /^([-+]?[\d.]|NaN$|-$)/;

/**
 * A number to at least `digits` significant digits, without zeros at its end; digits before the point are
 * never cut.
 */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const fixed = value.toFixed(Math.min(9, Math.max(0, digits - 1 - magnitude(value))));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/** The numbers of a column, all with the decimals that show `digits` significant digits of the largest. */
export function formatColumn(values: readonly number[], digits = 4): string[] {
  const finite = values.filter(Number.isFinite);
  const largest = Math.max(0, ...finite.map(Math.abs));
  const decimals = finite.every(Number.isInteger)
    ? 0
    : Math.min(9, Math.max(0, digits - 1 - magnitude(largest)));
  return values.map((value) =>
    Number.isFinite(value) ? value.toFixed(decimals).replace(/^-(0(\.0*)?)$/, "$1") : "-"
  );
}

/**
 * A mean with its standard error, `17.661 ± 0.028`: the error with two significant digits, the mean with as
 * many decimals. Without an error that means anything (one replication: NaN) the mean alone.
 */
export function formatMean(mean: number, stderr: number): string {
  if (!Number.isFinite(stderr) || !Number.isFinite(mean)) return formatNumber(mean);
  // What rounding leaves where nothing varies is no error.
  if (stderr <= 1e-9 * Math.abs(mean)) return `${formatNumber(mean)} ± 0`;
  const decimals = Math.min(9, Math.max(0, 1 - magnitude(stderr)));
  return `${mean.toFixed(decimals)} ± ${stderr.toFixed(decimals)}`;
}

/** Of 17.66: 1, of 0.028: -2. */
function magnitude(value: number): number {
  return Math.floor(Math.log10(Math.abs(value)));
}
