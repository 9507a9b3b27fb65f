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
  const { work, run } = await benchCase.prepare();
  const bench = new Bench({ time, iterations: 3, warmupTime: time / 4, warmupIterations: 1 });
  bench.add(name, run);
  const [task] = await bench.run();
  const { result } = task;
  if (result.state !== "completed") {
    throw new RunError(`${name}: ${result.state === "errored" ? result.error.message : result.state}`);
  }
  const { p50, mad, samplesCount } = result.latency;
  return { name, unit, value: work / (p50 / 1000), deviation: 100 * mad / p50, runs: samplesCount };
}
