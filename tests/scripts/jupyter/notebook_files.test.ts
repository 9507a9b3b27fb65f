import { expect, test } from "vitest";
import { problemsOf } from "../../../scripts/jupyter/execute.ts";
import { normalised, notebookText, type Output } from "../../../scripts/jupyter/notebook_files.ts";
import { notebookOf } from "../../setup/notebooks.ts";

const stream = (name: "stdout" | "stderr", text: string): Output => ({ output_type: "stream", name, text });
const result = (data: Record<string, unknown>): Output => ({
  output_type: "execute_result",
  data,
  metadata: {},
});
const error: Output = {
  output_type: "error",
  ename: "RangeError",
  evalue: "too far\nand more",
  traceback: [],
};

test.each<[string, Output[], boolean]>([
  ["nothing", [], false],
  ["a line", [stream("stdout", "a\n")], true],
  ["a blank line", [stream("stdout", " \n")], false],
  ["a warning", [stream("stderr", "careful\n")], false],
  ["a value", [result({ "text/plain": ["3"] })], true],
  ["undefined", [result({ "text/plain": "undefined" })], false],
  ["an object that nobody wrote out", [result({ "text/plain": ["[object Object]"] })], false],
  ["an empty picture", [result({ "text/html": "", "text/plain": "" })], false],
  ["a picture", [result({ "text/html": ["<div>", "</div>"], "text/plain": "" })], true],
  ["data", [{ output_type: "display_data", data: { "application/json": { a: 1 } } }], true],
])("a cell with %s", (_, outputs, shows) => {
  const problems = problemsOf(notebookOf({ source: "work()", outputs }));
  expect(problems).toEqual(
    shows ? [] : [{ cell: 1, what: `shows nothing (it should, or have the tag "quiet")` }],
  );
});

test("a cell with the tag quiet, or without code, need not show anything", () => {
  expect(problemsOf(notebookOf({ source: "const a = 1;", tags: ["quiet"] }, "  \n"))).toEqual([]);
});

test("an error counts even where it is quiet, and what did not run after it does not", () => {
  const quiet = { source: "work()", tags: ["quiet"], outputs: [error] };
  expect(problemsOf(notebookOf("const a = 1;", quiet, "const b = 2;"))).toEqual([
    { cell: 1, what: `shows nothing (it should, or have the tag "quiet")` },
    { cell: 2, what: "fails with RangeError: too far" },
  ]);
});

test("what changes from run to run for no reason is not kept", () => {
  const notebook = notebookOf(
    { source: "work()", outputs: [stream("stdout", "a\n"), stream("stdout", "b\nc"), stream("stderr", "d")] },
    "",
    { source: "3", outputs: [{ ...result({ "text/plain": "3" }), execution_count: 7 }] },
  );
  notebook.metadata["language_info"] = { name: "typescript", version: "6.0.3" };
  notebook.metadata["widgets"] = {};
  for (const cell of notebook.cells) {
    cell.metadata["execution"] = { "iopub.status.idle": "2026-11-22T05:00:00Z" };
  }
  const kept = normalised(notebook);
  expect(kept.metadata).toEqual({
    kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
    language_info: { name: "typescript" },
  });
  expect(kept.cells.slice(1).map(({ execution_count, metadata }) => [execution_count, metadata])).toEqual([
    [1, {}],
    [null, {}],
    [2, {}],
  ]);
  expect(kept.cells[1]!.outputs).toEqual([
    { output_type: "stream", name: "stdout", text: ["a\n", "b\n", "c"] },
    stream("stderr", "d"),
  ]);
  expect(kept.cells[3]!.outputs![0]!.execution_count).toBe(2);
  expect(normalised(kept)).toEqual(kept);
  expect(notebookText(kept)).toMatch(/^\{\n "cells": \[\n {2}\{\n[^]*\}\n$/);
});
