/** A sweep file -> its trials, with everything in them looked up and checked. */

import { InputError } from "../../errors.ts";
import {
  findMethod,
  findPreset,
  type HyperparameterName,
  HYPERPARAMETERS,
  presetValues,
  requireTrainable,
  resolveHyperparameters,
} from "../../learning/mod.ts";
import { type Network, parseNetwork } from "../../network/mod.ts";
import { planningMethods, resolveSearchOptions } from "../../planning/mod.ts";
import { parsePolicy, type PolicyInput, type PolicyKind } from "../../policies/mod.ts";
import { findScenario, loadNetwork } from "../../scenarios/registry.ts";
import { resolveSimulateOptions } from "../../simulation/mod.ts";
import { changedNetwork } from "../changed_network.ts";
import { axisOf, combinations, product, seedList } from "./grid.ts";
import {
  besideSweep,
  type NetworkEntry,
  type PlannerEntry,
  type SweepBlock,
  type SweepFile,
} from "./sweep_file.ts";
import { type SweepEvaluation, type Trial, trialId, type TrialWork } from "./trial.ts";

/** Everything that a sweep does. */
export interface SweepPlan {
  readonly name: string;
  readonly evaluation: SweepEvaluation;
  /** By label. */
  readonly networks: Readonly<Record<string, Network>>;
  /** In the order of the file: block, network, work, seed. No work stands in it twice. */
  readonly trials: readonly Trial[];
}

const EPISODES = 1000;
const MOST_TRIALS = 1_000_000;

/** @throws InputError, one line with the file and where in it, for the first thing that cannot be done */
export async function expandSweep(file: SweepFile): Promise<SweepPlan> {
  const { episodes = EPISODES, seed = 0, changes = [], ...limits } = file.evaluation;
  const evaluation = { episodes, seed, changes, ...limits } as SweepEvaluation;
  const networks = new Map<string, Network>();
  const trials = new Map<string, Trial>();
  for (const [k, block] of file.blocks.entries()) {
    const where = file.blocks.length > 1 ? `${file.path}: blocks.${k}` : file.path;
    const seeds = within(`${where}: seeds`, () => seedList(block.seeds ?? 0));
    for (const entry of block.networks!) {
      const [label, network] = await networkOf(entry, file.path, where);
      const known = networks.get(label);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(network)) {
        throw new InputError(where, `two networks are called ${label}; give one a "name" of its own`);
      }
      networks.set(label, network);
      if (known === undefined) checkEvaluation(network, evaluation, `${file.path}: evaluation`);
      const works = workOf(block, network, where);
      if (trials.size + works.length * seeds.length > MOST_TRIALS) {
        throw new InputError(where, `makes more than ${MOST_TRIALS} trials; expected a smaller grid`);
      }
      for (const work of works) {
        for (const one of seeds) {
          const id = trialId(label, network, one, work);
          if (!trials.has(id)) trials.set(id, { id, network: label, seed: one, work });
        }
      }
    }
  }
  return {
    name: file.name,
    evaluation,
    networks: Object.fromEntries(networks),
    trials: [...trials.values()],
  };
}

async function networkOf(entry: NetworkEntry, path: string, where: string): Promise<[string, Network]> {
  try {
    if (typeof entry === "string") {
      const network = await load(entry, path);
      return [network.name, network];
    }
    if ("nodes" in entry) {
      const network = await parseNetwork(entry, { where: "networks" });
      return [network.name, network];
    }
    const { network: name, options = {}, set = [] } = entry as Exclude<
      NetworkEntry,
      string | { nodes: unknown }
    >;
    const base = await load(name, path, options);
    const network = set.length === 0 ? base : changedNetwork(base, set, "set");
    return [entry.name as string | undefined ?? [base.name, ...set].join(" "), network];
  } catch (error) {
    throw prefixed(`${where}: networks`, error);
  }
}

async function load(name: string, path: string, options = {}): Promise<Network> {
  const isFile = findScenario(name) === undefined && /\.json$|[/\\]/i.test(name);
  return await loadNetwork(isFile ? besideSweep(path, name) : name, options);
}

function checkEvaluation(network: Network, evaluation: SweepEvaluation, where: string): void {
  within(where, () => {
    resolveSimulateOptions(network, evaluation);
    for (const settings of evaluation.changes) changedNetwork(network, settings, "changes");
  });
}

/** In the order of the keys `methods`, `planners`, `policies`. */
function workOf(block: SweepBlock, network: Network, where: string): TrialWork[] {
  return [
    ...(block.methods ?? []).flatMap((name) => trainings(block, name, network, where)),
    ...(block.planners ?? []).map((entry) => within(`${where}: planners`, () => planning(entry, network))),
    ...(block.policies ?? []).flatMap(combinations).map((policy): TrialWork => ({
      kind: "simulate",
      policy: within(`${where}: policies`, () => {
        parsePolicy(policy, network, JSON.stringify(policy));
        return policy as PolicyInput;
      }),
    })),
  ];
}

function trainings(block: SweepBlock, name: string, network: Network, where: string): TrialWork[] {
  const method = within(`${where}: methods`, () => findMethod(name));
  return (block.preset ?? ["fast"]).flatMap((presetName) => {
    const preset = within(`${where}: preset`, () => findPreset(presetName));
    return hyperparameterGrid(block.hyperparameters ?? {}, where).map((given): TrialWork =>
      within(`${where}: hyperparameters`, () => {
        const hyperparameters = resolveHyperparameters(given, presetValues(preset.name));
        requireTrainable(network, method, hyperparameters);
        return { kind: "train", method: method.name, preset: preset.name, hyperparameters };
      })
    );
  });
}

/** A flat list of layer widths is a value; a list of such lists is an axis. */
function hyperparameterGrid(
  given: Readonly<Record<string, unknown>>,
  where: string,
): Record<string, unknown>[] {
  return product(
    Object.entries(given).map(([name, value]) => {
      if (!Object.hasOwn(HYPERPARAMETERS, name)) return [name, [value]] as const;
      const isValue = HYPERPARAMETERS[name as HyperparameterName].kind === "widths" &&
        !(Array.isArray(value) && value.some(Array.isArray));
      const axis = isValue ? undefined : within(`${where}: hyperparameters.${name}`, () => axisOf(value));
      return [name, axis ?? [value]] as const;
    }),
  );
}

function planning(entry: PlannerEntry, network: Network): TrialWork {
  const { method, ...options } = typeof entry === "string" ? { method: entry } : entry;
  if (method === "search") {
    const { policy = "base-stock", ...rest } = options;
    const checked = { policy: policy as PolicyKind, ...rest } as Parameters<typeof resolveSearchOptions>[1];
    resolveSearchOptions(network, checked);
    return { kind: "plan", planner: { method, policy, ...rest } };
  }
  const row = planningMethods.find(({ name }) => name === method);
  if (row === undefined) {
    const names = ["search", ...planningMethods.map(({ name }) => name)].join(", ");
    throw new InputError(method, `no such planning method; expected ${names}`);
  }
  const extra = Object.keys(options)[0];
  if (extra !== undefined) throw new InputError(method, `takes no ${extra}; only search does`);
  // Whether the method fits the network.
  row.plan(network);
  return { kind: "plan", planner: { method } };
}

function within<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw prefixed(where, error);
  }
}

function prefixed(where: string, error: unknown): unknown {
  if (error instanceof InputError || error instanceof RangeError) return new InputError(where, error.message);
  return error;
}
