/** Jupyter as other programs see it: whether it is there, and where it looks for kernels. */

import { join } from "node:path";
import { RunError } from "../../engine/mod.ts";

/** What to install, in one line, where a part of Jupyter is missing. */
export function missingJupyter(part: "jupyter nbconvert" | "Jupyter"): string {
  return `${part} is not installed; get it with \`apt install jupyter-notebook jupyter-nbconvert\`, ` +
    "`pip install jupyterlab` or `conda install jupyterlab`";
}

/** Whether `jupyter PART` can be started. */
export async function hasJupyter(part: "lab" | "notebook" | "nbconvert"): Promise<boolean> {
  return (await ask(part, "--version")) !== undefined;
}

/** The folder in which Jupyter keeps a user's kernels, as Jupyter says where it is installed. */
export async function userDataFolder(): Promise<string> {
  const told = await ask("--data-dir");
  if (told !== undefined && told !== "") return told;
  const variable = (name: string) => Deno.env.get(name) || undefined;
  const given = variable("JUPYTER_DATA_DIR");
  if (given !== undefined) return given;
  const home = variable("HOME") ?? variable("USERPROFILE");
  if (Deno.build.os === "windows") {
    const roaming = variable("APPDATA");
    if (roaming !== undefined) return join(roaming, "jupyter");
  }
  if (home === undefined) throw new RunError("HOME is not set; expected the folder that the kernel goes to");
  if (Deno.build.os === "darwin") return join(home, "Library", "Jupyter");
  return join(variable("XDG_DATA_HOME") ?? join(home, ".local", "share"), "jupyter");
}

/** What `jupyter ...` prints on stdout, or undefined where it cannot be run. */
async function ask(...line: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("jupyter", {
      args: line,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}
