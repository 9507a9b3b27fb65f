/** A rollout of one seed in float64: what the samples of an iteration must hold. */

import { threefry2x32 } from "../../engine/random/threefry.ts";
import { advantages, moments } from "./advantage.ts";
import { inverseNormal } from "./draws.ts";
import type { ReferenceEnvironment, Step } from "./environments.ts";
import { categorical, categoricalSample, gaussian } from "./policy_head.ts";

const STREAMS = { actionNoise: 4, valueNoise: 5 };

export interface RolloutSettings {
  seed: number;
  iteration: number;
  periods: number;
  discount: number;
  lambda: number;
  /** Whether the value of an episode's last observations follows its end. */
  bootstraps: boolean;
  normalisesAdvantages: boolean;
  /** Of log deviations. */
  bounds: { low: number; high: number };
  kind: "gaussian" | "categorical";
  valueNoise: number;
  /** A critic's output v stands for mean + scale * v. */
  valueMean: number;
  valueScale: number;
  /** The value row that each agent's reward and advantage belong to, and how many there are. */
  values: number;
}

export interface Networks {
  /** [agent]: rows of the distribution, from all observations. */
  act(observations: Float64Array): Float64Array[];
  /** [value] */
  judge(observations: Float64Array): Float64Array;
}

/** One environment and period; agents' rows one after another. */
export interface ReferenceSample {
  observations: Float64Array;
  actions: Float64Array;
  distribution: Float64Array;
  logProbability: Float64Array;
  value: Float64Array;
  reward: Float64Array;
  advantage: Float64Array;
  target: Float64Array;
}

export interface ReferenceRollout {
  /** [period * environments + environment] */
  samples: ReferenceSample[];
  /** Of all environments and periods. */
  profit: number;
}

export function rollout(
  environments: readonly ReferenceEnvironment[],
  networks: Networks,
  settings: RolloutSettings,
): ReferenceRollout {
  const { periods, values } = settings;
  const count = environments.length;
  const samples: ReferenceSample[] = [];
  const steps: Step[] = [];
  for (let t = 0; t < periods; t++) {
    for (const [e, environment] of environments.entries()) {
      const { observations } = environment;
      const chosen = choose(networks.act(observations), settings, t, e);
      const step = environment.step(chosen.actions);
      steps.push(step);
      const value = networks.judge(observations);
      const noise = settings.valueNoise * normal(
        threefry2x32(settings.seed, STREAMS.valueNoise * 2 ** 24 + settings.iteration, 0, t * count + e)[0],
      );
      samples.push({
        observations,
        ...chosen,
        value: value.map((v) => v + noise),
        reward: step.rewards.slice(0, values),
        advantage: new Float64Array(values),
        target: new Float64Array(values),
      });
    }
  }
  for (const [e, environment] of environments.entries()) {
    const own = samples.filter((_, k) => k % count === e);
    const finals = steps.filter((_, k) => k % count === e).map((step) => step.finals);
    for (let row = 0; row < values; row++) judgeRow(own, finals, environment, networks, settings, row);
  }
  if (settings.normalisesAdvantages) {
    for (let row = 0; row < values; row++) {
      const { mean, variance } = moments(samples.map(({ advantage }) => advantage[row]!));
      for (const { advantage } of samples) {
        advantage[row] = (advantage[row]! - mean) / (Math.sqrt(variance) + 1e-8);
      }
    }
  }
  return { samples, profit: steps.reduce((sum, { profit }) => sum + profit, 0) };
}

/** Advantages and targets of one environment's samples, period by period. */
function judgeRow(
  own: readonly ReferenceSample[],
  finals: readonly (Float64Array | undefined)[],
  environment: ReferenceEnvironment,
  networks: Networks,
  settings: RolloutSettings,
  row: number,
): void {
  const { valueMean, valueScale, discount, lambda, bootstraps } = settings;
  const inMoney = (value: Float64Array) => valueMean + valueScale * value[row]!;
  const values = own.map(({ value }) => inMoney(value));
  const ends = finals.flatMap((final, t): [number, number][] =>
    final === undefined ? [] : [[t, inMoney(networks.judge(final))]]
  );
  const found = advantages({
    rewards: own.map(({ reward }) => reward[row]!),
    values,
    lastValue: inMoney(networks.judge(environment.observations)),
    finalValues: new Map(ends),
    discount,
    lambda,
    bootstraps,
  });
  own.forEach(({ advantage, target }, t) => {
    advantage[row] = found[t]!;
    target[row] = found[t]! + values[t]!;
  });
}

function normal(word: number): number {
  return inverseNormal(((word >>> 9) + 0.5) * 2 ** -23);
}

function choose(
  distributions: readonly Float64Array[],
  { seed, iteration, kind, bounds }: RolloutSettings,
  period: number,
  environment: number,
): Pick<ReferenceSample, "actions" | "distribution" | "logProbability"> {
  const key = STREAMS.actionNoise * 2 ** 24 + iteration;
  const word = (entity: number) =>
    threefry2x32(seed, key, environment * 2 ** 8, period * 2 ** 12 + entity)[0];
  const actions = distributions.map((distribution, agent) => {
    if (kind === "categorical") {
      const { choice, distance } = categoricalSample(distribution, word(agent));
      if (distance < 1e-6) throw new RangeError("float32 may choose otherwise: take another seed");
      return Float64Array.of(choice);
    }
    const count = distribution.length / 2;
    return Float64Array.from({ length: count }, (_, i) => {
      const logDeviation = Math.min(Math.max(distribution[count + i]!, bounds.low), bounds.high);
      return distribution[i]! + Math.exp(logDeviation) * normal(word(agent * count + i));
    });
  });
  const logProbability = Float64Array.from(distributions, (rows, agent) => {
    const taken = actions[agent]!;
    return (kind === "gaussian" ? gaussian(rows, rows, taken, bounds) : categorical(rows, rows, taken[0]!))
      .logProbability;
  });
  return {
    actions: Float64Array.from(actions.flatMap((rows) => [...rows])),
    distribution: Float64Array.from(distributions.flatMap((rows) => [...rows])),
    logProbability,
  };
}
