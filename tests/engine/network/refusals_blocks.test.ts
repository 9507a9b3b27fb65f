import { describe, expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import { type Refusal, set, testRefusals, valid } from "./refusals.ts";

const BOUNDS = "expected two numbers [low, high] with low < high";

describe("control", () => {
  const control = (value: unknown) => set("control", value);
  testRefusals([
    [
      'control.rule: expected "quantity", "s-S", "base-stock", "demand-plus" or "choice", got "s-Q"',
      control({ rule: "s-Q" }),
    ],
    [
      'control.basis: expected "on-hand", "inventory-position" or "echelon-position", got "echelon"',
      control({ rule: "s-S", basis: "echelon" }),
    ],
    [
      'control: unknown key "bound"; did you mean "bounds"?',
      control({ rule: "s-S", bound: [0, 1] }),
    ],
    [`control.bounds: ${BOUNDS}, got [5, 5]`, control({ rule: "s-S", bounds: [5, 5] })],
    [`control.bounds: ${BOUNDS}, got [5]`, control({ rule: "s-S", bounds: [5] })],
    [`control.bounds: ${BOUNDS}, got [0, Infinity]`, control({ rule: "s-S", bounds: [0, Infinity] })],
    [
      `control.bounds.w: ${BOUNDS}, got [3, 1]`,
      control({ rule: "s-S", bounds: { w: [3, 1], r1: [0, 1], r2: [0, 1] } }),
    ],
    [
      "control.bounds: expected [low, high], or an object of them by node id, got 5",
      control({ rule: "s-S", bounds: 5 }),
    ],
    [
      'control.bounds: expected ids of nodes, got "r3" (there is "w", "r1" or "r2")',
      control({ rule: "s-S", bounds: { w: [0, 1], r3: [0, 1] } }),
    ],
    [
      'control.bounds: expected bounds for every node, got none for nodes[1] ("r1")',
      control({ rule: "s-S", bounds: { w: [0, 1], r2: [0, 1] } }),
    ],
    ...["s-S", "base-stock", "demand-plus"].map((rule): Refusal => [
      `control.bounds: the rule "${rule}" needs [low, high], or an object of them by node id, got nothing`,
      control({ rule }),
    ]),
    [
      'control.bounds: the rule "demand-plus" needs integers, got [-4, 2.5]',
      control({ rule: "demand-plus", bounds: [-4, 2.5] }),
    ],
    [
      'control: the rule "quantity" needs maxOrder or control.bounds for every node, got none for nodes[0] ("w")',
      control({ rule: "quantity" }),
    ],
    [
      'control: the rule "quantity" needs maxOrder or control.bounds for every node, got none for nodes[1] ("r1")',
      (n) => {
        n.control = { rule: "quantity", bounds: { w: [0, 9] } };
        n.nodes[2].maxOrder = 9;
      },
    ],
    [
      "control.bounds: expected quantities >= 0, got [-1, 5]",
      control({ rule: "quantity", bounds: [-1, 5] }),
    ],
    [
      'control.choices: expected the quantities that the rule "choice" picks from, got nothing',
      control({ rule: "choice" }),
    ],
    [
      "control.choices: expected a list of one quantity or more, got []",
      control({ rule: "choice", choices: [] }),
    ],
    [
      'control.bounds: the rule "choice" has none; expected only "choices"',
      control({ rule: "choice", choices: [1], bounds: [0, 1] }),
    ],
    [
      'control.choices: the rule "s-S" has none; expected them with the rule "choice" only',
      control({ rule: "s-S", bounds: [0, 1], choices: [1] }),
    ],
  ]);

  test("quantity takes maxOrder at some nodes and bounds at the others", () => {
    const network = valid();
    network.nodes[0].maxOrder = 10;
    const control = { rule: "quantity", bounds: { r1: [0, 5], r2: [1, 5] } };
    expect(parseNetworkSync({ ...network, control }).control).toMatchObject(control);
  });
});

describe("observation", () => {
  const observation = (value: unknown) => set("observation", value);
  testRefusals([
    ["observation.features: expected a list of one feature or more, got nothing", observation({})],
    [
      'observation.features[0]: expected "onHand", "backorders", "inTransit", "inTransitSlots", "onOrder", ' +
      '"inventoryPosition", "received", "demand", "order", "fillRate" or "time", got "stock"',
      observation({ features: ["stock"] }),
    ],
    [
      'observation.features[1]: expected each feature once, got "time" again',
      observation({ features: ["time", "time"] }),
    ],
    [
      "observation.lags: expected an integer from 0 to 1048575, got 1.5",
      observation({ features: ["time"], lags: 1.5 }),
    ],
    [
      "observation.lags: expected a number of periods, or an object of them by feature, got [1]",
      observation({ features: ["time"], lags: [1] }),
    ],
    [
      "observation.lags.onHand: expected an integer from 0 to 1048575, got -1",
      observation({ features: ["time"], lags: { onHand: -1 } }),
    ],
    [
      'observation.lags: unknown key "onhand"; did you mean "onHand"?',
      observation({ features: ["time"], lags: { onhand: 1 } }),
    ],
    [
      "observation.bounds.onHand: expected [low, high], or an object of them by node id, got nothing",
      observation({ features: ["time", "onHand"] }),
    ],
    [
      `observation.bounds.onHand: ${BOUNDS}, got [1, 0]`,
      observation({ features: ["onHand"], bounds: { onHand: [1, 0] } }),
    ],
    [
      'observation.bounds.onHand: expected bounds for every node, got none for nodes[0] ("w")',
      observation({ features: ["onHand"], bounds: { onHand: { r1: [0, 1] } } }),
    ],
    [
      'observation.bounds.onHand: expected ids of nodes, got "r3" (there is "w", "r1" or "r2")',
      observation({ features: ["time"], bounds: { onHand: { r3: [0, 1] } } }),
    ],
  ]);
});

describe("reward and evaluation", () => {
  testRefusals([
    [
      'reward.scheme: expected "total", "team-mean", "own", "own-and-downstream" or "retailers-own", got "all"',
      set("reward", { scheme: "all" }),
    ],
    ["reward.scale: expected a number > 0, got 0", set("reward", { scale: 0 })],
    [
      "reward.window.length: expected an integer from 1 to 1048575, got nothing",
      set("reward", { window: {} }),
    ],
    [
      "reward.window.length: expected an integer from 1 to 1048575, got 0",
      set("reward", { window: { length: 0 } }),
    ],
    [
      "reward.window.lag: expected an integer from 0 to 1048575, got -1",
      set("reward", { window: { lag: -1, length: 1 } }),
    ],
    [
      "reward.window.discount: expected a number from 0 to 1, got 1.1",
      set("reward", { window: { length: 1, discount: 1.1 } }),
    ],
    [
      "evaluation.warmup: expected fewer than the 50 periods, got 50",
      set("evaluation", { warmup: 50 }),
    ],
    [
      "evaluation.warmup: expected fewer than the 25 periods, got 30",
      set("evaluation", { periods: 25, warmup: 30 }),
    ],
    [
      "evaluation.periods: expected an integer from 1 to 1048575, got 0",
      set("evaluation", { periods: 0 }),
    ],
    [
      "evaluation.episodes: expected an integer from 1 to 16777215, got 16777216",
      set("evaluation", { episodes: 2 ** 24 }),
    ],
    ['evaluation: unknown key "warmUp"; did you mean "warmup"?', set("evaluation", { warmUp: 1 })],
  ]);
});
