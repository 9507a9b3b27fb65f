import { beforeAll, describe, expect, test } from "vitest";
import { evaluate } from "../../../engine/experiment/mod.ts";
import type { Network } from "../../../engine/network/mod.ts";
import { parsePolicy, type Policy } from "../../../engine/policies/mod.ts";
import { pairedDifference, simulate } from "../../../engine/simulation/mod.ts";
import { shortNetwork } from "../../setup/runs.ts";

const OPTIONS = { episodes: 64, seed: 3, workers: 1 };

let network: Network;
let levels: (level: number) => Policy;
beforeAll(async () => {
  network = await shortNetwork();
  levels = (level) => parsePolicy({ kind: "base-stock", levels: level }, network);
});

/** Profit of each episode under each level, as `simulate` gives it. */
async function profits(...all: number[]): Promise<Float64Array[]> {
  const results = [];
  for (const level of all) results.push(await simulate(network, levels(level), OPTIONS));
  return results.map(({ episodeProfits }) => Float64Array.from(episodeProfits));
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("policies compared", () => {
  test("one by one: the difference is paired, episode by episode", async () => {
    const [a, b] = await profits(20, 30) as [Float64Array, Float64Array];
    const [first, second] = await evaluate(network, [
      { name: "a", policies: [levels(20)] },
      { name: "b", policies: [levels(30)] },
    ], OPTIONS);
    expect(first!.difference).toEqual({ mean: 0, stderr: 0 });
    expect(second!.difference).toEqual(pairedDifference(b, a));
    expect(second!.difference.mean).toBeCloseTo(mean(b) - mean(a), 8);
    // On the same demand: far below the error of two independent means.
    const apart = Math.hypot(first!.profitPerEpisode.stderr, second!.profitPerEpisode.stderr);
    expect(second!.difference.stderr).toBeLessThan(apart / 1.5);
    expect([first!.seeds, second!.seeds]).toEqual([1, 1]);
  });

  test("with several seeds: means and errors are over seeds", async () => {
    const [a, b, c] = await profits(20, 30, 24);
    const means = [mean(b!), mean(c!)] as const;
    const [one, two] = await evaluate(network, [
      { name: "one", policies: [levels(20)] },
      { name: "two", policies: [levels(30), levels(24)] },
    ], OPTIONS);
    const middle = (means[0] + means[1]) / 2;
    // The standard error of two numbers is half of their distance.
    const spread = Math.abs(means[0] - means[1]) / 2;
    expect(two!.seeds).toBe(2);
    expect(two!.profitPerEpisode.mean).toBeCloseTo(middle, 8);
    expect(two!.profitPerEpisode.stderr).toBeCloseTo(spread, 8);
    expect(two!.difference.mean).toBeCloseTo(middle - mean(a!), 8);
    expect(two!.difference.stderr).toBeCloseTo(spread, 8);
    expect(one!.results).toHaveLength(1);
    expect(two!.results).toHaveLength(2);
  });

  test("against several seeds: their spread counts in the difference, too", async () => {
    const [a, b, c] = await profits(20, 30, 24);
    const spread = Math.abs(mean(b!) - mean(c!)) / 2;
    const [two, one, other] = await evaluate(network, [
      { name: "two", policies: [levels(30), levels(24)] },
      { name: "one", policies: [levels(20)] },
      { name: "two again", policies: [levels(24), levels(30)] },
    ], OPTIONS);
    expect(two!.difference).toEqual({ mean: 0, stderr: 0 });
    expect(one!.difference.mean).toBeCloseTo(mean(a!) - (mean(b!) + mean(c!)) / 2, 8);
    expect(one!.difference.stderr).toBeCloseTo(spread, 8);
    expect(other!.difference.mean).toBeCloseTo(0, 8);
    expect(other!.difference.stderr).toBeCloseTo(Math.SQRT2 * spread, 8);
  });
});
