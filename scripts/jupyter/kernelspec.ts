/** The entry by which Jupyter finds and starts the Deno kernel. */

import { delimiter, join } from "node:path";
import { writeWhole } from "../../engine/mod.ts";

/** What Jupyter reads in kernel.json. */
export interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "signal" | "message";
}

/**
 * Deno's own entry (`deno jupyter --install`) lets the signal of the Stop button kill the kernel. Here the signal is
 * ignored until the engine, once imported, listens to it and stops what it does. The other way, Stop as a message,
 * ends only what never waits: while a cell awaits something it strikes whatever callback comes next, and the cell
 * hangs. Windows has no such signal.
 *
 * @param deno absolute path of the executable
 */
export function kernelSpec(deno: string, os: typeof Deno.build.os = Deno.build.os): KernelSpec {
  const start = [deno, "jupyter", "--kernel", "--conn", "{connection_file}"];
  const ignoring = ["sh", "-c", `trap "" INT; exec "$0" "$@"`, ...start];
  return {
    argv: os === "windows" ? start : ignoring,
    display_name: "Deno",
    language: "typescript",
    interrupt_mode: os === "windows" ? "message" : "signal",
  };
}

/**
 * Writes the kernel's entry.
 *
 * @param data a folder of Jupyter's data
 * @returns the path of kernel.json
 */
export async function installKernel(data: string, spec: KernelSpec): Promise<string> {
  const path = join(data, "kernels", "deno", "kernel.json");
  await writeWhole(path, `${JSON.stringify(spec, null, 2)}\n`);
  return path;
}

/**
 * An absolute path of the Deno that runs this, which other programs may keep: the one on PATH where it is the same
 * file, because an update puts the new version there; else the file itself, as in npx's cache.
 */
export async function denoPath(): Promise<string> {
  const real = await Deno.realPath(Deno.execPath());
  const name = Deno.build.os === "windows" ? "deno.exe" : "deno";
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    // npm puts those in front for the time of one command.
    if (folder === "" || /[\\/]node_modules[\\/]/.test(`${folder}/`)) continue;
    const path = join(folder, name);
    if (await Deno.realPath(path).catch(() => "") === real) return path;
  }
  return real;
}
