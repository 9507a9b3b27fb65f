/** `deno task notebooks:run`: executes notebooks without anyone watching, and says what is wrong with them. */

import { basename, join, relative } from "node:path";
import { InputError, RunError, writeWhole } from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand, uninterrupted } from "./cli/exit.ts";
import { real, text, toggle } from "./cli/flags.ts";
import { startProgress } from "./cli/progress.ts";
import { formatTable } from "./cli/table.ts";
import { Bench, type Execution } from "./jupyter/execute.ts";
import { hasJupyter, missingJupyter } from "./jupyter/jupyter.ts";
import {
  codeCells,
  committedNotebooks,
  normalised,
  type Notebook,
  notebookText,
  readNotebook,
} from "./jupyter/notebook_files.ts";

export const command = {
  name: "notebooks:run",
  doc: 'Execute notebooks headless; fails where a cell fails, or shows nothing and has not the tag "quiet".',
  operands: [{
    name: "FILE",
    doc: "a notebook; all of notebooks/ without one",
    optional: true,
    repeats: true,
  }],
  flags: {
    quick: toggle({ doc: "Less work in each, for a check of under a minute (BULLWHIP_QUICK=1)" }),
    static: toggle({
      doc: "Pictures without scripts: small, and shown where scripts are not (BULLWHIP_STATIC=1)",
    }),
    inPlace: toggle({ doc: "Keep the outputs in the notebooks themselves, of those without a problem" }),
    out: text({ placeholder: "DIR", doc: "Where executed notebooks go", otherwise: "nowhere" }),
    html: toggle({ doc: "Write each as a web page to DIR, too" }),
    timeout: real({ default: 1800, min: 1, max: 1e6, doc: "What a cell may take", unit: "seconds" }),
  },
  example: "notebooks:run notebooks/01_quickstart.ipynb --out runs/notebooks --html",
};

type Flags = Arguments<typeof command.flags>["flags"];

interface Done extends Execution {
  /** As it was given, or from the working folder on. */
  path: string;
  cells: number;
}

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  if (flags.html && flags.out === undefined) {
    throw new InputError("--html", "expected --out DIR for the pages");
  }
  const paths = operands.length > 0
    ? operands
    : (await committedNotebooks()).map((path) => relative(Deno.cwd(), path));
  if (paths.length === 0) throw new InputError("FILE", "there is no notebook in notebooks/; expected one");
  // A wrong path is met before the first has run.
  for (const path of paths) await readNotebook(path);
  if (!await hasJupyter("nbconvert")) throw new RunError(missingJupyter("jupyter nbconvert"));
  await ensureKernelsBuilt();

  const done: Done[] = [];
  const bench = await Bench.create();
  try {
    for (const path of paths) done.push(await runOne(bench, path, flags));
  } finally {
    await bench.close();
  }
  print(json ? JSON.stringify({ notebooks: done.map(toJson) }) : toText(done));
  const bad = done.filter(({ problems }) => problems.length > 0);
  if (bad.length === 0) return;
  for (const { notebook, cell, what } of bad.flatMap(({ problems }) => problems)) {
    console.error(`${notebook}${cell === undefined ? "" : `, cell [${cell}]`} ${what}`);
  }
  throw new RunError(
    `${bad.length} of ${done.length} notebooks ${bad.length === 1 ? "has" : "have"} problems`,
  );
}

async function runOne(bench: Bench, path: string, flags: Flags): Promise<Done> {
  const cells = codeCells(await readNotebook(path)).length;
  const progress = startProgress(basename(path), cells, "cells");
  const env = {
    ...(flags.quick ? { BULLWHIP_QUICK: "1" } : {}),
    ...(flags.static ? { BULLWHIP_STATIC: "1" } : {}),
  };
  try {
    const execution = await bench.execute(path, {
      env,
      timeout: flags.timeout,
      onCell: (done) => progress.update(done),
    });
    if (execution.notebook !== undefined) {
      await uninterrupted(() => keep(bench, path, execution.notebook!, execution.problems.length > 0, flags));
    }
    return { ...execution, path, cells };
  } finally {
    progress.stop();
  }
}

async function keep(
  bench: Bench,
  path: string,
  notebook: Notebook,
  failed: boolean,
  flags: Flags,
): Promise<void> {
  const content = notebookText(normalised(notebook));
  if (flags.inPlace && !failed) await writeWhole(path, content);
  if (flags.out === undefined) return;
  const target = join(flags.out, basename(path));
  await writeWhole(target, content);
  if (flags.html) await writeWhole(target.replace(/\.ipynb$/, ".html"), await bench.page(target));
}

function toJson({ path, cells, seconds, problems }: Done): unknown {
  return { path, cells, seconds, problems: problems.map(({ cell, what }) => ({ cell: cell ?? null, what })) };
}

function toText(done: readonly Done[]): string {
  return formatTable(
    ["notebook", "cells", "seconds", ""],
    done.map(({ path, cells, seconds, problems }) => [
      path,
      cells,
      seconds.toFixed(1),
      problems.length === 0 ? "ok" : problems.length === 1 ? "1 problem" : `${problems.length} problems`,
    ]),
  );
}

if (import.meta.main) await runCommand(command, main);
