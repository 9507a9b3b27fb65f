/**
 * A run's folder: config.json, metrics.csv, checkpoint.safetensors, summary.json.
 *
 * A process may be killed at any moment. config.json comes first and never changes; checkpoint.safetensors is replaced
 * whole and says how much of metrics.csv belongs to it; summary.json comes last. Whatever lies behind the checkpoint
 * is done again, with the same result.
 */

import { join } from "node:path";
import * as z from "zod";
import { BullwhipError, BusyError, InputError, RunError } from "../errors.ts";
import { writeWhole } from "../files/atomic.ts";
import { readJsonFile } from "../files/json.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { differenceOf, fingerprint, parseConfig, type RunConfig } from "./config.ts";
import { METRIC_COLUMNS, type MetricRow } from "./metric_rows.ts";

const CONFIG = "config.json";
export const METRICS = "metrics.csv";
const CHECKPOINT = "checkpoint.safetensors";
const SUMMARY = "summary.json";

const HEADER = `${METRIC_COLUMNS.join(",")}\n`;

/** What a kill in the midst of `writeWhole` leaves behind. */
const LEFTOVER = /^\.(config\.json|metrics\.csv|checkpoint\.safetensors|summary\.json)\.\d+-\d+\.partial$/;

const figure = z.object({ mean: z.number(), stderr: z.number() });
const summarySchema = z.object({
  method: z.string(),
  network: z.string(),
  seed: z.number(),
  device: z.string(),
  iterations: z.number(),
  /** Environment steps: periods of one copy of the network. */
  steps: z.number(),
  seconds: z.number(),
  /** Mean actions on fresh episodes. */
  evaluation: z.object({
    episodes: z.number(),
    profitPerEpisode: figure,
    costPerPeriod: figure,
    fillRate: figure,
  }),
});

export type RunSummary = Readonly<z.infer<typeof summarySchema>>;
export type RunEvaluation = RunSummary["evaluation"];

export class RunFolder {
  readonly path: string;
  readonly config: RunConfig;
  /** Fingerprint of the config as it is written. */
  readonly #run: string;
  #metrics: Deno.FsFile | undefined;
  #lock: Deno.FsFile | undefined;

  private constructor(path: string, config: RunConfig, written: unknown) {
    this.path = path;
    this.config = config;
    this.#run = fingerprint(written);
  }

  /**
   * A folder for a run: a new one, or that of the same run, to go on with. It is this process's until `close`.
   *
   * @throws InputError where the folder holds another run
   * @throws BusyError where a training is under way in it, RunError where the disk refuses
   */
  static async prepare(path: string, config: RunConfig): Promise<RunFolder> {
    const file = join(path, CONFIG);
    let written: unknown = config;
    if (await exists(file)) {
      written = await readJsonFile(file);
      const difference = differenceOf(parseConfig(written, file), config);
      if (difference !== undefined) {
        throw new InputError(path, `holds a run with ${difference}; expected the same run or another folder`);
      }
    } else {
      for (const name of [METRICS, CHECKPOINT, SUMMARY]) {
        if (await exists(join(path, name))) {
          throw new InputError(path, `holds ${name} and no ${CONFIG}; expected a run's folder or a new one`);
        }
      }
      await writeWhole(file, `${JSON.stringify(config, null, 2)}\n`);
    }
    const folder = new RunFolder(path, config, written);
    await folder.#takeLock(file);
    await folder.#removeLeftovers();
    return folder;
  }

  /** @throws InputError where it is no run's folder */
  static async open(path: string): Promise<RunFolder> {
    const file = join(path, CONFIG);
    const written = await readJsonFile(file);
    return new RunFolder(path, parseConfig(written, file), written);
  }

  get metricsPath(): string {
    return join(this.path, METRICS);
  }

  get checkpointPath(): string {
    return join(this.path, CHECKPOINT);
  }

  /**
   * The last checkpoint, to look at; undefined where there is none.
   *
   * @throws InputError where the file is cut short, damaged, of another run or of something else
   */
  async peekCheckpoint(): Promise<Checkpoint | undefined> {
    if (!await exists(this.checkpointPath)) return undefined;
    return await readCheckpoint(this.checkpointPath, this.#run, this.config.hyperparameters.iterations);
  }

  /**
   * The last checkpoint, to go on from: metrics that were written after it are cut off. Undefined where there is none,
   * and then the metrics are empty.
   *
   * @throws InputError as `peekCheckpoint`, and where metrics.csv does not hold what the checkpoint counts on
   */
  async readCheckpoint(): Promise<Checkpoint | undefined> {
    this.#closeMetrics();
    const checkpoint = await this.peekCheckpoint();
    if (checkpoint === undefined) {
      await this.#remove(SUMMARY);
      await writeWhole(this.metricsPath, HEADER);
    } else await this.#cutMetrics(checkpoint);
    return checkpoint;
  }

  async writeCheckpoint(checkpoint: Omit<Checkpoint, "metricsBytes">): Promise<void> {
    const metricsBytes = await this.#writing(async () => {
      const metrics = await this.#openMetrics();
      // What the checkpoint counts on must be on the disk before it is.
      await metrics.syncData();
      return await metrics.seek(0, Deno.SeekMode.End);
    });
    await writeCheckpoint(this.checkpointPath, this.#run, { ...checkpoint, metricsBytes });
  }

  async appendMetrics(row: MetricRow): Promise<void> {
    const line = `${METRIC_COLUMNS.map((column) => row[column] ?? "").join(",")}\n`;
    const bytes = new TextEncoder().encode(line);
    await this.#writing(async () => {
      const file = await this.#openMetrics();
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
    });
  }

  async writeSummary(summary: RunSummary): Promise<void> {
    await writeWhole(join(this.path, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`);
  }

  /** Undefined where there is none that can be read: it is made again from the last checkpoint. */
  async readSummary(): Promise<RunSummary | undefined> {
    try {
      const parsed = summarySchema.safeParse(await readJsonFile(join(this.path, SUMMARY)));
      return parsed.success && parsed.data.seed === this.config.seed ? parsed.data : undefined;
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }

  close(): void {
    this.#closeMetrics();
    this.#lock?.close();
    this.#lock = undefined;
  }

  #closeMetrics(): void {
    this.#metrics?.close();
    this.#metrics = undefined;
  }

  async #openMetrics(): Promise<Deno.FsFile> {
    this.#metrics ??= await Deno.open(this.metricsPath, { write: true, append: true });
    return this.#metrics;
  }

  /** What a killed run wrote after its checkpoint is done again. */
  async #cutMetrics({ iteration, metricsBytes }: Checkpoint): Promise<void> {
    const path = this.metricsPath;
    await this.#writing(async () => {
      const bytes = await exists(path) ? await Deno.readFile(path) : new Uint8Array();
      const text = new TextDecoder().decode(bytes.subarray(0, metricsBytes));
      const whole = bytes.length >= metricsBytes && text.startsWith(HEADER) && text.endsWith("\n");
      if (!whole || text.split("\n").length !== iteration + 2) {
        throw new InputError(
          path,
          `does not hold the ${iteration} iterations that ${CHECKPOINT} counts on; ` +
            "put it back, or start the run in another folder",
        );
      }
      await Deno.truncate(path, metricsBytes);
    });
  }

  /** The lock ends with the process, however it ends. */
  async #takeLock(file: string): Promise<void> {
    // There a lock would keep readers out, too.
    if (Deno.build.os === "windows") return;
    const lock = await Deno.open(file, { read: true });
    // A file system that knows no locks is no reason not to train.
    if (await lock.tryLock(true).catch(() => true)) {
      this.#lock = lock;
      return;
    }
    lock.close();
    throw new BusyError(`${this.path}: a training is under way in it; wait for its end, or stop it`);
  }

  async #removeLeftovers(): Promise<void> {
    for await (const { name } of Deno.readDir(this.path)) {
      if (LEFTOVER.test(name)) await this.#remove(name);
    }
  }

  async #remove(name: string): Promise<void> {
    await Deno.remove(join(this.path, name)).catch(() => {});
  }

  /** What the disk refuses, in one line. */
  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof BullwhipError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new RunError(`${this.metricsPath}: cannot be written (${reason})`);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new InputError(path, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}
