/** Slurm's own commands: a job array to its queue, and what has become of it. */

import { RunError } from "../../errors.ts";

/** Where a job array stands; "gone" once none of its tasks is in the queue. */
export type QueueState =
  | "gone"
  | {
    readonly running: number;
    readonly waiting: number;
    /** Slurm's word for what a task waits for. */
    readonly reason: string | undefined;
  };

/** Milliseconds; Slurm's commands give up by themselves well before, unless a file system hangs. */
const PATIENCE = 120_000;

/**
 * Puts a job script into the queue.
 *
 * @returns the job's id
 * @throws RunError with Slurm's words where it is refused, or there is no Slurm
 */
export async function submitJob(path: string): Promise<string> {
  const { code, stdout, words } = await slurm("sbatch", ["--parsable", path]);
  // ID, or ID;CLUSTER.
  const id = /^(\d+)(;|\s|$)/.exec(stdout)?.[1];
  if (code === 0 && id !== undefined) return id;
  throw new RunError(`sbatch refused ${path}: ${words || `it answered "${stdout.trim()}"`}`);
}

/**
 * Where the job stands.
 *
 * @returns a text where the queue does not answer: why
 * @throws RunError where there is no Slurm
 */
export async function jobState(id: string): Promise<QueueState | string> {
  const { code, stdout, words } = await slurm("squeue", ["-h", "-r", "-j", id, "-o", "%T|%r"]);
  if (code !== 0) {
    // What left the queue some minutes ago, Slurm does not know any more.
    return /invalid job id/i.test(words) ? "gone" : words || `squeue ended with code ${code}`;
  }
  const tasks = stdout.split("\n").filter((line) => line.includes("|")).map((line) => line.trim().split("|"));
  if (tasks.length === 0) return "gone";
  const waiting = tasks.filter(([state]) => state === "PENDING");
  // Of tasks that wait for others of the array there is nothing to say.
  const reason = waiting.map(([, why]) => why).find((why) => why !== "None" && why !== "JobArrayTaskLimit");
  return { running: tasks.length - waiting.length, waiting: waiting.length, reason };
}

async function slurm(
  program: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; words: string }> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), words: inOneLine(text(stderr), program) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new RunError(
        `${program}: no such program; expected a machine from which Slurm jobs are submitted`,
      );
    }
    throw new RunError(
      `${program}: cannot be run (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

/** `sbatch: error: ` before every line says nothing. */
function inOneLine(text: string, program: string): string {
  return text.split("\n").map((line) => line.replace(new RegExp(`^${program}: (error: )?`), "").trim())
    .filter((line) => line !== "").join("; ");
}
