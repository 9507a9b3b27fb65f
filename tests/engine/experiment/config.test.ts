import { describe, expect, test } from "vitest";
import { differenceOf, fingerprint, parseConfig, type RunConfig } from "../../../engine/experiment/config.ts";
import { resolveConfigs } from "../../../engine/experiment/mod.ts";
import { DEFAULTS, methods, presets } from "../../../engine/learning/mod.ts";
import { scenarios } from "../../../engine/scenarios/registry.ts";
import { messageOf } from "../../setup/messages.ts";
import { tinyConfig } from "../../setup/runs.ts";

function written(config: RunConfig): unknown {
  return JSON.parse(JSON.stringify(config));
}

/** Those that need no file of data. */
const networks = scenarios.map(({ name }) => name).filter((name) => !/^ziegner-.[24]$/.test(name));

describe("a config", () => {
  test.each(networks)("on %s is the same after it was written and read", async (network) => {
    const [config] = await resolveConfigs({ network, method: "mappo", device: "wasm" });
    const read = parseConfig(written(config!), "config.json");
    expect(read).toEqual(config);
    expect(differenceOf(read, config!)).toBeUndefined();
    expect(fingerprint(read)).toBe(fingerprint(config!));
  });

  test.each(presets.map(({ name }) => name))(
    "of the preset %s, too, for every method and seed",
    async (preset) => {
      for (const { name: method } of methods) {
        const seeds = [0, 7, 2 ** 32 - 1];
        const configs = await resolveConfigs({ network: "kotecha-6", method, preset, seeds, device: "wasm" });
        expect(configs.map(({ seed }) => seed)).toEqual(seeds);
        expect(configs.map((config) => parseConfig(written(config), "config.json"))).toEqual(configs);
        expect(new Set(configs.map(fingerprint)).size).toBe(3);
      }
    },
  );

  test("states every default", async () => {
    const [config] = await resolveConfigs({ network: "kotecha-6", method: "mappo", device: "wasm" });
    expect(config).toMatchObject({ method: "mappo", preset: "fast", seed: 0, device: "wasm" });
    expect(config!.hyperparameters).toEqual(DEFAULTS);
  });

  test("is told from another by its first difference, whatever the order of the fields", async () => {
    const config = await tinyConfig();
    const shuffled = Object.fromEntries(Object.entries(config).reverse()) as unknown as RunConfig;
    expect(differenceOf(config, shuffled)).toBeUndefined();
    expect(fingerprint(shuffled)).toBe(fingerprint(config));
    const { network, hyperparameters } = config;
    const nodes = network.nodes.map((node, n) => n === 2 ? { ...node, holdingCost: 9 } : node);
    const { capacity: _, ...unlimited } = network.nodes[0]!;
    const cases: [changed: RunConfig, difference: string][] = [
      [{ ...config, seed: 4 }, "seed 0, not 4"],
      [{ ...config, method: "ppo" }, 'method "reg-p-gcn-mappo", not "ppo"'],
      [
        { ...config, hyperparameters: { ...hyperparameters, clip: 0.3 } },
        "hyperparameters.clip 0.2, not 0.3",
      ],
      [
        { ...config, hyperparameters: { ...hyperparameters, actorWidths: [4, 4] } },
        "hyperparameters.actorWidths.1 nothing, not 4",
      ],
      [{ ...config, network: { ...network, nodes } }, "network.nodes.2.holdingCost 0.5, not 9"],
      [
        { ...config, network: { ...network, nodes: [unlimited, ...network.nodes.slice(1)] } },
        "network.nodes.0.capacity 100, not nothing",
      ],
    ];
    for (const [changed, difference] of cases) {
      expect(differenceOf(config, changed)).toBe(difference);
      // Also where a field before it is the same in another order.
      const reversed = { ...changed, network: Object.fromEntries(Object.entries(changed.network).reverse()) };
      expect(differenceOf(config, reversed as unknown as RunConfig)).toBe(difference);
      expect(fingerprint(changed)).not.toBe(fingerprint(config));
    }
  });
});

describe("what is no config is refused in one line", () => {
  test.each<[what: string, change: (config: Record<string, unknown>) => unknown, message: RegExp]>([
    ["a list", () => [], /^run\.json: is no run's config: it: .*object/],
    ["nothing", () => null, /^run\.json: is no run's config: it: .*object/],
    ["a field that is missing", ({ seed: _, ...rest }) => rest, /^run\.json: is no run's config: seed: /],
    ["a field too many", (config) => ({ ...config, sauce: 1 }), /^run\.json: is no run's config: .*sauce/],
    ["a seed out of range", (config) => ({ ...config, seed: 2 ** 32 }), /config: seed: /],
    ["another device", (config) => ({ ...config, device: "abacus" }), /config: device: /],
    ["another method", (config) => ({ ...config, method: "magic" }), /^run\.json: method: .*"magic"/],
    [
      "a hyperparameter out of range",
      (config) => ({ ...config, hyperparameters: { ...DEFAULTS, clip: -1 } }),
      /^run\.json: hyperparameters\.clip: expected a number from/,
    ],
    [
      "no such hyperparameter",
      (config) => ({ ...config, hyperparameters: { ...DEFAULTS, clap: 1 } }),
      /^run\.json: hyperparameters\.clap: no such/,
    ],
    ["a network without arcs", (config) => ({ ...config, network: { name: "x" } }), /^run\.json: network/],
  ])("%s", async (_, change, message) => {
    const config = written(await tinyConfig()) as Record<string, unknown>;
    expect(await messageOf(() => parseConfig(change(config), "run.json"))).toMatch(message);
  });
});
