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
   * The folder of a sweep, made where there is none; it is this process's until `close`. Trials of an earlier plan that
   * are still in this one keep their results.
   *
   * @throws InputError where the folder holds another sweep or something else
   * @throws RunError where a sweep is under way in it, or the disk refuses
   */
  static async prepare(path: string, plan: SweepPlan): Promise<SweepFolder> {
    const folder = new SweepFolder(path, plan);
    const file = join(path, MANIFEST);
    if (await exists(file)) {
      const { name } = await readManifest(file);
      if (name !== plan.name) {
        throw new InputError(path, `holds the sweep ${name}, not ${plan.name}; expected another folder`);
      }
    } else if (await exists(path) && !await isEmpty(path)) {
      throw new InputError(path, `holds files and no ${MANIFEST}; expected a sweep's folder or a new one`);
    }
    try {
      await Deno.mkdir(folder.trialsPath, { recursive: true });
      await Deno.mkdir(folder.runsPath, { recursive: true });
    } catch (error) {
      throw new RunError(
        `${path}: cannot be made (${error instanceof Error ? error.message : String(error)})`,
      );
    }
    await folder.#takeLock();
    await folder.#removeLeftovers();
    const { name, evaluation, networks, trials } = plan;
    await writeWhole(file, `${JSON.stringify({ name, version: VERSION, evaluation, networks, trials })}\n`);
    return folder;
  }

  /** To look at, or to work for whoever prepared it. @throws InputError where it is no sweep's folder */
  static async open(path: string): Promise<SweepFolder> {
    const file = join(path, MANIFEST);
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
    return join(this.path, "trials");
  }

  get runsPath(): string {
    return join(this.path, "runs");
  }

  /** The folder of a training's run. */
  runPath(trial: Trial): string {
    return join(this.runsPath, trial.id);
  }

  networkOf(trial: Trial): Network {
    return this.plan.networks[trial.network]!;
  }

  /** Results by id of all trials that have one. @throws InputError for a damaged file */
  async results(): Promise<Map<string, TrialResult>> {
    const wanted = new Set(this.plan.trials.map(({ id }) => id));
    const names: string[] = [];
    for await (const { name } of Deno.readDir(this.trialsPath)) {
      if (name.endsWith(".json") && wanted.has(name.slice(0, -".json".length))) names.push(name);
    }
    const results = new Map<string, TrialResult>();
    for (let first = 0; first < names.length; first += READ_AT_ONCE) {
      const some = names.slice(first, first + READ_AT_ONCE);
      const read = await Promise.all(some.map((name) => readTrialResult(join(this.trialsPath, name))));
      for (const result of read) results.set(result.id, result);
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
    const lock = await Deno.open(join(this.path, LOCK), { write: true, create: true });
    // A file system that knows no locks is no reason not to go on.
    if (await lock.tryLock(true).catch(() => true)) {
      this.#lock = lock;
      return;
    }
    lock.close();
    throw new RunError(`${this.path}: a sweep is under way in it; wait for its end, or stop it`);
  }

  /** What a kill in the midst of a write leaves behind. */
  async #removeLeftovers(): Promise<void> {
    for (const path of [this.path, this.trialsPath]) {
      for await (const { name } of Deno.readDir(path)) {
        if (/^\..*\.\d+-\d+\.partial$/.test(name)) await Deno.remove(join(path, name)).catch(() => {});
      }
    }
  }
}

const READ_AT_ONCE = 256;

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

async function isEmpty(path: string): Promise<boolean> {
  for await (const _ of Deno.readDir(path)) return false;
  return true;
}
