/** `deno task notebook`: the Deno kernel for Jupyter, and Jupyter in the folder of the notebooks. */

import { basename, resolve } from "node:path";
import { InputError, RunError } from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { deferInterruption, print, runCommand } from "./cli/exit.ts";
import { toggle } from "./cli/flags.ts";
import { hasJupyter, missingJupyter, userDataFolder } from "./jupyter/jupyter.ts";
import { denoPath, installKernel, kernelSpec } from "./jupyter/kernelspec.ts";
import { committedNotebooks, NOTEBOOKS } from "./jupyter/notebook_files.ts";

export const command = {
  name: "notebook",
  doc: "Install the Deno kernel for Jupyter, and open Jupyter in the folder of the notebooks.",
  operands: [{ name: "NOTEBOOK", doc: "one to open, as `--list` names them, or a path", optional: true }],
  flags: {
    installOnly: toggle({ doc: "Install the kernel and start nothing, for VS Code or a Jupyter that runs" }),
    list: toggle({ doc: "List the notebooks, and do nothing else" }),
    noBrowser: toggle({ doc: "Print Jupyter's address and open no browser" }),
  },
  example: "notebook 01_quickstart",
};

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  const notebooks = await committedNotebooks();
  if (flags.list) {
    const names = notebooks.map((path) => basename(path));
    return print(json ? JSON.stringify({ folder: NOTEBOOKS, notebooks: names }) : names.join("\n"));
  }
  const chosen = operands[0] === undefined ? undefined : await find(operands[0], notebooks);
  await ensureKernelsBuilt();
  const kernel = await installKernel(await userDataFolder(), kernelSpec(await denoPath()));
  const jupyter = await hasJupyter("lab") ? "lab" : await hasJupyter("notebook") ? "notebook" : undefined;
  if (json) print(JSON.stringify({ kernel, jupyter: jupyter ?? null, folder: NOTEBOOKS }));
  else print(`The kernel "Deno" is installed: ${kernel}`);
  if (flags.installOnly) return;
  if (jupyter === undefined) throw new RunError(`${missingJupyter("Jupyter")}; then give this command again`);
  await start(jupyter, chosen, flags.noBrowser);
}

async function find(name: string, notebooks: readonly string[]): Promise<string> {
  const listed = notebooks.find((path) => [basename(path), basename(path, ".ipynb")].includes(name));
  const path = listed ?? resolve(name);
  if ((await Deno.stat(path).catch(() => undefined))?.isFile !== true) {
    throw new InputError("NOTEBOOK", `no such notebook: ${name}; see deno task notebook --list`);
  }
  return path;
}

/** Runs Jupyter until it ends. Its own words go to stderr. */
async function start(
  jupyter: "lab" | "notebook",
  path: string | undefined,
  noBrowser: boolean,
): Promise<void> {
  // Jupyter asks whether to stop, and the answer is its own.
  const keepAlive = () => deferInterruption(keepAlive);
  keepAlive();
  const { code, success } = await new Deno.Command("jupyter", {
    args: [
      jupyter,
      ...(noBrowser ? ["--no-browser"] : []),
      // Without it Jupyter refuses the user that a container has.
      ...(Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--allow-root"] : []),
      ...(path === undefined ? [] : [path]),
    ],
    cwd: NOTEBOOKS,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new RunError(`Jupyter ended with exit code ${code}; its reason stands above`);
}

if (import.meta.main) await runCommand(command, main);
