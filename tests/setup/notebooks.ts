/** Small notebooks for the tests of what runs them. */

import { join } from "node:path";
import type { Cell, Notebook, Output } from "../../scripts/jupyter/notebook_files.ts";

/** Code of a cell; with outputs where it is to look executed. */
export type CellSource = string | { source: string; tags?: string[]; outputs?: Output[] };

export function notebookOf(...cells: CellSource[]): Notebook {
  return {
    cells: [
      { cell_type: "markdown", id: "title", metadata: {}, source: "# A notebook" },
      ...cells.map((given, k): Cell => {
        const { source, tags, outputs = [] } = typeof given === "string" ? { source: given } : given;
        return {
          cell_type: "code",
          id: `cell-${k}`,
          metadata: tags === undefined ? {} : { tags },
          execution_count: null,
          source,
          outputs,
        };
      }),
    ],
    metadata: { kernelspec: { display_name: "Deno", language: "typescript", name: "deno" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** @returns the path of NAME.ipynb in the folder */
export async function writeNotebook(folder: string, name: string, ...cells: CellSource[]): Promise<string> {
  const path = join(folder, `${name}.ipynb`);
  await Deno.writeTextFile(path, JSON.stringify(notebookOf(...cells)));
  return path;
}
