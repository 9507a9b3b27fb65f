/** One trial from its work to its result, in the thread that it is given. */

import { join } from "node:path";
import type { TaskContext } from "../../device/worker.ts";
import { learnedController } from "../../learning/mod.ts";
import type { Network } from "../../network/mod.ts";
import { planningMethods, search, type SearchOptions } from "../../planning/mod.ts";
import { parsePolicy, type Policy, policyToJson } from "../../policies/mod.ts";
import { type Controller, simulate } from "../../simulation/mod.ts";
import { VERSION } from "../../version.ts";
import { changedNetwork } from "../changed_network.ts";
import { differenceOf, type RunConfig } from "../config.ts";
import { type MetricRow, readMetrics } from "../metric_rows.ts";
import { METRICS, RunFolder } from "../run_folder.ts";
import { STOPPED } from "../run_seeds.ts";
import { examineRun, type SeedRun } from "../seed_run.ts";
import { trainSeed } from "../train_seed.ts";
import type { SweepEvaluation, Trial, TrialWork } from "./trial.ts";
import { type DoneTrial, type TrialEvaluation, trialEvaluation } from "./trial_result.ts";

/** What goes with every trial of a sweep. */
export interface TrialSettings {
  readonly evaluation: SweepEvaluation;
  /** Of the evaluation, for the result. */
  readonly evaluationName: string;
  /** Of trainings. */
  readonly device: "wasm" | "webgpu";
  readonly checkpointSeconds: number;
}

interface RunSettings extends TrialSettings {
  /** Where a training keeps its run. */
  readonly runPath: string;
  readonly module: WebAssembly.Module;
}

/** What there is to judge once the work is done. */
interface Outcome extends Pick<DoneTrial, "device" | "iterations" | "steps" | "best" | "policy"> {
  /** The policy on the network, or on a changed one. */
  on(network: Network): Policy | Controller;
  /** Of work; more than this process's where it went on with a run. */
  seconds: number;
}

/**
 * @param context hears of the share that is done, from 0 to 1
 * @returns its result, or STOPPED where it was asked to stop and has left a checkpoint
 * @throws what keeps it from having a result
 */
export async function runTrial(
  trial: Trial,
  network: Network,
  { runPath, module, ...settings }: RunSettings,
  context: TaskContext<number>,
): Promise<DoneTrial | typeof STOPPED> {
  if (context.stops()) return STOPPED;
  const { work, seed } = trial;
  const outcome = work.kind === "train"
    ? await train(trial, network, { ...settings, runPath, module }, context)
    : work.kind === "plan"
    ? await plan(work.planner, network, seed, context)
    : given(work.policy, network);
  if (outcome === STOPPED) return STOPPED;
  const { on, seconds, ...figures } = outcome;
  const started = performance.now();
  const { changes: changed, ...options } = settings.evaluation;
  const evaluations: TrialEvaluation[] = [];
  for (const changes of [[], ...changed]) {
    const judged = changes.length === 0 ? network : changedNetwork(network, changes);
    const simulated = await simulate(judged, on(judged), {
      ...options,
      ...(work.kind === "simulate" ? { seed } : {}),
      workers: 1,
    });
    evaluations.push(trialEvaluation(changes, simulated));
  }
  return {
    id: trial.id,
    status: "done",
    evaluation: settings.evaluationName,
    version: VERSION,
    ...figures,
    seconds: seconds + secondsSince(started),
    evaluations,
  };
}

/** The run that a training is. */
export function configOf({ work, seed }: Trial, network: Network, device: "wasm" | "webgpu"): RunConfig {
  const { method, preset, hyperparameters } = work as Extract<TrialWork, { kind: "train" }>;
  return { version: VERSION, network, method, preset, hyperparameters, seed, device };
}

/**
 * A training's run as it stands. One that is done may be of another device and version: it only needs to be judged.
 *
 * @throws as `examineRun`
 */
export async function examineTrial(
  trial: Trial,
  network: Network,
  device: "wasm" | "webgpu",
  path: string,
): Promise<SeedRun> {
  const config = configOf(trial, network, device);
  const held = await RunFolder.open(path).then((folder) => folder.config, () => undefined);
  const isOther = held !== undefined && (held.device !== device || held.version !== VERSION);
  if (isOther && differenceOf({ ...held, version: VERSION, device }, config) === undefined) {
    const run = await examineRun(held, path);
    if (run.result !== undefined) return run;
  }
  return await examineRun(config, path);
}

async function train(
  trial: Trial,
  network: Network,
  { device, checkpointSeconds, runPath, module }: Omit<RunSettings, "evaluation" | "evaluationName">,
  context: TaskContext<number>,
): Promise<Outcome | typeof STOPPED> {
  const { config, result } = await examineTrial(trial, network, device, runPath);
  const run = result ?? await trainSeed({ config, folder: runPath, checkpointSeconds }, module, {
    ...context,
    report: ({ iterations, metrics }) => context.report(metrics.iteration / iterations),
  });
  if (run === STOPPED) return STOPPED;
  const { summary: { iterations, steps, seconds }, policy } = run;
  return {
    on: (network) => learnedController(policy, network),
    policy: null,
    device: config.device,
    iterations,
    steps,
    seconds,
    best: bestOf(await readMetrics(join(runPath, METRICS))),
  };
}

function bestOf(rows: readonly MetricRow[]): DoneTrial["best"] {
  let best: DoneTrial["best"] = null;
  for (const { iteration, "eval/profitPerEpisode": profitPerEpisode } of rows) {
    // An evaluation that overflowed is no number.
    if (profitPerEpisode === undefined || !Number.isFinite(profitPerEpisode)) continue;
    if (best === null || profitPerEpisode > best.profitPerEpisode) best = { profitPerEpisode, iteration };
  }
  return best;
}

async function plan(
  { method, ...options }: Extract<TrialWork, { kind: "plan" }>["planner"],
  network: Network,
  seed: number,
  context: TaskContext<number>,
): Promise<Outcome | typeof STOPPED> {
  const started = performance.now();
  const policy = method === "search"
    ? await searchUnlessStopped(network, { ...options as Pick<SearchOptions, "policy">, seed }, context)
    : parsePolicy(planningMethods.find(({ name }) => name === method)!.plan(network), network);
  if (policy === STOPPED) return STOPPED;
  return {
    ...NOT_TRAINED,
    on: () => policy,
    policy: policyToJson(policy, network),
    seconds: secondsSince(started),
  };
}

/** Leaves a search, which has no checkpoints: it begins again. */
class SearchStopped extends Error {}

async function searchUnlessStopped(
  network: Network,
  options: SearchOptions,
  context: TaskContext<number>,
): Promise<Policy | typeof STOPPED> {
  try {
    const found = await search(network, {
      ...options,
      workers: 1,
      onProgress({ done, total }) {
        if (context.stops()) throw new SearchStopped();
        context.report(done / total);
      },
    });
    return found.policy;
  } catch (error) {
    if (error instanceof SearchStopped) return STOPPED;
    throw error;
  }
}

function given(policy: Extract<TrialWork, { kind: "simulate" }>["policy"], network: Network): Outcome {
  const parsed = parsePolicy(policy, network);
  return { ...NOT_TRAINED, on: () => parsed, policy, seconds: 0 };
}

const NOT_TRAINED = { device: "wasm", iterations: null, steps: null, best: null } as const;

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
