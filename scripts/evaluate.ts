/** `deno task evaluate`: learned and classical policies on the same random numbers. */

import {
  changedNetwork,
  type Comparison,
  type Contender,
  evaluate,
  InputError,
  isPolicy,
  learnedController,
  type LoadedRun,
  loadNetwork,
  loadPolicy,
  loadRuns,
  type Network,
  parseJson,
  readJsonFile,
  resolveSimulateOptions,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { text } from "./cli/flags.ts";
import { describePolicy, describeRun, inText } from "./cli/result.ts";
import { namingFlags, runFlags, runOptions } from "./cli/run_flags.ts";
import { scenarioFlags, scenarioOptions } from "./cli/scenario_flags.ts";
import { formatTable } from "./cli/table.ts";

export const command = {
  name: "evaluate",
  doc: "Compare policies, learned or not, on the same demand: profit, cost, service, stock and bullwhip.",
  operands: [{
    name: "POLICY",
    doc: "a run's folder (or one with seed-N folders in it: all are used), a policy's JSON file, or JSON",
    repeats: true,
  }],
  flags: {
    network: text({
      placeholder: "NETWORK",
      doc: "A name from `deno task scenarios`, or a JSON file",
      otherwise: "that of the first run",
    }),
    set: text({
      placeholder: "PATH=VALUE,...",
      doc: "Change the network: demand.mean=7, nodes.3.holdingCost=1, arcs.0->1.leadTime=2",
      otherwise: "as it is",
    }),
    ...runFlags,
    ...scenarioFlags,
  },
  example: "evaluate runs/kotecha-6-mappo policy.json --set demand.mean=7",
};

/** What an operand names, before it is held against a network. */
type Given = { name: string; runs: readonly LoadedRun[] } | { name: string; json: unknown };

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const given: Given[] = [];
  for (const operand of operands) given.push(await read(operand));
  const network = changed(await networkOf(given, flags), flags.set);
  const options = runOptions(flags);
  await namingFlags(["episodes", "warmup"], () => resolveSimulateOptions(network, options));
  const contenders: Contender[] = [];
  for (const one of given) contenders.push(await contenderOf(one, network));
  const comparisons = await evaluate(network, distinct(contenders, operands), options);
  print(
    json
      ? JSON.stringify(toJson(network, comparisons, given, flags.set))
      : toText(network, comparisons, given, flags.set),
  );
}

async function read(operand: string): Promise<Given> {
  if (/^\s*\{/.test(operand)) return { name: operand, json: parseJson(operand, "POLICY") };
  if (/\.json$/i.test(operand)) return { name: operand, json: await readJsonFile(operand) };
  return { name: operand, runs: await loadRuns(operand) };
}

async function networkOf(
  given: readonly Given[],
  flags: Arguments<typeof command.flags>["flags"],
): Promise<Network> {
  if (flags.network !== undefined) return await loadNetwork(flags.network, scenarioOptions(flags));
  for (const one of given) if ("runs" in one) return one.runs[0]!.config.network;
  throw new InputError("--network", "expected a network, since no policy comes from a run");
}

/** Commas separate settings where another PATH= follows: a value may hold commas, too. */
function changed(network: Network, settings: string | undefined): Network {
  return settings === undefined ? network : changedNetwork(network, settings.split(/,(?=[\w.>-]+=)/));
}

async function contenderOf(given: Given, network: Network): Promise<Contender> {
  if (!("runs" in given)) {
    const policy = await loadPolicy(given.json, network, given.name.length > 40 ? "POLICY" : given.name);
    const name = isPolicy(policy) ? describePolicy(policy) : policy.name;
    return { name, policies: [policy] };
  }
  const [first] = given.runs as readonly [LoadedRun, ...LoadedRun[]];
  const several = given.runs.length > 1;
  return {
    name: several ? `${first.config.method} (${given.runs.length} seeds)` : first.policy.name,
    policies: given.runs.map(({ policy }) => learnedController(policy, network)),
  };
}

/** Contenders of one name are told apart by what was typed for them. */
function distinct(contenders: readonly Contender[], operands: readonly string[]): Contender[] {
  const names = contenders.map(({ name }) => name);
  return contenders.map((one, k) => {
    if (names.indexOf(one.name) === names.lastIndexOf(one.name)) return one;
    const typed = operands[k]!;
    return { ...one, name: `${one.name} (${typed.length > 40 ? `${typed.slice(0, 37)}...` : typed})` };
  });
}

function runsOf(given: Given | undefined): readonly LoadedRun[] {
  return given !== undefined && "runs" in given ? given.runs : [];
}

function toJson(
  { name }: Network,
  comparisons: readonly Comparison[],
  given: readonly Given[],
  changes: string | undefined,
): unknown {
  const { episodes, periods, warmup, seed } = comparisons[0]!.results[0]!;
  return {
    scenario: name,
    changes: changes ?? null,
    episodes,
    periods,
    warmup,
    seed,
    policies: comparisons.map(({ results, ...figures }, k) => ({
      ...figures,
      perSeed: results.map(({ profitPerEpisode, costPerPeriod }, r) => {
        const run = runsOf(given[k])[r];
        const source = run === undefined
          ? {}
          : { run: run.path, seed: run.config.seed, iteration: run.iteration };
        return { ...source, profitPerEpisode, costPerPeriod };
      }),
    })),
  };
}

function toText(
  network: Network,
  comparisons: readonly Comparison[],
  given: readonly Given[],
  changes: string | undefined,
): string {
  const [first] = comparisons as readonly [Comparison, ...Comparison[]];
  const unfinished = given.flatMap(runsOf).filter(({ iteration, config }) =>
    iteration < config.hyperparameters.iterations
  );
  return [
    `${network.name}${changes === undefined ? "" : ` with ${changes}`}, ${describeRun(first.results[0]!)}:`,
    "",
    comparisonTable(comparisons),
    "",
    "± is the standard error over episodes, or over seeds where there are several; differences are paired.",
    ...unfinished.map(({ path, iteration, config }) =>
      `${path} is not done: it has been trained for ${iteration} of ${config.hyperparameters.iterations} iterations.`
    ),
  ].join("\n");
}

/** One row a contender. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const cuts = comparisons.some(({ cutByCapacity }) => cutByCapacity.mean > 0);
  return formatTable(
    [
      "policy",
      "profit per episode",
      "difference to first",
      "cost per period",
      "fill rate",
      "on hand",
      "owed",
      "bullwhip at retailers",
      ...(cuts ? ["cut by capacity"] : []),
    ],
    comparisons.map((one, k) => [
      one.name,
      inText(one.profitPerEpisode),
      k === 0 ? "-" : inText(one.difference),
      inText(one.costPerPeriod),
      inText(one.fillRate),
      inText(one.onHand),
      inText(one.backorders),
      inText(one.bullwhip),
      ...(cuts ? [inText(one.cutByCapacity)] : []),
    ]),
  );
}

if (import.meta.main) await runCommand(command, main);
