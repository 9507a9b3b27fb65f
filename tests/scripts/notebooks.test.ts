/** The notebooks of this repository. */

import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { problemsOf } from "../../scripts/jupyter/execute.ts";
import {
  codeCells,
  committedNotebooks,
  normalised,
  NOTEBOOKS,
  notebookText,
  readNotebook,
  textOf,
} from "../../scripts/jupyter/notebook_files.ts";
import { available } from "../setup/requires.ts";
import { runScript } from "./run_script.ts";

const paths = await committedNotebooks();
const root = new URL("../../", import.meta.url);
/** Milliseconds for a notebook in its quick mode, which takes less than a minute of two busy cores. */
const PATIENCE = 600_000;

test("there are some", () => {
  expect(paths.length).toBeGreaterThan(0);
});

describe.each(paths.map((path) => [basename(path), path]))("%s", (_, path) => {
  test("is a notebook of nbformat 4.5 for the Deno kernel", async () => {
    const { nbformat, nbformat_minor, metadata, cells } = await readNotebook(path);
    expect([nbformat, nbformat_minor]).toEqual([4, 5]);
    expect(metadata["kernelspec"]).toEqual({ display_name: "Deno", language: "typescript", name: "deno" });
    for (const { id, cell_type, source, metadata, ...rest } of cells) {
      expect(id).toMatch(/^[\w-]{1,64}$/);
      expect(["code", "markdown"]).toContain(cell_type);
      expect(Array.isArray(source) && source.every((line) => typeof line === "string")).toBe(true);
      expect(typeof metadata).toBe("object");
      expect(Object.keys(rest).sort()).toEqual(cell_type === "code" ? ["execution_count", "outputs"] : []);
    }
    const ids = cells.map(({ id }) => id);
    expect(ids.filter((id, k) => ids.indexOf(id) !== k)).toEqual([]);
  });

  test("is kept as `--in-place` writes it, with the outputs of all cells or of none", async () => {
    const notebook = await readNotebook(path);
    const executed = codeCells(notebook).some(({ outputs }) => outputs.length > 0);
    if (executed) {
      expect(problemsOf(notebook)).toEqual([]);
      expect(await Deno.readTextFile(path)).toBe(notebookText(normalised(notebook)));
    } else {
      expect(codeCells(notebook).map(({ execution_count }) => execution_count ?? null)).toEqual(
        codeCells(notebook).map(() => null),
      );
    }
  });

  test("names no folder of the machine that it was written on", async () => {
    // What is encoded may hold any letters.
    const text = (await Deno.readTextFile(path)).replaceAll(/base64,[\w+/=]+/g, "");
    expect(text.match(/(?<![\w.])\/(work|tmp|home|root|Users)\b[^"]{0,40}/)?.[0]).toBeUndefined();
  });

  test.skipIf(!available("jupyter"))("runs, and every cell shows something", async () => {
    const { code, stdout, stderr } = await runScript("scripts/notebooks_run.ts", "--quick", "--json", path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).notebooks).toHaveLength(1);
  }, PATIENCE);
});

test("their code fits what it imports", async () => {
  const folder = await Deno.makeTempDir();
  const files: string[] = [];
  for (const path of paths) {
    const code = codeCells(await readNotebook(path)).map(({ source }) => textOf(source)).join("\n");
    expect(code).not.toContain("import.meta");
    const file = join(folder, basename(path, ".ipynb") + ".ts");
    await Deno.writeTextFile(file, code);
    files.push(file);
  }
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--config", "deno.json", ...files],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  expect(new TextDecoder().decode(stderr)).toBe("");
});

test("the example sales are what their program makes", async () => {
  const { stdout } = await runScript("notebooks/data/make.ts");
  expect(stdout).toBe(await Deno.readTextFile(join(NOTEBOOKS, "data", "sales.csv")));
});
