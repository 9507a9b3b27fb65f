import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changedNetwork } from "../../../../engine/experiment/changed_network.ts";
import { fingerprint } from "../../../../engine/experiment/config.ts";
import { expandSweep, type SweepPlan } from "../../../../engine/experiment/sweep/expand.ts";
import { parseSweep, type SweepInput } from "../../../../engine/experiment/sweep/sweep_file.ts";
import { methodOf } from "../../../../engine/experiment/sweep/trial.ts";
import { findPreset, presetValues } from "../../../../engine/learning/mod.ts";
import { loadNetwork } from "../../../../engine/scenarios/registry.ts";
import { SINGLE } from "../../../scripts/networks.ts";

async function expand(sweep: SweepInput, path = "sweep.json"): Promise<SweepPlan> {
  return await expandSweep(parseSweep(sweep, path));
}

const idsOf = ({ trials }: SweepPlan) => trials.map(({ id }) => id);

const SWEEP: SweepInput = {
  networks: ["kotecha-6", "kotecha-12"],
  methods: ["ppo", "mappo"],
  hyperparameters: { lambda: [0.9, 0.95], clip: 0.1 },
  planners: ["search", { method: "search", policy: "s-S", basis: "on-hand" }],
  policies: [{ kind: "base-stock", levels: [10, 20] }, { kind: "s-S", reorderPoint: 5, orderUpTo: "9..10" }],
  seeds: "0..2",
};

describe("trials", () => {
  test("of a planner that draws nothing are not multiplied by the seeds", async () => {
    const sweep = { networks: "kotecha-6", planners: ["service-level", "search"], seeds: "3..5" };
    const { trials } = await expand(sweep);
    expect(trials.map(({ seed, work }) => [methodOf(work), seed])).toEqual([
      ["service-level", 3],
      ["search base-stock", 3],
      ["search base-stock", 4],
      ["search base-stock", 5],
    ]);
  });

  test("stand in the order of network, kind of work, work, seed", async () => {
    const { trials } = await expand(SWEEP);
    const works = [
      ...["ppo 0.9", "ppo 0.95", "mappo 0.9", "mappo 0.95"],
      ...["search base-stock", "search s-S on-hand"],
      ...["base-stock 10", "base-stock 20", "s-S 9", "s-S 10"],
    ];
    const found = trials.map(({ network, seed, work }) => {
      switch (work.kind) {
        case "train":
          return [network, seed, `${work.method} ${work.hyperparameters.lambda}`];
        case "plan":
          return [
            network,
            seed,
            ["search", work.planner.policy, work.planner.basis].filter(Boolean).join(" "),
          ];
        case "simulate":
          return [
            network,
            seed,
            `${work.policy.kind} ${"levels" in work.policy ? work.policy.levels : ""}${
              "orderUpTo" in work.policy ? work.policy.orderUpTo : ""
            }`,
          ];
      }
    });
    expect(found).toEqual(
      ["kotecha-6", "kotecha-12"].flatMap((network) =>
        works.flatMap((work) => [0, 1, 2].map((seed) => [network, seed, work]))
      ),
    );
  });

  test("have every default resolved", async () => {
    const { trials: [trial], evaluation, networks } = await expand({
      networks: "kotecha-6",
      methods: "mappo",
      hyperparameters: { clip: 0.1 },
    });
    const preset = findPreset("fast").name;
    expect(trial).toMatchObject({
      network: "kotecha-6",
      seed: 0,
      work: {
        kind: "train",
        method: "mappo",
        preset,
        hyperparameters: { ...presetValues(preset), clip: 0.1 },
      },
    });
    expect(evaluation).toEqual({ episodes: 1000, seed: 0, changes: [] });
    expect(networks).toEqual({ "kotecha-6": await loadNetwork("kotecha-6") });
  });

  test("that are the same stand once, across blocks and within them", async () => {
    const base = { kind: "base-stock", levels: 10 };
    const { trials } = await expand({
      networks: ["kotecha-6", "kotecha-6"],
      blocks: [
        { policies: [base, { kind: "base-stock", levels: [10, 11] }], seeds: "0..1" },
        { policies: base, seeds: "1..2" },
        { planners: ["search", { method: "search" }, { method: "search", policy: "base-stock" }] },
        { methods: "mappo", hyperparameters: { lambda: [0.9, 0.9] } },
        { methods: "mappo", hyperparameters: { lambda: 0.9 }, preset: "fast" },
      ],
    });
    expect(trials.map(({ work, seed }) => [work.kind, seed])).toEqual([
      ...[["simulate", 0], ["simulate", 1], ["simulate", 0], ["simulate", 1], ["simulate", 2]],
      ["plan", 0],
      ["train", 0],
    ]);
  });

  test("take layer widths as a value, and lists of them as an axis", async () => {
    const widths = async (actorWidths: unknown) => {
      const { trials } = await expand({
        networks: "kotecha-6",
        methods: "mappo",
        hyperparameters: { actorWidths },
      });
      return trials.map(({ work }) => work.kind === "train" ? work.hyperparameters.actorWidths : undefined);
    };
    expect(await widths([64, 32])).toEqual([[64, 32]]);
    expect(await widths([[64, 32]])).toEqual([[64, 32]]);
    expect(await widths([[64], [], [32, 32]])).toEqual([[64], [], [32, 32]]);
    expect(await widths([])).toEqual([[]]);
  });

  test("take ranges where a hyperparameter is a number", async () => {
    const { trials } = await expand({
      networks: "kotecha-6",
      methods: "mappo",
      hyperparameters: { epochs: "1..3" },
    });
    expect(trials.map(({ work }) => work.kind === "train" && work.hyperparameters.epochs)).toEqual([1, 2, 3]);
  });
});

describe("ids", () => {
  test("are the same whatever stands beside them, and in whatever order", async () => {
    const ids = idsOf(await expand(SWEEP));
    expect(new Set(ids).size).toBe(ids.length);
    const turned = await expand({
      seeds: [2, 1, 0],
      policies: [
        { orderUpTo: [10, 9], reorderPoint: 5, kind: "s-S" },
        { levels: [20, 10], kind: "base-stock" },
      ],
      planners: [{ basis: "on-hand", policy: "s-S", method: "search" }, "search"],
      hyperparameters: { clip: 0.1, lambda: [0.95, 0.9] },
      methods: ["mappo", "ppo"],
      networks: ["kotecha-12", "kotecha-6"],
    } as SweepInput);
    expect(idsOf(turned).toSorted()).toEqual(ids.toSorted());

    const among = await expand({
      name: "other",
      blocks: [
        { networks: { network: "kotecha-6", name: "busy", set: "demand.mean=7" }, methods: "ippo", seeds: 9 },
        SWEEP,
        { networks: "kotecha-6", policies: { kind: "constant", quantity: [4, 5] } },
      ],
      evaluation: { episodes: 7, periods: 20, warmup: 3, seed: 5, changes: ["demand.mean=3"] },
    });
    const found = idsOf(among);
    expect(found.slice(1, -2)).toEqual(ids);
    expect(found).toHaveLength(ids.length + 3);
  });

  test("are of the network, the seed and the work, and of nothing else", async () => {
    const { trials, networks } = await expand(SWEEP);
    for (const { id, network, seed, work } of trials) {
      const digits = fingerprint({ network: networks[network], seed, work }).slice(0, 12);
      expect(id.endsWith(`_s${seed}_${digits}`)).toBe(true);
      expect(id.startsWith(`${network}_`)).toBe(true);
    }
  });

  test("differ where a network differs under the same name", async () => {
    const policies = { kind: "base-stock", levels: 10 };
    const ids = await Promise.all([
      { network: "kotecha-6", name: "n" },
      { network: "kotecha-6", name: "n", set: "demand.mean=7" },
      { network: "kotecha-6", name: "n", set: ["demand.mean=7", "horizon=49"] },
      { network: "kotecha-6", name: "n", options: { leadTime: "poisson" as const } },
    ].map(async (networks) => idsOf(await expand({ networks, policies }))[0]!));
    for (const id of ids) expect(id).toMatch(/^n_base-stock_s0_[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(4);
  });

  test("can be files everywhere, whatever a network is called", async () => {
    const name = `../a "b" \\ ü:*? ${"x".repeat(60)}`;
    const [id] = idsOf(
      await expand({
        networks: { network: "kotecha-6", name },
        policies: { kind: "constant", quantity: 5 },
      }),
    );
    expect(id).toMatch(/^\.\.-a-b-[\w-]{0,40}_constant_s0_[0-9a-f]{12}$/);
    expect(id!.length).toBeLessThan(80);
  });
});

describe("networks", () => {
  const policies = { kind: "base-stock", levels: 10 };
  let folder: string;
  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/sweeps/data`, { recursive: true });
    await Deno.writeTextFile(`${folder}/sweeps/shop.json`, JSON.stringify(SINGLE));
    await Deno.writeTextFile(`${folder}/sweeps/data/demand.csv`, "shop\n3\n1\n4\n");
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  test("may be one more than once, under names of their own", async () => {
    const { trials, networks } = await expand({
      networks: ["kotecha-6", { network: "kotecha-6", name: "again" }],
      policies,
    });
    expect(trials.map(({ network }) => network)).toEqual(["kotecha-6", "again"]);
    expect(networks["again"]).toEqual(networks["kotecha-6"]);
    expect(new Set(trials.map(({ id }) => id)).size).toBe(2);
  });

  test("that are changed are called by their changes", async () => {
    const { networks } = await expand({
      networks: [
        { network: "kotecha-6", set: "demand.mean=7" },
        { network: "kotecha-6", set: ["horizon=9", "arcs.0->1.leadTime=4"] },
      ],
      policies,
    });
    const base = await loadNetwork("kotecha-6");
    expect(networks).toEqual({
      "kotecha-6 demand.mean=7": changedNetwork(base, ["demand.mean=7"]),
      "kotecha-6 horizon=9 arcs.0->1.leadTime=4": changedNetwork(base, ["horizon=9", "arcs.0->1.leadTime=4"]),
    });
  });

  test("in files, and what they read, lie beside the sweep", async () => {
    const [node] = SINGLE.nodes;
    const trace = { kind: "trace", file: "data/demand.csv", column: "shop", repeat: true } as const;
    const { networks } = await expand({
      networks: [
        "shop.json",
        { network: "./shop.json", name: "small", set: "horizon=9" },
        { ...SINGLE, name: "traced", nodes: [{ ...node!, demand: trace }] },
      ],
      policies,
    }, `${folder}/sweeps/sweep.json`);
    expect(Object.keys(networks)).toEqual(["single", "small", "traced"]);
    expect(networks["small"]!.horizon).toBe(9);
    expect(networks["traced"]!.nodes[0]!.demand).toMatchObject({ kind: "trace", values: [3, 1, 4] });
  });

  test("of scenarios find their data beside the sweep, too", async () => {
    const columns = Array.from({ length: 3 }, (_, k) => `p${k}`);
    const rows = Array.from(
      { length: 40 },
      (_, day) =>
        `2020-01-${String(day % 28 + 1).padStart(2, "0")},${
          columns.map((_, k) => (day * 7 + k) % 13).join(",")
        }`,
    );
    await Deno.writeTextFile(`${folder}/sweeps/data/real.csv`, `Date,${columns}\n${rows.join("\n")}\n`);
    const { networks } = await expand({
      networks: { network: "ziegner-a2", options: { demandData: "data/real.csv" } },
      policies,
    }, `${folder}/sweeps/sweep.json`);
    expect(networks).toEqual({
      "ziegner-a2": await loadNetwork("ziegner-a2", { demandData: `${folder}/sweeps/data/real.csv` }),
    });
  });
});
