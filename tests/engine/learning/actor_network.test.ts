import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ActorNetwork, applyActor, checkActor } from "../../../engine/learning/actor_network.ts";
import { arbitraryActor, noise, observationOf } from "../../setup/actors.ts";
import { messageOf } from "../../setup/messages.ts";

/**
 * By hand: 0.5 x - 1 of the scaled stock and 2 of the constant; then the log deviations, which count for
 * nothing.
 */
const ACTOR: ActorNetwork = {
  id: "retailer",
  nodes: ["1"],
  inputs: [{ node: "1", feature: "onHand", lag: 0, ahead: 0, low: 0, high: 20 }, { constant: 1 }],
  layers: [{
    inputs: 2,
    outputs: 4,
    activation: "none",
    weights: Float32Array.of(0.5, 2, -1, 0, 9, 9, 9, 9),
    bias: Float32Array.of(-1, 0.25, 9, 9),
  }],
  head: { kind: "gaussian", actions: 2 },
  outputs: [
    { node: "1", parameter: "reorder point", clip: [-1, 1], scale: 10, offset: 10 },
    { node: "1", parameter: "order-up-to level", clip: [-1, 1], scale: 10, offset: 10 },
  ],
};

const CATEGORICAL: ActorNetwork = {
  ...ACTOR,
  layers: [{ ...ACTOR.layers[0]!, bias: Float32Array.of(-3, -1, 0, 0) }],
  head: { kind: "categorical", choices: 2 },
  outputs: [{ node: "1", parameter: "order quantity", clip: [0, 1], scale: 1, offset: 0, choices: [7, 40] }],
};

describe("applyActor", () => {
  test("scales, clips and decodes as by hand", () => {
    // Stock 10 -> 0: means 1 and 0.25; stock 15 -> 0.5: means 1.25 (clipped) and -0.25.
    expect(applyActor(ACTOR, [10])).toEqual([20, 12.5]);
    expect(applyActor(ACTOR, [15])).toEqual([20, 7.5]);
    // Beyond the bounds: as at the bound, -1 -> means 0.5 and 1.25.
    expect(applyActor(ACTOR, [-100])).toEqual([15, 20]);
  });

  test("normalises what has been scaled, and clips it", () => {
    const normaliser = { mean: Float32Array.of(0.5, 0), inverseDeviation: Float32Array.of(4, 1), clip: 1.5 };
    // Stock 16 -> 0.6 -> 0.4: means 1.2 (clipped) and -0.15. Stock 0 -> -1 -> -6 -> -1.5: means 0.25 and 1.75 (clipped).
    const [first, second] = applyActor({ ...ACTOR, normaliser }, [16]);
    expect(first).toBe(20);
    expect(second).toBeCloseTo(8.5, 12);
    expect(applyActor({ ...ACTOR, normaliser }, [0])).toEqual([12.5, 20]);
  });

  test("takes the best choice, the first among equals", () => {
    // Logits 0.5 x - 1 and -x - 1.
    expect(applyActor(CATEGORICAL, [20])).toEqual([7]);
    expect(applyActor(CATEGORICAL, [0])).toEqual([40]);
    expect(applyActor(CATEGORICAL, [10])).toEqual([7]);
  });

  test("a choice without a list is a number of its own, from the offset", () => {
    const [{ choices: _, ...output }] = CATEGORICAL.outputs as [ActorNetwork["outputs"][0]];
    const actor = { ...CATEGORICAL, outputs: [{ ...output, offset: -8 }] };
    expect(applyActor(actor, [20])).toEqual([-8]);
    expect(applyActor(actor, [0])).toEqual([-7]);
  });

  test("a mean that picks from a list is rounded, half to even", () => {
    const pick = {
      node: "1",
      parameter: "order quantity",
      clip: [0, 2] as [number, number],
      scale: 1,
      offset: 0,
    };
    const outputs = [{ ...pick, choices: [1, 10, 100] }, { ...pick, choices: [5, 6] }];
    // Means 0.5 x + 1 and -x + 0.25.
    expect(applyActor({ ...ACTOR, outputs }, [20])).toEqual([100, 5]);
    expect(applyActor({ ...ACTOR, outputs }, [0])).toEqual([1, 6]);
  });

  test("applies the activations of the layers", () => {
    const layer = ACTOR.layers[0]!;
    const relu = { ...ACTOR, layers: [{ ...layer, activation: "relu" as const }] };
    expect(applyActor(relu, [15])).toEqual([20, 10]);
    const tanh = { ...ACTOR, layers: [{ ...layer, activation: "tanh" as const }] };
    expect(applyActor(tanh, [15])).toEqual([10 + 10 * Math.tanh(1.25), 10 + 10 * Math.tanh(-0.25)]);
  });

  test("any actor decides within the bounds of its outputs", () => {
    fc.assert(
      fc.property(arbitraryActor, fc.integer({ min: 1 }), (actor, seed) => {
        checkActor(actor);
        const values = applyActor(actor, observationOf(actor, noise(seed)));
        expect(values).toHaveLength(actor.outputs.length);
        actor.outputs.forEach(({ clip: [low, high], scale, offset, choices }, k) => {
          if (choices !== undefined) return expect(choices).toContain(values[k]);
          expect(values[k]).toBeGreaterThanOrEqual(low * scale + offset);
          expect(values[k]).toBeLessThanOrEqual(high * scale + offset);
        });
      }),
      { seed: 1, numRuns: 200, endOnFailure: true },
    );
  });

  test("refuses an observation of another length", async () => {
    expect(await messageOf(() => applyActor(ACTOR, [1, 2])))
      .toBe('actor "retailer": expected 1 observed values, got 2');
  });
});

test("checkActor says which parts do not fit", async () => {
  const layer = ACTOR.layers[0]!;
  const cases: [changes: Partial<ActorNetwork>, message: string][] = [
    [{ inputs: [{ constant: 0 }, { constant: 1 }] }, "it observes nothing"],
    [
      { inputs: [{ node: "1", feature: "order", lag: 0, ahead: 0, low: 3, high: 3 }, { constant: 1 }] },
      "input 0: expected finite bounds with low below high, got [3, 3]",
    ],
    [
      { normaliser: { mean: new Float32Array(1), inverseDeviation: new Float32Array(1), clip: 1 } },
      "its normaliser is for 1 inputs, it has 2",
    ],
    [
      { normaliser: { mean: Float32Array.of(0, NaN), inverseDeviation: new Float32Array(2), clip: 1 } },
      "its normaliser holds values that are no numbers",
    ],
    [{ layers: [] }, "it has no layers"],
    [{ layers: [layer, layer] }, "layer 1 takes 2 values and is given 4"],
    [
      { layers: [{ ...layer, bias: new Float32Array(1) }] },
      "layer 0: weights and bias do not fit 2 inputs and 4 outputs",
    ],
    [
      { layers: [{ ...layer, bias: Float32Array.of(0, 0, Infinity, 0) }] },
      "layer 0 holds weights that are no numbers",
    ],
    [{ head: { kind: "categorical", choices: 5 } }, "its head reads 5 values and is given 4"],
    [{ head: { kind: "gaussian", actions: 1 } }, "expected an output an action, got 2 outputs and 1 actions"],
    [{ outputs: [] }, "expected an output an action, got 0 outputs and 2 actions"],
    [
      { outputs: [{ ...ACTOR.outputs[0]!, choices: [] }, ACTOR.outputs[1]!] },
      "output 0: expected finite bounds, scale and offset, and at least one choice",
    ],
  ];
  for (const [changes, message] of cases) {
    expect(await messageOf(() => checkActor({ ...ACTOR, ...changes }))).toBe(`actor "retailer": ${message}`);
  }
});
