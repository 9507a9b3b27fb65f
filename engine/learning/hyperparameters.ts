/** Every number and choice of a training, as data: type, default, range and one line each. */

import { InputError } from "../errors.ts";

interface Base<T> {
  readonly default: T;
  readonly doc: string;
  readonly unit?: string;
}

/** One hyperparameter: what values it takes. `null` is only allowed where `default` is null. */
export type Hyperparameter =
  | (Base<number> & { readonly kind: "count" | "real"; readonly min: number; readonly max: number })
  | (Base<number | null> & { readonly kind: "real"; readonly min: number; readonly max: number })
  | (Base<string> & { readonly kind: "choice"; readonly words: readonly string[] })
  | (Base<readonly number[]> & { readonly kind: "widths" })
  | (Base<boolean> & { readonly kind: "switch" });

const count = (value: number, doc: string, min = 1, max = 2 ** 24, unit?: string) =>
  ({ kind: "count", default: value, doc, min, max, ...(unit === undefined ? {} : { unit }) }) as const;
const real = (value: number, doc: string, min = 0, max = 1e9, unit?: string) =>
  ({ kind: "real", default: value, doc, min, max, ...(unit === undefined ? {} : { unit }) }) as const;
const choice = <const W extends string>(value: NoInfer<W>, words: readonly W[], doc: string) =>
  ({ kind: "choice", default: value as W, words, doc }) as const;
const widths = (value: readonly number[], doc: string) => ({ kind: "widths", default: value, doc }) as const;
const toggle = (value: boolean, doc: string) => ({ kind: "switch", default: value, doc }) as const;

const ACTIVATIONS = ["relu", "tanh"] as const;

/** Defaults are those of the preset "fast" on Kotecha's networks. */
export const HYPERPARAMETERS = {
  iterations: count(300, "Training iterations: a rollout of every environment, then the updates"),
  environments: count(
    64,
    "Copies of the network that are simulated side by side; a multiple of 8",
    8,
    2 ** 20,
  ),
  periods: count(50, "Length of a rollout", 1, 2 ** 16, "periods"),
  epochs: count(4, "Passes over the rollout in an iteration", 1, 1000),
  minibatch: count(800, "Samples (environment and period) of a gradient step", 1),
  learningRate: real(3e-3, "Adam's step size for the actors", 0, 1),
  criticRate: real(1, "Adam's step size for the critics, as a multiple of learningRate", 0, 1e3),
  annealing: choice(
    "linear",
    ["linear", "none"],
    "How the learning rate falls: linearly to finalRate, or not",
  ),
  finalRate: real(0, "What the learning rate ends at, as a share of learningRate", 0, 1),
  beta1: real(0.9, "Adam's decay of the gradient's mean", 0, 0.9999),
  beta2: real(0.999, "Adam's decay of the gradient's square", 0, 0.999999),
  epsilon: real(1e-5, "Adam's epsilon", 1e-12, 1),
  weightDecay: real(0, "Decoupled weight decay, times the learning rate", 0, 1),
  gradientNorm: real(0.5, "Largest norm of a network's gradient; 0 for no limit"),
  discount: real(0.99, "Discount of a period", 0, 1),
  lambda: real(0.95, "Decay of generalised advantage estimation", 0, 1),
  clip: real(0.2, "How far a probability ratio may leave 1 (Schulman et al. 2017)", 1e-6, 10),
  valueLoss: choice(
    "plain",
    ["plain", "clipped", "capped"],
    "Squared error of the critic: as it is; about the old value by valueClip; capped at valueClip as in RLlib",
  ),
  valueClip: real(10, "The bound of valueLoss clipped and capped"),
  valueCoefficient: real(0.5, "Weight of the critic's loss"),
  entropyCoefficient: real(0, "Weight of the entropy bonus"),
  klCoefficient: real(0, "Initial weight of the KL penalty, adapted to klTarget; 0 for none"),
  klTarget: real(0.01, "KL divergence an iteration that the penalty aims at", 1e-9),
  klLimit: real(
    0,
    "Approximate KL divergence of a minibatch that ends the updates of an iteration; 0 for none",
  ),
  valueNoise: real(
    0.1,
    "Standard deviation of the noise on the value (eq. 30 of Kotecha), in units of the critic's output: deviations of the return where values are normalised",
  ),
  normalisesAdvantages: toggle(true, "Advantages get mean 0 and deviation 1 over the rollout"),
  normalisesObservations: toggle(true, "Observations get running mean 0 and deviation 1"),
  normalisesValues: toggle(true, "The critic's targets get running mean 0 and deviation 1"),
  endIs: choice(
    "termination",
    ["truncation", "termination"],
    "What the end of the horizon is: a cut, whose value is bootstrapped, or an end of value 0",
  ),
  observesTime: toggle(true, "Agents also observe the share of the episode gone"),
  actorWidths: widths([32, 32], "Hidden layers of an actor"),
  actorActivation: choice("tanh", ACTIVATIONS, "Activation of the actors' hidden layers"),
  actionSquash: choice(
    "none",
    ["none", "tanh"],
    "What bounds the means of the actions before they are clipped",
  ),
  deviation: choice(
    "learned",
    ["learned", "state"],
    "The actions' log standard deviations: learned parameters, or a function of the observation",
  ),
  initialDeviation: real(
    0.25,
    "Standard deviation of the actions at the start (range of an action: -1 to 1)",
    1e-3,
    7,
  ),
  smallestDeviation: real(0.01, "Standard deviations of actions are held above it", 1e-6, 1),
  criticWidths: widths([32, 32], "Hidden layers of a critic"),
  criticActivation: choice("tanh", ACTIVATIONS, "Activation of the critics' hidden layers"),
  graphWidths: widths([32, 32, 32], "Features of the graph layers before the critic"),
  attentionHeads: count(4, "Heads of graph attention; they divide every graph width", 1, 64),
  rewardScale: {
    kind: "real",
    default: null as number | null,
    min: 1e-12,
    max: 1e12,
    doc: "Factor of the reward; the network's own where there is none",
  },
} as const satisfies Record<string, Hyperparameter>;

type Fields = typeof HYPERPARAMETERS;
export type HyperparameterName = keyof Fields;

type ValueOf<F extends Hyperparameter> = F extends { kind: "choice"; words: readonly (infer W)[] } ? W
  : F extends { kind: "widths" } ? readonly number[]
  : F extends { kind: "switch" } ? boolean
  : F["default"] extends number ? number
  : number | null;

export type Hyperparameters = { readonly [K in HyperparameterName]: ValueOf<Fields[K]> };

const entries = Object.entries(HYPERPARAMETERS) as [HyperparameterName, Hyperparameter][];

export const DEFAULTS = Object.fromEntries(
  entries.map(([name, { default: value }]) => [name, value]),
) as unknown as Hyperparameters;

/**
 * Hyperparameters with every value checked, those that are not given taken from `base`.
 *
 * @param where what the messages begin with, such as `config.hyperparameters`
 * @throws InputError for an unknown name, or a value of the wrong kind or range
 */
export function resolveHyperparameters(
  given: Readonly<Record<string, unknown>>,
  base: Hyperparameters = DEFAULTS,
  where = "",
): Hyperparameters {
  const path = (name: string) => where === "" ? name : `${where}.${name}`;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(HYPERPARAMETERS, name)) continue;
    throw new InputError(
      path(name),
      `no such hyperparameter; they are ${Object.keys(HYPERPARAMETERS).join(", ")}`,
    );
  }
  const resolved = Object.fromEntries(entries.map(([name, field]) => {
    const value = given[name] === undefined ? base[name] : checked(field, given[name], path(name));
    return [name, value];
  })) as unknown as Hyperparameters;
  // A minibatch that nobody asked for makes way for a small rollout.
  const samples = resolved.environments * resolved.periods;
  const minibatch = given["minibatch"] === undefined
    ? Math.min(resolved.minibatch, samples)
    : resolved.minibatch;
  const fitting = { ...resolved, minibatch };
  requireTogether(fitting, path);
  return fitting;
}

function requireTogether(h: Hyperparameters, path: (name: string) => string): void {
  if (h.environments % 8 !== 0) {
    throw new InputError(path("environments"), `expected a multiple of 8, got ${h.environments}`);
  }
  if (h.initialDeviation < h.smallestDeviation) {
    throw new InputError(
      path("initialDeviation"),
      `expected at least smallestDeviation, ${h.smallestDeviation}, got ${h.initialDeviation}`,
    );
  }
  const samples = h.environments * h.periods;
  if (h.minibatch > samples) {
    throw new InputError(
      path("minibatch"),
      `expected at most environments x periods = ${samples}, got ${h.minibatch}`,
    );
  }
}

function checked(field: Hyperparameter, value: unknown, where: string): unknown {
  const wrong = (expected: string) =>
    new InputError(where, `expected ${expected}, got ${JSON.stringify(value) ?? String(value)}`);
  switch (field.kind) {
    case "switch":
      if (typeof value !== "boolean") throw wrong("true or false");
      return value;
    case "choice":
      if (!field.words.includes(value as string)) throw wrong(field.words.join(" or "));
      return value;
    case "widths": {
      const fits = Array.isArray(value) && value.length <= 8 &&
        value.every((width) => Number.isInteger(width) && width >= 1 && width <= 4096);
      if (!fits) throw wrong("at most 8 layer widths from 1 to 4096, such as [64, 64]");
      return value;
    }
    case "count":
    case "real": {
      if (value === null && field.default === null) return value;
      const whole = field.kind === "count";
      const fits = typeof value === "number" && value >= field.min && value <= field.max &&
        (whole ? Number.isInteger(value) : Number.isFinite(value));
      if (!fits) throw wrong(`${whole ? "a whole number" : "a number"} from ${field.min} to ${field.max}`);
      return value;
    }
  }
}
