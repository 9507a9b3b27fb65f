/** What a sweep found, in a table for the terminal: the works that earn most on each network, over their seeds. */

import {
  estimate,
  type Hyperparameters,
  median,
  methodOf,
  type SweepFolder,
  type Trial,
  type TrialWork,
} from "../../engine/mod.ts";
import { inText } from "./result.ts";
import { formatTable } from "./table.ts";

/** Rows a network. */
const MOST = 6;

/** One line where no trial has a result. */
export async function sweepSummary(folder: SweepFolder, trials: readonly Trial[]): Promise<string> {
  const results = await folder.results(trials);
  const judged = trials.flatMap((trial) => {
    const result = results.get(trial.id);
    if (result?.status !== "done" || !folder.isFinished(result)) return [];
    return [{ ...trial, profit: result.evaluations[0]!.profitPerEpisode.mean }];
  });
  if (judged.length === 0) return "No trial has a result yet.";
  const varied = variedHyperparameters(trials);
  const works = [...Map.groupBy(judged, ({ network, work }) => JSON.stringify([network, work])).values()]
    .map((group) => {
      const [{ network, work }] = group as [typeof judged[0]];
      const profits = group.map(({ profit }) => profit);
      return { network, work, seeds: profits.length, profit: estimate(profits), middle: median(profits) };
    });
  const rows = [...Map.groupBy(works, ({ network }) => network).values()].flatMap((own) =>
    own.toSorted((a, b) => b.profit.mean - a.profit.mean).slice(0, MOST)
  );
  const most = rows.length < works.length ? `, the ${MOST} that earn most on each network` : "";
  return [
    `Profit per episode, mean ± standard error over seeds${most}:`,
    "",
    formatTable(
      ["network", "what", "seeds", "profit per episode", "median"],
      rows.map(({ network, work, seeds, profit, middle }) => [
        network,
        named(work, varied),
        seeds,
        inText(profit),
        middle,
      ]),
    ),
  ].join("\n");
}

/** Names of those that are not the same in all trainings. */
function variedHyperparameters(trials: readonly Trial[]): (keyof Hyperparameters)[] {
  const all = trials.flatMap(({ work }) => work.kind === "train" ? [work.hyperparameters] : []);
  const names = Object.keys(all[0] ?? {}) as (keyof Hyperparameters)[];
  return names.filter((name) => new Set(all.map((one) => JSON.stringify(one[name]))).size > 1);
}

function named(work: TrialWork, varied: readonly (keyof Hyperparameters)[]): string {
  const { kind } = work;
  if (kind === "plan") return methodOf(work);
  if (kind === "simulate") {
    const { kind: policy, ...parameters } = work.policy;
    return `${policy} ${JSON.stringify(parameters).slice(0, 60)}`;
  }
  return [
    methodOf(work),
    ...varied.map((name) => `${name}=${[work.hyperparameters[name]].flat().join(",")}`),
  ].join(" ");
}
