/** A sweep file -> its trials, with everything in them looked up and checked. */

import { dirname } from "node:path";
import { InputError } from "../../errors.ts";
import {
  findMethod,
  findPreset,
  type HyperparameterName,
  HYPERPARAMETERS,
  type Method,
  presetValues,
  requireTrainable,
  resolveHyperparameters,
} from "../../learning/mod.ts";
import { type Network, parseNetwork } from "../../network/mod.ts";
import { planningMethods, resolveSearchOptions } from "../../planning/mod.ts";
import { parsePolicy, type PolicyInput, type PolicyKind } from "../../policies/mod.ts";
import { findScenario, loadNetwork, type ScenarioOptions } from "../../scenarios/registry.ts";
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
import { type SweepEvaluation, type Trial, trialIds, type TrialWork } from "./trial.ts";

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
    const where = file.blocks.length > 1 ? `${file.path}: blocks[${k}]` : file.path;
    const seeds = within(`${where}: seeds`, () => seedList(block.seeds ?? 0));
    for (const [n, entry] of block.networks!.entries()) {
      const at = item(`${where}: networks`, n, block.networks!);
      const [label, network] = await networkOf(entry, file.path, at);
      const known = networks.get(label);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(network)) {
        throw new InputError(at, `two networks are called ${label}; give one a "name" of its own`);
      }
      networks.set(label, network);
      if (known === undefined) checkEvaluation(network, evaluation, `${file.path}: evaluation`);
      const works = workOf(block, network, where);
      if (trials.size + works.length * seeds.length > MOST_TRIALS) {
        throw new InputError(where, `expected at most ${MOST_TRIALS} trials in all; make the grid smaller`);
      }
      for (const work of works) {
        const idOf = trialIds(label, network, work);
        for (const one of drawsNothing(work) ? seeds.slice(0, 1) : seeds) {
          const id = idOf(one);
          const same = trials.get(id)?.network ?? label;
          if (same !== label) {
            throw new InputError(at, `${label} and ${same} are one network, and their names too much alike`);
          }
          trials.set(id, { id, network: label, seed: one, work });
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

/** Its label, and what it is. */
/** Whether the work and its outcome are the same for every seed. */
function drawsNothing(work: TrialWork): boolean {
  return work.kind === "plan" && work.planner.method !== "search";
}

async function networkOf(entry: NetworkEntry, path: string, where: string): Promise<[string, Network]> {
  try {
    if (typeof entry === "string") {
      const network = await load(entry, path);
      return [network.name, network];
    }
    if ("nodes" in entry) {
      const network = await parseNetwork(entry, { where: "", baseDir: dirname(path) });
      return [network.name, network];
    }
    const { network: given, name, options = {}, set = [] } = entry;
    const base = await load(given, path, options);
    const network = set.length === 0 ? base : changedNetwork(base, set, "set");
    return [name ?? [base.name, ...set].join(" "), network];
  } catch (error) {
    throw prefixed(where, error);
  }
}

async function load(name: string, path: string, options: ScenarioOptions = {}): Promise<Network> {
  const beside = (file: string) => besideSweep(path, file);
  const isFile = findScenario(name) === undefined && /\.json$|[/\\]/i.test(name);
  const { demandData, leadTimeData } = options;
  return await loadNetwork(isFile ? beside(name) : name, {
    ...options,
    ...(demandData === undefined ? {} : { demandData: beside(demandData) }),
    ...(leadTimeData === undefined ? {} : { leadTimeData: beside(leadTimeData) }),
  });
}

function checkEvaluation(network: Network, evaluation: SweepEvaluation, where: string): void {
  within(where, () => {
    resolveSimulateOptions(network, evaluation);
    for (const settings of evaluation.changes) changedNetwork(network, settings, "changes");
  });
}

/** In the order of the keys `methods`, `planners`, `policies`. */
function workOf(block: SweepBlock, network: Network, where: string): TrialWork[] {
  const { methods = [], planners = [], policies = [] } = block;
  return [
    ...methods.flatMap((name, k) => {
      const method = named(item(`${where}: methods`, k, methods), () => findMethod(name));
      return trainings(block, method, network, where);
    }),
    ...planners.map((entry, k) =>
      within(item(`${where}: planners`, k, planners), () => planning(entry, network))
    ),
    ...policies.flatMap((entry, k) =>
      within(item(`${where}: policies`, k, policies), () =>
        combinations(entry).map((policy): TrialWork => {
          parsePolicy(policy, network, "");
          return { kind: "simulate", policy: policy as PolicyInput };
        }))
    ),
  ];
}

function trainings(block: SweepBlock, method: Method, network: Network, where: string): TrialWork[] {
  const { preset: presets = ["fast"], hyperparameters: given = {} } = block;
  return presets.flatMap((presetName, k) => {
    const preset = named(item(`${where}: preset`, k, presets), () => findPreset(presetName));
    return hyperparameterGrid(given, `${where}: hyperparameters`).map((one): TrialWork =>
      within(`${where}: hyperparameters`, () => {
        const hyperparameters = resolveHyperparameters(one, presetValues(preset.name));
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
  const axes = Object.entries(given).map(([name, value]) => {
    const kind = Object.hasOwn(HYPERPARAMETERS, name) && HYPERPARAMETERS[name as HyperparameterName].kind;
    const isValue = kind === "widths" && !(Array.isArray(value) && value.some(Array.isArray));
    return [name, isValue ? [value] : within(`${where}.${name}`, () => axisOf(value) ?? [value])] as const;
  });
  return within(where, () => product(axes));
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

/** The key of a list's item as its author finds it: one value need not stand in a list. */
function item(where: string, k: number, list: readonly unknown[]): string {
  return list.length > 1 ? `${where}[${k}]` : where;
}

function within<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw prefixed(where, error);
  }
}

/** As `within`, where the work's own messages begin with what it looks up. */
function named<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(where, error.message.slice(error.where.length + 2));
  }
}

function prefixed(where: string, error: unknown): unknown {
  if (error instanceof InputError || error instanceof RangeError) return new InputError(where, error.message);
  return error;
}
