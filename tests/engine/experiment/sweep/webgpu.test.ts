import { afterAll, beforeAll, expect, test } from "vitest";
import { readSweep } from "../../../../engine/experiment/sweep/read_sweep.ts";
import { openTestGpu } from "../../../setup/devices.ts";
import { TINY } from "../../../setup/runs.ts";
import { MIXED, SHORT, sweepIn } from "../../../setup/sweeps.ts";

let folder: string;
beforeAll(async () => {
  (await openTestGpu()).close();
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

test("a sweep's trainings run on a GPU, and everything else beside them", async () => {
  const { outcome, news } = await sweepIn(folder, {
    networks: SHORT,
    methods: "mappo",
    hyperparameters: { ...TINY, iterations: 2 },
    policies: MIXED.policies,
    seeds: [0, 1],
    evaluation: { episodes: 10 },
  }, { device: "webgpu", jobs: 1 });
  expect(outcome).toMatchObject({ total: 6, done: 6, failed: [], stopped: false });
  expect(outcome.busyShare).toBeUndefined();
  expect(news.at(-1)!.share).toBeCloseTo(1, 12);
  const { results, curves } = await readSweep(folder);
  expect(results.map(({ kind, seed, device }) => [kind, seed, device])).toEqual([
    ...[["train", 0, "webgpu"], ["train", 1, "webgpu"]],
    ...[0, 1, 0, 1].map((seed) => ["simulate", seed, "wasm"]),
  ]);
  expect(curves.map(({ seed, iteration }) => [seed, iteration])).toEqual([[0, 1], [0, 2], [1, 1], [1, 2]]);
  // A driver in software compiles the kernels for half a minute and more where other work is under way.
}, 400_000);
