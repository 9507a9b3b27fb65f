/** Random trained actors for property tests: every kind of head, input, layer and output. */

import fc from "fast-check";
import type {
  ActorHead,
  ActorInput,
  ActorLayer,
  ActorNetwork,
  ActorOutput,
} from "../../engine/learning/actor_network.ts";
import { FEATURES } from "../../engine/network/types.ts";

/** Numbers in [-1, 1), the same for the same seed (xorshift32). */
export function noise(seed: number): () => number {
  let state = (seed | 0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}

const input: fc.Arbitrary<ActorInput> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      node: fc.constantFrom("1", "2"),
      feature: fc.constantFrom(...FEATURES),
      lag: fc.nat(5),
      ahead: fc.nat(3),
      low: fc.integer({ min: -100, max: 100 }),
      high: fc.integer({ min: 1, max: 200 }),
    }).map((input) => ({ ...input, high: input.low + input.high })),
  },
  { weight: 1, arbitrary: fc.constantFrom<ActorInput>({ constant: 0 }, { constant: 1 }) },
);

function outputOf(kind: ActorHead["kind"], choices: number): fc.Arbitrary<ActorOutput> {
  const picks = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: choices, maxLength: choices });
  const named = { node: "1", parameter: "order-up-to level" };
  const index = { ...named, clip: [0, choices - 1] as [number, number], scale: 1 };
  const chosen = picks.map((choices): ActorOutput => ({ ...index, offset: 0, choices }));
  const shifted = fc.integer({ min: -8, max: 8 }).map((offset): ActorOutput => ({ ...index, offset }));
  if (kind === "categorical") return fc.oneof(chosen, shifted);
  const scaled = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 100 }))
    .map(([low, range]): ActorOutput => ({
      ...named,
      clip: [-1, 1],
      scale: range / 2,
      offset: low + range / 2,
    }));
  return fc.oneof({ weight: 3, arbitrary: scaled }, { weight: 1, arbitrary: chosen });
}

function layerOf(
  inputs: number,
  outputs: number,
  activation: ActorLayer["activation"],
  random: () => number,
): ActorLayer {
  // Signals keep about their size, so that rounding does too.
  const scale = Math.sqrt(3 / inputs);
  return {
    inputs,
    outputs,
    activation,
    weights: Float32Array.from({ length: inputs * outputs }, () => random() * scale),
    bias: Float32Array.from({ length: outputs }, () => random() / 2),
  };
}

export const arbitraryActor: fc.Arbitrary<ActorNetwork> = fc.record({
  inputs: fc.array(input, { minLength: 1, maxLength: 12 })
    .map((inputs): ActorInput[] =>
      inputs.some((input) => !("constant" in input))
        ? inputs
        : [...inputs, { node: "1", feature: "onHand", lag: 0, ahead: 0, low: 0, high: 50 }]
    ),
  hidden: fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom("none", "relu", "tanh")), {
    maxLength: 3,
  }),
  kind: fc.constantFrom("gaussian", "categorical"),
  size: fc.integer({ min: 1, max: 6 }),
  deviations: fc.boolean(),
  squashed: fc.boolean(),
  normalised: fc.boolean(),
  seed: fc.integer({ min: 1 }),
}).chain(({ inputs, hidden, kind, size, deviations, squashed, normalised, seed }) => {
  const random = noise(seed);
  const layers: ActorLayer[] = [];
  let width = inputs.length;
  for (const [outputs, activation] of hidden) {
    layers.push(layerOf(width, outputs, activation, random));
    width = outputs;
  }
  layers.push(layerOf(width, deviations ? 2 * size : size, squashed ? "tanh" : "none", random));
  const head: ActorHead = kind === "gaussian" ? { kind, actions: size } : { kind, choices: size };
  const count = kind === "gaussian" ? size : 1;
  return fc.array(outputOf(kind, size), { minLength: count, maxLength: count }).map((
    outputs,
  ): ActorNetwork => ({
    id: "agent 1",
    nodes: ["1"],
    inputs,
    layers,
    head,
    outputs,
    ...(normalised
      ? {
        normaliser: {
          mean: Float32Array.from(inputs, () => random() / 2),
          inverseDeviation: Float32Array.from(inputs, () => 2 + random()),
          clip: 2,
        },
      }
      : {}),
  }));
});

/** Values within the bounds, at them and beyond, one an observed input. */
export function observationOf(actor: ActorNetwork, random: () => number): number[] {
  return actor.inputs.flatMap((input) => {
    if ("constant" in input) return [];
    const middle = (input.low + input.high) / 2;
    return [Math.fround(middle + (input.high - input.low) * 0.7 * random())];
  });
}
