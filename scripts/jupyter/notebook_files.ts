/** Notebooks as files (nbformat 4.5): which there are, what an executed one shows, and how it is kept. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, readJsonFile } from "../../engine/mod.ts";

/** The folder of the notebooks, absolute. */
export const NOTEBOOKS = fileURLToPath(new URL("../../notebooks/", import.meta.url));

/** A text, or its lines with their ends. */
type Lines = string | string[];

export interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  name?: "stdout" | "stderr";
  text?: Lines;
  /** By MIME type. */
  data?: Record<string, unknown>;
  execution_count?: number | null;
  metadata?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  source: Lines;
  metadata: Record<string, unknown> & { tags?: string[] };
  execution_count?: number | null;
  outputs?: Output[];
}

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

export interface CodeCell extends Cell {
  cell_type: "code";
  outputs: Output[];
}

/** The notebooks of this repository, sorted, absolute paths. */
export async function committedNotebooks(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(NOTEBOOKS)) {
    if (isFile && name.endsWith(".ipynb")) names.push(name);
  }
  return names.sort().map((name) => join(NOTEBOOKS, name));
}

/** @throws InputError where there is no such file, or it is no notebook */
export async function readNotebook(path: string): Promise<Notebook> {
  const held = await readJsonFile(path) as Partial<Notebook> | null;
  if (held?.nbformat === 4 && Array.isArray(held.cells)) return held as Notebook;
  throw new InputError(path, "expected a notebook of nbformat 4");
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

export function textOf(lines: unknown): string {
  return Array.isArray(lines) ? lines.join("") : typeof lines === "string" ? lines : "";
}

/** The cells that hold code, in order: the first is [1] once all have run. */
export function codeCells({ cells }: Notebook): CodeCell[] {
  return cells.filter((cell): cell is CodeCell =>
    cell.cell_type === "code" && textOf(cell.source).trim() !== ""
  );
}

/** A cell with this tag need not show anything. */
export const QUIET = "quiet";

/** Whether a reader of the notebook sees something below the cell. What goes to stderr is not what it is for. */
export function showsSomething({ outputs }: CodeCell): boolean {
  return outputs.some(({ name, text, data }) => {
    if (name === "stdout") return textOf(text).trim() !== "";
    const shown = Object.values(data ?? {}).map((value) =>
      typeof value === "object" ? textOf(value) || "{}" : value
    );
    return shown.some((value) => !["", "undefined", "[object Object]"].includes(String(value).trim()));
  });
}

/** An executed notebook as it is kept: without what changes from one run to the next for no reason of its content. */
export function normalised(notebook: Notebook): Notebook {
  let count = 0;
  const cells = notebook.cells.map((cell) => {
    if (cell.cell_type !== "code") return cell;
    const execution = textOf(cell.source).trim() === "" ? null : ++count;
    const { execution: _, ...metadata } = cell.metadata;
    const outputs = joinedStreams(cell.outputs ?? []).map((output) =>
      output.output_type === "execute_result" ? { ...output, execution_count: execution } : output
    );
    return { ...cell, execution_count: execution, metadata, outputs };
  });
  const { kernelspec, language_info } = notebook.metadata;
  const { version: _, ...language } = (language_info ?? {}) as Record<string, unknown>;
  return { ...notebook, cells, metadata: { kernelspec, language_info: language } };
}

/** How a stream is cut into outputs depends on when its parts arrive. */
function joinedStreams(outputs: readonly Output[]): Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      last.text = linesOf(textOf(last.text) + textOf(output.text));
    } else joined.push({ ...output });
  }
  return joined;
}

/** As Jupyter writes it, so that a save there changes nothing. */
export function notebookText(notebook: Notebook): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}
