/** Tables as HTML that is readable everywhere, and as text in columns. */

import { InputError } from "../../errors.ts";
import type { Estimate } from "../../simulation/mod.ts";
import { element } from "../markup.ts";
import { formatFixed, meanParts, NOTHING } from "../numbers.ts";
import { type Picture, picture } from "./picture.ts";
import { numberOf, requireColumn, type Row, type Rows, rowsOf } from "./rows.ts";
import { FONT_FAMILY } from "./text_width.ts";

export interface TableOptions {
  title?: string;
  /** Which columns, in order; or what their heads say. Default: all. */
  columns?: readonly string[] | Readonly<Record<string, string>>;
  /** Decimals, of all columns of numbers or by column. Default: what four significant digits of the largest number take. */
  digits?: number | Readonly<Record<string, number>>;
  /** By column, in the head. */
  units?: Readonly<Record<string, string>>;
  /** Rows that are shown; how many more there are is said below. Default 50. */
  limit?: number;
}

interface Column {
  name: string;
  head: string;
  unit: string | undefined;
  right: boolean;
  cells: string[];
}

/**
 * Numbers are rounded and on the right; means with standard errors (`{ mean, stderr }`) are one cell.
 *
 * @throws InputError where there is no row, or a column is not there
 */
export function tablePicture(source: Rows, options: TableOptions = {}): Picture {
  const where = "show.table";
  const rows = rowsOf(source, where);
  const { limit = 50 } = options;
  if (!(limit >= 1)) throw new InputError(`${where}: limit`, `expected a number from 1, got ${limit}`);
  const shown = rows.slice(0, limit);
  const columns = columnsOf(rows, options, where).map(([name, head]) => column(name, head, shown, options));
  const more = rows.length > shown.length ? `${rows.length - shown.length} more rows` : undefined;
  const text = textTable(columns, options.title, more);
  return picture({ svg: svgOf(text), text, html: htmlTable(columns, options.title, more) });
}

function columnsOf(rows: readonly Row[], { columns }: TableOptions, where: string): [string, string][] {
  if (columns === undefined) {
    return [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => [name, name]);
  }
  const wanted = Array.isArray(columns)
    ? (columns as readonly string[]).map((name): [string, string] => [name, name])
    : Object.entries(columns as Readonly<Record<string, string>>);
  for (const [name] of wanted) requireColumn(rows, name, where);
  return wanted;
}

function column(name: string, head: string, rows: readonly Row[], { digits, units }: TableOptions): Column {
  const values = rows.map((row) => row[name]);
  const numbers = values.map(numberOf).filter(Number.isFinite);
  const decimals = (typeof digits === "number" ? digits : digits?.[name]) ?? decimalsFor(numbers);
  const right = values.some((value) => !Number.isNaN(numberOf(value)) || isEstimate(value));
  return {
    name,
    head,
    unit: units?.[name],
    right,
    cells: values.map((value) => cellText(value, decimals)),
  };
}

/** Four significant digits of the largest number, six where a column holds small ones; none for whole numbers. */
function decimalsFor(numbers: readonly number[]): number {
  if (numbers.every(Number.isInteger)) return 0;
  const largest = Math.max(...numbers.map(Math.abs));
  return largest === 0 ? 0 : Math.min(9, Math.max(0, 3 - Math.floor(Math.log10(largest))));
}

function cellText(value: unknown, decimals: number): string {
  if (value === undefined || value === null) return NOTHING;
  if (typeof value === "number" || typeof value === "bigint") return formatFixed(Number(value), decimals);
  if (isEstimate(value)) {
    const { text, error } = meanParts(value.mean, value.stderr);
    return error === undefined ? text : `${text} ± ${error}`;
  }
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isEstimate(value: unknown): value is Estimate {
  return typeof value === "object" && value !== null &&
    typeof (value as Partial<Estimate>).mean === "number" &&
    typeof (value as Partial<Estimate>).stderr === "number";
}

const CELL = "padding:4px 12px;border:0;vertical-align:top";

function htmlTable(columns: readonly Column[], title: string | undefined, more: string | undefined): string {
  const side = ({ right }: Column) => `text-align:${right ? "right" : "left"}`;
  const count = columns[0]!.cells.length;
  const line = "border-bottom:1px solid";
  return element(
    "div",
    { class: "bullwhip-table", style: "overflow-x:auto" },
    element(
      "table",
      {
        style:
          `border-collapse:collapse;font-family:${FONT_FAMILY};font-size:13px;font-variant-numeric:tabular-nums`,
      },
      title === undefined ? undefined : element(
        "caption",
        { style: "caption-side:top;text-align:left;font-weight:bold;padding:4px 12px" },
        title,
      ),
      element(
        "thead",
        {},
        element(
          "tr",
          { style: `${line} #b9c0c9` },
          columns.map((one) =>
            element(
              "th",
              { scope: "col", style: `${CELL};${side(one)};${line} #b9c0c9` },
              one.head,
              one.unit === undefined
                ? undefined
                : element("div", { style: "font-weight:normal;opacity:.7" }, one.unit),
            )
          ),
        ),
      ),
      element(
        "tbody",
        {},
        Array.from({ length: count }, (_, r) =>
          element(
            "tr",
            {},
            columns.map((one) =>
              element(
                "td",
                { style: `${CELL};${side(one)};${one.right ? "white-space:nowrap;" : ""}${line} #e6e9ed` },
                one.cells[r],
              )
            ),
          )),
      ),
    ),
    more === undefined ? undefined : element(
      "div",
      { style: `font-family:${FONT_FAMILY};font-size:12px;opacity:.7;padding:4px 12px` },
      `and ${more}`,
    ),
  ).source;
}

function textTable(columns: readonly Column[], title: string | undefined, more: string | undefined): string {
  const heads = columns.map(({ head, unit }) => unit === undefined ? head : `${head} (${unit})`);
  const widths = columns.map(({ cells }, c) =>
    Math.max(heads[c]!.length, ...cells.map((cell) => cell.length))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, c) => columns[c]!.right ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)).join("  ")
      .trimEnd();
  const rows = columns[0]!.cells.map((_, r) => line(columns.map(({ cells }) => cells[r]!)));
  return [
    ...(title === undefined ? [] : [title]),
    line(heads),
    line(widths.map((width) => "-".repeat(width))),
    ...rows,
    ...(more === undefined ? [] : [`and ${more}`]),
  ].join("\n");
}

/** The text in a fixed-width font. */
function svgOf(text: string): string {
  const lines = text.split("\n");
  const width = 20 + Math.ceil(7.3 * Math.max(...lines.map((line) => line.length)));
  const height = 20 + 17 * lines.length;
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
    element("rect", { width, height, fill: "#ffffff" }),
    lines.map((line, k) =>
      element(
        "text",
        { x: 10, y: 23 + 17 * k, "font-family": "monospace", "font-size": 12, "xml:space": "preserve" },
        line,
      )
    ),
  ).source;
}
