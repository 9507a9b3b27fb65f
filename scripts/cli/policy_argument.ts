import {
  type Controller,
  InputError,
  loadPolicy,
  type Network,
  parseJson,
  parsePolicy,
  planningMethods,
  type Policy,
  policyToJson,
  readJsonFile,
  simulate,
} from "../../engine/mod.ts";

/** What plans a policy where none is given: of those that fit the network, the one that earns more in a short trial. */
export const DEFAULT_METHODS = ["decomposition-aggregation", "service-level"] as const;

export interface ChosenPolicy {
  policy: Policy | Controller;
  /** Its JSON form. */
  json: unknown;
  /** The planning method that made it; null where the user gave it. */
  plannedBy: string | null;
}

/**
 * The policy that a command line asks for.
 *
 * @param argument of `--policy`: a JSON file, JSON, or a run's folder; a policy is planned where there is none
 * @throws InputError where it is neither, or does not fit the network, or no `DEFAULT_METHODS` fits the network
 */
export async function choosePolicy(argument: string | undefined, network: Network): Promise<ChosenPolicy> {
  if (argument === undefined) return planDefault(network);
  if (/^\s*[[{"]/.test(argument)) {
    const json = parseJson(argument, "--policy");
    return { policy: await loadPolicy(json, network, "--policy"), json, plannedBy: null };
  }
  if (await isFolder(argument)) {
    const json = { kind: "learned", run: argument };
    return { policy: await loadPolicy(json, network, "--policy"), json, plannedBy: null };
  }
  if (!/\.json$|[/\\]/i.test(argument)) {
    throw new InputError(
      "--policy",
      `expected a file ending in .json or JSON such as {"kind":"base-stock","levels":20}, got "${argument}"`,
    );
  }
  const json = await readJsonFile(argument);
  return { policy: await loadPolicy(json, network, argument), json, plannedBy: null };
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** A few episodes tell the heuristics apart: where one fails, it fails by far. */
const TRIAL_EPISODES = 200;

async function planDefault(network: Network): Promise<ChosenPolicy> {
  let best: { policy: Policy; plannedBy: string; profit: number } | undefined;
  let problem: unknown;
  for (const name of DEFAULT_METHODS) {
    const method = planningMethods.find((row) => row.name === name)!;
    try {
      const policy = parsePolicy(method.plan(network), network);
      const trial = await simulate(network, policy, { episodes: TRIAL_EPISODES, phase: "search" });
      const profit = trial.profitPerEpisode.mean;
      if (best === undefined || profit > best.profit) best = { policy, plannedBy: name, profit };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problem = error;
    }
  }
  if (best === undefined) throw problem;
  return { policy: best.policy, json: policyToJson(best.policy, network), plannedBy: best.plannedBy };
}
