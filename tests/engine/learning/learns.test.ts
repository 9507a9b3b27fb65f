import { expect, test } from "vitest";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import { learnedController } from "../../../engine/learning/controller.ts";
import { findMethod } from "../../../engine/learning/methods.ts";
import { Trainer } from "../../../engine/learning/trainer.ts";
import type { Network } from "../../../engine/network/types.ts";
import { simulate } from "../../../engine/simulation/mod.ts";
import { lostSalesOptimum, poissonMasses } from "../../reference/lost_sales.ts";
import { oneNode, tiny } from "../../setup/training.ts";

/** Poisson(5), holding 1, lost sale 4, lead time 1: 4.04 a period (Zipkin 2008). */
const [OPTIMUM] = lostSalesOptimum({
  demand: poissonMasses(5, 30),
  leadTime: 1,
  holdingCost: 1,
  lostSaleCost: 4,
  mostStock: 30,
  mostOrder: 20,
});

function lostSales(control: Network["control"]): Network {
  const network = oneNode({
    horizon: 50,
    nodes: [{
      id: "1",
      holdingCost: 1,
      lostSaleCost: 4,
      unmetDemand: "lost",
      initialOnHand: 10,
      maxOrder: 20,
      demand: { kind: "poisson", mean: 5 },
    }],
    observation: {
      features: ["onHand", "onOrder"],
      lags: 0,
      bounds: { onHand: [0, 20], onOrder: [0, 20] },
    },
  });
  return { ...network, control: control! };
}

const SETTINGS = tiny({
  iterations: 40,
  environments: 64,
  periods: 50,
  epochs: 6,
  minibatch: 640,
  learningRate: 3e-3,
  annealing: "linear",
  discount: 0.95,
  actorWidths: [32, 32],
  criticWidths: [32, 32],
  rewardScale: 0.2,
});

/** Cost a period of each seed's policy, once the first orders have come and gone. */
async function costsOf(trainer: Trainer, network: Network): Promise<number[]> {
  const options = { episodes: 1000, periods: 70, warmup: 20, workers: 1 };
  const costs: number[] = [];
  for (const policy of await trainer.policies()) {
    costs.push((await simulate(network, learnedController(policy, network), options)).costPerPeriod.mean);
  }
  return costs;
}

test.each<[string, string, Network["control"]]>([
  ["quantities", "ppo", { rule: "quantity", basis: "inventory-position" }],
  ["choices", "mappo", {
    rule: "choice",
    basis: "inventory-position",
    choices: Array.from({ length: 13 }, (_, k) => k),
  }],
])("the optimum of a stage with lost sales is learned: %s", async (_, method, control) => {
  const network = lostSales(control);
  const device = await WasmDevice.create();
  const options = { device, network, method: findMethod(method), hyperparameters: SETTINGS, seeds: [1, 2] };
  const trainer = await Trainer.create(options);
  const before = await costsOf(trainer, network);
  const returns: number[] = [];
  for (let k = 0; k < SETTINGS.iterations; k++) {
    const metrics = await (await trainer.iterate()).metrics;
    returns.push(metrics[0]!["charts/episodicReturn"]);
  }
  const after = await costsOf(trainer, network);
  after.forEach((cost, s) => {
    expect(before[s]).toBeGreaterThan(1.5 * OPTIMUM);
    expect(cost).toBeLessThan(1.1 * OPTIMUM);
    // Nothing is better than the optimum but chance.
    expect(cost).toBeGreaterThan(0.98 * OPTIMUM);
  });
  // What is reported on the way is that of exploring actions, over whole episodes.
  expect(returns.at(-1)! / network.horizon).toBeGreaterThan(-1.4 * OPTIMUM);
  expect(returns.at(-1)!).toBeGreaterThan(returns[0]!);
});
