/** A measurement held against an earlier one: what `deno task bench --compare FILE` says. */

import * as z from "zod";
import { InputError } from "../engine/errors.ts";
import { readJsonFile } from "../engine/files/json.ts";
import type { Origin } from "./machine.ts";
import type { Measurement } from "./measure.ts";

const earlierSchema = z.object({
  machine: z.object({ cpu: z.string(), cores: z.number(), memory: z.number(), os: z.string() }),
  adapter: z.nullable(z.string()),
  versions: z.object({ bullwhip: z.string(), deno: z.string(), v8: z.string() }),
  results: z.array(z.object({
    name: z.string(),
    unit: z.string(),
    value: z.number().positive(),
    deviation: z.number().nonnegative(),
  })),
});

/** What an earlier `deno task bench --json` printed, as far as a comparison needs it. */
export type Earlier = z.infer<typeof earlierSchema>;

export interface Ratio {
  name: string;
  /** The value now over the value then: above 1 is faster. */
  ratio: number;
  /** Of the ratio, from the median absolute deviations of the runs on both sides, which are independent. */
  spread: number;
}

export interface Comparison {
  /** What keeps the ratios from being about the program alone; none where all is the same. */
  remarks: string[];
  ratios: Ratio[];
  /** Cases that only one side has. */
  onlyNow: string[];
  onlyThen: string[];
}

/** @throws InputError where the file cannot be read, or is no output of `deno task bench --json` */
export async function readEarlier(path: string): Promise<Earlier> {
  const parsed = earlierSchema.safeParse(await readJsonFile(path));
  if (parsed.success) return parsed.data;
  const { path: at, message } = parsed.error.issues[0]!;
  throw new InputError(
    path,
    `is nothing that \`deno task bench --json\` prints (${
      at.join(".") || "it"
    }: ${message}); expected such a file`,
  );
}

/**
 * Cases are the same where name and unit are.
 *
 * @param isWanted by name: of the earlier cases those alone are missed
 */
export function compareTo(
  earlier: Earlier,
  origin: Origin,
  results: readonly Measurement[],
  isWanted: (name: string) => boolean = () => true,
): Comparison {
  const keyOf = ({ name, unit }: { name: string; unit: string }) => JSON.stringify([name, unit]);
  const then = new Map(earlier.results.map((one) => [keyOf(one), one]));
  const now = new Set(results.map(keyOf));
  return {
    remarks: differences(earlier, origin),
    ratios: results.flatMap((one) => {
      const before = then.get(keyOf(one));
      return before === undefined ? [] : [ratioOf(one, before)];
    }),
    onlyNow: results.filter((one) => !then.has(keyOf(one))).map(({ name }) => name),
    onlyThen: earlier.results.filter((one) => isWanted(one.name) && !now.has(keyOf(one)))
      .map(({ name }) => name),
  };
}

function ratioOf(now: Measurement, then: Earlier["results"][number]): Ratio {
  const ratio = now.value / then.value;
  const spread = ratio * Math.hypot(now.deviation, then.deviation) / 100;
  return { name: now.name, ratio, spread };
}

/** `another machine: cores 2, then 8`, and so on. */
function differences(then: Earlier, now: Origin): string[] {
  const between = (
    what: string,
    a: Readonly<Record<string, unknown>>,
    b: Readonly<Record<string, unknown>>,
  ) => {
    const changed = Object.keys(a).filter((key) => a[key] !== b[key]);
    return changed.length === 0
      ? []
      : [`${what}: ${changed.map((key) => `${key} ${a[key]}, then ${b[key]}`).join("; ")}`];
  };
  const adapters = (name: string | null) => ({ "WebGPU on": name ?? "nothing" });
  return [
    ...between("another machine", { ...now.machine }, then.machine),
    ...between("another adapter", adapters(now.adapter), adapters(then.adapter)),
    // Another version of Bullwhip is what ratios are for.
    ...between("other versions", { ...now.versions, bullwhip: then.versions["bullwhip"] }, then.versions),
  ];
}
