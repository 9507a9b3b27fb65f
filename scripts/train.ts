/** `deno task train`: a method on a network, one run a seed. */

import { join } from "node:path";
import {
  type Hyperparameters,
  InputError,
  loadNetwork,
  type Network,
  readJsonFile,
  RunError,
  train,
  type TrainedRun,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { text } from "./cli/flags.ts";
import { interruption } from "./cli/interruption.ts";
import { startProgress } from "./cli/progress.ts";
import { inText } from "./cli/result.ts";
import { scenarioFlags, scenarioOptions } from "./cli/scenario_flags.ts";
import { formatNumber, formatTable } from "./cli/table.ts";
import { givenHyperparameters, hyperparameterFlags, trainingFlags } from "./cli/training_flags.ts";

export const command = {
  name: "train",
  doc:
    "Train actors on a network by (multi-agent) reinforcement learning; the same command goes on after a stop.",
  operands: [{ name: "NETWORK", doc: "a name from `deno task scenarios`, or a JSON file" }],
  flags: {
    ...trainingFlags,
    out: text({
      placeholder: "DIR",
      doc: "Where the runs are kept, each in DIR/seed-N",
      otherwise: "runs/NETWORK-METHOD",
    }),
    ...hyperparameterFlags,
    ...scenarioFlags,
  },
  example: "train kotecha-6 --method mappo --seeds 0..4 --out runs/mappo",
};

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const network = await loadNetwork(operands[0]!, scenarioOptions(flags));
  const out = flags.out ?? join("runs", `${network.name}-${flags.method}`);
  const signal = interruption("stopping after this iteration; Ctrl-C again to stop at once");
  const training = train({
    network,
    method: flags.method,
    preset: flags.preset,
    hyperparameters: await chosenHyperparameters(flags),
    seeds: flags.seeds,
    device: flags.device,
    out,
    signal,
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
  });
  const count = flags.seeds.length;
  let progress: ReturnType<typeof startProgress> | undefined;
  const latest = new Map<number, { iteration: number; profit: number; speed: number }>();
  try {
    for await (const { seed, iterations, metrics } of training) {
      latest.set(seed, {
        iteration: metrics.iteration,
        profit: metrics["charts/episodicReturn"],
        speed: metrics["charts/sps"],
      });
      const mean = (of: "profit" | "speed") =>
        [...latest.values()].reduce((sum, one) => sum + one[of], 0) / latest.size;
      const done = [...latest.values()].reduce((sum, one) => sum + one.iteration, 0);
      progress ??= startProgress(`${flags.method} on ${network.name}`, iterations * count, "iterations");
      progress.update(
        done,
        `profit ${formatNumber(mean("profit"))} an episode, exploring | ${
          formatNumber(mean("speed"), 3)
        } steps/s`,
      );
    }
  } finally {
    progress?.stop();
  }
  const runs = (await training.result).filter((run) => run !== "stopped");
  if (runs.length < count) {
    throw new RunError(
      `stopped with ${runs.length} of ${count} runs done; the same command goes on from ${out}`,
    );
  }
  print(json ? JSON.stringify(toJson(runs, out)) : toText(network, runs, out));
}

/** The config file's, then the flags'. */
async function chosenHyperparameters(
  flags: Arguments<typeof command.flags>["flags"],
): Promise<Partial<Hyperparameters>> {
  const given = givenHyperparameters(flags);
  if (flags.config === undefined) return given;
  const held = await readJsonFile(flags.config);
  if (typeof held !== "object" || held === null || Array.isArray(held)) {
    throw new InputError(
      flags.config,
      'expected an object of hyperparameters such as {"learningRate": 0.001}',
    );
  }
  return { ...held, ...given };
}

function toJson(runs: readonly TrainedRun[], out: string): unknown {
  return { out, runs: runs.map(({ summary }) => summary) };
}

function toText({ name }: Network, runs: readonly TrainedRun[], out: string): string {
  const [{ config: { method, device }, summary: { iterations, steps, evaluation } }] = runs as [TrainedRun];
  return [
    `${method} on ${name}: ${iterations} iterations of ${
      formatNumber(steps / iterations)
    } steps on ${device}.`,
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
    `  deno task evaluate ${out} --network ${name}`,
    `  deno task export ${join(out, `seed-${runs[0]!.summary.seed}`)} --out actors`,
  ].join("\n");
}

if (import.meta.main) await runCommand(command, main);
