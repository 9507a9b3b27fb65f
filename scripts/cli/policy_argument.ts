import {
  InputError,
  type Network,
  parseJson,
  parsePolicy,
  planningMethods,
  type Policy,
  readJsonFile,
} from "../../engine/mod.ts";

/** What plans a policy where none is given: the first that fits the network. */
export const DEFAULT_METHODS = ["decomposition-aggregation", "service-level"] as const;

export interface ChosenPolicy {
  policy: Policy;
  /** The planning method that made it; null where the user gave it. */
  plannedBy: string | null;
}

/**
 * The policy that a command line asks for.
 *
 * @param argument of `--policy`: a JSON file, or JSON; a policy is planned where there is none
 * @throws InputError where it is neither, or does not fit the network, and as the last of `DEFAULT_METHODS`
 */
export async function choosePolicy(argument: string | undefined, network: Network): Promise<ChosenPolicy> {
  if (argument === undefined) return planDefault(network);
  if (/^\s*[[{"]/.test(argument)) {
    return { policy: parsePolicy(parseJson(argument, "--policy"), network, "--policy"), plannedBy: null };
  }
  if (!/\.json$|[/\\]/i.test(argument)) {
    throw new InputError(
      "--policy",
      `expected a file ending in .json or JSON such as {"kind":"base-stock","levels":20}, got "${argument}"`,
    );
  }
  return { policy: parsePolicy(await readJsonFile(argument), network, argument), plannedBy: null };
}

function planDefault(network: Network): ChosenPolicy {
  let problem: unknown;
  for (const name of DEFAULT_METHODS) {
    const method = planningMethods.find((row) => row.name === name);
    try {
      const policy = method?.plan(network);
      if (policy !== undefined) return { policy: parsePolicy(policy, network), plannedBy: name };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problem = error;
    }
  }
  throw problem;
}
