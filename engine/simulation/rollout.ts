/** Runs of one network under fixed order rules: many columns at once, sums per column. */

import { envStep as L } from "../device/kernels.ts";
import type { Network } from "../network/types.ts";
import type { Phase } from "../random/mod.ts";
import { digest } from "./digest.ts";
import { BatchEnvironment } from "./environment.ts";
import type { NodeRule } from "./order_rules.ts";

/** What all tasks of a rollout share; survives `postMessage`. */
export interface RolloutSpec {
  network: Network;
  rules: readonly NodeRule[];
  /** Columns of a task at most. */
  columns: number;
  /** Periods of an episode, the warm-up among them, and the periods that are not counted. */
  periods: number;
  warmup: number;
  seed: number;
  phase: Phase;
  /** "objective": profit only. */
  metrics: "objective" | "all";
  module?: WebAssembly.Module;
}

/** One episode a column: its replication number, and its parameters for every action row. */
export interface RolloutTask {
  /** (columns) u24 replication numbers. */
  members: Uint32Array;
  /** (action rows, columns), or (action rows) where all columns share them. */
  actions: Float32Array;
}

/** "objective": (columns), profit of all nodes over the counted periods. "all": a digest (digest.ts). */
export type RolloutResult = Float64Array<ArrayBuffer>;

/** Single-precision sums are moved to float64 before they grow long. */
export const DRAIN_PERIODS = 64;

/** Every metric row of a network of `nodes` nodes. */
export function metricRows(nodes: number): number[] {
  return Array.from({ length: nodes * L.METRIC_ROWS }, (_, row) => row);
}

/** Adds the f32 sums of the first environments to `sums`, (rows, columns), and clears all. */
export function drainMetrics(env: BatchEnvironment, sums: Float64Array, rows: readonly number[]): void {
  const { metrics } = env;
  const columns = sums.length / rows.length;
  const perBlock = env.network.nodes.length * L.METRIC_ROWS;
  rows.forEach((row, k) => {
    for (let block = 0; block * L.BLOCK_COLUMNS < columns; block++) {
      const from = (block * perBlock + row) * L.ROW_COLUMNS;
      const first = block * L.BLOCK_COLUMNS;
      const count = Math.min(L.BLOCK_COLUMNS, columns - first);
      const to = k * columns + first;
      for (let c = 0; c < count; c++) sums[to + c]! += metrics[from + c]!;
    }
  });
  metrics.fill(0);
}

export class Rollout {
  readonly #env: BatchEnvironment;
  readonly #spec: RolloutSpec;
  readonly #rows: number[];

  private constructor(env: BatchEnvironment, spec: RolloutSpec) {
    this.#env = env;
    this.#spec = spec;
    const nodes = spec.network.nodes.length;
    this.#rows = spec.metrics === "all"
      ? metricRows(nodes)
      : Array.from({ length: nodes }, (_, n) => n * L.METRIC_ROWS + L.M_PROFIT);
  }

  static async open(spec: RolloutSpec): Promise<Rollout> {
    const env = await BatchEnvironment.create(spec.network, {
      environments: spec.columns,
      seed: spec.seed,
      phase: spec.phase,
      rules: spec.rules,
      horizon: spec.periods,
      autoreset: false,
      observes: false,
      ...(spec.module === undefined ? {} : { module: spec.module }),
    });
    return new Rollout(env, spec);
  }

  run(task: RolloutTask): RolloutResult {
    const env = this.#env;
    const { periods, warmup, seed, metrics } = this.#spec;
    const columns = task.members.length;
    env.useFirst(columns);
    env.setMembers(task.members);
    this.#setActions(task, columns);
    env.clearMetrics();
    env.reset({ seed });
    env.setMetrics("none");
    env.step(warmup);
    env.setMetrics(metrics);
    const sums = new Float64Array(this.#rows.length * columns);
    for (let left = periods - warmup; left > 0; left -= DRAIN_PERIODS) {
      env.step(Math.min(left, DRAIN_PERIODS));
      drainMetrics(env, sums, this.#rows);
    }
    if (metrics === "all") return digest(env.compiled, sums, columns, periods - warmup);
    const total = new Float64Array(columns);
    for (let k = 0; k < this.#rows.length; k++) {
      for (let c = 0; c < columns; c++) total[c]! += sums[k * columns + c]!;
    }
    return total;
  }

  #setActions(task: RolloutTask, columns: number): void {
    const env = this.#env;
    const rows = env.compiled.actionRows;
    const { actions } = env;
    if (task.actions.length === rows) {
      env.fillActions(task.actions);
      return;
    }
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < columns; c++) {
        actions[env.column(rows, row, c)] = task.actions[row * columns + c]!;
      }
    }
  }
}
