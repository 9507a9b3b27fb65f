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
    time: integer({ default: 2000, min: 1, max: 600_000, unit: "ms", doc: "How long to measure each case" }),
  },
  example: "bench --filter kotecha-6 --time 5000",
};

await runCommand(command, async ({ flags, json }) => {
  const chosen = cases.filter(({ name }) => name.includes(flags.filter ?? ""));
  if (chosen.length === 0) {
    const names = cases.map(({ name }) => `"${name}"`).join(", ");
    throw new InputError("--filter", `no case contains "${flags.filter}"; the cases are ${names}`);
  }
  await ensureKernelsBuilt();
  const progress = startProgress("measuring", chosen.length, "cases");
  const results: Measurement[] = [];
  for (const [index, one] of chosen.entries()) {
    progress.update(index, one.name);
    results.push(await measure(one, flags.time));
  }
  progress.stop();
  if (json) {
    print(JSON.stringify({ results: results.map(({ deviation: _, runs: __, ...result }) => result) }));
  } else print([tableOf(results), ...results.flatMap(kernelShares)].join("\n"));
});

function tableOf(results: readonly Measurement[]): string {
  return formatTable(
    ["case", "value", "unit", "± %", "runs"],
    results.map(({ name, value, unit, deviation, runs }) => [
      name,
      formatNumber(value),
      unit,
      deviation.toFixed(1),
      runs,
    ]),
  );
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
