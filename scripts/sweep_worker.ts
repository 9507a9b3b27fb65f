/** `deno task sweep:worker`: one of several processes that do a sweep's trials, on a cluster or anywhere. */

import {
  dealTrials,
  InputError,
  RunError,
  runSweep,
  SweepFolder,
  type SweepOutcome,
  type Trial,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { Interrupted, print, runCommand } from "./cli/exit.ts";
import { integer } from "./cli/flags.ts";
import { interruption } from "./cli/interruption.ts";
import { chosenTrials, followSweep, outcomeText, sweepFlags } from "./cli/sweep_run.ts";

/** Where a scheduler says which of its tasks this is: Slurm's job arrays, Kubernetes' indexed jobs. */
const INDEX_VARIABLES = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"];
const CPUS_VARIABLE = "SLURM_CPUS_PER_TASK";

const MOST_TASKS = 1_000_000;

export const command = {
  name: "sweep:worker",
  doc: [
    "Do a share of a sweep's trials: that of task K of N, which takes about as long as those of the others.",
    "Every task runs this command with the same flags, in any order and at any time, on a folder that all of them see.",
    "Trials that are finished are skipped; started again it goes on from the checkpoints.",
    "On SIGTERM it stops with checkpoints and an exit code other than 0. `deno task sweep` collects the results.",
  ].join("\n"),
  operands: [{ name: "DIR", doc: "a sweep's folder, from `deno task sweep FILE --out DIR --executor none`" }],
  flags: {
    tasks: integer({
      min: 1,
      max: MOST_TASKS,
      doc: "Tasks that the trials are dealt out to; needed",
    }),
    index: integer({
      min: 0,
      max: MOST_TASKS - 1,
      doc: "Which of them this is, from 0",
      otherwise: `of ${INDEX_VARIABLES.join(" or ")}`,
    }),
    jobs: integer({
      min: 1,
      max: 1024,
      doc: "Trials at a time; the results do not depend on it",
      otherwise: `of ${CPUS_VARIABLE}, or as many as there are cores`,
    }),
    ...sweepFlags,
  },
  example: "sweep:worker runs/kotecha --tasks 20 --index 3",
};

type Flags = Arguments<typeof command.flags>["flags"];

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  const tasks = flags.tasks;
  if (tasks === undefined) throw new InputError("--tasks", "expected how many tasks share the trials");
  const index = indexOf(flags.index, tasks);
  const jobs = flags.jobs ?? cpusOf();
  const folder = await SweepFolder.open(operands[0]!);
  const share = dealTrials(
    chosenTrials(folder.plan, flags.filter),
    folder.plan,
    tasks,
    flags.device === "webgpu",
  )[index]!;
  await ensureKernelsBuilt();
  using terminated = termination();
  const interrupted = interruption("stopping, with checkpoints; Ctrl-C again to stop at once");
  const signal = AbortSignal.any([interrupted, terminated.signal]);
  console.error(
    `${folder.plan.name}, task ${index} of ${tasks}: ${share.length} of ${folder.plan.trials.length} trials`,
  );
  const outcome = await work(folder, share, flags, jobs, signal);
  const { failed, ...figures } = outcome;
  const failures = failed.map(({ trial, error }) => ({ trial: trial.id, error }));
  print(
    json
      ? JSON.stringify({
        out: folder.path,
        name: folder.plan.name,
        index,
        tasks,
        ...figures,
        failed: failures,
      })
      : outcomeText(outcome),
  );
  if (outcome.left > 0) {
    const next = "the same command goes on";
    if (outcome.stopped) throw new Interrupted(`stopped; ${next}`);
    throw new RunError(`other processes are still at work on ${outcome.left} of its trials; ${next}`);
  }
  if (failed.length > 0) throw new RunError(`${failed.length} of ${outcome.total} trials failed`);
}

/** Milliseconds between two looks at trials that other processes are at, and how often. */
const BUSY_PAUSE = 2000;
const BUSY_LOOKS = 60;

/**
 * A task that is started again may find its trainings locked: by its former self, which a scheduler has given up and
 * which has not ended yet, or by a file server that keeps the locks of a dead node for a minute or two.
 */
async function work(
  folder: SweepFolder,
  share: readonly Trial[],
  { device, checkpoint: checkpointSeconds }: Flags,
  jobs: number | undefined,
  signal: AbortSignal,
): Promise<SweepOutcome> {
  let left = share;
  let done = 0;
  let before: number | undefined;
  const failed: SweepOutcome["failed"][number][] = [];
  for (let looks = 1;; looks++) {
    const sweep = runSweep(folder, {
      only: left,
      device,
      checkpointSeconds,
      signal,
      ...(jobs === undefined ? {} : { jobs }),
    });
    const outcome = await followSweep(sweep, folder.plan.name, left.length, signal);
    before ??= outcome.before;
    done += outcome.done;
    failed.push(...outcome.failed);
    if (outcome.left === 0 || outcome.stopped || looks === BUSY_LOOKS) {
      return { ...outcome, total: share.length, before, done, failed };
    }
    if (looks === 1) console.error(`waiting for trials that other processes are at: ${outcome.left}`);
    const ended = new Set(failed.map(({ trial }) => trial));
    left = left.filter((trial) => !ended.has(trial));
    await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE));
  }
}

/** Its signal is aborted by SIGTERM: preemption, `scancel`, a pod's eviction. */
function termination(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const onSignal = () => {
    controller.abort();
    console.error("stopping, with checkpoints, as SIGTERM asks");
  };
  const known = Deno.build.os !== "windows";
  if (known) Deno.addSignalListener("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => known && Deno.removeSignalListener("SIGTERM", onSignal),
  };
}

function indexOf(given: number | undefined, tasks: number): number {
  const variable = given === undefined ? INDEX_VARIABLES.find((name) => Deno.env.has(name)) : undefined;
  const where = variable ?? "--index";
  const index = given ?? (variable === undefined ? undefined : numberIn(variable));
  if (index === undefined) {
    throw new InputError(where, `expected which task this is, or one of ${INDEX_VARIABLES.join(" and ")}`);
  }
  if (index < tasks) return index;
  throw new InputError(
    where,
    `expected a number from 0 to ${tasks - 1}, as there are ${tasks} tasks; got ${index}`,
  );
}

function cpusOf(): number | undefined {
  return Deno.env.has(CPUS_VARIABLE) ? Math.max(1, numberIn(CPUS_VARIABLE)) : undefined;
}

function numberIn(variable: string): number {
  const value = Deno.env.get(variable)!;
  if (/^\d+$/.test(value)) return Number(value);
  throw new InputError(variable, `expected a whole number, got "${value}"`);
}

if (import.meta.main) await runCommand(command, main);
