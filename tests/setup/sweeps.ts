/** Sweeps of seconds for tests, and what they leave behind. */

import { collectSweep } from "../../engine/experiment/sweep/collect.ts";
import { expandSweep, type SweepPlan } from "../../engine/experiment/sweep/expand.ts";
import { readSweep, type SweepRow, type SweepTables } from "../../engine/experiment/sweep/read_sweep.ts";
import { runSweep, type SweepOutcome } from "../../engine/experiment/sweep/run_sweep.ts";
import { parseSweep, type SweepInput } from "../../engine/experiment/sweep/sweep_file.ts";
import { SweepFolder } from "../../engine/experiment/sweep/sweep_folder.ts";
import type { SweepProgress } from "../../engine/experiment/sweep/tally.ts";
import { TINY } from "./runs.ts";

/** Kotecha's six nodes for nine periods. */
export const SHORT = {
  network: "kotecha-6",
  name: "short",
  set: ["horizon=9", "evaluation.periods=9"],
};

/** Two trials that train, one that searches, three that simulate; with TINY, a fraction of a second each. */
export const MIXED = {
  name: "mixed",
  networks: SHORT,
  methods: "mappo",
  hyperparameters: TINY,
  planners: { method: "search", policy: "base-stock", budget: 540_000 },
  policies: { kind: "base-stock", levels: [10, 20] },
  seeds: [3, 4],
  evaluation: { episodes: 40, changes: ["demand.mean=7"] },
} satisfies SweepInput;

export async function planOf(sweep: SweepInput): Promise<SweepPlan> {
  return await expandSweep(parseSweep(sweep, "sweep.json"));
}

export interface SweepEnd {
  readonly outcome: SweepOutcome;
  readonly news: readonly SweepProgress[];
  readonly rows: Awaited<ReturnType<typeof collectSweep>>;
}

/** What `deno task sweep` does, in this process. */
export async function sweepIn(
  path: string,
  sweep: SweepInput,
  options: Parameters<typeof runSweep>[1] & {
    filter?: (id: string) => boolean;
    onNews?: (news: SweepProgress) => void;
  } = {},
): Promise<SweepEnd> {
  const { filter, onNews, ...others } = options;
  const folder = await SweepFolder.prepare(path, await planOf(sweep));
  try {
    const only = filter === undefined ? {} : { only: folder.plan.trials.filter(({ id }) => filter(id)) };
    const running = runSweep(folder, { device: "wasm", checkpointSeconds: 0, ...only, ...others });
    const news: SweepProgress[] = [];
    for await (const one of running) {
      news.push(one);
      onNews?.(one);
    }
    return { outcome: await running.result, news, rows: await collectSweep(folder) };
  } finally {
    folder.close();
  }
}

/** Columns of times, which may differ between two runs of the same. */
const TIMES = new Set(["seconds", "charts/sps"]);

/** The tables without times: equal for equal sweeps. */
export async function timelessTables(path: string): Promise<SweepTables> {
  const { results, evaluations, curves } = await readSweep(path);
  const timeless = (rows: readonly SweepRow[]) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !TIMES.has(name))));
  return { results: timeless(results), evaluations: timeless(evaluations), curves: timeless(curves) };
}

/** Ids of the trials that have a file. */
export function trialFiles(path: string): string[] {
  const names = [...Deno.readDirSync(`${path}/trials`)].map(({ name }) => name);
  return names.filter((name) => /^[^.].*\.json$/.test(name)).map((name) => name.slice(0, -".json".length))
    .sort();
}
