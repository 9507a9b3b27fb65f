import { describe, expect, test } from "vitest";
import { InputError } from "../../../../engine/errors.ts";
import { expandSweep, type SweepPlan } from "../../../../engine/experiment/sweep/expand.ts";
import { parseSweep } from "../../../../engine/experiment/sweep/sweep_file.ts";

const SIMULATE = { networks: "kotecha-6", policies: { kind: "base-stock", levels: 10 } };
const PLAN = { networks: "kotecha-6", planners: "search" };
const TRAIN = { networks: "kotecha-6", methods: "mappo" };

async function expand(value: unknown, path: string): Promise<SweepPlan> {
  return await expandSweep(parseSweep(value, path));
}

describe("a sweep that cannot be is refused in one line with path and key", () => {
  test.each<[what: string, value: unknown, message: RegExp]>([
    ["nothing", null, /^expected an object such as \{"networks": .*\}, got null$/],
    ["a list", [SIMULATE], /^expected an object such as .*, got a list of 1$/],
    ["no networks", { ...SIMULATE, networks: undefined }, /^expected networks$/],
    ["no work", { networks: "kotecha-6" }, /^expected methods to train, planners, or policies to simulate$/],
    ["work that is undefined", { ...TRAIN, methods: undefined }, /^expected methods to train, planners, or/],
    ["an unknown key", { ...SIMULATE, evaluations: {} }, /^unknown key "evaluations"; did you mean "eval/],
    ["a name of no file", { ...SIMULATE, name: "a/b" }, /^name: expected a name of letters, .*, got "a\/b"$/],
    ["a name of a folder", { ...SIMULATE, name: ".." }, /^name: expected a name .*, got "\.\."$/],

    [
      "no list of networks",
      { ...SIMULATE, networks: [] },
      /^networks: expected a value or a list of some, g/,
    ],
    [
      "a number as network",
      { ...SIMULATE, networks: [3] },
      /^networks\[0\]: expected a scenario's name, .* 3$/,
    ],
    [
      "no such scenario",
      { ...SIMULATE, networks: "kotecha-7" },
      /^networks: unknown scenario "kotecha-7"; di/,
    ],
    [
      "no such scenario among others",
      { ...SIMULATE, networks: ["kotecha-6", "kotecha-7"] },
      /^networks\[1\]: unknown scenario/,
    ],
    ["no such file", { ...SIMULATE, networks: "nowhere.json" }, /^networks: .*nowhere\.json: no such file; /],
    [
      "an unknown key of a network",
      { ...SIMULATE, networks: { network: "kotecha-6", sets: "horizon=3" } },
      /^networks: unknown key "sets"; did you mean "set"\?$/,
    ],
    [
      "a network without what it is",
      { ...SIMULATE, networks: [{ name: "x" }] },
      /^networks\[0\]\.network: expected a scenario's name or a JSON file's path, got nothing$/,
    ],
    [
      "a setting that leads nowhere",
      { ...SIMULATE, networks: { network: "kotecha-6", set: "demand.meen=3" } },
      /^networks: set: no node, arc or field of kotecha-6 has demand\.meen$/,
    ],
    [
      "a setting out of range",
      { ...SIMULATE, networks: { network: "kotecha-6", set: ["demand.mean=-3"] } },
      /^networks: set: .*demand\.mean: expected a number from 0 .*, got -3$/,
    ],
    [
      "an option that a scenario does not know",
      { ...SIMULATE, networks: { network: "kotecha-6", options: { leadTimes: 3 } } },
      /^networks\.options: unknown key "leadTimes"; did you mean "leadTime"\?$/,
    ],
    [
      "an option of the wrong kind",
      { ...SIMULATE, networks: { network: "kotecha-6", options: { leadTime: "fast" } } },
      /^networks\.options\.leadTime: expected a number of periods or "poisson", got "fast"$/,
    ],
    [
      "a whole network with a mistake",
      { ...SIMULATE, networks: { name: "n", horizon: 3, nodes: [{ id: "a", holdingCosts: 2 }], arcs: [] } },
      /^networks: nodes\[0\] \("a"\): unknown key "holdingCosts"; did you mean "holdingCost"\?$/,
    ],
    [
      "two names of one network that files cannot tell apart",
      {
        ...SIMULATE,
        networks: [{ network: "kotecha-6", name: "a b" }, { network: "kotecha-6", name: "a/b" }],
      },
      /^networks\[1\]: a\/b and a b are one network, and their names too much alike$/,
    ],
    [
      "two networks of one name",
      { ...SIMULATE, networks: ["kotecha-6", { network: "kotecha-12", name: "kotecha-6" }] },
      /^networks\[1\]: two networks are called kotecha-6; give one a "name" of its own$/,
    ],

    ["no such method", { ...TRAIN, methods: "mapo" }, /^methods: expected ppo or ippo or .*, got "mapo"$/],
    [
      "no such method among others",
      { ...TRAIN, methods: ["ppo", "ipo"] },
      /^methods\[1\]: expected ppo or .*"ipo"$/,
    ],
    ["a number as method", { ...TRAIN, methods: [3] }, /^methods\[0\]: expected a training method, got 3$/],
    ["no methods", { ...TRAIN, methods: [] }, /^methods: expected a value or a list of some, got \[\]$/],
    [
      "no such preset",
      { ...TRAIN, preset: ["fast", "fst"] },
      /^preset\[1\]: expected fast or paper or .*"fst"$/,
    ],
    [
      "no such hyperparameter",
      { ...TRAIN, hyperparameters: { lamda: 1 } },
      /^hyperparameters: lamda: no such hyperp/,
    ],
    [
      "a hyperparameter out of range",
      { ...TRAIN, hyperparameters: { lambda: [0.9, 7] } },
      /^hyperparameters: lambda: expected a number from 0 to 1, got 7$/,
    ],
    [
      "an axis without values",
      { ...TRAIN, hyperparameters: { lambda: [] } },
      /^hyperparameters\.lambda: expected a value or a list of some, got \[\]$/,
    ],
    [
      "an axis that runs downwards",
      { ...TRAIN, hyperparameters: { iterations: "5..1" } },
      /^hyperparameters\.iterations: expected a range that runs upwards, got 5\.\.1$/,
    ],
    [
      "widths among axes of widths",
      { ...TRAIN, hyperparameters: { actorWidths: [[64], 64] } },
      /^hyperparameters: actorWidths: expected at most 8 layer widths .*, got 64$/,
    ],
    [
      "hyperparameters that do not fit together",
      { ...TRAIN, hyperparameters: { minibatch: [64, 1e5] } },
      /^hyperparameters: minibatch: expected at most environments x periods = \d+, got 100000$/,
    ],
    [
      "hyperparameters in a list",
      { ...TRAIN, hyperparameters: [1] },
      /^hyperparameters: expected an object /,
    ],
    [
      "a network that cannot be trained on",
      {
        ...TRAIN,
        networks: {
          name: "n",
          horizon: 3,
          nodes: [{ id: "a", holdingCost: 1, demand: { kind: "poisson", mean: 2 } }],
          arcs: [{ from: "supply", to: "a" }],
        },
      },
      /^hyperparameters: control: /,
    ],

    [
      "no such planner",
      { ...PLAN, planners: "serch" },
      /^planners: serch: no such planning method; expected s/,
    ],
    [
      "a planner's unknown key",
      { ...PLAN, planners: [{ method: "search", polcy: "s-S" }] },
      /^planners\[0\]: unknown key "polcy"; did you mean "policy"\?$/,
    ],
    [
      "no such kind of policy to search",
      { ...PLAN, planners: { method: "search", policy: "x" } },
      /^planners: policy: expected one of base-stock, .*, got x$/,
    ],
    [
      "a basis that the kind does not take",
      { ...PLAN, planners: ["search", { method: "search", basis: "on-hand" }] },
      /^planners\[1\]: basis: base-stock takes inventory-position, got on-hand$/,
    ],
    [
      "no basis",
      { ...PLAN, planners: { method: "search", basis: "shelf" } },
      /^planners\.basis: expected "on-hand" or /,
    ],
    [
      "too small a budget",
      { ...PLAN, planners: { method: "search", budget: 3 } },
      /^planners: budget: expected at least /,
    ],
    [
      "a budget for what takes none",
      { ...PLAN, planners: { method: "serial", budget: 1e9 } },
      /^planners: serial: takes no budget; only search does$/,
    ],
    ["a planner that does not fit", { ...PLAN, planners: "single-stage" }, /^planners: [^{]*$/],

    [
      "no such kind of policy",
      { ...SIMULATE, policies: { kind: "base-stok", levels: 3 } },
      /^policies: kind: expected "base-stock", .* got "base-stok"$/,
    ],
    [
      "a policy in a word",
      { ...SIMULATE, policies: "base-stock" },
      /^policies: expected an object such as \{"/,
    ],
    [
      "a policy's axis without values",
      { ...SIMULATE, policies: [SIMULATE.policies, { kind: "base-stock", levels: [] }] },
      /^policies\[1\]: expected a value or a list of some, got \[\]$/,
    ],
    [
      "a policy's axis that runs downwards",
      { ...SIMULATE, policies: { kind: "base-stock", levels: "5..1" } },
      /^policies: expected a range that runs upwards, got 5\.\.1$/,
    ],
    [
      "one combination of many that is wrong",
      { ...SIMULATE, policies: { kind: "s-S", reorderPoint: [5, 30], orderUpTo: 20 } },
      /^policies: orderUpTo\["0"\]: expected at least the reorder point 30, got 20$/,
    ],
    [
      "more combinations than memory holds",
      { ...SIMULATE, policies: { kind: "s-S", reorderPoint: "0..99999", orderUpTo: "0..99999" } },
      /^policies: expected at most 1000000 combinations, got 10000000000$/,
    ],
    [
      "more trials than anyone waits for",
      { ...SIMULATE, policies: { kind: "base-stock", levels: "1..2000" }, seeds: "0..999" },
      /^expected at most 1000000 trials in all; make the grid smaller$/,
    ],
    [
      "a learned policy",
      { ...SIMULATE, policies: { kind: "learned", run: "runs/x" } },
      /^policies: a learned policy /,
    ],

    ["no seeds", { ...SIMULATE, seeds: [] }, /^seeds: expected seeds such as 0, "0\.\.4" or .*, got \[\]$/],
    ["seeds that run downwards", { ...SIMULATE, seeds: "4..0" }, /^seeds: expected seeds .*, got "4\.\.0"$/],
    [
      "a seed out of range",
      { ...SIMULATE, seeds: 2 ** 32 },
      /^seeds: expected whole numbers below 2\^32, got /,
    ],
    ["a seed twice", { ...SIMULATE, seeds: "0..3,2" }, /^seeds: expected each seed once$/],

    ["no blocks", { blocks: [] }, /^blocks: expected a list of at least one object, got \[\]$/],
    [
      "a block without work",
      { blocks: [SIMULATE, { networks: "kotecha-6" }] },
      /^blocks\[1\]: expected methods to /,
    ],
    [
      "work beside blocks",
      { blocks: [SIMULATE], planners: "search" },
      /^planners: expected within the blocks, si/,
    ],
    [
      "a mistake in a block",
      { blocks: [SIMULATE, { ...SIMULATE, networks: ["kotecha-6", "kotecha-7"] }] },
      /^blocks\[1\]: networks\[1\]: unknown scenario/,
    ],
    [
      "seeds of a block",
      { blocks: [SIMULATE, { ...SIMULATE, seeds: "x" }] },
      /^blocks\[1\]: seeds: expected /,
    ],
    [
      "a form within a block",
      { blocks: [SIMULATE, { ...SIMULATE, networks: [3] }] },
      /^blocks\[1\]\.networks\[0\]: exp/,
    ],
    [
      "an evaluation in a block",
      { blocks: [{ ...SIMULATE, evaluation: {} }] },
      /^blocks\[0\]: unknown key "evaluation"/,
    ],

    [
      "no episodes",
      { ...SIMULATE, evaluation: { episodes: 0 } },
      /^evaluation: episodes: expected a whole number f/,
    ],
    [
      "half an episode",
      { ...SIMULATE, evaluation: { episodes: 0.5 } },
      /^evaluation\.episodes: expected an int/,
    ],
    [
      "nothing but warm-up",
      { ...SIMULATE, evaluation: { warmup: 50 } },
      /^evaluation: warmup: expected .* 0 to 49/,
    ],
    [
      "changes that are no list",
      { ...SIMULATE, evaluation: { changes: "demand.mean=3" } },
      /^evaluation\.changes: /,
    ],
    [
      "a change that leads nowhere",
      { ...SIMULATE, evaluation: { changes: ["demand.mean=3", ["demand.mean=4", "demand.meen=3"]] } },
      /^evaluation: changes: no node, arc or field of kotecha-6 has demand\.meen$/,
    ],
    [
      "a change to nothing",
      { ...SIMULATE, evaluation: { changes: [[]] } },
      /^evaluation\.changes\[0\]: expected/,
    ],
  ])("%s", async (_, value, message) => {
    const path = "sweeps/wrong.json";
    const error = await expand(value, path).then(() => undefined, (error) => error);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).not.toContain("\n");
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message.slice(path.length + 2)).toMatch(message);
  });
});
