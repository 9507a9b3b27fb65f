/**
 * Programs that some tests need and not every machine has. Where one is missing the tests are skipped, and say so; with
 * the name in BULLWHIP_REQUIRE (`BULLWHIP_REQUIRE="jupyter slurm"`) they fail instead.
 */

import { delimiter, join } from "node:path";

const NEEDS = {
  jupyter: {
    programs: ["jupyter", "jupyter-nbconvert"],
    install: "apt-get install jupyter-notebook jupyter-nbconvert, or pip install jupyterlab",
  },
  slurm: {
    programs: ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo"],
    install: "apt-get install slurm-wlm munge",
  },
} as const satisfies Record<string, { programs: readonly string[]; install: string }>;

/** Daemons are where not every user's PATH leads. */
const FOLDERS = [...(Deno.env.get("PATH") ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/**
 * @returns whether all of it is there
 * @throws Error where it is not and must be
 */
export function available(name: keyof typeof NEEDS): boolean {
  const { programs, install } = NEEDS[name];
  const missing = programs.filter((program) => !FOLDERS.some((folder) => isFile(join(folder, program))));
  if (missing.length === 0) return true;
  const message = `${name}: ${missing.join(", ")} not found; to install: ${install}`;
  if ((Deno.env.get("BULLWHIP_REQUIRE") ?? "").split(/\s+/).includes(name)) throw new Error(message);
  console.warn(`skipped, as there is no ${message}`);
  return false;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
