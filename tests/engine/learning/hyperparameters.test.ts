import { describe, expect, test } from "vitest";
import {
  DEFAULTS,
  type Hyperparameter,
  HYPERPARAMETERS,
  resolveHyperparameters,
} from "../../../engine/learning/hyperparameters.ts";
import { findMethod, methods } from "../../../engine/learning/methods.ts";
import { findPreset, presets, presetValues } from "../../../engine/learning/presets.ts";
import { messageOf } from "../../setup/messages.ts";

const entries = Object.entries(HYPERPARAMETERS) as [string, Hyperparameter][];

describe("hyperparameters", () => {
  test("what is not given is the base's, what is given stays", () => {
    expect(resolveHyperparameters({})).toEqual(DEFAULTS);
    const base = { ...DEFAULTS, epochs: 7, clip: 0.3 };
    expect(resolveHyperparameters({ clip: 0.1, epochs: undefined }, base)).toEqual({ ...base, clip: 0.1 });
    expect(resolveHyperparameters({ rewardScale: null })).toEqual({ ...DEFAULTS, rewardScale: null });
  });

  test("every one has one line of explanation and a default that it allows", () => {
    for (const [name, { doc, default: value }] of entries) {
      expect(doc, name).toMatch(/^[A-Z][^\n]{10,}[^.\n]$/);
      expect(resolveHyperparameters({ [name]: value })).toHaveProperty(name, value);
    }
  });

  test.each(entries)(
    "%s refuses what it cannot be, in one line that begins with its name",
    async (name, field) => {
      const values: unknown[] = {
        count: [0.5, -1, "3", NaN, Infinity, null, [1], 2 ** 30],
        real: [-1e99, "3", NaN, Infinity, [1], true, 1e99],
        choice: ["nothing", 1, null, ""],
        widths: [[0], [1.5], ["8"], 8, [64, 8192], new Array(9).fill(8), null],
        switch: [1, "true", null],
      }[field.kind];
      for (const value of values) {
        const message = await messageOf(() => resolveHyperparameters({ [name]: value }, DEFAULTS, "config"));
        expect(message).toMatch(new RegExp(`^config\\.${name}: expected .+, got .+$`));
      }
    },
  );

  test.each(
    entries.flatMap(([name, field]) => "min" in field ? [[name, field.min, field.max] as const] : []),
  )(
    "%s allows its bounds and nothing beyond",
    async (name, min, max) => {
      const sizes = { minibatch: 1, environments: 2 ** 20, periods: 2 ** 16 };
      const roomy = { ...DEFAULTS, ...sizes, smallestDeviation: 1e-6, initialDeviation: 1 };
      for (const value of [min, max]) {
        expect(resolveHyperparameters({ [name]: value }, roomy)).toHaveProperty(name, value);
      }
      for (const value of [min - 1, max + 1 + Math.abs(max) * 1e-9]) {
        expect(await messageOf(() => resolveHyperparameters({ [name]: value }, roomy))).toMatch(
          /expected a (whole )?number from/,
        );
      }
    },
  );

  test("a deviation below the smallest one, which would never change, is refused", async () => {
    expect(await messageOf(() => resolveHyperparameters({ initialDeviation: 0.005 }))).toBe(
      "initialDeviation: expected at least smallestDeviation, 0.01, got 0.005",
    );
  });

  test("an unknown one is refused with the known ones", async () => {
    expect(await messageOf(() => resolveHyperparameters({ epoch: 3 }))).toMatch(
      /^epoch: no such hyperparameter; they are iterations, environments, .*rewardScale$/,
    );
    expect(await messageOf(() => resolveHyperparameters({ toString: 3 }))).toMatch(/^toString: no such/);
  });

  test("environments are whole vectors, and a minibatch is no larger than the rollout", async () => {
    expect(await messageOf(() => resolveHyperparameters({ environments: 12 })))
      .toBe("environments: expected a multiple of 8, got 12");
    expect(await messageOf(() => resolveHyperparameters({ environments: 8, periods: 3, minibatch: 25 })))
      .toBe("minibatch: expected at most environments x periods = 24, got 25");
    expect(resolveHyperparameters({ environments: 8, periods: 3, minibatch: 24 }).minibatch).toBe(24);
    expect(resolveHyperparameters({ environments: 8, periods: 3 }).minibatch).toBe(24);
  });
});

describe("presets", () => {
  test.each(presets)("$name is valid", ({ name, doc, values }) => {
    expect(doc).toMatch(/^[^\n]+$/);
    expect(findPreset(name).values).toBe(values);
    expect(resolveHyperparameters(values)).toEqual(presetValues(name));
    // As a whole, too, as from a config.
    expect(resolveHyperparameters(JSON.parse(JSON.stringify(presetValues(name))))).toEqual(
      presetValues(name),
    );
  });

  test("an unknown one is refused with the known ones", async () => {
    const names = presets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(await messageOf(() => findPreset("slow"))).toBe(
      `preset: expected ${names.join(" or ")}, got "slow"`,
    );
  });
});

describe("methods", () => {
  test("have names of their own, a line each, and a source", () => {
    expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length);
    for (const { name, doc, source } of methods) {
      expect(findMethod(name).name).toBe(name);
      expect(doc).toMatch(/^[^\n]{10,}$/);
      expect(source).toMatch(/\d{4}/);
    }
  });

  test("one value for all is one reward for all", () => {
    for (const { name, values, reward, critic, agents } of methods) {
      if (values === "one") expect(reward, name).toBeNull();
      // A critic on its own observation judges one agent.
      if (critic === "own") expect([values, agents], name).toEqual(["agent", "node"]);
      if (agents === "central") expect(values, name).toBe("one");
    }
  });

  test("an unknown one is refused with the known ones", async () => {
    const names = methods.map(({ name }) => name).join(" or ");
    expect(await messageOf(() => findMethod("a2c"))).toBe(`method: expected ${names}, got "a2c"`);
  });
});
