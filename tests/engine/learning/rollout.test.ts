import { expect, test } from "vitest";
import * as C from "../../../kernels/control.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import { findMethod, type Method } from "../../../engine/learning/methods.ts";
import type { SampleLayout } from "../../../engine/learning/sample_layout.ts";
import type { Trainer } from "../../../engine/learning/trainer.ts";
import type { Network, RewardScheme } from "../../../engine/network/types.ts";
import { moments, updateScale } from "../../reference/advantage.ts";
import { ReferenceEnvironment, rowsOf } from "../../reference/environments.ts";
import { evaluateNetwork, neighboursOf } from "../../reference/network.ts";
import { factorOf, merge, type Moments, momentsOf } from "../../reference/reduce.ts";
import { type Networks, type ReferenceRollout, rollout } from "../../reference/rollout.ts";
import { expectClose } from "../../setup/devices.ts";
import { iterate, tiny, trainerOf, twoShops, type WatchedDevice } from "../../setup/training.ts";

interface Case {
  name: string;
  method: string;
  network: Network;
  changes: Partial<Hyperparameters>;
  /** What the method makes of the network's rewards. */
  scheme: RewardScheme;
  iterations: number;
}

const CASES: Case[] = [
  {
    name: "shared retailers, a value an agent, truncated within a rollout",
    method: "marl",
    network: twoShops({ horizon: 5 }),
    // Long steps, so that the second and third rollouts have other policies.
    changes: { periods: 7, learningRate: 0.05, annealing: "none" },
    scheme: "retailers-own",
    iterations: 3,
  },
  {
    name: "the central agent, deviations by state, ends that are terminations, nothing normalised",
    method: "ppo",
    // A single value is of a single reward, whatever the network says.
    network: twoShops({
      horizon: 3,
      control: { rule: "quantity" },
      reward: { scheme: "own", scale: 1 },
    }),
    changes: {
      periods: 4,
      endIs: "termination",
      deviation: "state",
      actionSquash: "tanh",
      actorActivation: "relu",
      normalisesObservations: false,
      normalisesValues: false,
      normalisesAdvantages: false,
      learningRate: 0.02,
    },
    scheme: "total",
    iterations: 2,
  },
  {
    name: "choices, the time, several ends in a rollout",
    method: "mappo",
    network: twoShops({
      horizon: 3,
      control: { rule: "choice", choices: [0, 2.5, 5, 9] },
      reward: { scheme: "team-mean", scale: 7 },
    }),
    changes: { periods: 8, observesTime: true, minibatch: 64, learningRate: 0.05 },
    scheme: "team-mean",
    iterations: 3,
  },
  {
    name: "demand plus a number, a graph, noise on the value, more than one block",
    method: "reg-p-gcn-mappo",
    network: twoShops({ horizon: 2, control: { rule: "demand-plus", bounds: [-2, 3] } }),
    changes: { environments: 264, periods: 3, valueNoise: 0.7, minibatch: 264, learningRate: 0.02 },
    scheme: "total",
    iterations: 2,
  },
  {
    name: "own rewards, own critics, an end with the last period",
    method: "ippo",
    network: twoShops({ horizon: 2, reward: { scheme: "own", scale: 1 } }),
    changes: { periods: 2, criticActivation: "relu", learningRate: 0.05 },
    scheme: "own",
    iterations: 3,
  },
];

const SEEDS = [5, 77];

/** A device's arrays of each seed, as numbers. */
interface Before {
  weights: Float64Array[];
  moments: Float64Array[];
  sums: Float64Array[];
  control: Float64Array[];
}

async function arraysOf(device: WatchedDevice): Promise<Before> {
  const read = async (label: string) => {
    const words = Float64Array.from(await device.read(device.array(label)));
    const size = words.length / SEEDS.length;
    return SEEDS.map((_, s) => words.slice(s * size, (s + 1) * size));
  };
  return {
    weights: await read("weights"),
    moments: await read("moments of observations"),
    sums: await read("sums of observations"),
    control: await read("control"),
  };
}

/** What agents see: their nodes' rows, normalised, with zeros behind them up to the longest list. */
function inputsOf(
  network: Network,
  agents: readonly (readonly number[])[],
  normaliser: Float64Array | undefined,
): (observations: Float64Array) => Float64Array[] {
  const rows = rowsOf(network);
  const lists = agents.map((nodes) => rows.flatMap(({ node }, k) => nodes.includes(node) ? [k] : []));
  const longest = Math.max(...lists.map((list) => list.length));
  return (observations) =>
    lists.map((list) =>
      Float64Array.from({ length: longest }, (_, r) => {
        const row = list[r];
        if (row === undefined) return 0;
        if (normaliser === undefined) return observations[row]!;
        const value = (observations[row]! - normaliser[2 * row]!) * normaliser[2 * row + 1]!;
        return Math.min(Math.max(value, -10), 10);
      })
    );
}

function networksOf(
  { model, network }: Trainer,
  method: Method,
  h: Hyperparameters,
  weights: Float64Array,
  normaliser: Float64Array,
): Networks {
  const each = network.nodes.map((_, node) => [node]);
  const all = [network.nodes.map((_, node) => node)];
  const used = h.normalisesObservations ? normaliser : undefined;
  const seenByActors = inputsOf(network, method.agents === "central" ? all : each, used);
  const seenByCritic = inputsOf(network, method.critic === "all" ? all : each, used);
  const neighbours = neighboursOf(network);
  const run = (spec: typeof model.actor.spec, inputs: Float64Array[]) =>
    evaluateNetwork(spec, weights, neighbours, inputs).output;
  return {
    act: (observations) => [...run(model.actor.spec, seenByActors(observations))],
    judge: (observations) =>
      Float64Array.from(run(model.critic.spec, seenByCritic(observations)).flatMap((rows) => [...rows])),
  };
}

function expectSamples(
  samples: Float32Array,
  layout: SampleLayout,
  expected: ReferenceRollout,
  what: string,
): void {
  const { width, ...offsets } = layout;
  for (const [name, at] of Object.entries(offsets) as [keyof Omit<SampleLayout, "width">, number][]) {
    const wanted = expected.samples.map((sample) => sample[name]);
    const found = wanted.map((words, k) => samples.subarray(k * width + at, k * width + at + words.length));
    try {
      // Float32 all the way: what is a difference of larger numbers is off by more.
      expectClose(
        found.flatMap((words) => [...words]),
        wanted.flatMap((words) => [...words]),
        { rtol: 1e-3, atol: name === "logProbability" || name === "advantage" ? 1e-4 : 2e-5 },
      );
    } catch (error) {
      throw new Error(`${what}, ${name}: ${(error as Error).message}`);
    }
  }
}

test.each(CASES)("a rollout holds what a plain one does: $name", async (options) => {
  const { changes, network, scheme, iterations } = options;
  const method = findMethod(options.method);
  const h = tiny({ rewardScale: 0.03, ...changes });
  const { trainer, device } = await trainerOf(network, options.method, h, SEEDS);
  const { model } = trainer;
  const seen = h.observesTime
    ? {
      ...network,
      observation: {
        ...network.observation!,
        features: [...network.observation!.features, "time" as const],
      },
    }
    : network;
  const environments = SEEDS.map((seed) =>
    Array.from(
      { length: h.environments },
      (_, member) => new ReferenceEnvironment(seen, seed, member, { scheme, scale: h.rewardScale! }),
    )
  );
  for (let iteration = 0; iteration < iterations; iteration++) {
    const before = await arraysOf(device);
    const metrics = await iterate(trainer);
    const after = await arraysOf(device);
    const samples = await device.read(device.array("samples"));
    const stride = samples.length / SEEDS.length;
    SEEDS.forEach((seed, s) => {
      const what = `seed ${seed}, iteration ${iteration}`;
      const control = before.control[s]!;
      const networks = networksOf(trainer, method, h, before.weights[s]!, before.moments[s]!);
      const expected = rollout(environments[s]!, networks, {
        seed,
        iteration,
        periods: h.periods,
        discount: h.discount,
        lambda: h.lambda,
        bootstraps: h.endIs === "truncation",
        normalisesAdvantages: h.normalisesAdvantages,
        bounds: { low: Math.log(h.smallestDeviation), high: 2 },
        kind: network.control!.rule === "choice" || network.control!.rule === "demand-plus"
          ? "categorical"
          : "gaussian",
        valueNoise: h.valueNoise,
        valueMean: control[C.VALUE_MEAN]!,
        valueScale: control[C.VALUE_SCALE]!,
        values: method.values === "one" ? 1 : network.nodes.length,
      });
      expectSamples(samples.subarray(s * stride), model.layout, expected, what);
      expect(metrics[s]!["charts/episodicReturn"], what).toBeCloseTo(
        expected.profit / h.environments / h.periods * network.horizon,
        2,
      );
      expectMoments(expected, before, after, h, s, what);
      expect(metrics[s]!["losses/explainedVariance"], what).toBeCloseTo(explained(expected, control), 3);
    });
  }
});

function explained({ samples }: ReferenceRollout, control: Float64Array): number {
  const targets = samples.flatMap(({ target }) => [...target]);
  const errors = samples.flatMap(({ target, value }) =>
    [...value].map((v, row) => target[row]! - control[C.VALUE_MEAN]! - control[C.VALUE_SCALE]! * v)
  );
  return 1 - moments(errors).variance / moments(targets).variance;
}

/** The normalisers after the iteration. */
function expectMoments(
  { samples }: ReferenceRollout,
  before: Before,
  after: Before,
  { normalisesObservations, normalisesValues }: Hyperparameters,
  s: number,
  what: string,
): void {
  const rows = samples[0]!.observations.length;
  const running = Array.from({ length: rows }, (_, row): Moments => {
    const [weight, mean, m2] = before.sums[s]!.subarray(4 * row) as unknown as [number, number, number];
    const seen = momentsOf(samples.map(({ observations }) => observations[row]!));
    return normalisesObservations ? merge({ weight, mean, m2 }, seen, 1e7) : { weight: 1, mean: 0, m2: 1 };
  });
  const [means, factors] = [0, 1].map((part) =>
    Array.from(running, (_, r) => after.moments[s]![2 * r + part]!)
  );
  expectClose(means!, running.map(({ mean }) => mean), { atol: 1e-4 });
  running.forEach((moments, row) => {
    // A row that never changes has the variance of its rounding.
    if (moments.m2 / moments.weight > 1e-5) expect(factors![row]! / factorOf(moments)).toBeCloseTo(1, 3);
    else expect(factors![row]).toBeGreaterThan(300);
  });
  const [old, updated] = [before.control[s]!, after.control[s]!];
  const scaleOf = (control: Float64Array) => ({
    weight: control[C.VALUE_WEIGHT]!,
    first: control[C.VALUE_FIRST]!,
    second: control[C.VALUE_SECOND]!,
    mean: control[C.VALUE_MEAN]!,
    scale: control[C.VALUE_SCALE]!,
  });
  const targets = samples.flatMap(({ target }) => [...target]);
  const expected = normalisesValues ? updateScale(scaleOf(old), targets, 0.9) : scaleOf(old);
  for (const [name, value] of Object.entries(scaleOf(updated))) {
    const wanted = expected[name as keyof typeof expected];
    expect(Math.abs(value - wanted), `${what}: ${name}`).toBeLessThan(1e-3 * Math.abs(wanted) + 1e-4);
  }
}
