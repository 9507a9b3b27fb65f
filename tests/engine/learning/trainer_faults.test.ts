import { describe, expect, test } from "vitest";
import { RunError } from "../../../engine/errors.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import { iterate, tiny, trainerOf, twoShops, wordsOf } from "../../setup/training.ts";

describe("a number that is not finite", () => {
  test.each<[string, Partial<Hyperparameters>, RegExp]>([
    [
      "an advantage",
      { rewardScale: 1e37 },
      /^seed 3, iteration 1: policy_loss gave a number that is not finite; try a lower learningRate or /,
    ],
    [
      "a square",
      { rewardScale: 1e30, normalisesValues: false },
      /^seed 3, iteration 1: value_loss gave /,
    ],
    [
      "the critic's scale",
      { rewardScale: 1e30 },
      /^seed 3, iteration [12]: (policy|value)_loss gave /,
    ],
    [
      "a step",
      { learningRate: 1e9 },
      /^seed 3, iteration \d: (policy_loss|squared_norms \(the gradient of .*\)) /,
    ],
  ])("ends the training with the weights still finite: %s", async (_, changes, message) => {
    const training = await trainerOf(twoShops(), "mappo", tiny({ valueLoss: "plain", ...changes }));
    const { trainer, device } = training;
    const error = await iterate(trainer, 5).then(() => undefined, (error: unknown) => error);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).message).toMatch(message);
    expect((error as RunError).message).not.toContain("\n");
    expect((await device.read(trainer.model.weights)).every(Number.isFinite)).toBe(true);
    // It stays ended.
    await expect(iterate(trainer)).rejects.toThrow(RunError);
  });

  test("names the seed and the network whose gradient it was", async () => {
    const { trainer, device } = await trainerOf(twoShops(), "marl", tiny(), [5, 6]);
    await iterate(trainer);
    const { segments, words } = trainer.model;
    expect(segments.map(({ name }) => name)).toEqual(["actor 0", "actor 1", "critic"]);
    const { at, words: size } = segments[1]!;
    const spoilt = new Float32Array(size);
    // Nothing but zeros goes forward, and what comes backward is multiplied twice.
    const { layers: [, second], heads: [means] } = trainer.model.actor.spec;
    for (const layer of [second, means]) {
      if (layer?.kind === "dense") spoilt.fill(1e30, layer.at, layer.at + layer.inputs * layer.outputs);
    }
    device.write(trainer.model.weights, spoilt, words + at);
    const before = await wordsOf(device, trainer.model.weights, 2);
    await expect(iterate(trainer)).rejects.toThrow(
      /^seed 6, iteration 2: squared_norms \(the gradient of actor 1\) gave/,
    );
    const after = await wordsOf(device, trainer.model.weights, 2);
    expect(after[1]).toEqual(before[1]);
    expect(after[0]).not.toEqual(before[0]);
  });

  test("is reported to whoever asks, and to nobody else", async () => {
    const { trainer } = await trainerOf(twoShops(), "mappo", tiny({ rewardScale: 1e37 }));
    await trainer.iterate();
    // A turn of the event loop, in which a rejection that nobody has heard of would end the process.
    await new Promise((resolve) => setTimeout(resolve));
    await expect((await trainer.iterate()).metrics).rejects.toThrow(/iteration 2/);
  });
});
