import { describe, expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import { type Draft, set, testRefusals, valid } from "./refusals.ts";

const DISTRIBUTION = 'expected a number or an object such as {"kind":"poisson","mean":5}';
const WHOLE = 'expected an integer from 0 to 16777215 (quantities are "integer")';

describe("distributions", () => {
  const demand = (value: unknown) => (n: Draft) => n.nodes[1].demand = value;
  const PLACE = 'nodes[1] ("r1").demand';
  testRefusals([
    [`${PLACE}: expected a number >= 0, got -1`, demand(-1)],
    [`${PLACE}: expected a number >= 0, got NaN`, demand(NaN)],
    [`${PLACE}: ${DISTRIBUTION}, got null`, demand(null)],
    [`${PLACE}: ${DISTRIBUTION}, got "5"`, demand("5")],
    [`${PLACE}: ${DISTRIBUTION}, got []`, demand([])],
    [
      `${PLACE}.kind: expected "constant", "poisson", "poisson-uniform", "uniform-integer", "normal", ` +
      '"negative-binomial", "empirical" or "trace", got "poison"',
      demand({ kind: "poison", mean: 5 }),
    ],
    [
      `${PLACE}.kind: expected "constant", "poisson", "poisson-uniform", "uniform-integer", "normal", ` +
      '"negative-binomial", "empirical" or "trace", got nothing',
      demand({ mean: 5 }),
    ],
    [`${PLACE}.mean: expected a number from 0 to 100000, got nothing`, demand({ kind: "poisson" })],
    [`${PLACE}: unknown key "maen"; did you mean "mean"?`, demand({ kind: "poisson", maen: 5 })],
    [
      `${PLACE}: unknown key "stdDev"; expected "kind", "mean", "profile"`,
      demand({ kind: "poisson", mean: 5, stdDev: 1 }),
    ],
    [`${PLACE}.mean: expected a number from 0 to 100000, got -5`, demand({ kind: "poisson", mean: -5 })],
    [
      `${PLACE}.mean: expected a number from 0 to 100000, got 1000000`,
      demand({ kind: "poisson", mean: 1e6 }),
    ],
    [`${PLACE}.value: expected a number >= 0, got "1"`, demand({ kind: "constant", value: "1" })],
    [
      `${PLACE}.low: expected an integer from 0 to 16777215, got 0.5`,
      demand({ kind: "uniform-integer", low: 0.5, high: 1 }),
    ],
    [
      `${PLACE}: expected low <= high, got low 5 and high 3`,
      demand({ kind: "uniform-integer", low: 5, high: 3 }),
    ],
    [
      `${PLACE}: expected low <= high, got low 5 and high 3`,
      demand({ kind: "poisson-uniform", low: 5, high: 3 }),
    ],
    [
      `${PLACE}.high: expected an integer from 0 to 10000, got 10001`,
      demand({ kind: "poisson-uniform", low: 5, high: 10_001 }),
    ],
    [
      `${PLACE}: expected at most 4194304 outcomes from low to high, got 5000001`,
      demand({ kind: "uniform-integer", low: 0, high: 5_000_000 }),
    ],
    [`${PLACE}.stdDev: expected a number >= 0, got -1`, demand({ kind: "normal", mean: 5, stdDev: -1 })],
    [
      `${PLACE}.dispersion: expected a number > 0, got 0`,
      demand({ kind: "negative-binomial", mean: 5, dispersion: 0 }),
    ],
    [
      `${PLACE}: expected a larger dispersion: the tail is too long to draw from, got 1e-7`,
      demand({ kind: "negative-binomial", mean: 5, dispersion: 1e-7 }),
    ],
    [
      `${PLACE}.values: expected a list of one number or more, got []`,
      demand({ kind: "empirical", values: [], probabilities: [] }),
    ],
    [
      `${PLACE}.values[1]: expected a number >= 0, got -1`,
      demand({ kind: "empirical", values: [1, -1], probabilities: [0.5, 0.5] }),
    ],
    [
      `${PLACE}.probabilities: expected as many as there are values, 2, got 1`,
      demand({ kind: "empirical", values: [1, 2], probabilities: [1] }),
    ],
    [
      `${PLACE}.probabilities: expected a sum of 1, got 0.9`,
      demand({ kind: "empirical", values: [1, 2], probabilities: [0.2, 0.7] }),
    ],
    [
      `${PLACE}.probabilities: expected a sum of 1, got 1.000002`,
      demand({ kind: "empirical", values: [1, 2], probabilities: [0.2, 0.800002] }),
    ],
    [
      `${PLACE}.probabilities[0]: expected a number from 0 to 1, got -0.2`,
      demand({ kind: "empirical", values: [1, 2], probabilities: [-0.2, 1.2] }),
    ],
    [
      `${PLACE}.profile: expected a list of one multiplier or more, got []`,
      demand({ kind: "poisson", mean: 5, profile: [] }),
    ],
    [
      `${PLACE}.profile[1]: expected a number from 0 to 100000, got -1`,
      demand({ kind: "poisson", mean: 5, profile: [1, -1] }),
    ],
    [
      `${PLACE}.values: expected a list of one number or more, got []`,
      demand({ kind: "trace", values: [] }),
    ],
    [`${PLACE}.repeat: expected true or false, got 1`, demand({ kind: "trace", values: [1], repeat: 1 })],
  ]);

  test("a sum within 1e-6 of 1 is accepted, and so is a trace shorter than the horizon", () => {
    for (
      const value of [
        { kind: "empirical", values: [1, 2], probabilities: [0.2, 0.8000009] },
        { kind: "trace", values: [1], repeat: false },
      ]
    ) {
      const network = valid();
      network.nodes[1].demand = value;
      expect(parseNetworkSync(network).nodes[1].demand).toEqual(value);
    }
  });
});

describe("integers", () => {
  const integer = (change: (network: Draft) => void) => (n: Draft) => {
    n.quantities = "integer";
    change(n);
  };
  testRefusals([
    [`nodes[0] ("w").capacity: ${WHOLE}, got 1.5`, integer((n) => n.nodes[0].capacity = 1.5)],
    [`nodes[0] ("w").maxBackorder: ${WHOLE}, got 1.5`, integer((n) => n.nodes[0].maxBackorder = 1.5)],
    [`nodes[0] ("w").maxOrder: ${WHOLE}, got 1.5`, integer((n) => n.nodes[0].maxOrder = 1.5)],
    [
      `nodes[0] ("w").initialOnHand: ${WHOLE}, got 16777216`,
      integer((n) => n.nodes[0].initialOnHand = 2 ** 24),
    ],
    [
      `nodes[0] ("w").initialInTransit["supply"][1]: ${WHOLE}, got 0.5`,
      integer((n) => n.nodes[0].initialInTransit = [1, 0.5]),
    ],
    [`nodes[1] ("r1").demand: ${WHOLE}, got 2.5`, integer((n) => n.nodes[1].demand = 2.5)],
    [
      `nodes[1] ("r1").demand: ${WHOLE}, got 2.5`,
      integer((n) => n.nodes[1].demand = { kind: "empirical", values: [1, 2.5], probabilities: [0.5, 0.5] }),
    ],
    [
      'nodes[1] ("r1").demand: expected values up to 16777215, profile included, got up to 1000000000',
      integer((n) => n.nodes[1].demand = { kind: "constant", value: 10_000, profile: [1, 100_000] }),
    ],
    [
      'nodes[1] ("r1").demand: expected whole numbers of a normal distribution below 2^24 and a stdDev below ' +
      "299000, got mean 20000000 and stdDev 1",
      integer((n) => n.nodes[1].demand = { kind: "normal", mean: 2e7, stdDev: 1 }),
    ],
    [
      `control.choices[1]: ${WHOLE}, got 2.5`,
      integer(set("control", { rule: "choice", choices: [0, 2.5] })),
    ],
    [
      'arcs[1] ("w" -> "r1").leadTime: expected an integer >= 0 (periods), got 1.5',
      (n) => n.arcs[1].leadTime = 1.5,
    ],
    ['arcs[1] ("w" -> "r1").leadTime: expected a number >= 0, got -1', (n) => n.arcs[1].leadTime = -1],
    [
      'arcs[1] ("w" -> "r1").leadTime: expected an integer >= 0 (periods), got 0.5',
      (n) => n.arcs[1].leadTime = { kind: "empirical", values: [0.5], probabilities: [1] },
    ],
    [
      'arcs[1] ("w" -> "r1").leadTime: expected at most 1048575 periods, profile included, got up to 1048576',
      (n) => n.arcs[1].leadTime = { kind: "constant", value: 2 ** 19, profile: [2] },
    ],
  ]);

  test("traces, costs, targets, shares and profiles need not be", () => {
    const network = valid();
    network.quantities = "integer";
    Object.assign(network.nodes[1], { holdingCost: 0.5, holdingTarget: 2.5 });
    network.nodes[1].demand = { kind: "trace", values: [0.5], profile: [0.3] };
    Object.assign(network.arcs[1], { leadTime: { kind: "trace", values: [1.5] }, share: 0.5, yield: 0.5 });
    expect(parseNetworkSync(network).nodes[1].demand).toMatchObject({ values: [0.5] });
  });
});
