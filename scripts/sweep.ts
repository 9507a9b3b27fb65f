/** `deno task sweep`: many trials from one file, over all cores or a cluster. */

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  collectSweep,
  type ExecutorName,
  executors,
  expandSweep,
  InputError,
  loadSweepFile,
  methodOf,
  RunError,
  runSweep,
  type SlurmOptions,
  SweepFolder,
  type SweepOutcome,
  type SweepPlan,
  type Trial,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { Interrupted, print, runCommand } from "./cli/exit.ts";
import { choice, integer, real, text, toggle } from "./cli/flags.ts";
import { interruption } from "./cli/interruption.ts";
import { chosenTrials, followSweep, outcomeText, sweepFlags } from "./cli/sweep_run.ts";
import { sweepSummary } from "./cli/sweep_summary.ts";
import { formatTable } from "./cli/table.ts";

const EXECUTORS = Object.keys(executors) as ExecutorName[];

const slurmFlags = {
  tasks: integer({
    min: 1,
    max: 1_000_000,
    doc: "Tasks of the job array that the trials are dealt out to",
    otherwise: "one a trial, 100 at most",
  }),
  limit: integer({
    min: 1,
    max: 1_000_000,
    doc: "Tasks that run at a time at most",
    otherwise: "as many as the cluster lets",
  }),
  template: text({
    placeholder: "FILE",
    doc: "The job script with placeholders; copy and edit the default one",
    otherwise: "engine/experiment/sweep/slurm_job.sh",
  }),
  poll: real({
    min: 0.01,
    max: 3600,
    doc: "Time between two looks at the queue and the folder",
    unit: "seconds",
    otherwise: "5",
  }),
};

export const command = {
  name: "sweep",
  doc: [
    "Run every trial of a sweep that is not finished, and collect the results as Parquet tables.",
    "FILE is JSON, or a TypeScript module that exports the same by default:",
    '  {"networks": ["kotecha-6"], "methods": ["mappo"], "hyperparameters": {"lambda": [0.9, 0.95]}, "seeds": "0..9"}',
    "Beside methods (to train) it may name planners and policies; lists and ranges are multiplied out.",
    "The same command goes on after a stop; a finished trial is never run again.",
  ].join("\n"),
  operands: [{ name: "FILE", doc: "the sweep: .json or .ts" }],
  flags: {
    out: text({
      placeholder: "DIR",
      doc: "Where trials, runs and tables are kept",
      otherwise: "runs/NAME, after the sweep's name or the file's",
    }),
    executor: choice(EXECUTORS, { default: "local", doc: "Who does the trials, as explained below" }),
    jobs: integer({
      min: 1,
      max: 1024,
      doc: "Trials at a time; the results do not depend on it",
      otherwise: "as many as there are cores; on Slurm 1 a task",
    }),
    ...sweepFlags,
    ...slurmFlags,
    dryRun: toggle({ doc: "Say what would be run, and write nothing" }),
  },
  glossary: [{
    title: "Executors",
    words: EXECUTORS.map((name) => ({ name, doc: executors[name].doc })),
  }],
  sections: [{ title: "On Slurm", flags: Object.keys(slurmFlags) }],
  example: "sweep notebooks/sweeps/kotecha.json --filter kotecha-6,kotecha-12",
};

type Flags = Arguments<typeof command.flags>["flags"];

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  checkSlurmFlags(flags);
  await ensureKernelsBuilt();
  const plan = await expandSweep(await loadSweepFile(operands[0]!));
  const out = flags.out ?? join("runs", plan.name);
  const only = chosenTrials(plan, flags.filter);
  if (flags.dryRun) return await dryRun(plan, only, out, json);
  const folder = await SweepFolder.prepare(out, plan);
  try {
    const outcome = await run(folder, only, flags);
    const rows = await collectSweep(folder);
    const { failed, ...figures } = outcome;
    const failures = failed.map(({ trial, error }) => ({ trial: trial.id, error }));
    print(
      json
        ? JSON.stringify({ out, name: plan.name, ...figures, failed: failures, rows })
        : toText(out, outcome, flags.executor, await sweepSummary(folder, only)),
    );
    if (outcome.stopped) throw new Interrupted(outcome.next);
    const failing = failed.length === 0 ? [] : [
      `${failed.length} of ${outcome.total} trials failed; their errors are in ${
        join(out, "results.parquet")
      }`,
    ];
    const { leavesTrials } = executors[flags.executor];
    const left = outcome.next === undefined || leavesTrials ? [] : [outcome.next];
    if (failing.length + left.length > 0) throw new RunError([...failing, ...left].join("; "));
  } finally {
    folder.close();
  }
}

function checkSlurmFlags(flags: Flags): void {
  const given = Object.keys(slurmFlags).find((key) => flags[key as keyof typeof slurmFlags] !== undefined);
  if (given === undefined || flags.executor === "slurm") return;
  throw new InputError(`--${given}`, `is for --executor slurm only, got --executor ${flags.executor}`);
}

async function run(folder: SweepFolder, only: readonly Trial[], flags: Flags): Promise<SweepOutcome> {
  const { executor, device, checkpoint: checkpointSeconds, jobs } = flags;
  const signal = interruption(executors[executor].stopping);
  const sweep = runSweep(folder, {
    executor,
    only,
    device,
    checkpointSeconds,
    signal,
    ...(jobs === undefined ? {} : { jobs }),
    slurm: slurmOptions(folder, flags),
  });
  return await followSweep(sweep, folder.plan.name, only.length, signal);
}

/** On the nodes, Deno and this checkout are where they are here. */
function slurmOptions(folder: SweepFolder, flags: Flags): SlurmOptions {
  const { tasks, limit, template, poll, device, checkpoint, filter } = flags;
  const script = fileURLToPath(new URL("./sweep_worker.ts", import.meta.url));
  return {
    worker: (tasks) => [
      ...[Deno.execPath(), "run", "-A", "--quiet", script],
      ...[resolve(folder.path), "--tasks", String(tasks)],
      ...["--device", device, "--checkpoint", String(checkpoint)],
      ...(filter === undefined ? [] : ["--filter", filter]),
    ],
    ...(tasks === undefined ? {} : { tasks }),
    ...(limit === undefined ? {} : { limit }),
    ...(template === undefined ? {} : { template }),
    ...(poll === undefined ? {} : { pollSeconds: poll }),
  };
}

async function dryRun(plan: SweepPlan, only: readonly Trial[], out: string, json: boolean): Promise<void> {
  const folder = await SweepFolder.peek(out, plan);
  const results = await folder.results();
  const finished = (trial: Trial) => folder.isFinished(results.get(trial.id));
  const groups = Map.groupBy(only, ({ network, work }) => `${network}\n${work.kind}\n${methodOf(work)}`);
  const rows = [...groups].map(([key, trials]) => {
    const [network, kind, method] = key.split("\n") as [string, string, string];
    const done = trials.filter(finished).length;
    return { network, kind, method, trials: trials.length, finished: done };
  });
  const left = only.filter((trial) => !finished(trial)).map(({ id }) => id);
  if (json) return print(JSON.stringify({ out, name: plan.name, trials: only.length, groups: rows, left }));
  print([
    `${plan.name}: ${only.length} trials, ${left.length} of them to run, into ${out}`,
    "",
    formatTable(
      ["network", "kind", "method", "trials", "finished"],
      rows.map((row) => [row.network, row.kind, row.method, row.trials, row.finished]),
    ),
  ].join("\n"));
}

function toText(out: string, outcome: SweepOutcome, executor: ExecutorName, summary: string): string {
  const { next } = outcome;
  return [
    outcomeText(outcome),
    "",
    summary,
    "",
    `Tables: ${join(out, "{results,evaluations,curves}.parquet")}`,
    ...(next !== undefined && executors[executor].leavesTrials ? [next] : []),
  ].join("\n");
}

if (import.meta.main) await runCommand(command, main);
