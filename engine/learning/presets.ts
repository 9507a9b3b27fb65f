/** Sets of hyperparameters by name. */

import { InputError } from "../errors.ts";
import { DEFAULTS, type Hyperparameters } from "./hyperparameters.ts";

export interface Preset {
  readonly name: string;
  readonly doc: string;
  readonly values: Partial<Hyperparameters>;
}

/** What RLlib's PPO does where Kotecha's appendix and code do not say otherwise. */
const RLLIB: Partial<Hyperparameters> = {
  environments: 80,
  periods: 50,
  epochs: 30,
  annealing: "none",
  epsilon: 1e-8,
  gradientNorm: 0,
  discount: 0.99,
  lambda: 1,
  clip: 0.3,
  valueLoss: "capped",
  valueClip: 10,
  // Its loss is the squared error, without the half.
  valueCoefficient: 2,
  klCoefficient: 0.2,
  klTarget: 0.01,
  normalisesObservations: false,
  normalisesValues: false,
  endIs: "termination",
  observesTime: false,
  graphWidths: [64, 64, 64],
  deviation: "state",
  initialDeviation: 1,
  smallestDeviation: 1e-6,
};

export const presets: readonly Preset[] = [
  {
    name: "fast",
    doc: "ours: small networks, normalised observations and values, larger steps; learns in a minute",
    values: {},
  },
  {
    name: "paper",
    doc: "Kotecha's tables A.2 and B.3; 60 is read as iterations (figure 16 shows 60), epochs are RLlib's 30",
    values: {
      ...RLLIB,
      iterations: 60,
      minibatch: 32,
      learningRate: 1e-3,
      weightDecay: 1e-4,
      actorWidths: [128, 128, 128],
      actorActivation: "relu",
      actionSquash: "tanh",
      criticWidths: [256, 256, 256],
      criticActivation: "relu",
    },
  },
  {
    name: "released",
    doc: "what Kotecha's released code runs: 256-256 tanh, 5e-5, batch 4000, 30 epochs, minibatch 128",
    values: {
      ...RLLIB,
      iterations: 100,
      minibatch: 128,
      learningRate: 5e-5,
      actorWidths: [256, 256],
      actorActivation: "tanh",
      criticWidths: [256, 256],
      criticActivation: "tanh",
    },
  },
];

/** @throws InputError when there is no such preset */
export function findPreset(name: string): Preset {
  const preset = presets.find((row) => row.name === name);
  if (preset !== undefined) return preset;
  throw new InputError("preset", `expected ${presets.map((row) => row.name).join(" or ")}, got "${name}"`);
}

/** The hyperparameters of a preset, the rest at their defaults. */
export function presetValues(name: string): Hyperparameters {
  return { ...DEFAULTS, ...findPreset(name).values };
}
