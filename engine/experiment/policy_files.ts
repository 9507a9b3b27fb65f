/** Policies from JSON, trained ones among them. */

import { InputError } from "../errors.ts";
import type { Network } from "../network/mod.ts";
import { learnedController } from "../learning/mod.ts";
import { parsePolicy, type Policy } from "../policies/mod.ts";
import type { Controller } from "../simulation/mod.ts";
import { loadRuns } from "./load_run.ts";

/**
 * What a policy's JSON form stands for: parameters, or the actors of a run.
 *
 * @param value as `parsePolicy` takes it, or `{"kind": "learned", "run": FOLDER}`
 * @param where what messages call it
 * @throws InputError as `parsePolicy` and `loadRun`, and where a folder holds several runs
 */
export async function loadPolicy(
  value: unknown,
  network: Network,
  where = "policy",
): Promise<Policy | Controller> {
  const run = runOf(value, where);
  if (run === undefined) return parsePolicy(value, network, where);
  const [first, ...others] = await loadRuns(run);
  if (others.length > 0) {
    throw new InputError(
      where,
      `${run} holds ${others.length + 1} runs; expected one, such as ${first!.path}`,
    );
  }
  return learnedController(first!.policy, network);
}

/** The folder that a learned policy names; undefined for a policy of another kind. */
function runOf(value: unknown, where: string): string | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "learned") {
    return undefined;
  }
  const others = Object.keys(value).filter((key) => key !== "kind" && key !== "run");
  const run = "run" in value ? value.run : undefined;
  if (others.length === 0 && typeof run === "string" && run !== "") return run;
  throw new InputError(where, `expected {"kind":"learned","run":FOLDER}, got ${shown(value)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
