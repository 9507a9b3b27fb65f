/** `deno task start`: what Bullwhip does, on one network: plan, train, compare, report. */

import { join } from "node:path";
import {
  type Comparison,
  type Controller,
  type Estimate,
  evaluate,
  learnedController,
  loadNetwork,
  type Network,
  type Policy,
  policyController,
  policyToJson,
  readMetrics,
  reportHtml,
  runReport,
  search,
  type SearchOptions,
  train,
  type TrainedRun,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { integer, real, text } from "./cli/flags.ts";
import { writeOutput } from "./cli/output_file.ts";
import { startProgress } from "./cli/progress.ts";
import { describePolicy, describeRun, inText } from "./cli/result.ts";
import { namingFlags, runFlags } from "./cli/run_flags.ts";
import { formatNumber, formatTable } from "./cli/table.ts";

const SCENARIO = "kotecha-6";
const METHOD = "reg-p-gcn-mappo";

/** In the order of the table; the first is what the others are compared with. */
const PLANNED: readonly Pick<SearchOptions, "policy" | "basis">[] = [
  { policy: "base-stock", basis: "inventory-position" },
  { policy: "s-S", basis: "on-hand" },
];

export const command = {
  name: "start",
  doc:
    `Plan two policies for ${SCENARIO}, train ${METHOD} on it, compare them on fresh episodes, write a report.`,
  flags: {
    episodes: integer({
      default: 2000,
      min: 2,
      max: 2 ** 24,
      doc: "Fresh episodes, the same for all policies",
    }),
    budget: real({
      min: 1,
      max: 1e15,
      doc: "What the search of each policy may simulate",
      unit: "node-steps (periods x nodes)",
      otherwise: "50e6 a parameter and at most 600e6",
    }),
    iterations: integer({ min: 1, max: 2 ** 20, doc: "Training iterations", otherwise: "the preset's" }),
    out: text({ placeholder: "DIR", default: "runs/start", doc: "Where the run and report.html go" }),
    seed: runFlags.seed,
    workers: runFlags.workers,
  },
  example: "start --seed 1 --out runs/start-1",
};

type Flags = Arguments<typeof command.flags>["flags"];

/** What `start` compares, and what it was made from. */
export interface Outcome {
  planned: readonly Policy[];
  run: TrainedRun;
  comparisons: readonly Comparison[];
}

export async function main({ flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const network = await loadNetwork(SCENARIO);
  const outcome = await namingFlags(["budget", "episodes"], () => work(network, flags));
  const report = join(flags.out, "report.html");
  await writeOutput(report, await reportOf(network, outcome, flags));
  print(json ? JSON.stringify(toJson(network, outcome, report)) : toText(outcome, flags.out));
}

async function work(network: Network, flags: Flags): Promise<Outcome> {
  const threads = flags.workers === undefined ? {} : { workers: flags.workers };
  // A training takes one core; the searches take the others meanwhile.
  const training = train({
    network,
    method: METHOD,
    seeds: [flags.seed],
    // The same figures on every machine, and nothing to wait for while a driver compiles.
    device: "wasm",
    out: flags.out,
    ...(flags.iterations === undefined ? {} : { hyperparameters: { iterations: flags.iterations } }),
  });
  const others = Math.max(1, (flags.workers ?? navigator.hardwareConcurrency) - 1);
  const [planned, run] = await Promise.all([plan(network, flags, others), follow(training)]);
  const contenders = [
    ...planned.map((policy) => ({ name: describePolicy(policy), policies: [policy] })),
    { name: METHOD, policies: [learnedController(run.policy, network)] },
  ];
  const { episodes, seed } = flags;
  return { planned, run, comparisons: await evaluate(network, contenders, { ...threads, episodes, seed }) };
}

async function plan(network: Network, { budget, seed }: Flags, workers: number): Promise<Policy[]> {
  const planned: Policy[] = [];
  for (const wanted of PLANNED) {
    const { policy } = await search(network, {
      ...wanted,
      ...(budget === undefined ? {} : { budget }),
      seed,
      workers,
    });
    planned.push(policy);
  }
  return planned;
}

async function follow(training: ReturnType<typeof train>): Promise<TrainedRun> {
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    for await (const { iterations, metrics } of training) {
      progress ??= startProgress(`${METHOD} on ${SCENARIO}`, iterations, "iterations");
      progress.update(
        metrics.iteration,
        `profit ${formatNumber(metrics["charts/episodicReturn"])} an episode, exploring`,
      );
    }
  } finally {
    progress?.stop();
  }
  return (await training.result)[0] as TrainedRun;
}

async function reportOf(
  network: Network,
  { planned, run, comparisons }: Outcome,
  flags: Flags,
): Promise<string> {
  const drawn: Controller[] = [
    learnedController(run.policy, network),
    ...planned.slice(0, 1).map((policy) => policyController(policy, network)),
  ];
  return reportHtml(
    await runReport({
      command: `deno task start --seed ${flags.seed} --out ${flags.out}`,
      configs: [run.config],
      metrics: [await readMetrics(join(flags.out, `seed-${flags.seed}`, "metrics.csv"))],
      comparisons,
      learned: METHOD,
      drawn,
      network,
      notes: [meaning(comparisons).join(" ")],
    }),
  );
}

function toJson(network: Network, { planned, run, comparisons }: Outcome, report: string): unknown {
  const { episodes, periods, warmup, seed } = comparisons[0]!.results[0]!;
  const json = [
    ...planned.map((policy) => policyToJson(policy, network)),
    { kind: "learned", method: run.config.method },
  ];
  return {
    scenario: network.name,
    episodes,
    periods,
    warmup,
    seed,
    report,
    training: run.summary,
    policies: comparisons.map(({ results: _, name: __, seeds: ___, difference, ...figures }, k) => ({
      policy: json[k],
      differenceToFirst: difference,
      ...figures,
    })),
  };
}

export function toText({ run, comparisons }: Outcome, out: string): string {
  const [first] = comparisons as [Comparison];
  const figures: [name: string, of: (one: Comparison) => Estimate][] = [
    ["profit per episode", (one) => one.profitPerEpisode],
    [`difference to ${first.name}`, (one) => one.difference],
    ["cost per period", (one) => one.costPerPeriod],
    ["fill rate", (one) => one.fillRate],
    ["units on hand", (one) => one.onHand],
    ["units owed", (one) => one.backorders],
    ["bullwhip at retailers", (one) => one.bullwhip],
  ];
  const table = formatTable(
    ["mean ± std. error", ...comparisons.map(({ name }) => name)],
    figures.map(([name, of]) => [
      name,
      ...comparisons.map((one) => of(one) === first.difference ? "-" : inText(of(one))),
    ]),
  );
  const { iterations, steps, seconds, device } = run.summary;
  return [
    `${SCENARIO}: a factory, two warehouses, three retailers with Poisson(5) customers each.`,
    `${METHOD} trained for ${iterations} iterations (${formatNumber(steps)} periods, ${
      formatNumber(seconds, 3)
    } s on ${device}); the others`,
    `are the best of their kind that a search found. On ${describeRun(first.results[0]!)}:`,
    "",
    table,
    "",
    ...meaning(comparisons),
    "",
    "± is over episodes; another training seed ends elsewhere (five of each method: README).",
    `The learning curve, this table and an episode in pictures: ${join(out, "report.html")}`,
    "",
    "Next (`npx -y deno@2.9.6 task ...` where Deno is not installed):",
    `  deno task evaluate ${out} --set demand.mean=6`,
    `  deno task train ${SCENARIO} --method mappo --seeds 0..1`,
    `  deno task plan ${SCENARIO} --policy s-S --basis on-hand --out policy.json`,
    "  deno task scenarios",
  ].join("\n");
}

/** What the table says, in a few lines. */
function meaning(comparisons: readonly Comparison[]): string[] {
  const [first] = comparisons as [Comparison];
  const best = comparisons.reduce((a, b) => b.difference.mean > a.difference.mean ? b : a);
  if (best === first) return [`No other policy earns more than ${first.name} here.`];
  const cut = best.cutByCapacity.mean;
  const wasted = cut < 1 ? "" : ` (full stores throw ${formatNumber(cut, 3)} away, free of charge)`;
  return [
    `${best.name} earns ${inText(best.difference)} more an episode than ${first.name}, on the same demand.`,
    "How: this network pays the seller for every unit shipped, between nodes too, and stock that is left",
    "at the end is worth nothing. Units a period that are shipped between nodes:",
    `${first.name} ${formatNumber(shippedBetweenNodes(first), 3)}, ${best.name} ${
      formatNumber(shippedBetweenNodes(best), 3)
    }${wasted}.`,
  ];
}

/** Units a period that leave nodes above the retailers. */
function shippedBetweenNodes({ results }: Comparison): number {
  const { nodes, echelons } = results[0]!;
  const retailers = echelons[0]!.nodes;
  return nodes.reduce((sum, { id, shipped }) => retailers.includes(id) ? sum : sum + shipped, 0);
}

if (import.meta.main) await runCommand(command, main);
