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
import { simulateCases } from "./cases/simulate.ts";
import { measure, type Measurement } from "./measure.ts";

/** In the order in which they run and are listed. */
const cases: readonly BenchCase[] = [...envStepCases, ...simulateCases, ...denseCases];

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
    print(JSON.stringify({ results: results.map(({ name, value, unit }) => ({ name, value, unit })) }));
  } else print(tableOf(results));
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
