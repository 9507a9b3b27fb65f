import { expect, test } from "vitest";
import { envStep as L } from "../../../engine/device/kernels.ts";
import type { Trainer } from "../../../engine/learning/trainer.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { BatchEnvironment } from "../../../engine/simulation/mod.ts";
import { iterate, tiny, trainerOf } from "../../setup/training.ts";

/** One seed's environments, in which the actions of its rollouts are taken again. */
async function replay({ env: { compiled }, model, steps }: Trainer, seed: number, environments: number) {
  const { rules, actionRows: rows, network } = compiled;
  const env = await BatchEnvironment.create(network, {
    environments,
    seed,
    phase: "train",
    metrics: "objective",
    rules,
  });
  const { width, actions } = model.layout;
  const metricRows = network.nodes.length * L.METRIC_ROWS;
  return {
    /** Profit of an environment and period in the rollout that the samples hold. */
    profitOf(samples: Float32Array): number {
      env.clearMetrics();
      for (let t = 0; t < steps / environments; t++) {
        for (let e = 0; e < environments; e++) {
          const taken = samples.subarray((t * environments + e) * width + actions);
          for (let row = 0; row < rows; row++) env.actions[env.column(rows, row, e)] = taken[row]!;
        }
        env.step();
      }
      let sum = 0;
      for (let e = 0; e < environments; e++) {
        network.nodes.forEach((_, n) => {
          sum += env.metrics[env.column(metricRows, n * L.METRIC_ROWS + L.M_PROFIT, e)]!;
        });
      }
      return sum / steps;
    },
  };
}

test("the return of an episode is what the actions of the rollout earn", async () => {
  // Rollouts that begin anywhere in an episode, and rewards that are no profits.
  const network = { ...await loadNetwork("kotecha-6"), horizon: 10 };
  const h = tiny({ periods: 7, environments: 16, rewardScale: 1e-4, learningRate: 0.02 });
  const seeds = [2, 40];
  const { trainer, device } = await trainerOf(network, "mappo", h, seeds);
  const replays = await Promise.all(seeds.map((seed) => replay(trainer, seed, h.environments)));
  for (let iteration = 1; iteration <= 3; iteration++) {
    const metrics = await iterate(trainer);
    const samples = await device.read(device.array("samples"));
    const size = samples.length / seeds.length;
    replays.forEach(({ profitOf }, s) => {
      const expected = profitOf(samples.subarray(s * size)) * network.horizon;
      expect(metrics[s]!.iteration).toBe(iteration);
      expect(metrics[s]!["charts/episodicReturn"] / expected).toBeCloseTo(1, 5);
    });
  }
});
