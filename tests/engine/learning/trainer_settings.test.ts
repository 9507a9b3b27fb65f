import { describe, expect, test } from "vitest";
import * as C from "../../../kernels/control.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import { methods } from "../../../engine/learning/methods.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { iterate, tiny, trainerOf, type Training, twoShops, wordsOf } from "../../setup/training.ts";

/** A word of the first seed. */
async function controlOf({ trainer, device }: Training, word: number): Promise<number> {
  const { control, seeds } = trainer.model;
  return (await wordsOf(device, control, seeds.length))[0]![word]!;
}

describe("settings", () => {
  const steps = 2 * 3;

  test("the KL limit ends the updates of an iteration, not of the next one", async () => {
    const free = await trainerOf(twoShops(), "mappo", tiny({ learningRate: 0.03 }));
    await iterate(free.trainer, 2);
    expect(await controlOf(free, C.ADAM_STEP)).toBe(2 * steps);
    const limited = await trainerOf(twoShops(), "mappo", tiny({ learningRate: 0.03, klLimit: 1e-3 }));
    await iterate(limited.trainer);
    const first = await controlOf(limited, C.ADAM_STEP);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(steps);
    expect(await controlOf(limited, C.ACTIVE)).toBe(0);
    await iterate(limited.trainer);
    expect(await controlOf(limited, C.ADAM_STEP)).toBeGreaterThan(first);
  });

  test("the KL coefficient follows its target", async () => {
    const coefficients = async (klTarget: number) => {
      const h = tiny({ klCoefficient: 0.2, klTarget, learningRate: 0.02 });
      const { trainer } = await trainerOf(twoShops(), "mappo", h);
      const found: number[] = [];
      for (let k = 0; k < 3; k++) found.push((await iterate(trainer))[0]!["losses/klCoefficient"]);
      return found;
    };
    const expected = (factor: number) => [1, 2, 3].map((k) => Math.fround(0.2 * factor ** k));
    (await coefficients(1e-9)).forEach((value, k) => expect(value).toBeCloseTo(expected(1.5)[k]!, 6));
    (await coefficients(1e3)).forEach((value, k) => expect(value).toBeCloseTo(expected(0.5)[k]!, 6));
  });

  test("the learning rate falls linearly to its end", async () => {
    const h = tiny({ annealing: "linear", iterations: 4, finalRate: 0.25, learningRate: 0.008 });
    const { trainer } = await trainerOf(twoShops(), "mappo", h);
    for (const share of [1, 0.8125, 0.625, 0.4375, 0.25, 0.25]) {
      expect((await iterate(trainer))[0]!.learningRate).toBeCloseTo(0.008 * share, 8);
    }
  });

  test.each(methods.filter(({ trainer }) => trainer === "ppo").map(({ name }) => name))(
    "%s moves the weights of all its networks on the paper's six nodes",
    async (method) => {
      const network = await loadNetwork("kotecha-6");
      const { trainer, device } = await trainerOf(network, method, tiny());
      const before = await device.read(trainer.model.weights);
      const [metrics] = await iterate(trainer, 2);
      for (const [name, value] of Object.entries(metrics!)) expect(value, name).toSatisfy(Number.isFinite);
      const after = await device.read(trainer.model.weights);
      for (const { name, at, words } of trainer.model.segments) {
        const moved = after.subarray(at, at + words).some((value, k) => value !== before[at + k]);
        expect(moved, name).toBe(true);
      }
    },
  );

  test("observesTime adds a row a node, with the share of the episode gone", async () => {
    const plain = await trainerOf(twoShops(), "mappo", tiny());
    const timed = await trainerOf(twoShops(), "mappo", tiny({ observesTime: true, periods: 6 }));
    const { observations } = timed.trainer.env.compiled;
    expect(observations.length).toBe(plain.trainer.model.observationRows + 3);
    await iterate(timed.trainer);
    const samples = await timed.device.read(timed.device.array("samples"));
    const { layout } = timed.trainer.model;
    const row = observations.findIndex(({ feature, node }) => feature === "time" && node === 1);
    const shown = Array.from(
      { length: 6 },
      (_, t) => samples[t * 8 * layout.width + layout.observations + row]!,
    );
    // Five periods an episode, and the sixth begins the next one.
    [-1, -0.6, -0.2, 0.2, 0.6, -1].forEach((value, t) => expect(shown[t]).toBeCloseTo(value, 6));
  });

  test("endIs changes what follows an end, and nothing else in the first rollout", async () => {
    const first = async (endIs: Hyperparameters["endIs"]) => {
      const h = tiny({ endIs, periods: 7, normalisesAdvantages: false });
      const { trainer, device } = await trainerOf(twoShops(), "mappo", h);
      await iterate(trainer);
      const { layout } = trainer.model;
      const samples = await device.read(device.array("samples"));
      const row = (at: number) => Array.from({ length: 7 }, (_, t) => samples[t * 8 * layout.width + at]!);
      return { reward: row(layout.reward), value: row(layout.value), target: row(layout.target) };
    };
    const [cut, ended] = [await first("truncation"), await first("termination")];
    expect(ended.reward).toEqual(cut.reward);
    expect(ended.value).toEqual(cut.value);
    // The episode ends with period 4: nothing of its value follows.
    expect(ended.target[4]).toBeCloseTo(ended.reward[4]!, 5);
    expect(cut.target[4]).not.toBeCloseTo(cut.reward[4]!, 3);
    expect(ended.target.slice(5)).toEqual(cut.target.slice(5));
    expect(ended.target.slice(0, 4)).not.toEqual(cut.target.slice(0, 4));
  });
});
