import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aggregates,
  interquartileMean,
  pairedDifferences,
  performanceProfile,
  probabilityOfImprovement,
  type Scores,
  stratifiedBootstrap,
} from "../../../engine/mod.ts";

/**
 * The worked numbers come from this program (Python 3, numpy 2.4.6, scipy 1.17.1), which follows the paper's
 * definitions and draws by the addresses of the design; x, y, a, b are those below.
 *
 *   def threefry(k0, k1, c0, c1):  # word 0 of Threefry-2x32-20 (Salmon et al. 2011)
 *       M, ks = 0xffffffff, [k0, k1, 0x1bd11bda ^ k0 ^ k1]
 *       x, y = (c0 + k0) & M, (c1 + k1) & M
 *       for r in range(20):
 *           rot = [13, 15, 26, 6, 17, 29, 16, 24][r % 8]
 *           x = (x + y) & M
 *           y = (((y << rot) | (y >> (32 - rot))) & M) ^ x
 *           if r % 4 == 3:
 *               j = r // 4 + 1
 *               x, y = (x + ks[j % 3]) & M, (y + ks[(j + 1) % 3] + j) & M
 *       return x
 *   def resampled(tasks, statistic, resample, seed=7):
 *       sizes = [len(t) for t in tasks]
 *       n = np.repeat(sizes, sizes)
 *       word = lambda p: threefry(seed, 4 << 29 | 10 << 24 | statistic, resample << 8, p)
 *       picks = np.array([word(p) * int(m) >> 32 for p, m in enumerate(n)])
 *       return [np.sort(t)[i] for t, i in zip(tasks, np.split(picks, np.cumsum(sizes)[:-1]))]
 *   def interval(f, resamples=200):
 *       return np.percentile([f(r) for r in range(resamples)], [5, 95])
 *
 *   iqm = lambda s: stats.trim_mean(np.concatenate(s), 0.25)
 *   mean = lambda s: np.mean([t.mean() for t in s])
 *   median = lambda s: np.median([t.mean() for t in s])
 *   gap = lambda s, g=1.0: g - np.mean([np.minimum(t, g).mean() for t in s])
 *   above = lambda s, tau: np.mean([(t > tau).mean() for t in s])
 *   poi = lambda x, y: np.mean([stats.mannwhitneyu(p, q).statistic / (len(p) * len(q)) for p, q in zip(x, y)])
 *
 *   for f in iqm, mean, median, gap: print(f(x), interval(lambda r: f(resampled(x, 0, r))))
 *   for tau in 0.5, 0.66, 0.9, 1.3: print(above(x, tau), interval(lambda r: above(resampled(x, 1, r), tau)))
 *   print(poi(x, y), interval(lambda r: poi(resampled(x, 2, r), resampled(y, 3, r))))
 *   print((a - b).mean(), stats.sem(a - b), interval(lambda r: resampled([a - b], 4, r)[0].mean()))
 */
const x = [
  [0.52, 0.61, 0.70, 0.33, 0.95, 0.47, 0.58],
  [1.10, 0.94, 1.21, 0.88, 1.02],
  [0.20, 1.40, 0.75, 0.66, 0.81, 0.79, 0.12, 0.90],
];
const y = [
  [0.50, 0.61, 0.44, 0.39, 0.71],
  [0.97, 1.02, 0.91, 0.85, 0.99, 1.05],
  [0.30, 0.95, 0.60, 0.66, 0.70, 0.40, 0.55, 0.81],
];
const a = [11.0, 9.5, 14.2, 10.1, 12.9, 8.8];
const b = [10.2, 9.9, 12.0, 9.0, 12.5, 8.1];
const OPTIONS = { resamples: 200, confidence: 0.9, seed: 7 };

/** To the rounding of sums: the draws are the same. */
function expectFigures(got: object, worked: Record<string, number> | number[]): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(worked).sort());
  for (const [name, value] of Object.entries(worked)) {
    expect((got as Record<string, number>)[name], name).toBeCloseTo(value, 12);
  }
}

describe("against numpy and scipy", () => {
  test("interquartileMean leaves out whole values, rounded down, at either end", () => {
    // for n in range(1, 13): print(stats.trim_mean(np.arange(1, n + 1) ** 2, 0.25))
    const worked = [
      1,
      2.5,
      14 / 3,
      6.5,
      29 / 3,
      13.5,
      18,
      21.5,
      27,
      33.166666666666664,
      40,
      45.166666666666664,
    ];
    worked.forEach((value, k) => {
      const squares = Array.from({ length: k + 1 }, (_, i) => (i + 1) ** 2).reverse();
      expect(interquartileMean(squares), `of ${k + 1}`).toBeCloseTo(value, 12);
    });
  });

  test.each(
    [
      ["iqm", { estimate: 0.762, low: 0.6659, high: 0.8471 }],
      ["mean", { estimate: 0.7760119047619046, low: 0.6955059523809524, high: 0.8673005952380952 }],
      ["median", { estimate: 0.70375, low: 0.5549642857142858, high: 0.9343124999999998 }],
      ["optimalityGap", { estimate: 0.2626547619047619, low: 0.19775, high: 0.33792083333333334 }],
    ] as const,
  )("stratifiedBootstrap of %s", (name, worked) => {
    expectFigures(stratifiedBootstrap(x, aggregates[name], OPTIONS), worked);
    expect(aggregates[name](x)).toBeCloseTo(worked.estimate, 12);
  });

  test("a statistic of one's own: the optimality gap to another target", () => {
    // f = lambda s: gap(s, 0.8)
    const statistic = (scores: Scores) => aggregates.optimalityGap(scores, 0.8);
    expectFigures(stratifiedBootstrap(x, statistic, OPTIONS), {
      estimate: 0.1373809523809525,
      low: 0.08397619047619044,
      high: 0.20072916666666668,
    });
  });

  test("performanceProfile, thresholds in any order", () => {
    const { thresholds, shares, low, high } = performanceProfile(x, [1.3, 0.5, 0.66, 0.9], OPTIONS);
    expect(thresholds).toEqual([1.3, 0.5, 0.66, 0.9]);
    expectFigures(shares, [
      0.041666666666666664,
      0.8214285714285715,
      0.6369047619047619,
      0.35595238095238096,
    ]);
    expectFigures(low, [0, 0.6845238095238096, 0.5, 0.2]);
    expectFigures(high, [0.125, 0.9523809523809524, 0.7681547619047618, 0.48690476190476195]);
  });

  test("probabilityOfImprovement", () => {
    expectFigures(probabilityOfImprovement(x, y, OPTIONS), {
      estimate: 0.6098214285714286,
      low: 0.4549355158730159,
      high: 0.7589384920634921,
    });
  });

  test("pairedDifferences", () => {
    expectFigures(pairedDifferences(a, b, OPTIONS), {
      mean: 0.8,
      stderr: 0.3492849839314595,
      low: 0.2658333333333336,
      high: 1.3175,
    });
  });
});

describe("by hand", () => {
  test("aggregates of two tasks with two and three runs", () => {
    const scores = [[0, 1], [0.5, 2, 3.5]];
    // Pooled 0, 0.5, 1, 2, 3.5: one falls away at either end.
    expect(aggregates.iqm(scores)).toBeCloseTo(3.5 / 3, 15);
    expect(aggregates.mean(scores)).toBe((0.5 + 2) / 2);
    expect(aggregates.median([...scores, [9]])).toBe(2);
    // 1 - ((0 + 1) / 2 + (0.5 + 1 + 1) / 3) / 2
    expect(aggregates.optimalityGap(scores)).toBeCloseTo(1 - (1 / 2 + 2.5 / 3) / 2, 15);
  });

  test("a run equal to a threshold is not above it; tasks weigh the same whatever their runs", () => {
    const profile = performanceProfile([[1, 2], [3, 3, 3, 3]], [0, 1, 2, 3]);
    expect(profile.shares).toEqual([1, 0.75, 0.5, 0]);
  });

  test("every run better, every run worse, ties half", () => {
    expect(probabilityOfImprovement([[2, 3]], [[0, 1]])).toEqual({ estimate: 1, low: 1, high: 1 });
    expect(probabilityOfImprovement([[0, 1]], [[2, 3]])).toEqual({ estimate: 0, low: 0, high: 0 });
    expect(probabilityOfImprovement([[5, 5]], [[5]])).toEqual({ estimate: 0.5, low: 0.5, high: 0.5 });
    // Beats 1 of 2, beats 1 and ties 1: (1 + 1.5) / 4; with the second task's 0, halved.
    expect(probabilityOfImprovement([[1, 2], [0]], [[0, 2], [4]]).estimate).toBe((2.5 / 4) / 2);
  });

  test("one run a task does not vary", () => {
    expect(stratifiedBootstrap([[1], [3]], aggregates.mean)).toEqual({ estimate: 2, low: 2, high: 2 });
  });

  test("two runs of one task: the resampled mean is 0, 0.5 or 1, in the odds 1:2:1", () => {
    const figures: number[] = [];
    stratifiedBootstrap([[0, 1]], (scores) => {
      figures.push(aggregates.mean(scores));
      return figures.at(-1)!;
    }, { resamples: 4000 });
    const share = (value: number) => figures.slice(0, 4000).filter((one) => one === value).length / 4000;
    // Three standard errors: sqrt(0.25 / 4000) * 3.
    expect(Math.abs(share(0.5) - 0.5)).toBeLessThan(0.024);
    expect(Math.abs(share(0) - 0.25)).toBeLessThan(0.021);
    expect(share(0) + share(0.5) + share(1)).toBe(1);
  });

  test("a statistic that is not a number leaves no interval", () => {
    let calls = 0;
    const sometimes = () => calls++ === 5 ? NaN : 1;
    expect(stratifiedBootstrap([[1, 2]], sometimes, { resamples: 10 })).toEqual({
      estimate: 1,
      low: NaN,
      high: NaN,
    });
  });
});

const scores = fc.array(
  fc.array(fc.integer({ min: -50, max: 50 }).map((value) => value / 16), { minLength: 1, maxLength: 8 }),
  { minLength: 1, maxLength: 4 },
);
const reordered = scores.chain((given) =>
  fc.tuple(
    fc.constant(given),
    fc.tuple(...given.map((runs) => fc.shuffledSubarray(runs, { minLength: runs.length }))),
  )
);
const FEW = { resamples: 50, seed: 3 };
const checks = { seed: 20261122, numRuns: 100, endOnFailure: true };

describe("whatever the scores", () => {
  test("the order of runs changes no figure and no interval", () => {
    fc.assert(
      fc.property(reordered, ([given, other]) => {
        for (const statistic of Object.values(aggregates)) {
          const one = (tasks: Scores) => statistic(tasks);
          expect(stratifiedBootstrap(other, one, FEW)).toEqual(stratifiedBootstrap(given, one, FEW));
        }
        expect(performanceProfile(other, [-1, 0, 1], FEW)).toEqual(
          performanceProfile(given, [-1, 0, 1], FEW),
        );
        expect(probabilityOfImprovement(other, given, FEW)).toEqual(
          probabilityOfImprovement(given, given, FEW),
        );
      }),
      checks,
    );
  });

  test("X over Y and Y over X add up to 1, and X over itself is 0.5", () => {
    fc.assert(
      fc.property(scores, scores, (one, other) => {
        const tasks = Math.min(one.length, other.length);
        const [x, y] = [one.slice(0, tasks), other.slice(0, tasks)];
        const estimate = (a: Scores, b: Scores) => probabilityOfImprovement(a, b, FEW).estimate;
        expect(estimate(x, y) + estimate(y, x)).toBeCloseTo(1, 12);
        expect(estimate(x, x)).toBeCloseTo(0.5, 12);
      }),
      checks,
    );
  });

  test("intervals move and stretch with the scores, and lie within them", () => {
    fc.assert(
      fc.property(scores, (given) => {
        for (const statistic of [aggregates.iqm, aggregates.mean, aggregates.median]) {
          const { estimate, low, high } = stratifiedBootstrap(given, statistic, FEW);
          const moved = given.map((runs) => runs.map((score) => 3 * score + 10));
          expectFigures(stratifiedBootstrap(moved, statistic, FEW), {
            estimate: 3 * estimate + 10,
            low: 3 * low + 10,
            high: 3 * high + 10,
          });
          expect(low).toBeLessThanOrEqual(high);
          expect(low).toBeGreaterThanOrEqual(Math.min(...given.flat()) - 1e-12);
          expect(high).toBeLessThanOrEqual(Math.max(...given.flat()) + 1e-12);
        }
      }),
      checks,
    );
  });

  test("a profile falls from 1 below all runs to 0 at the best one, inside its band of all resamples", () => {
    fc.assert(
      fc.property(scores, (given) => {
        const runs = given.flat();
        const inner = [...new Set(runs)].sort((a, b) => a - b);
        const { shares, low, high } = performanceProfile(given, [Math.min(...runs) - 1, ...inner], FEW);
        for (const values of [shares, low, high]) {
          expect(values[0]).toBe(1);
          expect(values.at(-1)).toBe(0);
          expect(values).toEqual([...values].sort((a, b) => b - a));
        }
      }),
      checks,
    );
  });

  test("no difference between an episode and itself", () => {
    fc.assert(
      fc.property(scores.map((tasks) => tasks.flat()).filter((runs) => runs.length > 1), (runs) => {
        expect(pairedDifferences(runs, runs, FEW)).toEqual({ mean: 0, stderr: 0, low: 0, high: 0 });
        const { mean, stderr, low, high } = pairedDifferences(runs.map((value) => value + 2), runs, FEW);
        expect({ mean, stderr, low, high }).toEqual({ mean: 2, stderr: 0, low: 2, high: 2 });
      }),
      checks,
    );
  });
});

describe("the draws", () => {
  test("the same seed gives the same interval, another seed another", () => {
    const of = (seed: number) => [
      stratifiedBootstrap(x, aggregates.iqm, { seed }),
      probabilityOfImprovement(x, y, { seed }),
      pairedDifferences(a, b, { seed }),
    ];
    expect(of(1)).toEqual(of(1));
    of(1).forEach((interval, k) => expect(interval.low).not.toBe(of(2)[k]!.low));
    expect(of(0)[0]).toEqual(stratifiedBootstrap(x, aggregates.iqm));
  });

  test("more confidence is a wider interval", () => {
    const widths = [0.5, 0.8, 0.95, 0.99].map((confidence) => {
      const { low, high } = stratifiedBootstrap(x, aggregates.mean, { confidence });
      return high - low;
    });
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths[0]).toBeLessThan(widths[3]! / 2);
  });
});

describe("refuses", () => {
  const refusals: [string, () => unknown, RegExp][] = [
    ["no task", () => aggregates.iqm([]), /^scores: expected at least one task, got none$/],
    [
      "a task without runs",
      () => aggregates.mean([[1], []]),
      /^scores\[1\]: expected at least one run, got none$/,
    ],
    [
      "a score that is no number",
      () => stratifiedBootstrap([[1, 2], [3, NaN]], aggregates.median),
      /^scores\[1\]\[1\]: expected a finite number, got NaN$/,
    ],
    ["no value", () => interquartileMean([]), /^values: expected at least one number, got none$/],
    [
      "no threshold",
      () => performanceProfile(x, []),
      /^thresholds: expected at least one threshold, got none$/,
    ],
    [
      "an infinite threshold",
      () => performanceProfile(x, [0, Infinity]),
      /^thresholds\[1\]: expected a finite/,
    ],
    ["other tasks", () => probabilityOfImprovement(x, y.slice(1)), /^y: expected 3 tasks as x has, got 2$/],
    [
      "other episodes",
      () => pairedDifferences(a, [1, 2]),
      /^b: expected 6 values as a has, got 2; pairs are/,
    ],
    [
      "no resamples",
      () => stratifiedBootstrap(x, aggregates.mean, { resamples: 0 }),
      /^resamples: expected a whole number from 1 to 16777216, got 0$/,
    ],
    [
      "a confidence in percent",
      () => stratifiedBootstrap(x, aggregates.mean, { confidence: 95 }),
      /^confidence: expected a number between 0 and 1, got 95$/,
    ],
    [
      "a seed that is no u32",
      () => stratifiedBootstrap(x, aggregates.mean, { seed: -1 }),
      /^seed: -1 does not fit/,
    ],
  ];
  test.each(refusals)("%s", (_, call, message) => {
    expect(call).toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });
});
