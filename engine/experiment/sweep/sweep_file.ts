/** What a sweep is, as its author writes it: networks, what is done on them, grids and seeds. */

import { dirname, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { InputError } from "../../errors.ts";
import { readJsonFile } from "../../files/json.ts";

const oneOrMore = <T extends z.ZodType>(schema: T) =>
  z.union([schema, z.array(schema).min(1)]).transform((value): z.output<T>[] =>
    Array.isArray(value) ? value : [value as z.output<T>]
  );

const options = z.strictObject({
  leadTime: z.union([z.number(), z.literal("poisson")]).optional(),
  demandData: z.string().optional(),
  leadTimeData: z.string().optional(),
});

/** A scenario's name, a JSON file's path, either with changes, or a whole network. */
const network = z.union([
  z.string(),
  z.strictObject({
    network: z.string(),
    name: z.string().optional(),
    options: options.optional(),
    set: oneOrMore(z.string()).optional(),
  }),
  z.looseObject({ nodes: z.array(z.unknown()) }),
]);

/** A planning method; `search` with what it searches for. */
const planner = z.union([
  z.string(),
  z.strictObject({
    method: z.string(),
    policy: z.string().optional(),
    basis: z.enum(["on-hand", "inventory-position"]).optional(),
    budget: z.number().optional(),
  }),
]);

const seeds = z.union([z.number(), z.string(), z.array(z.union([z.number(), z.string()]))]);

const common = {
  networks: oneOrMore(network).optional(),
  preset: oneOrMore(z.string()).optional(),
  hyperparameters: z.record(z.string(), z.unknown()).optional(),
  seeds: seeds.optional(),
};

const work = {
  methods: oneOrMore(z.string()).optional(),
  planners: oneOrMore(planner).optional(),
  policies: oneOrMore(z.looseObject({ kind: z.unknown() })).optional(),
};

const block = z.strictObject({ ...common, ...work });

const sweep = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[\w.-]+$/, "expected letters, digits, _, - and .").optional(),
  ...common,
  ...work,
  blocks: z.array(block).min(1).optional(),
  /** How what was learned, planned or given is judged. */
  evaluation: z.strictObject({
    episodes: z.int().min(1).optional(),
    periods: z.int().min(1).optional(),
    warmup: z.int().min(0).optional(),
    seed: z.int().min(0).max(2 ** 32 - 1).optional(),
    changes: z.array(oneOrMore(z.string())).optional(),
  }).optional(),
});

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
  const parsed = sweep.safeParse(value);
  if (!parsed.success) throw new InputError(path, messageOf(parsed.error.issues[0]!));
  const { name, blocks, evaluation = {}, $schema: _, ...top } = parsed.data;
  const doing = Object.keys(work).find((key) => key in top);
  if (blocks !== undefined && doing !== undefined) {
    throw new InputError(path, `${doing}: expected within the blocks, since there are blocks`);
  }
  const { hyperparameters = {} } = top;
  const resolved = (blocks ?? [top]).map((one) => ({
    ...top,
    ...one,
    hyperparameters: { ...hyperparameters, ...one.hyperparameters },
  }));
  resolved.forEach((one, k) => {
    const where = blocks === undefined ? "" : `blocks.${k}: `;
    if (one.networks === undefined) throw new InputError(path, `${where}expected networks`);
    if (!Object.keys(work).some((key) => key in one)) {
      throw new InputError(path, `${where}expected methods to train, planners, or policies to simulate`);
    }
  });
  const file = path.replace(/^.*[/\\]/, "").replace(/\.\w+$/, "");
  return { path, name: name ?? (file.replaceAll(/[^\w.-]+/g, "-") || "sweep"), blocks: resolved, evaluation };
}

/** A path within a sweep file, from the folder of the file. */
export function besideSweep(sweepPath: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(sweepPath), path);
}

async function moduleValue(path: string): Promise<unknown> {
  try {
    await Deno.stat(path);
  } catch {
    throw new InputError(path, "no such file; expected a sweep in JSON or TypeScript");
  }
  let found: { default?: unknown };
  try {
    found = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(path, `cannot be run (${reason.replaceAll(/\s+/g, " ")})`);
  }
  if (found.default === undefined) {
    throw new InputError(path, "has no default export; expected the sweep as one");
  }
  return typeof found.default === "function" ? await found.default() : found.default;
}

function messageOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.join(".");
  const at = path === "" ? "" : `${path}: `;
  if (issue.code === "unrecognized_keys") {
    return `${at}no such key as ${issue.keys.join(", ")}; the keys of a sweep are ${
      [...Object.keys(common), ...Object.keys(work), "blocks", "evaluation", "name"].join(", ")
    }`;
  }
  return `${at}${issue.message.replace(/^Invalid input: /, "")}`;
}
