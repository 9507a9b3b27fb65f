/** Trains one or several seeds in one program on one device, with their folders kept up to date. */

import type { Device } from "../device/device.ts";
import { findMethod, learnedController, type TrainedPolicy, Trainer } from "../learning/mod.ts";
import { simulate } from "../simulation/mod.ts";
import type { RunConfig } from "./config.ts";
import type { MetricRow } from "./metric_rows.ts";
import type { Checkpoint, RunEvaluation, RunFolder, RunSummary } from "./run_folder.ts";

export interface Progress {
  readonly seed: number;
  /** Iterations in all. */
  readonly iterations: number;
  readonly metrics: MetricRow;
}

export interface TrainedRun {
  readonly config: RunConfig;
  readonly policy: TrainedPolicy;
  readonly summary: RunSummary;
}

export interface RunOptions {
  /** One a seed, in their order; without, nothing is written. */
  readonly folders?: readonly RunFolder[];
  /** Asked after each iteration: to write a checkpoint and stop. */
  readonly stops?: () => boolean;
}

/** Episodes of the evaluations on the way, and how many there are; the last one has more. */
const EPISODES = 200;
const EVALUATIONS = 20;
const FINAL_EPISODES = 1000;
/** Seconds between checkpoints. */
const CHECKPOINT_SECONDS = 10;

/** A run stopped before its end; its checkpoint holds what was done. */
export const STOPPED = "stopped";

/**
 * @param configs the same but for their seeds
 * @returns the trained runs, or STOPPED
 */
export async function* runSeeds(
  device: Device,
  configs: readonly RunConfig[],
  { folders, stops = () => false }: RunOptions = {},
): AsyncGenerator<Progress, TrainedRun[] | typeof STOPPED> {
  const [config] = configs as readonly [RunConfig, ...RunConfig[]];
  const { network, hyperparameters } = config;
  const { iterations } = hyperparameters;
  const trainer = await Trainer.create({
    device,
    network,
    method: findMethod(config.method),
    hyperparameters,
    seeds: configs.map(({ seed }) => seed),
  });
  try {
    const start = await resume(trainer, folders);
    const clock = new Clock(start.seconds);
    const log = new Log(configs, trainer, clock, folders);
    const save = () => saveAll(trainer, clock.seconds, folders);
    const every = Math.max(1, Math.floor(iterations / EVALUATIONS));
    let saved = clock.seconds;
    let pending: Promise<Progress[]> | undefined;
    while (trainer.iteration < iterations) {
      const { metrics } = await trainer.iterate();
      // On a GPU the next iteration is under way while the last one's metrics come back.
      if (pending !== undefined) yield* await pending;
      const last = trainer.iteration === iterations;
      const evaluates = last || trainer.iteration % every === 0;
      pending = log.add(metrics, evaluates);
      if (evaluates) {
        // It reads the weights, which the next iteration changes.
        yield* await pending;
        pending = undefined;
      }
      const stopping = !last && stops();
      if (!last && !stopping && clock.seconds - saved < CHECKPOINT_SECONDS) continue;
      if (pending !== undefined) yield* await pending;
      pending = undefined;
      await save();
      saved = clock.seconds;
      if (stopping) return STOPPED;
    }
    if (pending !== undefined) yield* await pending;
    return await finish(trainer, configs, clock, folders);
  } finally {
    for (const folder of folders ?? []) folder.close();
    trainer.close();
  }
}

/** Wall time, with that of the run before it was interrupted. */
class Clock {
  readonly #origin: number;

  constructor(before: number) {
    this.#origin = performance.now() / 1000 - before;
  }

  get seconds(): number {
    return performance.now() / 1000 - this.#origin;
  }
}

/** Turns metrics into rows and writes them. */
class Log {
  #last: number;

  constructor(
    readonly configs: readonly RunConfig[],
    readonly trainer: Trainer,
    readonly clock: Clock,
    readonly folders: readonly RunFolder[] | undefined,
  ) {
    this.#last = clock.seconds;
  }

  async add(
    metrics: Awaited<ReturnType<Trainer["iterate"]>>["metrics"],
    evaluates: boolean,
  ): Promise<Progress[]> {
    const { trainer, clock } = this;
    const found = await metrics;
    const seconds = clock.seconds;
    const policies = evaluates ? await trainer.policies() : [];
    const progress: Progress[] = [];
    for (const [s, values] of found.entries()) {
      const policy = policies[s];
      const evaluation = policy === undefined ? undefined : await this.#evaluate(policy);
      const row: MetricRow = {
        ...values,
        steps: values.iteration * trainer.steps,
        seconds,
        "charts/sps": found.length * trainer.steps / (seconds - this.#last),
        ...(evaluation === undefined ? {} : { "eval/profitPerEpisode": evaluation }),
      };
      await this.folders?.[s]?.appendMetrics(row);
      const { seed, hyperparameters: { iterations } } = this.configs[s]!;
      progress.push({ seed, iterations, metrics: row });
    }
    // Evaluations are not training time.
    this.#last = clock.seconds;
    return progress;
  }

  async #evaluate(policy: TrainedPolicy): Promise<number> {
    const { network } = this.configs[0]!;
    const options = { episodes: EPISODES, phase: "reevaluate" as const, workers: 1 };
    const { profitPerEpisode } = await simulate(network, learnedController(policy, network), options);
    return profitPerEpisode.mean;
  }
}

async function resume(
  trainer: Trainer,
  folders: readonly RunFolder[] | undefined,
): Promise<{ seconds: number }> {
  const checkpoints = await Promise.all((folders ?? []).map((folder) => folder.readCheckpoint()));
  const held = checkpoints.filter((checkpoint) => checkpoint !== undefined);
  if (held.length === 0 || held.length < checkpoints.length) {
    await Promise.all((folders ?? []).map((folder) => folder.clearMetrics()));
    return { seconds: 0 };
  }
  const [{ iteration, seconds }] = held as [Checkpoint, ...Checkpoint[]];
  trainer.restore(held.map(({ snapshot }) => snapshot), iteration);
  return { seconds };
}

async function saveAll(
  trainer: Trainer,
  seconds: number,
  folders: readonly RunFolder[] | undefined,
): Promise<void> {
  if (folders === undefined) return;
  const snapshots = await trainer.snapshots();
  for (const [s, folder] of folders.entries()) {
    await folder.writeCheckpoint({ iteration: trainer.iteration, seconds, snapshot: snapshots[s]! });
  }
}

async function finish(
  trainer: Trainer,
  configs: readonly RunConfig[],
  clock: Clock,
  folders: readonly RunFolder[] | undefined,
): Promise<TrainedRun[]> {
  const policies = await trainer.policies();
  const { seconds } = clock;
  const runs: TrainedRun[] = [];
  for (const [s, config] of configs.entries()) {
    const policy = policies[s]!;
    const summary: RunSummary = {
      method: config.method,
      network: config.network.name,
      seed: config.seed,
      device: config.device,
      iterations: trainer.iteration,
      steps: trainer.iteration * trainer.steps,
      seconds,
      evaluation: await evaluation(config, policy),
    };
    await folders?.[s]?.writeSummary(summary);
    runs.push({ config, policy, summary });
  }
  return runs;
}

async function evaluation({ network }: RunConfig, policy: TrainedPolicy): Promise<RunEvaluation> {
  const options = { episodes: FINAL_EPISODES, workers: 1 };
  const result = await simulate(network, learnedController(policy, network), options);
  const { profitPerEpisode, costPerPeriod, fillRate } = result;
  return { episodes: FINAL_EPISODES, profitPerEpisode, costPerPeriod, fillRate };
}
