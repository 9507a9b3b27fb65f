/** `deno task validate`: learning held against what is known to be optimal. */

import {
  type Estimate,
  evaluate,
  type Hyperparameters,
  InputError,
  knownOptima,
  learnedController,
  loadNetwork,
  RunError,
  train,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { integer, text } from "./cli/flags.ts";
import { startProgress } from "./cli/progress.ts";
import { inText } from "./cli/result.ts";
import { runFlags } from "./cli/run_flags.ts";
import { formatTable } from "./cli/table.ts";

/** A problem whose optimum is known, and how close learning must come to it. */
interface Problem {
  scenario: string;
  /** Largest excess of the mean cost over the least one, as a share of it. */
  tolerance: number;
  hyperparameters: Partial<Hyperparameters>;
}

/** The long-run average cost: no end of the horizon, and a discount that reaches past the lead time. */
const SINGLE_STAGE: Partial<Hyperparameters> = {
  iterations: 150,
  environments: 64,
  periods: 100,
  minibatch: 1600,
  learningRate: 1e-3,
  observesTime: false,
  endIs: "truncation",
  discount: 0.95,
  lambda: 0.9,
};

const problems: readonly Problem[] = [
  { scenario: "lost-sales-1", tolerance: 0.025, hyperparameters: SINGLE_STAGE },
  { scenario: "lost-sales-2", tolerance: 0.025, hyperparameters: SINGLE_STAGE },
  { scenario: "lost-sales-3", tolerance: 0.025, hyperparameters: SINGLE_STAGE },
  { scenario: "lost-sales-4", tolerance: 0.025, hyperparameters: SINGLE_STAGE },
  { scenario: "backorders-2", tolerance: 0.015, hyperparameters: SINGLE_STAGE },
];

export const command = {
  name: "validate",
  doc: "Train ppo on problems whose least cost is known, and say how close it comes. Takes minutes.",
  flags: {
    filter: text({ doc: "Only the problems whose name contains this text", otherwise: "all" }),
    seeds: integer({ default: 5, min: 1, max: 100, doc: "Seeds a problem: 0, 1, ..." }),
    iterations: integer({ min: 1, max: 2 ** 20, doc: "Training iterations", otherwise: "the problem's" }),
    episodes: integer({ default: 1000, min: 2, max: 2 ** 20, doc: "Fresh episodes a seed" }),
    workers: runFlags.workers,
  },
  example: "validate --filter lost-sales-1",
};

interface Finding {
  name: string;
  optimum: number;
  tolerance: number;
  /** Mean and standard error over seeds. */
  cost: Estimate;
  perSeed: number[];
  /** Mean cost over the least one, less 1. */
  gap: number;
}

export async function main({ flags, json }: Arguments<typeof command.flags>): Promise<void> {
  const chosen = problems.filter(({ scenario }) => scenario.includes(flags.filter ?? ""));
  if (chosen.length === 0) {
    const names = problems.map(({ scenario }) => scenario).join(", ");
    throw new InputError("--filter", `no problem contains "${flags.filter}"; they are ${names}`);
  }
  await ensureKernelsBuilt();
  const findings: Finding[] = [];
  for (const problem of chosen) findings.push(await solve(problem, flags));
  print(json ? JSON.stringify({ problems: findings }) : toText(findings));
  const far = findings.filter(({ gap, tolerance }) => gap > tolerance);
  if (far.length > 0) {
    throw new RunError(`${far.map(({ name }) => name).join(", ")}: farther from the optimum than is allowed`);
  }
}

async function solve(
  { scenario, tolerance, hyperparameters }: Problem,
  { seeds, iterations, episodes, workers }: Arguments<typeof command.flags>["flags"],
): Promise<Finding> {
  const network = await loadNetwork(scenario);
  const threads = workers === undefined ? {} : { workers };
  const training = train({
    ...threads,
    network,
    method: "ppo",
    hyperparameters: { ...hyperparameters, ...(iterations === undefined ? {} : { iterations }) },
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    device: "wasm",
  });
  let progress: ReturnType<typeof startProgress> | undefined;
  let done = 0;
  for await (const { iterations } of training) {
    progress ??= startProgress(scenario, iterations * seeds, "iterations");
    progress.update(++done);
  }
  progress?.stop();
  const policies = (await training.result).flatMap((run) =>
    run === "stopped" ? [] : [learnedController(run.policy, network)]
  );
  const [comparison] = await evaluate(network, [{ name: scenario, policies }], { ...threads, episodes });
  const { costPerPeriod, results } = comparison!;
  const optimum = knownOptima.find(({ name }) => name === scenario)!.costPerPeriod;
  return {
    name: scenario,
    optimum,
    tolerance,
    cost: costPerPeriod,
    perSeed: results.map((result) => result.costPerPeriod.mean),
    gap: costPerPeriod.mean / optimum - 1,
  };
}

function toText(findings: readonly Finding[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
  return [
    "ppo, cost a period without exploration, mean ± standard error over seeds:",
    "",
    formatTable(
      ["problem", "least cost", "learned", "above it", "allowed", ""],
      findings.map(({ name, optimum, cost, gap, tolerance }) => [
        name,
        optimum,
        inText(cost),
        percent(gap),
        percent(tolerance),
        gap <= tolerance ? "ok" : "too far",
      ]),
    ),
  ].join("\n");
}

if (import.meta.main) await runCommand(command, main);
