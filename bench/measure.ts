import { Bench } from "tinybench";
import { RunError } from "../engine/errors.ts";
import type { BenchCase } from "./cases/case.ts";

export interface Measurement {
  name: string;
  /** Median over the runs. */
  value: number;
  unit: string;
  /** Median absolute deviation from the median, in percent of it. */
  deviation: number;
  runs: number;
  adapter?: string;
  /** Share of the time by kernel, the largest first. */
  kernels?: Readonly<Record<string, number>>;
}

/**
 * Runs a case over and over for a given time, after a warm-up of a quarter of it. Medians, because other
 * processes make single runs slow and never fast.
 *
 * @param time milliseconds
 * @throws RunError with the case's name when the case throws
 */
export async function measure(benchCase: BenchCase, time: number): Promise<Measurement> {
  const { name, unit } = benchCase;
  const workload = await benchCase.prepare();
  const { work, run } = workload;
  const bench = new Bench({ time, iterations: 3, warmupTime: time / 4, warmupIterations: 1 });
  bench.add(name, run);
  const [task] = await bench.run();
  const { result } = task;
  if (result.state !== "completed") {
    throw new RunError(`${name}: ${result.state === "errored" ? result.error.message : result.state}`);
  }
  const { p50, mad, samplesCount } = result.latency;
  const profile = await workload.profile?.();
  workload.close?.();
  return {
    name,
    unit,
    value: work / (p50 / 1000),
    deviation: 100 * mad / p50,
    runs: samplesCount,
    ...(workload.adapter === undefined ? {} : { adapter: workload.adapter }),
    ...(profile === undefined ? {} : { kernels: sharesOf(profile) }),
  };
}

function sharesOf(profile: ReadonlyMap<string, number>): Record<string, number> {
  const total = [...profile.values()].reduce((a, b) => a + b, 0);
  return Object.fromEntries(
    [...profile].map(([name, time]) => [name, time / total] as const).sort(([, a], [, b]) => b - a),
  );
}
