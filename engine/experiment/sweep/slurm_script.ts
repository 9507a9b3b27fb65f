/** The job script: a template that is filled in. */

import { fileURLToPath } from "node:url";
import { InputError } from "../../errors.ts";
import { readTextFile } from "../../files/atomic.ts";

const TEMPLATE = fileURLToPath(new URL("./slurm_job.sh", import.meta.url));

/** What a template's placeholders stand for. */
export interface JobScript {
  readonly name: string;
  /** Indices of the tasks to run. */
  readonly indices: readonly number[];
  /** Tasks that run at a time at most. */
  readonly limit: number | undefined;
  readonly cpus: number;
  /** Absolute path of a folder. */
  readonly logs: string;
  readonly command: readonly string[];
}

const NEEDED = ["array", "command"];

/**
 * The template with the values in place of its placeholders; comments stay as they are.
 *
 * @param template a file; default: the one that comes with the engine
 * @throws InputError where it cannot be read, has a placeholder that stands for nothing, or lacks one that must be there
 */
export async function jobScript(job: JobScript, template = TEMPLATE): Promise<string> {
  const values: Readonly<Record<string, string>> = {
    name: job.name,
    array: `${ranges(job.indices)}${job.limit === undefined ? "" : `%${job.limit}`}`,
    cpus: String(job.cpus),
    // In a file name pattern of Slurm %% is a percent sign.
    logs: job.logs.replaceAll("%", "%%"),
    command: job.command.map(quoted).join(" "),
  };
  const filled = new Set<string>();
  const lines = (await readTextFile(template)).split("\n").map((line) =>
    /^\s*#(?!SBATCH|!)/.test(line) ? line : line.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) {
        const known = Object.keys(values).map((one) => `{{${one}}}`).join(", ");
        throw new InputError(template, `{{${name}}} stands for nothing; expected one of ${known}`);
      }
      filled.add(name);
      return value;
    })
  );
  const missing = NEEDED.find((name) => !filled.has(name));
  if (missing === undefined) return lines.join("\n");
  throw new InputError(template, `has no {{${missing}}}; expected it as in ${TEMPLATE}`);
}

/** As Slurm writes indices: `0-3,7`. */
function ranges(indices: readonly number[]): string {
  const parts: [first: number, last: number][] = [];
  for (const index of indices.toSorted((a, b) => a - b)) {
    const part = parts.at(-1);
    if (part !== undefined && index === part[1] + 1) part[1] = index;
    else parts.push([index, index]);
  }
  return parts.map(([first, last]) => first === last ? first : `${first}-${last}`).join(",");
}

/** A word for a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
