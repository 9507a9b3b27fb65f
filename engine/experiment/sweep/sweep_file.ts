/** What a sweep is, as its author writes it: networks, what is done on them, grids and seeds. */

import { dirname, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { InputError } from "../../errors.ts";
import { readJsonFile } from "../../files/json.ts";
import { choice, either, isObject, listOf, number, object, parseShape } from "../../network/fields.ts";
import type { NetworkInput } from "../../network/mod.ts";

const text = (expected: string) => z.string({ error: expected });

/** A value or a list of at least one, always a list once it is read. */
function oneOrMore<T extends z.ZodType>(item: T) {
  const one = item.transform((value) => [value]);
  return either(Array.isArray, listOf(item, "a value or a list of some", { min: 1 }), one);
}

const NETWORK = `a scenario's name, a JSON file's path, {"network": NAME, "set": [...]} or a whole network`;

const options = object({
  leadTime: z.custom<number | "poisson">((value) => typeof value === "number" || value === "poisson", {
    error: `a number of periods or "poisson"`,
  }).optional(),
  demandData: text("a file's path").optional(),
  leadTimeData: text("a file's path").optional(),
}, "an object of the scenario's options");

/** A scenario's name, a JSON file's path, either with changes, or a whole network. */
const network = either(
  (value) => typeof value === "string",
  z.string(),
  either(
    (value) => isObject(value) && "nodes" in value,
    z.custom<NetworkInput>(isObject),
    object({
      network: text("a scenario's name or a JSON file's path"),
      name: text("a name").optional(),
      options: options.optional(),
      set: oneOrMore(text("a setting such as demand.mean=7")).optional(),
    }, NETWORK),
  ),
);

/** A planning method; `search` with what it searches for. */
const planner = either(
  (value) => typeof value === "string",
  z.string(),
  object({
    method: text("a planning method"),
    policy: text("a policy's kind").optional(),
    basis: choice(["on-hand", "inventory-position"]).optional(),
    budget: number().optional(),
  }, `a planning method, or an object such as {"method": "search", "policy": "s-S"}`),
);

/** Its form is that of a policy, with axes in the place of numbers; it is checked once these are multiplied out. */
const policy = z.custom<Readonly<Record<string, unknown>>>(isObject, {
  error: `an object such as {"kind": "base-stock", "levels": [10, 20]}`,
});

const common = {
  networks: oneOrMore(network).optional(),
  preset: oneOrMore(text("a preset's name")).optional(),
  hyperparameters: z.custom<Readonly<Record<string, unknown>>>(isObject, {
    error: `an object such as {"lambda": [0.9, 0.95]}`,
  }).optional(),
  // Where they are multiplied out, `seedList` reads them.
  seeds: z.custom<number | string | readonly (number | string)[]>(() => true).optional(),
};

const work = {
  methods: oneOrMore(text("a training method")).optional(),
  planners: oneOrMore(planner).optional(),
  policies: oneOrMore(policy).optional(),
};

const block = object({ ...common, ...work });

const NAME = "a name of letters, digits, _, - and .";

const sweep = object({
  $schema: z.string().optional(),
  name: text(NAME).regex(/^\w[\w.-]*$/, { error: NAME }).optional(),
  ...common,
  ...work,
  blocks: listOf(block, "a list of at least one object", { min: 1 }).optional(),
  /** How what was learned, planned or given is judged. */
  evaluation: object({
    episodes: number({ integer: true }).optional(),
    periods: number({ integer: true }).optional(),
    warmup: number({ integer: true }).optional(),
    seed: number({ integer: true }).optional(),
    changes: listOf(oneOrMore(text("a setting such as demand.mean=7")), "a list of settings").optional(),
  }).optional(),
}, `an object such as {"networks": ["kotecha-6"], "methods": ["mappo"], "seeds": "0..4"}`);

export type NetworkEntry = z.output<typeof network>;
export type PlannerEntry = z.output<typeof planner>;
export type SweepBlock = z.output<typeof block>;
export type SweepInput = z.input<typeof sweep>;

/** A sweep file, checked for its form; what the names in it stand for is not looked up yet. */
export interface SweepFile {
  readonly path: string;
  readonly name: string;
  readonly blocks: readonly SweepBlock[];
  readonly evaluation: NonNullable<z.output<typeof sweep>["evaluation"]>;
}

/**
 * @param path a JSON file, or a TypeScript or JavaScript module whose default export is the same, or a function that
 *   returns it
 * @throws InputError, one line with path and key
 */
export async function loadSweepFile(path: string): Promise<SweepFile> {
  const value = /\.[mc]?[jt]s$/.test(path) ? await moduleValue(path) : await readJsonFile(path);
  return parseSweep(value, path);
}

/** @param path what messages call it; names the sweep where it does not name itself, and is where its paths start */
export function parseSweep(value: unknown, path: string): SweepFile {
  const { name, blocks, evaluation = {}, $schema: _, ...top } = parseShape(sweep, value, path);
  const doing = (one: SweepBlock) =>
    (Object.keys(work) as (keyof typeof work)[]).find((key) => one[key] !== undefined);
  if (blocks !== undefined && doing(top) !== undefined) {
    throw new InputError(path, `${doing(top)}: expected within the blocks, since there are blocks`);
  }
  const resolved = (blocks ?? [top]).map((one, k): SweepBlock => {
    const where = blocks === undefined ? "" : `blocks[${k}]: `;
    const merged = { ...given(top), ...given(one) };
    if (merged.networks === undefined) throw new InputError(path, `${where}expected networks`);
    if (doing(merged) === undefined) {
      throw new InputError(path, `${where}expected methods to train, planners, or policies to simulate`);
    }
    return { ...merged, hyperparameters: { ...top.hyperparameters, ...one.hyperparameters } };
  });
  const file = path.replace(/^.*[/\\]/, "").replace(/\.\w+$/, "").replaceAll(/[^\w.-]+/g, "-");
  return { path, name: name ?? (file.replace(/^[.-]+/, "") || "sweep"), blocks: resolved, evaluation };
}

/** What a module sets to undefined is as good as left out. */
function given(one: SweepBlock): SweepBlock {
  return Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));
}

/** A path within a sweep file, from the folder of the file. */
export function besideSweep(sweepPath: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(sweepPath), path);
}

async function moduleValue(path: string): Promise<unknown> {
  const file = await Deno.stat(path).catch(() => undefined);
  if (file === undefined) throw new InputError(path, "no such file; expected a sweep in JSON or TypeScript");
  // A module is run once in a process: in a notebook's the author may have changed it since.
  const state = `?changed=${file.mtime?.getTime() ?? 0}`;
  let value: unknown;
  try {
    const found: { default?: unknown } = await import(`${pathToFileURL(resolve(path)).href}${state}`);
    value = typeof found.default === "function" ? await found.default() : await found.default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(path, `cannot be run (${reason.trim()})`);
  }
  if (value !== undefined) return value;
  throw new InputError(path, "exports no sweep; expected one by default, or a function that returns one");
}
