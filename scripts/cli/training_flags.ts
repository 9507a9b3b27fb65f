/** The flags of a training; every hyperparameter is one, from the engine's table. */

import {
  DEVICE_CHOICES,
  type Hyperparameter,
  HYPERPARAMETERS,
  type Hyperparameters,
  InputError,
  methods,
  presets,
  presetValues,
  seedList,
} from "../../engine/mod.ts";
import type { Glossary, Section } from "./arguments.ts";
import { choice, type Flag, integer, real, text } from "./flags.ts";

type HyperparameterName = keyof Hyperparameters;
type HyperparameterValue = Hyperparameters[keyof Hyperparameters];
type HyperparameterFlags = { readonly [K in keyof Hyperparameters]: Flag<HyperparameterValue | undefined> };

/** `true` and `false` as words: a preset's "true" must be possible to take back. */
function trueOrFalse(doc: string): Flag<boolean | undefined> {
  return {
    placeholder: "true|false",
    default: undefined,
    doc,
    parse(value, where) {
      if (value === "true" || value === "false") return value === "true";
      throw new InputError(where, `expected true or false, got "${value}"`);
    },
  };
}

function widths(doc: string): Flag<readonly number[] | undefined> {
  return {
    placeholder: "N,N,...|none",
    default: undefined,
    doc,
    parse(value, where) {
      if (value === "none") return [];
      const numbers = value.split(",").map(Number);
      if (/^\d+(,\d+)*$/.test(value)) return numbers;
      throw new InputError(where, `expected widths such as 64,64, or none, got "${value}"`);
    },
  };
}

function flagOf(name: HyperparameterName, field: Hyperparameter): Flag<HyperparameterValue | undefined> {
  const { doc } = field;
  const otherwise = defaultsOf(name);
  const common = { doc, otherwise, ...(field.unit === undefined ? {} : { unit: field.unit }) };
  switch (field.kind) {
    case "count":
      return integer({ ...common, min: field.min, max: field.max });
    case "real":
      return real({ ...common, min: field.min, max: field.max });
    case "choice":
      return choice(field.words, common) as Flag<HyperparameterValue | undefined>;
    case "switch":
      return { ...trueOrFalse(doc), otherwise };
    case "widths":
      return { ...widths(doc), otherwise };
  }
}

/** `64; paper and released 80`: the value of the first preset, then those that differ. */
function defaultsOf(name: HyperparameterName): string {
  const shown = (value: HyperparameterValue) =>
    Array.isArray(value) ? value.join(",") || "none" : String(value ?? "none");
  const byValue = Map.groupBy(presets, (preset) => shown(presetValues(preset.name)[name]));
  return [...byValue].map(([value, [first, ...others]]) =>
    first === presets[0] ? value : `${[first!, ...others].map((one) => one.name).join(" and ")} ${value}`
  ).join("; ");
}

export const hyperparameterFlags = Object.fromEntries(
  Object.entries(HYPERPARAMETERS).map(([name, field]) => [
    name,
    flagOf(name as HyperparameterName, field),
  ]),
) as HyperparameterFlags;

/** The hyperparameters that were given as flags. */
export function givenHyperparameters(flags: Readonly<Record<string, unknown>>): Partial<Hyperparameters> {
  const names = Object.keys(HYPERPARAMETERS);
  return Object.fromEntries(
    names.flatMap((name) => flags[name] === undefined ? [] : [[name, flags[name]]]),
  ) as Partial<Hyperparameters>;
}

/** `0..4,9`: whole numbers and ranges, both ends included. */
const seeds: Flag<readonly number[]> = {
  placeholder: "N|N..M|N,M",
  default: [0],
  otherwise: "0",
  doc: "Seeds: independent runs, each with the results that it has alone",
  parse(value, where) {
    try {
      return seedList(value, "seeds such as 0, 0..4 or 1,5,9");
    } catch (error) {
      throw error instanceof RangeError ? new InputError(where, error.message) : error;
    }
  },
};

const MOST_THREADS = 1024;

/** What is trained, how and where; the first two hyperparameters that anyone changes stand with them. */
export const trainingFlags = {
  method: choice(methods.map(({ name }) => name), {
    placeholder: "METHOD",
    default: "mappo",
    doc: "What learns: one of the methods below",
  }),
  preset: choice(presets.map(({ name }) => name), {
    default: "fast",
    doc: "Hyperparameters, as explained below",
  }),
  iterations: hyperparameterFlags.iterations,
  seeds,
  out: text({
    placeholder: "DIR",
    doc: "Where the runs are kept, each in DIR/seed-N",
    otherwise: "runs/NETWORK-METHOD",
  }),
  device: choice(DEVICE_CHOICES, {
    default: "auto",
    doc: "Where to train; auto: webgpu on a GPU, else wasm",
  }),
  workers: integer({
    min: 1,
    max: MOST_THREADS,
    doc: "Threads for the seeds on the CPU; the results do not depend on them",
    otherwise: "as many as there are cores",
  }),
  checkpoint: real({
    default: 10,
    min: 0,
    max: 1e6,
    doc: "Longest time between checkpoints (0: one after every iteration)",
    unit: "seconds",
  }),
  config: text({
    placeholder: "FILE.json",
    doc:
      "Hyperparameters as a JSON object such as {\"learningRate\": 0.001}: over the preset's, under the flags'",
  }),
};

/** What the words of `--method` and `--preset` stand for. */
export const trainingGlossary: readonly Glossary[] = [
  { title: "Methods", words: methods },
  { title: "Presets", words: presets },
];

const GROUPS: readonly { title: string; flags: readonly HyperparameterName[] }[] = [
  {
    title: "Rollouts and gradient steps",
    flags: [
      "environments",
      "periods",
      "epochs",
      "minibatch",
      "learningRate",
      "criticRate",
      "annealing",
      "finalRate",
      "gradientNorm",
      "weightDecay",
      "beta1",
      "beta2",
      "epsilon",
    ],
  },
  {
    title: "Networks",
    flags: [
      "actorWidths",
      "actorActivation",
      "criticWidths",
      "criticActivation",
      "graphWidths",
      "attentionHeads",
    ],
  },
  {
    title: "Rewards, observations, actions",
    flags: [
      "discount",
      "rewardScale",
      "endIs",
      "observesTime",
      "normalisesObservations",
      "normalisesValues",
      "actionSquash",
      "deviation",
      "initialDeviation",
      "smallestDeviation",
    ],
  },
];

/** Sections of the help: hyperparameters by subject. */
export function hyperparameterSections(): Section[] {
  const grouped = new Set<string>(["iterations", ...GROUPS.flatMap(({ flags }) => flags)]);
  const rest = Object.keys(HYPERPARAMETERS).filter((name) => !grouped.has(name));
  return [...GROUPS, { title: "Losses and the rest", flags: rest }];
}
