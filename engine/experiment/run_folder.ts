/** A run's folder: config.json, metrics.csv, checkpoint.safetensors, summary.json. */

import { join } from "node:path";
import { InputError, RunError } from "../errors.ts";
import { writeWhole } from "../files/atomic.ts";
import { readJsonFile } from "../files/json.ts";
import { readSafetensors, type Tensor, writeSafetensors } from "../files/safetensors.ts";
import type { Snapshot } from "../learning/mod.ts";
import { differenceOf, parseConfig, type RunConfig } from "./config.ts";
import { METRIC_COLUMNS, type MetricRow } from "./metric_rows.ts";

const CONFIG = "config.json";
const METRICS = "metrics.csv";
const CHECKPOINT = "checkpoint.safetensors";
const SUMMARY = "summary.json";
const FORMAT = "bullwhip-checkpoint-1";

/** These hold f32 numbers; the other arrays are words of the engine's own. */
const IS_FLOAT = /^(weights|adam\.|observations\.)/;

export interface Checkpoint {
  readonly iteration: number;
  /** Seconds of work before it. */
  readonly seconds: number;
  readonly snapshot: Snapshot;
}

export interface RunSummary {
  readonly method: string;
  readonly network: string;
  readonly seed: number;
  readonly device: string;
  readonly iterations: number;
  /** Environment steps: periods of one copy of the network. */
  readonly steps: number;
  readonly seconds: number;
  readonly evaluation: RunEvaluation;
}

/** Mean actions on fresh episodes. */
export interface RunEvaluation {
  readonly episodes: number;
  readonly profitPerEpisode: { readonly mean: number; readonly stderr: number };
  readonly costPerPeriod: { readonly mean: number; readonly stderr: number };
  readonly fillRate: { readonly mean: number; readonly stderr: number };
}

export class RunFolder {
  readonly path: string;
  readonly config: RunConfig;
  #metrics: Deno.FsFile | undefined;

  private constructor(path: string, config: RunConfig) {
    this.path = path;
    this.config = config;
  }

  /**
   * A folder for a run: a new one, or that of the same run, to go on with.
   *
   * @throws InputError where the folder holds another run
   */
  static async prepare(path: string, config: RunConfig): Promise<RunFolder> {
    const file = join(path, CONFIG);
    if (await exists(file)) {
      const held = parseConfig(await readJsonFile(file), file);
      const difference = differenceOf(held, config);
      if (difference !== undefined) {
        throw new InputError(path, `holds a run with ${difference}; expected the same run or another folder`);
      }
      return new RunFolder(path, config);
    }
    for (const name of [METRICS, CHECKPOINT, SUMMARY]) {
      if (await exists(join(path, name))) {
        throw new InputError(path, `holds ${name} and no ${CONFIG}; expected a run's folder or a new one`);
      }
    }
    await writeWhole(file, `${JSON.stringify(config, null, 2)}\n`);
    return new RunFolder(path, config);
  }

  /** @throws InputError where it is no run's folder */
  static async open(path: string): Promise<RunFolder> {
    const file = join(path, CONFIG);
    return new RunFolder(path, parseConfig(await readJsonFile(file), file));
  }

  /**
   * The last checkpoint, to go on from: metrics that were written after it are cut off.
   *
   * @throws InputError where the file is cut short, damaged or of something else
   */
  async readCheckpoint(): Promise<Checkpoint | undefined> {
    const checkpoint = await this.peekCheckpoint();
    if (checkpoint !== undefined) {
      await this.#cutMetrics(checkpoint.metricsBytes, join(this.path, CHECKPOINT));
    }
    return checkpoint;
  }

  /** The last checkpoint, to look at. @throws as `readCheckpoint` */
  async peekCheckpoint(): Promise<(Checkpoint & { metricsBytes: number }) | undefined> {
    const path = join(this.path, CHECKPOINT);
    if (!await exists(path)) return undefined;
    const { tensors, metadata } = await readSafetensors(path);
    if (metadata.get("format") !== FORMAT) {
      throw new InputError(
        path,
        `is no checkpoint of this version (${FORMAT}); start the run anew in another folder`,
      );
    }
    const number = (name: string) => {
      const value = Number(metadata.get(name));
      if (!Number.isFinite(value) || value < 0) {
        throw new InputError(path, `its ${name} is no number; it is damaged`);
      }
      return value;
    };
    const snapshot = new Map([...tensors].map(([name, { data }]) => {
      const words = data.slice();
      return [name, new Float32Array(words.buffer as ArrayBuffer)] as const;
    }));
    return {
      iteration: number("iteration"),
      seconds: number("seconds"),
      metricsBytes: number("metricsBytes"),
      snapshot,
    };
  }

  async writeCheckpoint({ iteration, seconds, snapshot }: Checkpoint): Promise<void> {
    const metrics = await this.#openMetrics();
    // What the checkpoint counts on must be on the disk before it is.
    await metrics.syncData();
    const metricsBytes = await metrics.seek(0, Deno.SeekMode.End);
    const tensors = new Map([...snapshot].map(([name, words]): [string, Tensor] => [
      name,
      { shape: [words.length], data: IS_FLOAT.test(name) ? words : new Uint32Array(words.buffer) },
    ]));
    const metadata = new Map([
      ["format", FORMAT],
      ["iteration", String(iteration)],
      ["seconds", String(seconds)],
      ["metricsBytes", String(metricsBytes)],
    ]);
    await writeSafetensors(join(this.path, CHECKPOINT), { tensors, metadata });
  }

  async appendMetrics(row: MetricRow): Promise<void> {
    const file = await this.#openMetrics();
    const line = METRIC_COLUMNS.map((column) => row[column] ?? "").join(",");
    await file.write(new TextEncoder().encode(`${line}\n`));
  }

  async writeSummary(summary: RunSummary): Promise<void> {
    await writeWhole(join(this.path, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`);
  }

  async readSummary(): Promise<RunSummary | undefined> {
    const path = join(this.path, SUMMARY);
    return await exists(path) ? await readJsonFile(path) as RunSummary : undefined;
  }

  get metricsPath(): string {
    return join(this.path, METRICS);
  }

  /** Metrics of a run that starts over. */
  async clearMetrics(): Promise<void> {
    this.close();
    await writeWhole(this.metricsPath, `${METRIC_COLUMNS.join(",")}\n`);
  }

  close(): void {
    this.#metrics?.close();
    this.#metrics = undefined;
  }

  async #openMetrics(): Promise<Deno.FsFile> {
    this.#metrics ??= await Deno.open(this.metricsPath, { write: true, append: true });
    return this.#metrics;
  }

  /** What a killed run wrote after its checkpoint is done again. */
  async #cutMetrics(bytes: number, checkpoint: string): Promise<void> {
    this.close();
    const size = (await Deno.stat(this.metricsPath).catch(() => undefined))?.size ?? 0;
    if (size < bytes) {
      throw new RunError(
        `${this.metricsPath} holds ${size} bytes, ${checkpoint} counts on ${bytes}; it was cut short`,
      );
    }
    await Deno.truncate(this.metricsPath, bytes);
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
