/** `deno task simulate`: a network under a policy. */

import {
  type Controller,
  formatCsv,
  InputError,
  loadNetwork,
  type Network,
  type Policy,
  resolveSimulateOptions,
  simulate,
  trace,
  TRACE_COLUMNS,
} from "../engine/mod.ts";
import { ensureKernelsBuilt } from "./build.ts";
import type { Arguments } from "./cli/arguments.ts";
import { withDemandFile } from "./cli/demand_file.ts";
import { print, runCommand } from "./cli/exit.ts";
import { text } from "./cli/flags.ts";
import { checkOutput, writeOutput } from "./cli/output_file.ts";
import { startProgress } from "./cli/progress.ts";
import { choosePolicy, DEFAULT_METHODS } from "./cli/policy_argument.ts";
import {
  describePolicy,
  describeRun,
  echelonsTable,
  nodesTable,
  resultJson,
  totalsTable,
} from "./cli/result.ts";
import { namingFlags, runFlags, runOptions } from "./cli/run_flags.ts";
import { scenarioFlags, scenarioOptions } from "./cli/scenario_flags.ts";

export const command = {
  name: "simulate",
  doc: "Simulate a network under a policy: cost, profit, service and bullwhip, with standard errors.",
  operands: [{ name: "NETWORK", doc: "a name from `deno task scenarios`, or a JSON file" }],
  flags: {
    policy: text({
      placeholder: "FILE|JSON|RUN",
      doc: "What orders: JSON, a file as `deno task plan --out` writes it, or a trained run's folder",
      otherwise: `base-stock levels by ${DEFAULT_METHODS.join(" or by ")}, whichever earns more`,
    }),
    ...runFlags,
    demand: text({
      placeholder: "FILE.csv",
      doc: "Recorded demand: a header of node ids, then a row a period",
      otherwise: "drawn",
    }),
    trace: text({
      placeholder: "FILE.csv",
      doc: "Write what every node did in every period of every episode",
    }),
    ...scenarioFlags,
  },
  example: 'simulate kotecha-6 --policy \'{"kind":"base-stock","levels":30}\' --episodes 10000',
} as const;

/** Rows of a trace at most: they are written as one piece, of about 40 bytes a row. */
const MOST_ROWS = 4_000_000;
/** Rows that are kept as objects before they become bytes. */
const ROWS_A_PART = 10_000;

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  await ensureKernelsBuilt();
  const given = await loadNetwork(operands[0]!, scenarioOptions(flags));
  const options = runOptions(flags);
  const { episodes, periods, seed, phase } = await namingFlags(
    ["episodes", "warmup"],
    () => resolveSimulateOptions(given, options),
  );
  const network = flags.demand === undefined ? given : await withDemandFile(given, flags.demand, periods);
  if (flags.trace !== undefined) {
    checkRows(episodes * periods * network.nodes.length);
    await checkOutput("--trace", flags.trace);
  }
  const { policy, json: policyJson, plannedBy } = await choosePolicy(flags.policy, given);
  const result = await simulate(network, policy, options);
  if (flags.trace !== undefined) {
    await writeOutput(flags.trace, await traceCsv(network, policy, { episodes, periods, seed, phase }));
  }
  if (json) {
    print(JSON.stringify({ ...resultJson(result, policyJson), plannedBy }));
    return;
  }
  print([
    `${result.scenario} under ${describePolicy(policy)}${
      plannedBy === null ? "" : ` planned by ${plannedBy}`
    }`,
    describeRun(result),
    totalsTable(result),
    "Means a node and period; bullwhip: the variance of its orders over that of what is demanded of it:",
    nodesTable(result),
    "Bullwhip by echelon (1: nearest the customers): the variance of its orders over that of customers' demand:",
    echelonsTable(result),
    ...(plannedBy === null
      ? []
      : [`The policy is a quick heuristic's; \`deno task plan ${operands[0]}\` searches for a better one.`]),
  ].join("\n\n"));
}

/** The trace as a CSV file's bytes. */
async function traceCsv(
  network: Network,
  policy: Policy | Controller,
  options: Required<NonNullable<Parameters<typeof trace>[2]>>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let rows: (string | number)[][] = [];
  const all = options.episodes * options.periods * network.nodes.length;
  const progress = startProgress("trace", all, "rows");
  const flush = async (): Promise<void> => {
    const text = formatCsv(TRACE_COLUMNS, rows);
    parts.push(new TextEncoder().encode(parts.length === 0 ? text : text.slice(text.indexOf("\n") + 1)));
    rows = [];
    progress.update(parts.length * ROWS_A_PART);
    // Ctrl-C and the progress bar need the event loop.
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  for await (
    const row of trace(network, policy, options)
  ) {
    rows.push(TRACE_COLUMNS.map((column) => row[column]));
    if (rows.length === ROWS_A_PART) await flush();
  }
  await flush();
  progress.stop();
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function checkRows(rows: number): void {
  if (rows <= MOST_ROWS) return;
  throw new InputError(
    "--trace",
    `expected at most ${MOST_ROWS} rows (episodes x periods x nodes), got ${rows}; fewer --episodes or --periods`,
  );
}

if (import.meta.main) await runCommand(command, main);
