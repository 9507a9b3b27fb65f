/** A network under a policy, many episodes at once, and what they average to. */

import { InputError } from "../errors.ts";
import { topology } from "../network/topology.ts";
import type { Network } from "../network/types.ts";
import type { Policy } from "../policies/mod.ts";
import type { Phase } from "../random/mod.ts";
import { type Controller, isPolicy, observedBy, policyController } from "./controller.ts";
import { digest, Digests, seriesCount } from "./digest.ts";
import { BatchEnvironment } from "./environment.ts";
import { openRollouts, workerCount } from "./parallel.ts";
import { DRAIN_PERIODS, drainMetrics, metricRows, type RolloutTask } from "./rollout.ts";
import { summarise, type Summary } from "./summary.ts";
import { type CompiledNetwork, compileNetwork } from "./tables.ts";

export interface SimulateOptions {
  /** Independent replications. Default: the network's `evaluation`, or 1000. */
  episodes?: number;
  /** Periods of an episode, the warm-up among them. Default: the network's `evaluation`, or its horizon. */
  periods?: number;
  /**
   * Periods at the start that are not counted. Default: the network's `evaluation` where it is shorter than the
   * episode, else 0.
   */
  warmup?: number;
  /** u32. Default 0. */
  seed?: number;
  /** Which stream of randomness. Default "simulate". */
  phase?: Phase;
  /** Threads; the results do not depend on it. Default: all cores. */
  workers?: number;
}

export interface SimulationResult extends Summary {
  scenario: string;
  policy: string;
  episodes: number;
  periods: number;
  warmup: number;
  seed: number;
}

/** Columns of a task: enough to fill the vectors, few enough to spread and to stay in a core's cache. */
const TASK_COLUMNS = 1024;
/** Below this many node-steps a worker takes longer to start than the work takes. */
const WORTH_A_WORKER = 20e6;

/** What the figures of all episodes may take, in bytes: they are kept for the standard errors. */
const MOST_BYTES = 2 ** 30;

export type ResolvedOptions = Required<Omit<SimulateOptions, "workers">>;

/** @throws InputError for counts that are not whole, a warm-up that leaves no period, a seed that is no u32 */
export function resolveSimulateOptions(network: Network, options: SimulateOptions): ResolvedOptions {
  const { evaluation } = network;
  const periods = options.periods ?? evaluation?.periods ?? network.horizon;
  const usual = evaluation?.warmup ?? 0;
  const resolved = {
    episodes: options.episodes ?? evaluation?.episodes ?? 1000,
    periods,
    warmup: options.warmup ?? (usual < periods ? usual : 0),
    seed: options.seed ?? 0,
    phase: options.phase ?? "simulate" as const,
  };
  const whole = (name: "episodes" | "periods" | "warmup" | "seed", low: number, high: number) => {
    const value = resolved[name];
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new InputError(name, `expected a whole number from ${low} to ${high}, got ${value}`);
    }
  };
  const bytes = seriesCount(topology(network).echelons.length) * Float64Array.BYTES_PER_ELEMENT;
  whole("episodes", 1, Math.min(2 ** 24, Math.floor(MOST_BYTES / bytes)));
  whole("periods", 1, 2 ** 20 - 1);
  whole("seed", 0, 2 ** 32 - 1);
  if (!Number.isInteger(resolved.warmup) || resolved.warmup < 0 || resolved.warmup >= resolved.periods) {
    throw new InputError(
      "warmup",
      `expected a whole number from 0 to ${
        resolved.periods - 1
      } (${resolved.periods} periods), got ${resolved.warmup}`,
    );
  }
  return resolved;
}

/**
 * Simulates `episodes` independent episodes and averages them.
 *
 * @throws InputError for options out of range, or a trace that ends before the episode does
 */
export async function simulate(
  given: Network,
  policy: Policy | Controller,
  options: SimulateOptions = {},
): Promise<SimulationResult> {
  const controller = isPolicy(policy) ? policyController(policy, given) : policy;
  const network = observedBy(controller, given);
  const resolved = resolveSimulateOptions(network, options);
  const { episodes, periods, warmup, seed } = resolved;
  const compiled = compileNetwork(network, {
    rules: controller.rules,
    recordsAll: false,
    observes: false,
    horizon: periods,
  });
  const digests = new Digests(network.nodes.length, compiled.shape.echelons.length, episodes);
  if (controller.fixedActions === undefined) {
    await simulateActing(compiled, controller, resolved, digests);
  } else {
    await simulateFixed(network, controller, controller.fixedActions, resolved, digests, options.workers);
  }
  return {
    scenario: network.name,
    policy: controller.name,
    episodes,
    periods,
    warmup,
    seed,
    ...summarise(compiled, digests, periods - warmup),
  };
}

async function simulateFixed(
  network: Network,
  controller: Controller,
  actions: Float32Array,
  options: ResolvedOptions,
  digests: Digests,
  wanted: number | undefined,
): Promise<void> {
  const { episodes, periods, warmup, seed, phase } = options;
  const firsts: number[] = [];
  for (let first = 0; first < episodes; first += TASK_COLUMNS) firsts.push(first);
  const small = episodes * periods * network.nodes.length < WORTH_A_WORKER;
  const workers = workerCount(firsts.length, wanted ?? (small ? 1 : undefined));
  const rollouts = await openRollouts({
    network,
    rules: controller.rules,
    columns: Math.min(TASK_COLUMNS, episodes),
    periods,
    warmup,
    seed,
    phase,
    metrics: "all",
  }, workers);
  try {
    const tasks = firsts.map((first): RolloutTask => ({
      members: Uint32Array.from(
        { length: Math.min(TASK_COLUMNS, episodes - first) },
        (_, i) => first + i,
      ),
      actions,
    }));
    const results = await rollouts.run(tasks);
    results.forEach((result, k) => digests.add(result, firsts[k]!));
  } finally {
    rollouts.close();
  }
}

/** A controller that acts on observations runs here, period by period. */
async function simulateActing(
  { network }: CompiledNetwork,
  controller: Controller,
  options: ResolvedOptions,
  digests: Digests,
): Promise<void> {
  const { episodes, periods, warmup, seed, phase } = options;
  const rows = metricRows(network.nodes.length);
  const env = await BatchEnvironment.create(network, {
    environments: Math.min(TASK_COLUMNS, episodes),
    seed,
    phase,
    rules: controller.rules,
    horizon: periods,
    autoreset: false,
  });
  for (let first = 0; first < episodes; first += TASK_COLUMNS) {
    const columns = Math.min(TASK_COLUMNS, episodes - first);
    env.useFirst(columns);
    env.setMembers(Uint32Array.from({ length: columns }, (_, i) => first + i));
    env.setMetrics("none");
    env.clearMetrics();
    env.reset({ seed });
    const wide = new Float64Array(rows.length * columns);
    for (let period = 0; period < periods; period++) {
      if (period === warmup) env.setMetrics("all");
      controller.act?.(env);
      env.step();
      if ((period + 1) % DRAIN_PERIODS === 0) drainMetrics(env, wide, rows);
    }
    drainMetrics(env, wide, rows);
    digests.add(digest(env.compiled, wide, columns, periods - warmup), first);
  }
}
