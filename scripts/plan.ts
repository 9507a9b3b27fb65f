/** `deno task plan`: a good classical policy for a network. */

import {
  InputError,
  loadNetwork,
  type Network,
  parsePolicy,
  planningMethods,
  type Policy,
  policyKinds,
  policyToJson,
  search,
  simulate,
  type SimulationResult,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { choice, real, text } from "./cli/flags.ts";
import { checkOutput, writeOutput } from "./cli/output_file.ts";
import { startProgress } from "./cli/progress.ts";
import { describePolicy, describeRun, policyTable, resultJson, totalsTable } from "./cli/result.ts";
import { namingFlags, runFlags, runOptions } from "./cli/run_flags.ts";
import { scenarioFlags, scenarioOptions } from "./cli/scenario_flags.ts";
import { formatNumber } from "./cli/table.ts";

const methodNames = ["search", ...planningMethods.map(({ name }) => name)];

export const command = {
  name: "plan",
  doc: [
    "Find a good classical policy for a network and evaluate it on fresh episodes. The methods:",
    "  search: the best parameters of any kind of policy for any network, by simulation",
    ...planningMethods.map(({ name, doc }) => `  ${name}: ${doc}`),
  ].join("\n"),
  operands: [{ name: "NETWORK", doc: "a name from `deno task scenarios`, or a JSON file" }],
  flags: {
    policy: choice(policyKinds, {
      placeholder: "KIND",
      doc: `${policyKinds.join(", ")}: what to search for; the other methods have kinds of their own`,
      otherwise: "base-stock",
    }),
    basis: choice(["on-hand", "inventory-position"], {
      doc: "What s is compared with in s-S and s-Q",
      otherwise: "inventory-position",
    }),
    method: choice(methodNames, { default: "search", placeholder: "NAME", doc: "One of the methods above" }),
    budget: real({
      min: 1,
      max: 1e15,
      doc: "What the search may simulate",
      unit: "node-steps (periods x nodes)",
      otherwise: "50e6 a parameter and at most 600e6",
    }),
    out: text({ placeholder: "FILE.json", doc: "Write the policy, for simulate --policy" }),
    ...runFlags,
    ...scenarioFlags,
  },
  example: "plan kotecha-6 --policy s-S --basis on-hand --out policy.json",
};

/** A policy, and how it did on episodes that its making has not seen. */
interface Plan {
  policy: Policy;
  evaluation: SimulationResult;
  /** What the search cost; absent where there was none. */
  spent?: { episodes: number; nodeSteps: number };
}

type Flags = Arguments<typeof command.flags>["flags"];

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const network = await loadNetwork(operands[0]!, scenarioOptions(flags));
  if (flags.out !== undefined) await checkOutput("--out", flags.out);
  const { method } = flags;
  const plan = await namingFlags(
    ["episodes", "warmup", "basis", "budget"],
    () => method === "search" ? searchPlan(network, flags) : methodPlan(network, flags),
  );
  const { policy } = plan;
  try {
    if (flags.out !== undefined) {
      await writeOutput(flags.out, `${JSON.stringify(policyToJson(policy, network), undefined, 2)}\n`);
    }
  } finally {
    // Minutes of search are not lost where the disk is full.
    print(json ? JSON.stringify(planJson(network, method, plan)) : planText(network, method, plan, flags));
  }
}

async function searchPlan(network: Network, flags: Flags): Promise<Plan> {
  const { policy: kind = "base-stock", basis, budget } = flags;
  let progress: ReturnType<typeof startProgress> | undefined;
  const found = await search(network, {
    policy: kind,
    ...(basis === undefined ? {} : { basis }),
    ...(budget === undefined ? {} : { budget }),
    ...runOptions(flags),
    onProgress({ done, total, best }) {
      progress ??= startProgress("search", Math.ceil(total / 1e6), "million node-steps");
      progress.update(Math.floor(done / 1e6), `best profit ${formatNumber(best)} per episode`);
    },
  });
  progress?.stop();
  const { policy, evaluation, evaluations, nodeSteps } = found;
  return { policy, evaluation, spent: { episodes: evaluations, nodeSteps } };
}

async function methodPlan(network: Network, flags: Flags): Promise<Plan> {
  for (const name of ["basis", "budget"] as const) {
    if (flags[name] !== undefined) throw new InputError(`--${name}`, "is for --method search only");
  }
  const method = planningMethods.find(({ name }) => name === flags.method)!;
  const policy = parsePolicy(method.plan(network), network);
  if (flags.policy !== undefined && flags.policy !== policy.kind) {
    throw new InputError(
      "--policy",
      `${method.name} plans ${policy.kind}, got ${flags.policy}; --method search plans any kind`,
    );
  }
  return {
    policy,
    evaluation: await simulate(network, policy, { ...runOptions(flags), phase: "reevaluate" }),
  };
}

function planJson(network: Network, method: string, { policy, evaluation, spent }: Plan): unknown {
  return { ...resultJson(evaluation, policyToJson(policy, network)), method, search: spent ?? null };
}

function planText(network: Network, method: string, plan: Plan, { out }: Flags): string {
  const { policy, evaluation, spent } = plan;
  const effort = spent === undefined
    ? ""
    : ` (${formatNumber(spent.episodes, 3)} episodes, ${
      formatNumber(spent.nodeSteps / 1e6, 3)
    } million node-steps)`;
  return [
    `${network.name}: ${describePolicy(policy)} by ${method}${effort}`,
    policyTable(policy, network),
    `On fresh demand, other than \`deno task simulate\` draws, ${describeRun(evaluation)}:`,
    totalsTable(evaluation),
    ...(out === undefined
      ? []
      : [`The policy is in ${out}, for \`deno task simulate NETWORK --policy ${out}\`.`]),
  ].join("\n\n");
}

if (import.meta.main) await runCommand(command, main);
