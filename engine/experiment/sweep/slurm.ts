/**
 * Trials on a Slurm cluster: a job array whose tasks each do a share of them, on a folder that all nodes see. The queue
 * and the trials' files are looked at until every trial has a result. What is left once the array has left the queue
 * (a task was killed, a node died and its task was not put back) is submitted again while that brings anything.
 */

import { join, resolve } from "node:path";
import * as z from "zod";
import { InputError, RunError } from "../../errors.ts";
import { writeWhole } from "../../files/atomic.ts";
import { readJsonFile } from "../../files/json.ts";
import { dealTrials } from "./deal.ts";
import type { Ending, ExecutorContext } from "./executor.ts";
import type { SlurmOptions } from "./slurm_options.ts";
import { jobState, submitJob } from "./slurm_queue.ts";
import { jobScript } from "./slurm_script.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { Trial } from "./trial.ts";
import { TrialWatch } from "./trial_watch.ts";

const MOST_TASKS = 100;
const MOST_SUBMISSIONS = 5;
const POLL_SECONDS = 5;
/** Looks at a queue that does not answer: five minutes at the usual pace. */
const PATIENCE = 60;
/** Looks at the folder after the array has left the queue: what its tasks have written may take a moment to be seen. */
const LAST_LOOKS = 3;

/** How following a job ended: no trial is left, the signal was aborted, or the job has left the queue. */
type Followed = "complete" | "aborted" | "gone";

/**
 * @throws InputError where the template is wrong
 * @throws RunError where there is no Slurm, sbatch refuses, or squeue does not answer
 */
export async function executeOnSlurm(trials: readonly Trial[], context: ExecutorContext): Promise<Ending> {
  const { folder, only, options: { slurm, signal }, tally } = context;
  if (slurm === undefined) throw new InputError("slurm", "expected options with the command of a worker");
  const files = slurmFiles(folder);
  const watch = await TrialWatch.begin(folder, trials, tally);
  let job = await recordedJob(files.job);
  if (job !== undefined && await jobState(job) === "gone") job = undefined;
  for (let submissions = 0;;) {
    const own = job === undefined;
    if (job === undefined) {
      if (signal?.aborted === true) return { next: "stopped before a job was submitted" };
      job = await submit(watch.left, context, slurm);
      submissions++;
    }
    const [share, left] = [tally.share, watch.left.length];
    const followed = await follow(job, watch, context, slurm.pollSeconds ?? POLL_SECONDS);
    if (followed === "complete") return {};
    if (followed === "aborted") {
      return {
        next: `job ${job} goes on; the same command follows it again, and scancel ${job} ends it`,
      };
    }
    await Deno.remove(files.job).catch(() => {});
    const stuck = own && watch.left.length === left && tally.share <= share;
    if (stuck || submissions === MOST_SUBMISSIONS) {
      const tries = submissions === 1 ? "" : ` after ${submissions} submissions`;
      const how = stuck ? " without going on with any" : "";
      const log = await lastWords(files.logs, job);
      return {
        next:
          `${watch.left.length} of ${only.length} trials are not done${tries} and job ${job} has left the ` +
          `queue${how}; ${log}; the same command submits them again`,
      };
    }
    job = undefined;
  }
}

/** Beside the trials, so that every node can read and write them. */
function slurmFiles({ path }: SweepFolder): { logs: string; script: string; job: string } {
  const logs = resolve(path, "slurm");
  return { logs, script: join(logs, "job.sh"), job: join(logs, "job.json") };
}

/** Submits the tasks that have any of the trials in their share. @returns the id of the job */
async function submit(
  trials: readonly Trial[],
  { folder, only, options, tally }: ExecutorContext,
  slurm: SlurmOptions,
): Promise<string> {
  const files = slurmFiles(folder);
  const tasks = slurm.tasks ?? Math.min(only.length, MOST_TASKS);
  const left = new Set(trials);
  const shares = dealTrials(only, folder.plan, tasks, options.device === "webgpu");
  const script = await jobScript({
    name: folder.plan.name,
    indices: [...shares.keys()].filter((k) => shares[k]!.some((trial) => left.has(trial))),
    limit: slurm.limit,
    cpus: options.jobs ?? 1,
    logs: files.logs,
    command: slurm.worker(tasks),
  }, slurm.template);
  await Deno.mkdir(files.logs, { recursive: true });
  await writeWhole(files.script, script);
  tally.note("submitting");
  const job = await submitJob(files.script);
  await writeWhole(files.job, `${JSON.stringify({ job })}\n`);
  return job;
}

const recordSchema = z.object({ job: z.string() });

/** The job that was submitted last and has not been seen to leave the queue. */
async function recordedJob(path: string): Promise<string | undefined> {
  const exists = await Deno.stat(path).then(() => true, () => false);
  if (!exists) return undefined;
  const parsed = recordSchema.safeParse(await readJsonFile(path));
  if (parsed.success) return parsed.data.job;
  throw new InputError(path, "is no record of a job; delete it if none is in the queue (squeue --me)");
}

async function follow(
  job: string,
  watch: TrialWatch,
  { options: { signal }, tally }: ExecutorContext,
  pollSeconds: number,
): Promise<Followed> {
  let silent = 0;
  for (let lastLooks = 0;;) {
    const state = await jobState(job);
    if (state === "gone") await watch.refresh();
    await watch.look();
    if (watch.left.length === 0) return "complete";
    if (signal?.aborted === true) return "aborted";
    silent = typeof state === "string" && state !== "gone" ? silent + 1 : 0;
    if (silent === PATIENCE) {
      throw new RunError(
        `squeue has not answered for ${Math.round(PATIENCE * pollSeconds)} s (${state}); ` +
          `the same command follows job ${job} again, and scancel ${job} ends it`,
      );
    }
    if (state === "gone") {
      tally.note(`job ${job} has left the queue`);
      if (++lastLooks === LAST_LOOKS) return "gone";
    } else if (typeof state === "string") tally.note(`job ${job}: squeue does not answer`);
    else {
      lastLooks = 0;
      const { running, waiting, reason } = state;
      const why = reason === undefined ? "" : ` (${reason})`;
      tally.note(`job ${job}: ${running} tasks run${waiting === 0 ? "" : `, ${waiting} wait${why}`}`);
    }
    await pause(1000 * pollSeconds, signal);
  }
}

/** Ends early when the signal is aborted. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((done) => {
    const ended = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", ended);
      done();
    };
    const timer = setTimeout(ended, milliseconds);
    signal?.addEventListener("abort", ended);
    if (signal?.aborted === true) ended();
  });
}

/** What a person looks at first: the last line of the log that was written last. */
async function lastWords(logs: string, job: string): Promise<string> {
  let last: { path: string; time: number; line: string } | undefined;
  for await (const { name } of Deno.readDir(logs)) {
    if (!name.startsWith(`${job}_`)) continue;
    const path = join(logs, name);
    const time = (await Deno.stat(path)).mtime?.getTime() ?? 0;
    if (time < (last?.time ?? 0)) continue;
    const line = (await Deno.readTextFile(path)).trimEnd().split("\n").at(-1)!;
    if (line !== "") last = { path, time, line };
  }
  return last === undefined ? `its logs belong in ${logs}` : `${last.path} ends: ${last.line}`;
}
