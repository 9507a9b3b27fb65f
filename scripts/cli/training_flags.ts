/** Every hyperparameter as a flag, from the engine's table. */

import {
  DEVICE_CHOICES,
  type Hyperparameter,
  HYPERPARAMETERS,
  type Hyperparameters,
  InputError,
  methods,
  presets,
} from "../../engine/mod.ts";

import { choice, type Flag, integer, real, text } from "./flags.ts";

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

function flagOf(field: Hyperparameter): Flag<HyperparameterValue | undefined> {
  const { doc, default: value } = field;
  const otherwise = `the preset's; fast: ${Array.isArray(value) ? value.join(",") : value ?? "none"}`;
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

export const hyperparameterFlags = Object.fromEntries(
  Object.entries(HYPERPARAMETERS).map(([name, field]) => [name, flagOf(field)]),
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
    const wrong = () => new InputError(where, `expected seeds such as 0, 0..4 or 1,5,9, got "${value}"`);
    const found = value.split(",").flatMap((part) => {
      const match = /^(\d+)(?:\.\.(\d+))?$/.exec(part);
      if (match === null) throw wrong();
      const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
      if (last < first || last - first >= 10_000) throw wrong();
      return Array.from({ length: last - first + 1 }, (_, k) => first + k);
    });
    return found;
  },
};

const MOST_THREADS = 1024;

/** What is trained, on what, and where it is kept. */
export const trainingFlags = {
  method: choice(methods.map(({ name }) => name), {
    default: "reg-p-gcn-mappo",
    doc: `What learns: ${methods.map(({ name, doc }) => `${name} (${doc})`).join("; ")}`,
  }),
  preset: choice(presets.map(({ name }) => name), {
    default: "fast",
    doc: `Hyperparameters: ${presets.map(({ name, doc }) => `${name} (${doc})`).join("; ")}`,
  }),
  config: text({
    placeholder: "FILE.json",
    doc: "Hyperparameters over the preset's, as one JSON object; flags go over both",
  }),
  seeds,
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
};
