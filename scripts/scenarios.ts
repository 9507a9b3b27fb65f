/** `deno task scenarios`: the built-in networks, or one of them. */

import {
  type Distribution,
  findScenario,
  loadNetwork,
  type Network,
  type Scenario,
  scenarios,
} from "../engine/mod.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { scenarioFlags, scenarioOptions } from "./cli/scenario_flags.ts";
import { formatTable } from "./cli/table.ts";

export const command = {
  name: "scenarios",
  doc: "List the built-in networks, or show one; with --json, as a file that the other commands read.",
  operands: [{ name: "NAME", doc: "a scenario, or a JSON file to check and complete", optional: true }],
  flags: scenarioFlags,
  example: "scenarios kotecha-6 --json > my-network.json",
};

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  const [name] = operands;
  if (name === undefined) {
    print(json ? JSON.stringify({ scenarios }) : list());
    return;
  }
  const network = await loadNetwork(name, scenarioOptions(flags));
  print(json ? JSON.stringify(network, undefined, 2) : describe(network, findScenario(name)));
}

/** A table a paper, all with the same columns. */
function list(): string {
  const rows = scenarios.map(({ name, nodes, arcs, summary, needsData }) => [
    name,
    nodes,
    arcs,
    needsData ? `${summary} (your data)` : summary,
  ]);
  const [headers, rule, ...lines] = formatTable(["name", "nodes", "arcs", "what"], rows).split("\n");
  const text = lines.flatMap((line, k) => {
    const { source } = scenarios[k]!;
    return source === scenarios[k - 1]?.source ? [line] : ["", source, line];
  });
  return [headers, rule, ...text].join("\n");
}

function describe(network: Network, scenario: Scenario | undefined): string {
  const { name, nodes, arcs, horizon, quantities } = network;
  const rows = nodes.map((node) => {
    const suppliers = arcs.filter(({ to }) => to === node.id);
    const leadTimes = new Set(suppliers.map(({ leadTime }) => inWords(leadTime)));
    return [
      node.id,
      suppliers.map(({ from }) => from).join(" "),
      [...leadTimes].join(" "),
      node.demand === undefined ? "" : inWords(node.demand),
      node.initialOnHand,
      node.price,
      node.orderCost,
      node.holdingCost,
      node.backorderCost,
    ];
  });
  return [
    ...(scenario === undefined ? [name] : [`${name}: ${scenario.summary}`, scenario.source]),
    `${nodes.length} nodes, ${arcs.length} arcs, ${horizon} periods, ${quantities} quantities`,
    "",
    formatTable(
      ["node", "suppliers", "lead time", "demand", "on hand", "price", "order", "holding", "backorder"],
      rows,
    ),
  ].join("\n");
}

/** `poisson(5)`; what has long lists by its name alone. */
function inWords(distribution: Distribution): string {
  const { kind, profile, ...parameters } = distribution;
  if (kind === "constant" && profile === undefined) return String(distribution.value);
  const numbers = Object.values(parameters).filter((value) => typeof value === "number");
  return `${kind}${numbers.length === 0 ? "" : `(${numbers.join(", ")})`}${
    profile === undefined ? "" : " x profile"
  }`;
}

if (import.meta.main) await runCommand(command, main);
