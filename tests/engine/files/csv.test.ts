import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { formatCsv, numericColumn, parseCsv, readCsvFile } from "../../../engine/files/csv.ts";
import { messageOf } from "../../setup/messages.ts";

const SEED = 20261121;

describe("parseCsv", () => {
  test("gives header, rows as text and the line on which each row starts", () => {
    const table = parseCsv('\ufeffday, demand\r\n1,"2,5"\r\n"two\nlines", 3 \r\n4,""\r\n\r\n\r\n', "d.csv");
    expect(table).toEqual({
      header: ["day", "demand"],
      rows: [["1", "2,5"], ["two\nlines", "3"], ["4", ""]],
      lines: [2, 3, 5],
    });
  });

  test("takes a header without rows", () => {
    expect(parseCsv("a,b\n", "d.csv")).toEqual({ header: ["a", "b"], rows: [], lines: [] });
  });

  test.each([
    ["", "d.csv: is empty; expected a line of column names"],
    ["\n\n", "d.csv: is empty; expected a line of column names"],
    ["\na,b\n", "d.csv: line 1 is blank; expected column names"],
    ["a,b,a\n1,2,3\n", 'd.csv: line 1: column "a" is named twice; expected each name once'],
    ["a,b\n1,2\n3\n", "d.csv: line 3: expected 2 columns as in the header, got 1"],
    ["a,b\n1,2\n3,4,5\n", "d.csv: line 3: expected 2 columns as in the header, got 3"],
    ["a,b\n\n3,4\n", "d.csv: line 2: expected 2 columns as in the header, got a blank line"],
    ["a\n1,2\n", "d.csv: line 2: expected 1 column as in the header, got 2"],
    ['a,b\n1,"2\n', 'd.csv: line 2: a quote is not closed; expected " at the end of the cell'],
    [
      'a,b\n1,"2"3\n',
      'd.csv: line 2: a quote inside a cell; expected the whole cell in quotes and "" for a quote',
    ],
    [
      'a,b\n1,2"3"\n',
      'd.csv: line 2: a quote inside a cell; expected the whole cell in quotes and "" for a quote',
    ],
  ])("refuses %j", async (text, message) => {
    expect(await messageOf(() => parseCsv(text, "d.csv"))).toBe(message);
  });

  test("any text is a table or an InputError of one line", () => {
    const pieces = fc.constantFrom(",", '"', "\n", "\r\n", "\r", " ", "1", "a", "\ufeff", "\0");
    const text = fc.oneof(fc.string(), fc.array(pieces).map((parts) => parts.join("")));
    fc.assert(
      fc.property(text, (csv) => {
        try {
          const { header, rows, lines } = parseCsv(csv, "d.csv");
          expect(rows.every((row) => row.length === header.length)).toBe(true);
          expect(lines).toHaveLength(rows.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).message).not.toContain("\n");
        }
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

describe("numericColumn", () => {
  test("reads decimals", () => {
    const table = parseCsv("a,b\n-1.5,x\n2e3,x\n.25,x\n+7.,x\n", "d.csv");
    expect(Array.from(numericColumn(table, "a", "d.csv"))).toEqual([-1.5, 2000, 0.25, 7]);
  });

  test.each([
    ["x", '"x"'],
    ["", "an empty cell"],
    ["NaN", '"NaN"'],
    ["Infinity", '"Infinity"'],
    ["1e999", '"1e999"'],
    ["0x10", '"0x10"'],
    ["1 2", '"1 2"'],
    ["y".repeat(50), `"${"y".repeat(40)}..."`],
  ])("refuses the cell %j", async (cell, got) => {
    const table = parseCsv(`a,b\n0,1\n0,${cell}\n`, "d.csv");
    expect(await messageOf(() => numericColumn(table, "b", "d.csv")))
      .toBe(`d.csv: line 3, column "b": expected a number, got ${got}`);
  });

  test("an unknown column is an error that lists the columns", async () => {
    const table = parseCsv("a,b\n", "d.csv");
    expect(await messageOf(() => numericColumn(table, "c", "d.csv")))
      .toBe('d.csv: no column "c"; expected one of "a", "b"');
  });
});

describe("formatCsv", () => {
  test("quotes what needs it", () => {
    expect(formatCsv(["a", "b c"], [[1, 'x"y'], [-0.5, " z"], [1e21, "p,q\n"], [true, ""]]))
      .toBe('a,b c\n1,"x""y"\n-0.5," z"\n1e+21,"p,q\n"\ntrue,\n');
  });

  test("what is formatted reads back the same", () => {
    const cell = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        // Two columns: a row of one empty cell is a blank line.
        expect(parseCsv(formatCsv(["a", "b"], rows), "d.csv").rows).toEqual(rows);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test("numbers read back with the same bits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const table = parseCsv(formatCsv(["a"], [[value]]), "d.csv");
        expect(numericColumn(table, "a", "d.csv")[0]).toBe(value === 0 ? 0 : value);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

test("readCsvFile names a file that is missing", async () => {
  expect(await messageOf(() => readCsvFile("/no/such.csv")))
    .toBe("/no/such.csv: no such file; expected a file that can be read");
});
