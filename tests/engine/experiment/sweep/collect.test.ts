import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { METRIC_COLUMNS } from "../../../../engine/experiment/metric_rows.ts";
import { readSweep, type SweepTables } from "../../../../engine/experiment/sweep/read_sweep.ts";
import type { SweepInput } from "../../../../engine/experiment/sweep/sweep_file.ts";
import { HYPERPARAMETERS } from "../../../../engine/learning/mod.ts";
import { VERSION } from "../../../../engine/version.ts";
import { query } from "../../../setup/duckdb.ts";
import { TINY } from "../../../setup/runs.ts";
import { SHORT, sweepIn } from "../../../setup/sweeps.ts";

/** Every kind of trial, one that fails among them; names and seeds at the ends of what they may be. */
const SWEEP: SweepInput = {
  name: "every-kind",
  networks: { ...SHORT, name: 'käse, "brot" 🥖' },
  seeds: [0, 2 ** 32 - 1],
  evaluation: { episodes: 20, changes: ["demand.mean=7", ["demand.mean=3", "horizon=12"]] },
  blocks: [
    { policies: { kind: "s-S", reorderPoint: [5.5, 10], orderUpTo: 20 } },
    { planners: { method: "search", budget: 540_000 } },
    {
      methods: "reg-p-gcn-mappo",
      hyperparameters: {
        ...TINY,
        iterations: 45,
        observesTime: true,
        actorWidths: [[], [4, 3]],
        learningRate: 1e-7,
      },
    },
    {
      methods: "mappo",
      hyperparameters: { ...TINY, rewardScale: 1e12, valueCoefficient: 1e9, normalisesValues: false },
    },
  ],
};

const NAMES = ["results", "evaluations", "curves"] as const;

let folder: string;
let tables: SweepTables;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  const { outcome, rows } = await sweepIn(`${folder}/full`, SWEEP, { jobs: 2 });
  expect([outcome.done, outcome.failed.length]).toEqual([10, 2]);
  expect(rows).toEqual({ results: 12, evaluations: 30, curves: 180 });
  tables = await readSweep(`${folder}/full`);
  await sweepIn(`${folder}/none`, SWEEP, { filter: (id) => id.includes("none of them") });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function typesOf(path: string): Promise<Record<string, unknown>> {
  const columns = await query(`describe select * from '${path}'`);
  return Object.fromEntries(columns.map((column) => [column["column_name"], column["column_type"]]));
}

const WHO = { trial: "VARCHAR", network: "VARCHAR", method: "VARCHAR", seed: "DOUBLE" };

const FIGURES = Object.fromEntries(
  ["profitPerEpisode", "costPerPeriod", "fillRate", "onHand", "backorders", "bullwhip"]
    .flatMap((name) => [[name, "DOUBLE"], [`${name}Stderr`, "DOUBLE"]])
    .concat([["medianOnHand", "DOUBLE"], ["medianBackorders", "DOUBLE"]]),
);

const TYPES = {
  results: {
    ...WHO,
    ...{ kind: "VARCHAR", nodes: "INTEGER", status: "VARCHAR", error: "VARCHAR" },
    ...FIGURES,
    ...{ bestProfitPerEpisode: "DOUBLE", bestIteration: "INTEGER", steps: "DOUBLE", seconds: "DOUBLE" },
    ...{ device: "VARCHAR", version: "VARCHAR", policy: "VARCHAR", planner: "VARCHAR", preset: "VARCHAR" },
    ...{ evaluationEpisodes: "INTEGER", evaluationPeriods: "INTEGER", evaluationWarmup: "INTEGER" },
    evaluationSeed: "DOUBLE",
    ...Object.fromEntries(
      Object.entries(HYPERPARAMETERS).map(([name, { kind }]) => [
        name,
        { count: "DOUBLE", real: "DOUBLE", switch: "BOOLEAN", choice: "VARCHAR", widths: "VARCHAR" }[kind],
      ]),
    ),
  },
  evaluations: { ...WHO, changes: "VARCHAR", ...FIGURES },
  curves: { ...WHO, ...Object.fromEntries(METRIC_COLUMNS.map((name) => [name, "DOUBLE"])) },
};

describe("DuckDB reads", () => {
  test.each(NAMES)("%s with the types that they should have, with rows and without", async (name) => {
    expect(await typesOf(`${folder}/full/${name}.parquet`)).toEqual(TYPES[name]);
    expect(await typesOf(`${folder}/none/${name}.parquet`)).toEqual(TYPES[name]);
    expect(await query(`select * from '${folder}/none/${name}.parquet'`)).toEqual([]);
  });

  test.each(NAMES)("%s as readSweep does, to the last bit", async (name) => {
    const rows = await query(`select * from '${folder}/full/${name}.parquet'`);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(tables[name]);
  });

  test("and answers what a reader would ask", async () => {
    const path = `${folder}/full/results.parquet`;
    const sql = `select kind, status, count(*)::int as n, max(seed) as seed from '${path}'
      group by kind, status order by kind, status`;
    const seed = 2 ** 32 - 1;
    expect(await query(sql)).toEqual([
      { kind: "plan", status: "done", n: 2, seed },
      { kind: "simulate", status: "done", n: 4, seed },
      { kind: "train", status: "done", n: 4, seed },
      { kind: "train", status: "failed", n: 2, seed },
    ]);
    const joined = `select count(*)::int as n from '${path}' r join '${folder}/full/evaluations.parquet' e
      on r.trial = e.trial and e.changes = '' and r.profitPerEpisode = e.profitPerEpisode`;
    expect(await query(joined)).toEqual([{ n: 10 }]);
  });
});

describe("a row", () => {
  const rowsOf = (kind: string, status = "done") =>
    tables.results.filter((row) => row["kind"] === kind && row["status"] === status);

  test("of a trial says which it is, whatever its network is called", () => {
    for (const row of [...tables.results, ...tables.evaluations, ...tables.curves]) {
      expect(row["network"]).toBe('käse, "brot" 🥖');
      expect([0, 4294967295]).toContain(row["seed"]);
    }
    const ids = tables.results.map(({ trial }) => trial);
    expect(new Set(ids).size).toBe(12);
    expect(new Set(tables.evaluations.map(({ trial }) => trial)).size).toBe(10);
  });

  test("of a simulation has its policy, and no hyperparameters", () => {
    const rows = rowsOf("simulate");
    expect(rows.map((row) => JSON.parse(row["policy"] as string))).toEqual(
      [5.5, 10].flatMap((reorderPoint) => Array(2).fill({ kind: "s-S", reorderPoint, orderUpTo: 20 })),
    );
    for (const row of rows) {
      expect(row).toMatchObject({ method: "s-S", nodes: 6, device: "wasm", evaluationPeriods: 9 });
      const empty = ["planner", "preset", "steps", "bestIteration", "error", ...Object.keys(HYPERPARAMETERS)];
      for (const name of empty) expect(row[name], name).toBeNull();
    }
  });

  test("of a search has what was searched for and what was found", () => {
    for (const row of rowsOf("plan")) {
      const planner = JSON.parse(row["planner"] as string);
      expect(planner).toEqual({ method: "search", policy: "base-stock", budget: 540_000 });
      expect(Object.keys(JSON.parse(row["policy"] as string).levels)).toHaveLength(6);
      expect(row).toMatchObject({ method: "search base-stock", preset: null, lambda: null });
    }
  });

  test("of a training has its hyperparameters", () => {
    const rows = rowsOf("train");
    expect(rows.map(({ actorWidths, seed }) => [actorWidths, seed])).toEqual([
      ["", 0],
      ["", 4294967295],
      ["4,3", 0],
      ["4,3", 4294967295],
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({
        ...{ method: "reg-p-gcn-mappo", preset: "fast", iterations: 45, steps: 45 * 56, policy: null },
        ...{ observesTime: true, learningRate: 1e-7, criticWidths: "4", environments: 8, error: null },
      });
    }
  });

  test("of a failed training has its hyperparameters and its error, and no figures", () => {
    for (const row of rowsOf("train", "failed")) {
      expect(row).toMatchObject({ method: "mappo", rewardScale: 1e12, iterations: 6, version: VERSION });
      expect(row["error"]).toMatch(/not finite/);
      const empty = [...Object.keys(FIGURES), "steps", "device", "policy", "bestIteration", "evaluationSeed"];
      for (const name of empty) expect(row[name], name).toBeNull();
    }
  });

  test("of an evaluation is one a trial and change, the network as it is first", () => {
    const changes = new Map<unknown, unknown[]>();
    for (const { trial, changes: one } of tables.evaluations) {
      changes.set(trial, [...changes.get(trial) ?? [], one]);
    }
    expect(changes.size).toBe(10);
    for (const some of changes.values()) {
      expect(some).toEqual(["", "demand.mean=7", "demand.mean=3,horizon=12"]);
    }
  });

  test("of a curve is one an iteration, with nulls where there was no evaluation", () => {
    const byTrial = Map.groupBy(tables.curves, ({ trial }) => trial);
    expect(byTrial.size).toBe(4);
    for (const rows of byTrial.values()) {
      expect(rows.map((row) => row["iteration"])).toEqual(Array.from({ length: 45 }, (_, k) => k + 1));
      // Twenty times on the way, and at the end.
      expect(rows.filter((row) => row["eval/profitPerEpisode"] === null)).toHaveLength(22);
      expect(rows.at(-1)!["eval/profitPerEpisode"]).toBeTypeOf("number");
    }
  });
});

test("pandas reads them, where it is there", async () => {
  const script = `import pandas, sys
table = pandas.read_parquet(sys.argv[1])
print(len(table), int(table.seed.max()), table["lambda"].isna().sum(), table.network[0])`;
  const python = await new Deno.Command("python3", {
    args: ["-c", script, `${folder}/full/results.parquet`],
    stderr: "null",
  }).output().catch(() => undefined);
  if (python?.success !== true) return;
  expect(new TextDecoder().decode(python.stdout)).toBe('12 4294967295 6 käse, "brot" 🥖\n');
});
