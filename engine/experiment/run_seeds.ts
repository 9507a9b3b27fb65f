/** Trains one or several seeds in one program on one device, with their folders kept up to date. */

import type { Device } from "../device/device.ts";
import { InputError, RunError } from "../errors.ts";
import { findMethod, learnedController, type TrainedPolicy, Trainer } from "../learning/mod.ts";
import { simulate } from "../simulation/mod.ts";
import type { RunConfig } from "./config.ts";
import type { MetricRow } from "./metric_rows.ts";
import type { RunEvaluation, RunFolder, RunSummary } from "./run_folder.ts";

/** An iteration of a seed. */
export interface SeedProgress {
  readonly seed: number;
  /** Iterations in all. */
  readonly iterations: number;
  readonly metrics: MetricRow;
}

export interface TrainedRun {
  readonly config: RunConfig;
  readonly policy: TrainedPolicy;
  readonly summary: RunSummary;
  /** Iterations that a checkpoint held when this training began; all of them where the run was done before. */
  readonly resumedFrom: number;
}

export interface RunOptions {
  /** One a seed, in their order; without, nothing is written. They are closed at the end. */
  readonly folders?: readonly RunFolder[];
  /** Seconds between checkpoints; 0: after every iteration. Default 10. */
  readonly checkpointSeconds?: number;
  /** Asked after each iteration: to write a checkpoint and stop. */
  readonly stops?: () => boolean;
}

export const CHECKPOINT_SECONDS = 10;

/** Episodes of the evaluations on the way, and how many there are; the last one has more. */
const EPISODES = 200;
const EVALUATIONS = 20;
const FINAL_EPISODES = 1000;

/** A run stopped before its end; its checkpoint holds what was done. */
export const STOPPED = "stopped";

/**
 * @param device closed at the end
 * @param configs the same but for their seeds; their folders' checkpoints stand at one iteration
 * @returns the trained runs, or STOPPED
 */
export async function* runSeeds(
  device: Device,
  configs: readonly RunConfig[],
  { folders = [], checkpointSeconds = CHECKPOINT_SECONDS, stops = () => false }: RunOptions = {},
): AsyncGenerator<SeedProgress, TrainedRun[] | typeof STOPPED> {
  let pending: Promise<SeedProgress[]> | undefined;
  try {
    if (stops()) return STOPPED;
    const trainer = await createTrainer(device, configs);
    const { iterations } = trainer.hyperparameters;
    const { iteration: resumedFrom, seconds } = await resume(trainer, folders);
    const clock = new Clock(seconds);
    const log = new Log(configs, trainer, clock, folders);
    const every = Math.max(1, Math.floor(iterations / EVALUATIONS));
    let saved = clock.seconds;
    while (trainer.iteration < iterations) {
      const started = clock.seconds;
      const { metrics } = await trainer.iterate();
      // A fault is met where they are awaited, which may be later than it happens.
      metrics.catch(() => {});
      // On a GPU the next iteration is under way while the last one's metrics come back.
      if (pending !== undefined) yield* await pending;
      const last = trainer.iteration === iterations;
      const evaluates = last || trainer.iteration % every === 0;
      pending = log.add(metrics, { started, evaluates });
      pending.catch(() => {});
      const stopping = !last && stops();
      const saves = last || stopping || clock.seconds - saved >= checkpointSeconds;
      // Both read what the next iteration changes.
      if (!evaluates && !saves) continue;
      yield* await pending;
      pending = undefined;
      if (!saves) continue;
      await saveAll(trainer, clock.seconds, folders);
      saved = clock.seconds;
      if (stopping) return STOPPED;
    }
    return await finish(trainer, configs, { resumedFrom, seconds: clock.seconds, folders });
  } finally {
    await pending?.catch(() => {});
    for (const folder of folders) folder.close();
    device.close();
  }
}

async function createTrainer(device: Device, configs: readonly RunConfig[]): Promise<Trainer> {
  const [{ network, method, hyperparameters }] = configs as readonly [RunConfig, ...RunConfig[]];
  const seeds = configs.map(({ seed }) => seed);
  return await Trainer.create({ device, network, method: findMethod(method), hyperparameters, seeds });
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
  /** When the metrics of the last iteration were there. */
  #arrived = 0;

  constructor(
    readonly configs: readonly RunConfig[],
    readonly trainer: Trainer,
    readonly clock: Clock,
    readonly folders: readonly RunFolder[],
  ) {}

  /** @param started when the iteration was, in the clock's seconds */
  async add(
    metrics: Awaited<ReturnType<Trainer["iterate"]>>["metrics"],
    { started, evaluates }: { started: number; evaluates: boolean },
  ): Promise<SeedProgress[]> {
    const { trainer, clock } = this;
    const found = await metrics;
    const seconds = clock.seconds;
    // On a GPU an iteration waits for the one before; evaluations and checkpoints are not training time.
    const duration = seconds - Math.max(started, this.#arrived);
    this.#arrived = seconds;
    const policies = evaluates ? await trainer.policies() : [];
    const progress: SeedProgress[] = [];
    for (const [s, values] of found.entries()) {
      const policy = policies[s];
      const evaluation = policy === undefined ? undefined : await this.#evaluate(policy);
      const row: MetricRow = {
        ...values,
        steps: values.iteration * trainer.steps,
        seconds,
        "charts/sps": trainer.steps / Math.max(duration, 1e-9),
        ...(evaluation === undefined ? {} : { "eval/profitPerEpisode": evaluation }),
      };
      await this.folders[s]?.appendMetrics(row);
      const { seed, hyperparameters: { iterations } } = this.configs[s]!;
      progress.push({ seed, iterations, metrics: row });
    }
    return progress;
  }

  async #evaluate(policy: TrainedPolicy): Promise<number> {
    const { network } = this.configs[0]!;
    const options = { episodes: EPISODES, phase: "reevaluate" as const, workers: 1 };
    const { profitPerEpisode } = await simulate(network, learnedController(policy, network), options);
    return profitPerEpisode.mean;
  }
}

/** What the folders' checkpoints hold of the training so far. */
async function resume(
  trainer: Trainer,
  folders: readonly RunFolder[],
): Promise<{ iteration: number; seconds: number }> {
  const checkpoints = await Promise.all(folders.map((folder) => folder.readCheckpoint()));
  const iteration = checkpoints[0]?.iteration;
  if (checkpoints.some((checkpoint) => checkpoint?.iteration !== iteration)) {
    throw new RangeError("checkpoints of one program stand at different iterations");
  }
  const held = checkpoints.filter((checkpoint) => checkpoint !== undefined);
  if (iteration === undefined) return { iteration: 0, seconds: 0 };
  try {
    trainer.restore(held.map(({ snapshot }) => snapshot), iteration);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw new InputError(folders.map(({ path }) => path).join(", "), error.message);
  }
  return { iteration, seconds: Math.max(...held.map(({ seconds }) => seconds)) };
}

async function saveAll(trainer: Trainer, seconds: number, folders: readonly RunFolder[]): Promise<void> {
  if (folders.length === 0) return;
  const snapshots = await trainer.snapshots();
  for (const [s, folder] of folders.entries()) {
    await folder.writeCheckpoint({ iteration: trainer.iteration, seconds, snapshot: snapshots[s]! });
  }
}

async function finish(
  trainer: Trainer,
  configs: readonly RunConfig[],
  { resumedFrom, seconds, folders }: { resumedFrom: number; seconds: number; folders: readonly RunFolder[] },
): Promise<TrainedRun[]> {
  const policies = await trainer.policies();
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
    await folders[s]?.writeSummary(summary);
    runs.push({ config, policy, summary, resumedFrom });
  }
  return runs;
}

async function evaluation({ network }: RunConfig, policy: TrainedPolicy): Promise<RunEvaluation> {
  const options = { episodes: FINAL_EPISODES, workers: 1 };
  const result = await simulate(network, learnedController(policy, network), options);
  const { profitPerEpisode, costPerPeriod, fillRate } = result;
  return { episodes: FINAL_EPISODES, profitPerEpisode, costPerPeriod, fillRate };
}
