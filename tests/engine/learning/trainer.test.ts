import { describe, expect, test } from "vitest";
import * as C from "../../../kernels/control.ts";
import { RunError } from "../../../engine/errors.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import { methods } from "../../../engine/learning/methods.ts";
import type { Snapshot, Trainer } from "../../../engine/learning/trainer.ts";
import type { Network } from "../../../engine/network/types.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { BatchEnvironment } from "../../../engine/simulation/mod.ts";
import { iterate, tiny, trainerOf, twoShops, wordsOf } from "../../setup/training.ts";

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

/** A seed's control word, of the type that it has. */
async function controlOf({ trainer, device }: Awaited<ReturnType<typeof trainerOf>>, word: number, s = 0) {
  const words = (await wordsOf(device, trainer.model.control, trainer.model.seeds.length))[s]!;
  return words[word]!;
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
    const [first, second] = [await trained(twoShops(), "mappo", tiny(), [3], 2), await trained(
      twoShops(),
      "mappo",
      tiny(),
      [3],
      2,
    )];
    expect(first).toEqual(second);
  });
});

describe("a checkpoint that does not fit", () => {
  test.each([
    ["an array is missing", (snapshot: Map<string, Float32Array<ArrayBuffer>>) => snapshot.delete("weights"), "no"],
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

describe("a number that is not finite", () => {
  test.each<[string, Partial<Hyperparameters>, RegExp]>([
    ["a reward", { rewardScale: 1e37 }, /^seed 3, iteration 1: value_loss gave a number that is not finite; try /],
    ["a step", { learningRate: 1e9 }, /^seed 3, iteration \d: (policy_loss|squared_norms \(the gradient of .*\)) /],
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
    // Weights of an infinite product: the loss of the critic is the first to notice.
    const { at, words: size } = segments[2]!;
    device.write(trainer.model.weights, new Float32Array(size).fill(3e38), words + at);
    const before = (await wordsOf(device, trainer.model.weights, 2))[1];
    await expect(iterate(trainer)).rejects.toThrow(/^seed 6, iteration 2: value_loss gave/);
    expect((await wordsOf(device, trainer.model.weights, 2))[1]).toEqual(before);
  });

  test("is reported to whoever asks, and to nobody else", async () => {
    const { trainer } = await trainerOf(twoShops(), "mappo", tiny({ rewardScale: 1e37 }));
    await trainer.iterate();
    // A turn of the event loop, in which a rejection that nobody has heard of would end the process.
    await new Promise((resolve) => setTimeout(resolve));
    await expect((await trainer.iterate()).metrics).rejects.toThrow(/iteration 2/);
  });
});

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
    const shown = Array.from({ length: 6 }, (_, t) => samples[t * 8 * layout.width + layout.observations + row]!);
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
      const row = (at: number) =>
        Array.from({ length: 7 }, (_, t) => samples[t * 8 * layout.width + at]!);
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

/** Profit of an episode when the rollout's actions are taken again in environments of their own. */
async function replayed(trainer: Trainer, samples: Float32Array, seed: number): Promise<number> {
  const { env: { compiled, environments, horizon }, model: { layout } } = trainer;
  const options = { environments, seed, phase: "train", metrics: "objective", rules: compiled.rules } as const;
  const env = await BatchEnvironment.create(compiled.network, options);
  const rows = compiled.actionRows;
  const periods = trainer.steps / environments;
  let profit = 0;
  for (let t = 0; t < periods; t++) {
    const { actions } = env;
    for (let e = 0; e < environments; e++) {
      const at = (t * environments + e) * layout.width + layout.actions;
      for (let row = 0; row < rows; row++) actions[env.column(rows, row, e)] = samples[at + row]!;
    }
    env.step();
    const { state } = env;
    for (let e = 0; e < environments; e++) {
      for (const { base } of compiled.nodeRows) {
        profit += state[env.column(compiled.stateRows, base / ROW_BYTES + PROFIT_ROW, e)]!;
      }
    }
  }
  return profit / trainer.steps * horizon;
}
