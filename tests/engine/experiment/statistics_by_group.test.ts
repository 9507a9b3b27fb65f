import * as aq from "arquero";
import { describe, expect, test } from "vitest";
import {
  aggregates,
  intervalsBy,
  probabilityOfImprovement,
  scoresBy,
  stratifiedBootstrap,
} from "../../../engine/mod.ts";

const rows = [
  { network: "b", method: "ppo", seed: 0, profit: 4 },
  { network: "a", method: "ppo", seed: 0, profit: 10 },
  { network: "b", method: "mappo", seed: 0, profit: 7 },
  { network: "b", method: "ppo", seed: 1, profit: 1 },
  { network: "b", method: "ppo", seed: 2, profit: 2 },
  { network: "b", method: "ppo", seed: 3, profit: 100 },
  { network: "b", method: "ppo", seed: 4, profit: null },
  { network: "a", method: "mappo", seed: 0, profit: 11 },
];

describe("intervalsBy", () => {
  test("a row a group in order of appearance, with the statistic of those that have a number", () => {
    const found = intervalsBy(rows, ["network", "method"], "profit");
    expect(found.map(({ network, method, runs, estimate }) => [network, method, runs, estimate])).toEqual([
      // The middle half of 1, 2, 4, 100.
      ["b", "ppo", 4, 3],
      ["a", "ppo", 1, 10],
      ["b", "mappo", 1, 7],
      ["a", "mappo", 1, 11],
    ]);
    expect(found[0]).toMatchObject(stratifiedBootstrap([[4, 1, 2, 100]], aggregates.iqm));
    expect(found[1]).toMatchObject({ low: 10, high: 10 });
  });

  test("takes another statistic, options, and tables of arquero", () => {
    const options = { seed: 3, resamples: 50, confidence: 0.8 };
    const found = intervalsBy(aq.from(rows), ["method"], "profit", {
      statistic: aggregates.mean,
      ...options,
    });
    expect(found[0]).toEqual({
      method: "ppo",
      runs: 5,
      ...stratifiedBootstrap([[4, 10, 1, 2, 100]], aggregates.mean, options),
    });
  });

  test("keeps groups apart whose values look alike as text", () => {
    const found = intervalsBy(
      [{ noise: 1, y: 1 }, { noise: "1", y: 2 }, { noise: null, y: 3 }],
      ["noise"],
      "y",
    );
    expect(found.map(({ noise }) => noise)).toEqual([1, "1", null]);
  });

  test("names a column that is not there", () => {
    expect(() => intervalsBy(rows, ["networks"], "profit")).toThrow("networks: no row has this column");
    expect(() => intervalsBy(rows, ["network"], "profits")).toThrow("profits: no row has this column");
    expect(intervalsBy([], ["network"], "profit")).toEqual([]);
  });
});

describe("scoresBy", () => {
  const of = (method: string) => rows.filter((row) => row.method === method);

  test("the runs of each task, in the order asked for", () => {
    expect(scoresBy(of("ppo"), "network", "profit")).toEqual([[4, 1, 2, 100], [10]]);
    expect(scoresBy(of("ppo"), "network", "profit", ["a", "b"])).toEqual([[10], [4, 1, 2, 100]]);
    const tasks = ["a", "b"];
    const [x, y] = ["mappo", "ppo"].map((method) => scoresBy(of(method), "network", "profit", tasks));
    expect(probabilityOfImprovement(x!, y!).estimate).toBe((1 + 3 / 4) / 2);
  });

  test("refuses a task without runs", () => {
    expect(() => scoresBy(of("ppo"), "network", "profit", ["a", "c"])).toThrow(
      "network c: there is no run of it with a number in profit",
    );
  });
});
