/** `deno task bench`: how fast the parts are that the rest waits for. */

import { ensureKernelsBuilt } from "../scripts/build.ts";
import { print, runCommand } from "../scripts/cli/exit.ts";
import { integer, text } from "../scripts/cli/flags.ts";
import { startProgress } from "../scripts/cli/progress.ts";
import { formatNumber, formatTable } from "../scripts/cli/table.ts";
import { InputError } from "../engine/errors.ts";
import type { BenchCase } from "./cases/case.ts";
import { denseCases } from "./cases/dense.ts";
import { envStepCases } from "./cases/env_step.ts";
import { trainingCases } from "./cases/training.ts";
import { simulateCases } from "./cases/simulate.ts";
import { compareTo, type Comparison, readEarlier } from "./compare.ts";
import { describeOrigin, findOrigin } from "./machine.ts";
import { measure, type Measurement } from "./measure.ts";

/** Kernels with less than this share are summed up. */
const SMALLEST_SHARE = 0.01;

/** In the order in which they run and are listed. */
const cases: readonly BenchCase[] = [
  ...envStepCases,
  ...simulateCases,
  ...denseCases,
  ...await trainingCases(),
];

const command = {
  name: "bench",
  doc: ["Measure throughput. The cases:", ...cases.map(({ name, doc }) => `  ${name}: ${doc}`)].join("\n"),
  flags: {
    filter: text({ doc: "Only the cases whose name contains this text", otherwise: "all cases" }),
    without: text({ doc: "But not those whose name contains this text, such as webgpu", otherwise: "none" }),
    time: integer({ default: 2000, min: 1, max: 600_000, unit: "ms", doc: "How long to measure each case" }),
    compare: text({
      placeholder: "FILE",
      doc: "Print the ratios to an earlier measurement, which `deno task bench --json > FILE` has written",
    }),
  },
  example: "bench --filter kotecha-6 --time 5000 --compare before.json",
};

await runCommand(command, async ({ flags, json }) => {
  const { filter = "", without } = flags;
  const isWanted = (name: string) =>
    name.includes(filter) && (without === undefined || !name.includes(without));
  const chosen = cases.filter(({ name }) => isWanted(name));
  if (chosen.length === 0) {
    const names = cases.map(({ name }) => `"${name}"`).join(", ");
    const but = without === undefined ? "" : ` without "${without}"`;
    throw new InputError("--filter", `no case contains "${filter}"${but}; the cases are ${names}`);
  }
  const earlier = flags.compare === undefined ? undefined : await readEarlier(flags.compare);
  await ensureKernelsBuilt();
  const origin = await findOrigin();
  const progress = startProgress("measuring", chosen.length, "cases");
  const results: Measurement[] = [];
  for (const [index, one] of chosen.entries()) {
    progress.update(index, one.name);
    results.push(await measure(one, flags.time));
  }
  progress.stop();
  const comparison = earlier === undefined ? undefined : compareTo(earlier, origin, results, isWanted);
  if (json) {
    print(JSON.stringify({ ...origin, results, ...(comparison === undefined ? {} : { comparison }) }));
    return;
  }
  const lines = [describeOrigin(origin), "", tableOf(results, comparison), ...results.flatMap(kernelShares)];
  if (comparison !== undefined) lines.push("", ...remarksOf(comparison, flags.compare ?? ""));
  print(lines.join("\n"));
});

function tableOf(results: readonly Measurement[], comparison?: Comparison): string {
  const ratios = new Map(comparison?.ratios.map((one) => [one.name, one]));
  return formatTable(
    ["case", "value", "unit", "± %", "runs", ...(comparison === undefined ? [] : ["ratio"])],
    results.map(({ name, value, unit, deviation, runs }) => {
      const found = ratios.get(name);
      const ratio = found === undefined ? "-" : `${found.ratio.toFixed(2)} ± ${found.spread.toFixed(2)}`;
      return [
        name,
        formatNumber(value),
        unit,
        deviation.toFixed(1),
        runs,
        ...(comparison === undefined ? [] : [ratio]),
      ];
    }),
  );
}

/** What must be known to read the ratios. */
function remarksOf({ remarks, ratios, onlyNow, onlyThen }: Comparison, file: string): string[] {
  const named = (names: readonly string[]) => names.map((name) => `  ${name}`);
  return [
    `ratio: the value now over that in ${file}, above 1 is faster; ± from the spread of single runs on both sides.`,
    "A shared machine's speed drifts by more between two measurements: repeat both before you believe a change.",
    ...(ratios.length === 0 ? [`No case of ${file} was measured now.`] : []),
    ...(remarks.length === 0 ? [] : ["The ratios are not about the program alone:", ...named(remarks)]),
    ...(onlyNow.length === 0 ? [] : [`Not in ${file}:`, ...named(onlyNow)]),
    ...(onlyThen.length === 0 ? [] : [`In ${file}, not measured now:`, ...named(onlyThen)]),
  ];
}

/** A line a case: where its time goes. */
function kernelShares({ name, kernels, adapter }: Measurement): string[] {
  if (kernels === undefined) return [];
  const shown = Object.entries(kernels).filter(([, share]) => share >= SMALLEST_SHARE);
  const rest = 1 - shown.reduce((sum, [, share]) => sum + share, 0);
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const parts = [...shown.map(([kernel, share]) => `${kernel} ${percent(share)}`), `others ${percent(rest)}`];
  return ["", `${name}${adapter === undefined ? "" : ` (${adapter})`}:`, `  ${parts.join(", ")}`];
}
