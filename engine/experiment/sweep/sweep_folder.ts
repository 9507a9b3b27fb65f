/**
 * A sweep's folder: manifest.json (everything that its trials need), trials/ID.json (a finished or failed trial),
 * runs/ID/ (a training's run), results.parquet, evaluations.parquet, curves.parquet.
 *
 * A process may be killed at any moment, and several may work on one folder: manifest.json is replaced whole by the one
 * that holds the lock, a trial's result appears whole, and a trial that is done twice has the same result twice.
 */

import { join } from "node:path";
import * as z from "zod";
import { InputError, RunError } from "../../errors.ts";
import { writeWhole } from "../../files/atomic.ts";
import { readJsonFile } from "../../files/json.ts";
import { type Network, parseNetworkSync } from "../../network/mod.ts";
import { VERSION } from "../../version.ts";
import { fingerprint } from "../config.ts";
import type { SweepPlan } from "./expand.ts";
import type { SweepEvaluation, Trial } from "./trial.ts";
import { readTrialResult, type TrialResult } from "./trial_result.ts";

const MANIFEST = "manifest.json";
const LOCK = ".lock";
const TRIALS = "trials";
const RUNS = "runs";

/** Files of the tables in a sweep's folder. */
export const TABLES = {
  results: "results.parquet",
  evaluations: "evaluations.parquet",
  curves: "curves.parquet",
} as const;
const TABLE_FILES: readonly string[] = Object.values(TABLES);

/** What a kill in the midst of `writeWhole` leaves behind. */
const LEFTOVER = /^\..*\.\d+-\d+\.partial$/;

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  evaluation: z.unknown(),
  networks: z.record(z.string(), z.unknown()),
  trials: z.array(z.object({ id: z.string(), network: z.string(), seed: z.number(), work: z.unknown() })),
});

export class SweepFolder {
  readonly path: string;
  readonly plan: SweepPlan;
  /** Its `evaluationName`. */
  readonly evaluation: string;
  #lock: Deno.FsFile | undefined;

  private constructor(path: string, plan: SweepPlan) {
    this.path = path;
    this.plan = plan;
    this.evaluation = SweepFolder.evaluationName(plan);
  }

  /** What results say of the evaluation that made them. */
  static evaluationName({ evaluation }: SweepPlan): string {
    return fingerprint(evaluation);
  }

  /**
   * The folder that `prepare` would make or go on with, to look at: nothing is written.
   *
   * @throws InputError where the folder holds another sweep or something else
   */
  static async peek(path: string, plan: SweepPlan): Promise<SweepFolder> {
    const file = join(path, MANIFEST);
    if (await exists(file)) {
      const { name } = await readManifest(file);
      if (name !== plan.name) {
        throw new InputError(path, `holds the sweep ${name}, not ${plan.name}; expected another folder`);
      }
    } else if (!await isNew(path)) {
      throw new InputError(path, `holds files and no ${MANIFEST}; expected a sweep's folder or a new one`);
    }
    return new SweepFolder(path, plan);
  }

  /**
   * The folder of a sweep, made where there is none; it is this process's until `close`. Trials of an earlier plan that
   * are still in this one keep their results.
   *
   * @throws InputError as `peek`
   * @throws RunError where a sweep is under way in it, or the disk refuses
   */
  static async prepare(path: string, plan: SweepPlan): Promise<SweepFolder> {
    const folder = await SweepFolder.peek(path, plan);
    try {
      await Deno.mkdir(folder.trialsPath, { recursive: true });
      await Deno.mkdir(folder.runsPath, { recursive: true });
    } catch (error) {
      throw new RunError(
        `${path}: cannot be made (${error instanceof Error ? error.message : String(error)})`,
      );
    }
    await folder.#takeLock();
    try {
      await folder.#removeLeftovers();
      const { name, evaluation, networks, trials } = plan;
      const manifest = { name, version: VERSION, evaluation, networks, trials };
      await writeWhole(join(path, MANIFEST), `${JSON.stringify(manifest)}\n`);
    } catch (error) {
      folder.close();
      throw error;
    }
    return folder;
  }

  /** To look at, or to work for whoever prepared it. @throws InputError where it is no sweep's folder */
  static async open(path: string): Promise<SweepFolder> {
    const file = join(path, MANIFEST);
    if (!await exists(file)) {
      throw new InputError(
        path,
        `holds no ${MANIFEST}; expected a folder that \`deno task sweep\` has prepared`,
      );
    }
    const { name, evaluation, networks, trials } = await readManifest(file);
    return new SweepFolder(path, {
      name,
      evaluation: evaluation as SweepEvaluation,
      networks: Object.fromEntries(
        Object.entries(networks).map(([label, network]) => [
          label,
          parseNetworkSync(network, { where: `${file}: networks.${label}` }),
        ]),
      ),
      trials: trials as unknown as Trial[],
    });
  }

  get trialsPath(): string {
    return join(this.path, TRIALS);
  }

  get runsPath(): string {
    return join(this.path, RUNS);
  }

  /** The folder of a training's run. */
  runPath(trial: Trial): string {
    return join(this.runsPath, trial.id);
  }

  networkOf(trial: Trial): Network {
    return this.plan.networks[trial.network]!;
  }

  /**
   * Results by id of all trials that have one.
   *
   * @param trials default: those of the plan
   * @throws InputError for a damaged file
   */
  async results(trials: readonly Trial[] = this.plan.trials): Promise<Map<string, TrialResult>> {
    const wanted = new Set(trials.map(({ id }) => id));
    const found: string[] = [];
    if (await exists(this.trialsPath)) {
      for await (const { name } of Deno.readDir(this.trialsPath)) {
        const id = name.endsWith(".json") ? name.slice(0, -".json".length) : "";
        if (wanted.has(id)) found.push(id);
      }
    }
    const results = new Map<string, TrialResult>();
    for (let first = 0; first < found.length; first += READ_AT_ONCE) {
      const some = found.slice(first, first + READ_AT_ONCE);
      const read = await Promise.all(some.map((id) => readTrialResult(join(this.trialsPath, `${id}.json`))));
      read.forEach((result, k) => results.set(some[k]!, result));
    }
    return results;
  }

  /** Whether nothing of the trial is left to do. */
  isFinished(result: TrialResult | undefined): boolean {
    return result?.status === "done" && result.evaluation === this.evaluation;
  }

  close(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }

  /** The lock ends with the process, however it ends. */
  async #takeLock(): Promise<void> {
    const lock = await Deno.open(join(this.path, LOCK), { write: true, create: true }).catch((error) => {
      throw new RunError(`${this.path}: cannot be written (${error.message})`);
    });
    // A file system that knows no locks is no reason not to go on.
    if (await lock.tryLock(true).catch(() => true)) {
      this.#lock = lock;
      return;
    }
    lock.close();
    throw new RunError(`${this.path}: a sweep is under way in it; wait for its end, or stop it`);
  }

  /** What a kill in the midst of a write leaves behind; workers elsewhere may be in the midst of theirs. */
  async #removeLeftovers(): Promise<void> {
    for (const folder of [this.path, this.trialsPath]) {
      for await (const { name } of Deno.readDir(folder)) {
        if (!LEFTOVER.test(name)) continue;
        const path = join(folder, name);
        const { mtime } = await Deno.stat(path).catch(() => ({ mtime: null }));
        if (mtime !== null && Date.now() - mtime.getTime() > LONG_WRITE) {
          await Deno.remove(path).catch(() => {});
        }
      }
    }
  }
}

const READ_AT_ONCE = 256;

/** Milliseconds that no write takes, whatever the clocks of two machines say. */
const LONG_WRITE = 600_000;

async function readManifest(file: string): Promise<z.output<typeof manifestSchema>> {
  const parsed = manifestSchema.safeParse(await readJsonFile(file));
  if (parsed.success) return parsed.data;
  throw new InputError(
    file,
    `is no sweep's manifest: ${parsed.error.issues[0]!.path.join(".") || "it"} is wrong`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/**
 * Whether there is nothing yet, or only what a sweep leaves that is killed before its manifest is written, or the tables
 * alone, which are what is kept of a sweep that others are to make again.
 *
 * @throws InputError where the path is no folder's
 */
async function isNew(path: string): Promise<boolean> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      const isOwn = name === LOCK || LEFTOVER.test(name) || TABLE_FILES.includes(name) ||
        (isDirectory && (name === TRIALS || name === RUNS) && await isEmpty(join(path, name)));
      if (!isOwn) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    const reason = error instanceof Deno.errors.NotADirectory
      ? "is a file, or lies under one"
      : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new InputError(path, `${reason}; expected a folder's path`);
  }
}

async function isEmpty(path: string): Promise<boolean> {
  for await (const _ of Deno.readDir(path)) return false;
  return true;
}
