/** `deno task start`: what Bullwhip does, on one network, in a few seconds. */

import {
  type Estimate,
  loadNetwork,
  type Network,
  pairedDifference,
  type Policy,
  policyToJson,
  search,
  type SearchOptions,
  simulate,
  type SimulationResult,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { integer, real } from "./cli/flags.ts";
import { startProgress } from "./cli/progress.ts";
import { describePolicy, describeRun, inText } from "./cli/result.ts";
import { namingFlags, runFlags } from "./cli/run_flags.ts";
import { formatNumber, formatTable } from "./cli/table.ts";

const SCENARIO = "kotecha-6";

/** In the order of the table; the first is what the others are compared with. */
const CONTENDERS: readonly Pick<SearchOptions, "policy" | "basis">[] = [
  { policy: "base-stock", basis: "inventory-position" },
  { policy: "s-S", basis: "inventory-position" },
  { policy: "s-S", basis: "on-hand" },
];

export const command = {
  name: "start",
  doc: `Plan three policies for ${SCENARIO}, compare them on fresh episodes, and say what to try next.`,
  flags: {
    episodes: integer({
      default: 10_000,
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
    seed: runFlags.seed,
    workers: runFlags.workers,
  },
  example: "start --seed 1",
};

export interface Row {
  policy: Policy;
  result: SimulationResult;
  /** Profit per episode less that of the first row, episode by episode. */
  difference: Estimate;
}

export async function main({ flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const network = await loadNetwork(SCENARIO);
  const rows = await namingFlags(["budget", "episodes"], () => compare(network, flags));
  print(json ? JSON.stringify(toJson(network, rows)) : toText(rows));
}

async function compare(network: Network, flags: Arguments<typeof command.flags>["flags"]): Promise<Row[]> {
  const { episodes, budget, seed, workers } = flags;
  const threads = workers === undefined ? {} : { workers };
  const policies: Policy[] = [];
  for (const contender of CONTENDERS) {
    let progress: ReturnType<typeof startProgress> | undefined;
    const found = await search(network, {
      ...contender,
      ...threads,
      ...(budget === undefined ? {} : { budget }),
      seed,
      onProgress({ done, total, best }) {
        progress ??= startProgress(
          `${contender.policy} on ${contender.basis}`,
          Math.ceil(total / 1e6),
          "million node-steps",
        );
        progress.update(Math.floor(done / 1e6), `best profit ${formatNumber(best)} per episode`);
      },
    });
    progress?.stop();
    policies.push(found.policy);
  }
  const rows: Row[] = [];
  for (const policy of policies) {
    const result = await simulate(network, policy, { ...threads, episodes, seed });
    const first = rows[0]?.result ?? result;
    rows.push({ policy, result, difference: pairedDifference(result.episodeProfits, first.episodeProfits) });
  }
  return rows;
}

function toJson(network: Network, rows: readonly Row[]): unknown {
  const [{ result: { scenario, episodes, periods, warmup, seed } }] = rows as [Row];
  return {
    scenario,
    episodes,
    periods,
    warmup,
    seed,
    policies: rows.map(({ policy, result, difference }) => ({
      policy: policyToJson(policy, network),
      profitPerEpisode: result.profitPerEpisode,
      differenceToFirst: difference,
      costPerPeriod: result.costPerPeriod,
      fillRate: result.fillRate,
      onHand: result.onHand,
      backorders: result.backorders,
      cutByCapacity: result.discarded.byCapacity,
      retailerBullwhip: result.echelons[0]?.bullwhip,
    })),
  };
}

export function toText(rows: readonly Row[]): string {
  const [first] = rows as [Row];
  const names = rows.map(({ policy }) => describePolicy(policy));
  const figures: [name: string, of: (row: Row) => Estimate][] = [
    ["profit per episode", ({ result }) => result.profitPerEpisode],
    [`difference to ${names[0]}`, ({ difference }) => difference],
    ["cost per period", ({ result }) => result.costPerPeriod],
    ["fill rate", ({ result }) => result.fillRate],
    ["units on hand", ({ result }) => result.onHand],
    ["units owed", ({ result }) => result.backorders],
    ["bullwhip at retailers", ({ result }) => result.echelons[0]!.bullwhip],
  ];
  const table = formatTable(
    ["mean ± std. error", ...names],
    figures.map(([name, of]) => [
      name,
      ...rows.map((row) => of(row) === first.difference ? "-" : inText(of(row))),
    ]),
  );
  return [
    `${SCENARIO}: a factory, two warehouses, three retailers with Poisson(5) customers each.`,
    `Each policy is the best of its kind that a search found; on ${describeRun(first.result)}:`,
    "",
    table,
    "",
    ...meaning(rows),
    "",
    "Next (`npx -y deno@2.9.6 task ...` where Deno is not installed):",
    `  deno task plan ${SCENARIO} --policy s-S --basis on-hand --out policy.json`,
    `  deno task simulate ${SCENARIO} --policy policy.json --trace trace.csv`,
    "  deno task scenarios",
  ].join("\n");
}

/** What the table says, in a few lines. */
function meaning(rows: readonly Row[]): string[] {
  const [first] = rows as [Row];
  const best = rows.reduce((a, b) => b.difference.mean > a.difference.mean ? b : a);
  const name = describePolicy(best.policy);
  if (best === first) return [`No other policy earns more than ${name} here.`];
  const { difference, result } = best;
  const gain = `${name} earns ${inText(difference)} more an episode than ${describePolicy(first.policy)}`;
  if (best.policy.basis !== "on-hand") return [`${gain}, on the same demand.`];
  const cut = formatNumber(result.discarded.byCapacity.mean, 3);
  return [
    `${gain}, but not by serving`,
    "customers better: it orders again while goods are on their way. This network pays for every unit",
    `shipped, between nodes too, and the ${cut} units a period that full stores throw away cost nothing.`,
  ];
}

if (import.meta.main) await runCommand(command, main);
