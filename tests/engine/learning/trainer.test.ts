import { describe, expect, test } from "vitest";
import { RunError } from "../../../engine/errors.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import type { Snapshot } from "../../../engine/learning/trainer.ts";
import type { Network } from "../../../engine/network/types.ts";
import { iterate, tiny, trainerOf, twoShops } from "../../setup/training.ts";

/** Bits of every array of a snapshot. */
function bitsOf(snapshot: Snapshot): Record<string, Uint32Array> {
  return Object.fromEntries([...snapshot].map(([name, words]) => [name, new Uint32Array(words.buffer)]));
}

/** What is left of a training after `iterations`, bit for bit: one entry a seed. */
async function trained(
  network: Network,
  method: string,
  h: Hyperparameters,
  seeds: readonly number[],
  iterations: number,
) {
  const { trainer } = await trainerOf(network, method, h, seeds);
  await iterate(trainer, iterations);
  return (await trainer.snapshots()).map(bitsOf);
}

const SETTINGS: { name: string; method: string; network: Network; changes: Partial<Hyperparameters> }[] = [
  {
    name: "shared retailers, a KL penalty, an end within every other rollout",
    method: "marl",
    network: twoShops(),
    changes: { periods: 4, klCoefficient: 0.2, klTarget: 1e-3, annealing: "linear" },
  },
  {
    name: "noise on the value, one agent sees the time, several ends in a rollout",
    method: "reg-p-gcn-mappo",
    network: twoShops({ horizon: 3 }),
    changes: { periods: 7, valueNoise: 0.5, observesTime: true },
  },
  {
    name: "choices, attention, updates that may stop",
    method: "marl-gnn",
    network: twoShops({ control: { rule: "choice", choices: [0, 3, 8] } }),
    changes: { periods: 3, klLimit: 5e-3, endIs: "termination" },
  },
];

describe("a seed's training", () => {
  test.each(SETTINGS)("has the same bits among others: $name", async ({ method, network, changes }) => {
    const h = tiny(changes);
    const [alone] = await trained(network, method, h, [3], 4);
    const among = await trained(network, method, h, [11, 3, 4], 4);
    expect(among[1]).toEqual(alone);
    expect(among[0]!.weights).not.toEqual(alone!.weights);
    expect(among[2]!.weights).not.toEqual(alone!.weights);
  });

  test.each(SETTINGS)("goes on with the same bits: $name", async ({ method, network, changes }) => {
    const h = tiny(changes);
    const seeds = [3, 8];
    const { trainer } = await trainerOf(network, method, h, seeds);
    await iterate(trainer, 3);
    const snapshots = await trainer.snapshots();
    const expected = await iterate(trainer, 3);
    const { trainer: second } = await trainerOf(network, method, h, seeds);
    // What happened before the restoration is forgotten.
    await iterate(second, 1);
    second.restore(snapshots, 3);
    expect(second.iteration).toBe(3);
    expect(await iterate(second, 3)).toEqual(expected);
    expect((await second.snapshots()).map(bitsOf)).toEqual((await trainer.snapshots()).map(bitsOf));
  });

  test("can be taken out of its company", async () => {
    const h = tiny({ periods: 4 });
    const { trainer } = await trainerOf(twoShops(), "mappo", h, [3, 8]);
    await iterate(trainer, 2);
    const [, snapshot] = await trainer.snapshots();
    await iterate(trainer, 2);
    const { trainer: alone } = await trainerOf(twoShops(), "mappo", h, [8]);
    alone.restore([snapshot!], 2);
    await iterate(alone, 2);
    expect(bitsOf((await alone.snapshots())[0]!)).toEqual(bitsOf((await trainer.snapshots())[1]!));
  });

  test("repeats itself", async () => {
    const [first, second] = [
      await trained(twoShops(), "mappo", tiny(), [3], 2),
      await trained(
        twoShops(),
        "mappo",
        tiny(),
        [3],
        2,
      ),
    ];
    expect(first).toEqual(second);
  });
});

describe("a checkpoint that does not fit", () => {
  test.each([
    [
      "an array is missing",
      (snapshot: Map<string, Float32Array<ArrayBuffer>>) => snapshot.delete("weights"),
      "no",
    ],
    [
      "an array has another size",
      (snapshot: Map<string, Float32Array<ArrayBuffer>>) => snapshot.set("weights", new Float32Array(7)),
      "7",
    ],
  ])("is refused: %s", async (_, spoil, found) => {
    const { trainer } = await trainerOf(twoShops(), "mappo", tiny());
    const snapshot = new Map((await trainer.snapshots())[0]!);
    spoil(snapshot);
    const { words } = trainer.model;
    expect(() => trainer.restore([snapshot], 1)).toThrow(
      new RunError(`the checkpoint's weights has ${found} words, expected ${words}`),
    );
  });

  test("is refused: of another number of seeds", async () => {
    const { trainer } = await trainerOf(twoShops(), "mappo", tiny(), [1, 2]);
    const [first] = await trainer.snapshots();
    expect(() => trainer.restore([first!], 1)).toThrow(RunError);
  });
});
