/** `deno task train`: a method on a network, one run a seed. */

import { join } from "node:path";
import {
  type Hyperparameters,
  InputError,
  loadNetwork,
  type MetricRow,
  type Network,
  readJsonFile,
  train,
  type TrainedRun,
  type Training,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import { type Arguments, flagName } from "./cli/arguments.ts";
import { Interrupted, print, runCommand } from "./cli/exit.ts";
import { interruption } from "./cli/interruption.ts";
import { startProgress } from "./cli/progress.ts";
import { inText } from "./cli/result.ts";
import { scenarioFlags, scenarioOptions } from "./cli/scenario_flags.ts";
import { formatNumber, formatTable } from "./cli/table.ts";
import {
  givenHyperparameters,
  hyperparameterFlags,
  hyperparameterSections,
  trainingFlags,
  trainingGlossary,
} from "./cli/training_flags.ts";

export const command = {
  name: "train",
  doc:
    "Train actors on a network by (multi-agent) reinforcement learning; the same command goes on after a stop.",
  operands: [{ name: "NETWORK", doc: "a name from `deno task scenarios`, or a JSON file" }],
  flags: { ...trainingFlags, ...hyperparameterFlags, ...scenarioFlags },
  glossary: trainingGlossary,
  sections: [
    { title: "Of some networks", flags: Object.keys(scenarioFlags) },
    ...hyperparameterSections(),
  ],
  example: "train kotecha-6 --method mappo --seeds 0..4 --out runs/mappo",
};

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const network = await loadNetwork(operands[0]!, scenarioOptions(flags));
  const out = flags.out ?? join("runs", `${network.name}-${flags.method}`);
  const config = await configFile(flags.config);
  const given = givenHyperparameters(flags);
  const signal = interruption("stopping after this iteration; Ctrl-C again to stop at once");
  const training = train({
    network,
    method: flags.method,
    preset: flags.preset,
    hyperparameters: { ...config, ...given },
    seeds: flags.seeds,
    device: flags.device,
    out,
    checkpointSeconds: flags.checkpoint,
    signal,
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
  });
  const where = (name: string) =>
    Object.hasOwn(config, name) && !Object.hasOwn(given, name) ? `${flags.config}: ${name}` : undefined;
  const results = await namingSources(where, async () => {
    await follow(training, `${flags.method} on ${network.name}`, signal);
    return await training.result;
  });
  const runs = results.filter((run) => run !== "stopped");
  if (runs.length < results.length) {
    const done = results.length === 1
      ? "stopped"
      : `stopped with ${runs.length} of ${results.length} runs done`;
    throw new Interrupted(`${done}; the same command goes on from what is kept in ${out}`);
  }
  print(json ? JSON.stringify(toJson(runs, out)) : toText(network, runs, out));
}

/** Draws the progress until the end, or until the signal. */
async function follow(training: Training, label: string, signal: AbortSignal): Promise<void> {
  let progress: ReturnType<typeof startProgress> | undefined;
  signal.addEventListener("abort", () => progress?.stop());
  const latest = new Map<number, MetricRow>();
  let before = 0;
  try {
    for await (const { seed, iterations, metrics, done, total } of training) {
      if (signal.aborted) continue;
      if (progress === undefined) {
        before = done - 1;
        const resumed = before === 0 ? "" : `, ${before} done before:`;
        progress = startProgress(`${label}${resumed}`, total - before, "iterations");
      }
      latest.set(seed, metrics);
      const rows = [...latest.values()];
      const underWay = rows.filter(({ iteration }) => iteration < iterations);
      const profit = rows.reduce((sum, row) => sum + row["charts/episodicReturn"], 0) / rows.length;
      const speed = underWay.reduce((sum, row) => sum + row["charts/sps"], 0);
      progress.update(
        done - before,
        `profit ${formatNumber(profit)} an episode, exploring | ${formatNumber(speed, 3)} steps/s`,
      );
    }
  } finally {
    progress?.stop();
  }
}

/** The hyperparameters in a `--config`. */
async function configFile(path: string | undefined): Promise<Partial<Hyperparameters>> {
  if (path === undefined) return {};
  const held = await readJsonFile(path);
  if (typeof held === "object" && held !== null && !Array.isArray(held)) return held;
  throw new InputError(path, 'expected an object of hyperparameters such as {"learningRate": 0.001}');
}

/** Where the engine refuses an option, the message names the flag that it came from, or what `where` says. */
async function namingSources<T>(
  where: (option: string) => string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const flag = Object.hasOwn(command.flags, error.where) ? `--${flagName(error.where)}` : undefined;
    const source = where(error.where) ?? flag;
    throw source === undefined ? error : new InputError(source, error.message.slice(error.where.length + 2));
  }
}

function toJson(runs: readonly TrainedRun[], out: string): unknown {
  return { out, runs: runs.map(({ summary, resumedFrom }) => ({ ...summary, resumedFrom })) };
}

function toText({ name }: Network, runs: readonly TrainedRun[], out: string): string {
  const [{ config: { method, device }, summary: { iterations, steps, evaluation } }] = runs as [TrainedRun];
  const before = runs.map(({ resumedFrom }) => resumedFrom);
  const history = before.every((iteration) => iteration === iterations)
    ? ["It was done before; nothing was trained now."]
    : before.some((iteration) => iteration > 0)
    ? [`It went on from iteration ${[...new Set(before)].join(", ")}.`]
    : [];
  return [
    `${method} on ${name}: ${iterations} iterations of ${
      formatNumber(steps / iterations)
    } steps on ${device}.`,
    ...history,
    `Without exploration, on ${evaluation.episodes} fresh episodes:`,
    "",
    formatTable(
      ["seed", "profit per episode", "cost per period", "fill rate", "seconds"],
      runs.map(({ summary: { seed, seconds, evaluation } }) => [
        seed,
        inText(evaluation.profitPerEpisode),
        inText(evaluation.costPerPeriod),
        inText(evaluation.fillRate),
        formatNumber(seconds, 3),
      ]),
    ),
    "",
    "Next:",
    `  deno task evaluate ${out}`,
    `  deno task export ${join(out, `seed-${runs[0]!.summary.seed}`)} --out actors`,
  ].join("\n");
}

if (import.meta.main) await runCommand(command, main);
