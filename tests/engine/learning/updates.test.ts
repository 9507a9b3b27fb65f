import { expect, test } from "vitest";
import * as C from "../../../kernels/control.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import { findMethod } from "../../../engine/learning/methods.ts";
import { minibatchOrder } from "../../../engine/learning/minibatch_order.ts";
import type { IterationMetrics, Trainer } from "../../../engine/learning/trainer.ts";
import type { Network, Observation } from "../../../engine/network/types.ts";
import { evaluateNetwork, neighboursOf } from "../../reference/network.ts";
import { ReferenceUpdates, type UpdateMetrics, type UpdateSample } from "../../reference/ppo_update.ts";
import { expectClose } from "../../setup/devices.ts";
import { iterate, tiny, trainerOf, twoShops } from "../../setup/training.ts";

interface Case {
  name: string;
  method: string;
  network: Network;
  changes: Partial<Hyperparameters>;
  /** What the settings are to bring about. */
  expects(metrics: UpdateMetrics[]): void;
}

const OBSERVATION: Observation = {
  features: ["inventoryPosition", "demand"],
  lags: 0,
  bounds: { inventoryPosition: [-30, 60], demand: [0, 30] },
};

const CASES: Case[] = [
  {
    name: "shared retailers, entropy bonus, adaptive penalty, clipped gradients, decay, two rates",
    method: "marl",
    network: twoShops({ observation: OBSERVATION }),
    changes: {
      entropyCoefficient: 0.05,
      klCoefficient: 0.4,
      klTarget: 0.002,
      gradientNorm: 0.3,
      weightDecay: 0.05,
      criticRate: 2.5,
      annealing: "linear",
      finalRate: 0.1,
      iterations: 4,
    },
    expects: (all) => expect(all.some(({ lastKl }) => lastKl > 0.004)).toBe(true),
  },
  {
    name: "the central agent, deviations by state, squashed means, value loss about the old value",
    method: "sarl",
    network: twoShops({ observation: OBSERVATION, control: { rule: "quantity" } }),
    changes: {
      deviation: "state",
      actionSquash: "tanh",
      valueLoss: "clipped",
      valueClip: 0.05,
      normalisesValues: false,
      gradientNorm: 0,
      clip: 0.05,
    },
    expects: (all) => expect(all.some(({ clipFrac }) => clipFrac > 0.1)).toBe(true),
  },
  {
    name: "choices, capped value loss, updates that end early",
    method: "mappo",
    network: twoShops({ observation: OBSERVATION, control: { rule: "choice", choices: [0, 4, 9] } }),
    changes: { valueLoss: "capped", valueClip: 1, klLimit: 0.004, epochs: 3 },
    expects: (all) => {
      expect(all.some(({ stopped, minibatches }) => stopped && minibatches > 1 && minibatches < 6)).toBe(
        true,
      );
    },
  },
  {
    name: "an own critic a node",
    method: "ippo",
    network: twoShops({ observation: OBSERVATION, reward: { scheme: "own", scale: 1 } }),
    changes: { gradientNorm: 0.2 },
    expects: () => {},
  },
];

const SEEDS = [6, 31];
const MINIBATCH = 17;

/** The samples of a seed as the updates see them; the networks look at the trainer's own inputs. */
function samplesOf(
  { model, network }: Trainer,
  words: Float32Array,
  normaliser: Float32Array,
  count: number,
): UpdateSample[] {
  const { layout, agents } = model;
  const neighbours = neighboursOf(network);
  return Array.from({ length: count }, (_, n) => {
    const own = words.subarray(n * layout.width, (n + 1) * layout.width);
    const part = (at: number, rows: number) =>
      agents.nodes.map((_, agent) => Float64Array.from(own.subarray(at + agent * rows).subarray(0, rows)));
    const inputs = ({ inputs }: typeof model.actor) =>
      Array.from(
        { length: inputs.agents },
        (_, agent) =>
          Float64Array.from(inputs.table.subarray(agent * inputs.rows, (agent + 1) * inputs.rows), (row) => {
            const value = (own[layout.observations + row]! - normaliser[2 * row]!) * normaliser[2 * row + 1]!;
            return Math.min(Math.max(value, -10), 10);
          }),
      );
    const [actorInputs, criticInputs] = [inputs(model.actor), inputs(model.critic)];
    const { decision } = agents;
    const values = (at: number) => Float64Array.from(own.subarray(at, at + model.values));
    const run = (spec: typeof model.actor.spec, weights: Float64Array, input: Float64Array[]) =>
      evaluateNetwork(spec, weights, neighbours, input).output;
    return {
      actions: part(layout.actions, decision.kind === "gaussian" ? decision.actions : 1),
      distribution: part(
        layout.distribution,
        decision.kind === "gaussian" ? 2 * decision.actions : decision.choices,
      ),
      logProbability: Float64Array.from(part(layout.logProbability, 1), ([value]) => value!),
      value: values(layout.value),
      advantage: values(layout.advantage),
      target: values(layout.target),
      act: (weights) => run(model.actor.spec, weights, actorInputs),
      judge: (weights) =>
        Float64Array.from(run(model.critic.spec, weights, criticInputs).flatMap((rows) => [...rows])),
    };
  });
}

function expectMetrics(actual: IterationMetrics, expected: UpdateMetrics, what: string): void {
  const pairs: [keyof IterationMetrics, number][] = [
    ["losses/policy", expected.policy],
    ["losses/value", expected.value],
    ["losses/entropy", expected.entropy],
    ["losses/approxKl", expected.approxKl],
    ["losses/clipFrac", expected.clipFrac],
    ["losses/gradientNorm", expected.gradientNorm],
  ];
  for (const [name, value] of pairs) {
    expect(Math.abs(actual[name] - value), `${what}: ${name} is ${actual[name]}, expected ${value}`)
      .toBeLessThan(2e-3 * Math.abs(value) + 2e-5);
  }
}

/** RLlib's rule. */
function adapted(coefficient: number, divergence: number, target: number): number {
  if (divergence > 2 * target) return 1.5 * coefficient;
  return divergence < target / 2 ? coefficient / 2 : coefficient;
}

test.each(CASES)(
  "updates do what plain ones do: $name",
  async ({ method: name, network, changes, expects }) => {
    const method = findMethod(name);
    const h = tiny({
      periods: 5,
      minibatch: MINIBATCH,
      epochs: 2,
      learningRate: 0.02,
      // So large that a gradient of nearly 0 makes no step whose sign is rounding.
      epsilon: 0.02,
      actorWidths: [3],
      criticWidths: [3],
      ...changes,
    });
    const { trainer, device } = await trainerOf(network, name, h, SEEDS);
    const { model } = trainer;
    const perSeed = async (label: string) => {
      const words = await device.read(device.array(label));
      const size = words.length / SEEDS.length;
      return SEEDS.map((_, s) => words.slice(s * size, (s + 1) * size));
    };
    const start = await perSeed("weights");
    const segments = [model.actor, model.critic].flatMap(({ spec }) =>
      Array.from({ length: spec.groupCount }, (_, group) => ({
        network: spec.name as "actor" | "critic",
        at: spec.base + group * spec.groupSize,
        words: spec.groupSize,
        rate: spec.name === "critic" ? h.criticRate : 1,
      }))
    );
    const references = start.map((weights) => {
      const options = { beta1: h.beta1, beta2: h.beta2, epsilon: h.epsilon, decay: h.weightDecay };
      return new ReferenceUpdates(Float64Array.from(weights), segments, { ...options, clip: h.gradientNorm });
    });
    const coefficients = SEEDS.map(() => h.klCoefficient);
    const all: UpdateMetrics[] = [];
    for (let iteration = 0; iteration < 2; iteration++) {
      const normalisers = await perSeed("moments of observations");
      const metrics = await iterate(trainer);
      const samples = await perSeed("samples");
      const control = await perSeed("control");
      const weights = await perSeed("weights");
      SEEDS.forEach((seed, s) => {
        const what = `seed ${seed}, iteration ${iteration}`;
        const count = h.environments * h.periods;
        const perEpoch = Math.floor(count / MINIBATCH);
        const size = { count, epochs: h.epochs, perEpoch: perEpoch * MINIBATCH };
        const order = minibatchOrder(seed, iteration, size);
        const own = samplesOf(trainer, samples[s]!, normalisers[s]!, count);
        const minibatches = Array.from(
          { length: h.epochs * perEpoch },
          (_, k) => Array.from(order.subarray(k * MINIBATCH, (k + 1) * MINIBATCH), (n) => own[n]!),
        );
        const rate = h.annealing === "none" ? 1 : 1 - (1 - h.finalRate) * iteration / h.iterations;
        const expected = references[s]!.run(minibatches, perEpoch, {
          kind: model.agents.decision.kind,
          bounds: { low: Math.log(h.smallestDeviation), high: 2 },
          clip: h.clip,
          valueOf: model.agents.nodes.map((_, agent) => method.values === "one" ? 0 : agent),
          valueLoss: h.valueLoss,
          valueClip: h.valueClip,
          valueCoefficient: h.valueCoefficient,
          valueMean: control[s]![C.VALUE_MEAN]!,
          valueScale: control[s]![C.VALUE_SCALE]!,
          entropyCoefficient: h.entropyCoefficient,
          klCoefficient: coefficients[s]!,
          klLimit: h.klLimit,
        }, rate * h.learningRate);
        all.push(expected);
        expect(metrics[s]!.learningRate).toBeCloseTo(rate * h.learningRate, 7);
        expectMetrics(metrics[s]!, expected, what);
        coefficients[s] = adapted(coefficients[s]!, expected.lastKl, h.klTarget);
        expect(metrics[s]!["losses/klCoefficient"], what).toBeCloseTo(coefficients[s]!, 6);
        const moved = (to: ArrayLike<number>) => Array.from(to, (value, k) => value - start[s]![k]!);
        expectClose(moved(weights[s]!), moved(references[s]!.weights), { rtol: 1e-2, atol: 2e-3 });
      });
    }
    expects(all);
  },
);
