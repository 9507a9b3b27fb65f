/** `deno task sweep`: many trials from one file, over all cores or a cluster. */

import { join } from "node:path";
import {
  collectSweep,
  DEVICE_CHOICES,
  expandSweep,
  InputError,
  loadSweepFile,
  methodOf,
  RunError,
  runSweep,
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
import { startProgress } from "./cli/progress.ts";
import { formatNumber, formatTable } from "./cli/table.ts";

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
    jobs: integer({
      min: 1,
      max: 1024,
      doc: "Trials at a time; the results do not depend on it",
      otherwise: "as many as there are cores",
    }),
    device: choice(DEVICE_CHOICES, {
      default: "auto",
      doc: "Where to train; auto: webgpu on a GPU (the seeds of a work together), else wasm",
    }),
    filter: text({
      placeholder: "TEXT,...",
      doc: "Only trials whose id contains one of these",
      otherwise: "all trials",
    }),
    checkpoint: real({
      default: 10,
      min: 0,
      max: 1e6,
      doc: "Longest time between checkpoints of a training (0: one after every iteration)",
      unit: "seconds",
    }),
    dryRun: toggle({ doc: "Say what would be run, and write nothing" }),
  },
  example: "sweep notebooks/sweeps/kotecha.json --filter kotecha-6,kotecha-12",
};

type Flags = Arguments<typeof command.flags>["flags"];

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const plan = await expandSweep(await loadSweepFile(operands[0]!));
  const out = flags.out ?? join("runs", plan.name);
  const only = chosen(plan, flags.filter);
  if (flags.dryRun) return await dryRun(plan, only, out, json);
  const folder = await SweepFolder.prepare(out, plan);
  try {
    const outcome = await follow(folder, only, flags);
    const rows = await collectSweep(folder);
    const { failed, ...figures } = outcome;
    const failures = failed.map(({ trial, error }) => ({ trial: trial.id, error }));
    print(
      json
        ? JSON.stringify({ out, name: plan.name, ...figures, failed: failures, rows })
        : toText(out, outcome),
    );
    if (outcome.stopped) {
      throw new Interrupted(`stopped; the same command goes on from what is kept in ${out}`);
    }
    if (failed.length > 0) {
      throw new RunError(
        `${failed.length} of ${outcome.total} trials failed; their errors are in ${
          join(out, "results.parquet")
        }`,
      );
    }
  } finally {
    folder.close();
  }
}

function chosen(plan: SweepPlan, filter: string | undefined): Trial[] {
  const parts = filter?.split(",") ?? [""];
  const trials = plan.trials.filter(({ id }) => parts.some((part) => id.includes(part)));
  if (trials.length === 0) {
    throw new InputError("--filter", `no trial's id contains ${filter}; ids look like ${plan.trials[0]!.id}`);
  }
  return trials;
}

async function follow(folder: SweepFolder, only: readonly Trial[], flags: Flags): Promise<SweepOutcome> {
  const signal = interruption("stopping, with checkpoints; Ctrl-C again to stop at once");
  const { device, checkpoint: checkpointSeconds, jobs } = flags;
  const sweep = runSweep(folder, {
    only,
    device,
    checkpointSeconds,
    signal,
    ...(jobs === undefined ? {} : { jobs }),
  });
  const progress = startProgress(folder.plan.name, only.length, "trials");
  signal.addEventListener("abort", () => progress.stop());
  try {
    for await (const { done, failed, share, ended } of sweep) {
      if (ended?.status === "failed") console.error(`${ended.trial.id}: ${ended.error}`);
      if (!signal.aborted) progress.update(done, failed === 0 ? "" : `${failed} failed`, share);
    }
  } finally {
    progress.stop();
  }
  return await sweep.result;
}

async function dryRun(plan: SweepPlan, only: readonly Trial[], out: string, json: boolean): Promise<void> {
  const results = await Deno.stat(join(out, "manifest.json")).then(
    async () => {
      const folder = await SweepFolder.open(out);
      // What is finished under this file's evaluation, not the folder's.
      return { folder, found: await folder.results() };
    },
    () => undefined,
  );
  const finished = (trial: Trial) => {
    const result = results?.found.get(trial.id);
    return result?.status === "done" && result.evaluation === SweepFolder.evaluationName(plan);
  };
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

function toText(out: string, { total, before, done, failed, seconds, busyShare }: SweepOutcome): string {
  const share = done === 0 ? "" : `, ${(100 * busyShare).toFixed(1)}% of the cores' time in trials`;
  return [
    `${total} trials: ${before} finished before, ${done} now, ${failed.length} failed; ${
      formatNumber(seconds, 3)
    } s${share}.`,
    `Tables: ${join(out, "{results,evaluations,curves}.parquet")}`,
  ].join("\n");
}

if (import.meta.main) await runCommand(command, main);
