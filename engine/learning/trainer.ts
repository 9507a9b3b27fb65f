/** A training of one or many seeds on one device: iterations, metrics, and the state to stop and go on with. */

import type { Device, DeviceArray, Profile } from "../device/device.ts";
import * as K from "../device/kernels.ts";
import { RunError } from "../errors.ts";
import type { Network } from "../network/types.ts";
import { EnvironmentArrays } from "../simulation/mod.ts";

import { Experience } from "./experience.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Method } from "./methods.ts";
import { Model } from "./model.ts";
import { faultName, Updates } from "./ppo.ts";
import { policyOf, type TrainedPolicy } from "./trained_policy.ts";
import { compileForTraining } from "./training_network.ts";

const C = K.control;

/** Metric names are those of CleanRL. */
export interface IterationMetrics {
  /** Iterations completed. */
  iteration: number;
  /** Profit of an episode over all nodes, in money, under exploring actions. */
  "charts/episodicReturn": number;
  "losses/policy": number;
  "losses/value": number;
  "losses/entropy": number;
  "losses/approxKl": number;
  "losses/clipFrac": number;
  "losses/explainedVariance": number;
  "losses/gradientNorm": number;
  "losses/klCoefficient": number;
  learningRate: number;
}

export interface TrainerOptions {
  device: Device;
  network: Network;
  method: Method;
  hyperparameters: Hyperparameters;
  /** u32 each: independent runs, each with the results that it has alone. */
  seeds: readonly number[];
}

/** What tables call a trained policy. */
export function policyName({ name }: Method, seed: number): string {
  return `${name}, seed ${seed}`;
}

/** A seed's part of every array that a resume needs, by name. */
export type Snapshot = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

export class Trainer {
  readonly model: Model;
  readonly env: EnvironmentArrays;
  readonly hyperparameters: Hyperparameters;
  readonly method: Method;
  readonly #device: Device;
  readonly #experience: Experience;
  readonly #updates: Updates;
  #iteration = 0;

  private constructor(options: TrainerOptions) {
    const { device, network, method, hyperparameters: h, seeds } = options;
    this.#device = device;
    this.method = method;
    this.hyperparameters = h;
    this.env = EnvironmentArrays.create(device, compileForTraining(network, method, h), {
      seeds,
      environments: h.environments,
      metrics: "objective",
    });
    this.model = new Model(device, this.env.compiled, method, h, seeds);
    this.#experience = new Experience(this.model, this.env, method, h);
    this.#updates = new Updates(this.model, this.#experience, h);
  }

  /**
   * @throws InputError where the method does not fit the network's control
   * @throws RunError when the device does not hold the arrays
   */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const trainer = new Trainer(options);
    await options.device.run(options.device.record([trainer.env.resetCall()]));
    return trainer;
  }

  /** Iterations completed. */
  get iteration(): number {
    return this.#iteration;
  }

  /** Environment steps (periods of one copy of the network) in an iteration of a seed. */
  get steps(): number {
    return this.#experience.count;
  }

  /** A network as the environments run it: with the method's rewards and observations. */
  get network(): Network {
    return this.env.compiled.network;
  }

  /**
   * One iteration of every seed. On a GPU it resolves before the work is done; `metrics` then waits for it.
   *
   * @throws RunError from `metrics`, which names the first kernel whose result was not finite
   */
  async iterate(profile?: Profile): Promise<{ metrics: Promise<IterationMetrics[]> }> {
    const { learningRate, entropyCoefficient } = this.hyperparameters;
    this.model.startIteration(this.#iteration, {
      learningRate: learningRate * this.#annealed(),
      entropyCoefficient,
    });
    const period = this.#iteration * this.hyperparameters.periods % this.env.horizon;
    await this.#experience.collect(period, profile);
    await this.#updates.run(this.#iteration, profile);
    this.#iteration++;
    const metrics = this.#readMetrics(this.#iteration);
    // Whoever waits for it meets the error there; nobody has to.
    metrics.catch(() => {});
    return { metrics };
  }

  /** The share of the learning rate that an iteration has, from 1 down. */
  #annealed(): number {
    const { annealing, finalRate, iterations } = this.hyperparameters;
    if (annealing === "none") return 1;
    return Math.max(finalRate, 1 - (1 - finalRate) * this.#iteration / iterations);
  }

  async #readMetrics(iteration: number): Promise<IterationMetrics[]> {
    const floats = await this.#device.read(this.model.control);
    const words = new Uint32Array(floats.buffer);
    return this.model.seeds.map((seed, s) => {
      const at = s * C.CONTROL_STRIDE;
      const fault = words[at + C.FAULT]!;
      if (fault !== 0) {
        throw new RunError(
          `seed ${seed}, iteration ${iteration}: ${
            faultName(this.model, fault)
          } gave a number that is not finite; ` +
            "try a lower learningRate or a smaller rewardScale",
        );
      }
      return this.#metricsOf(iteration, floats.subarray(at, at + C.CONTROL_STRIDE));
    });
  }

  #metricsOf(iteration: number, control: Float32Array): IterationMetrics {
    const minibatches = Math.max(1, control[C.MINIBATCHES]!);
    const mean = (word: number) => control[word]! / minibatches;
    const explained = 1 - control[C.RESIDUAL_VARIANCE]! / Math.max(control[C.TARGET_VARIANCE]!, 1e-12);
    return {
      iteration,
      "charts/episodicReturn": control[C.ROLLOUT_PROFIT]! / this.steps * this.env.horizon,
      "losses/policy": mean(C.SUM_POLICY_LOSS),
      "losses/value": mean(C.SUM_VALUE_LOSS),
      "losses/entropy": mean(C.SUM_ENTROPY),
      "losses/approxKl": mean(C.SUM_APPROX_KL),
      "losses/clipFrac": mean(C.SUM_CLIP_FRACTION),
      "losses/explainedVariance": explained,
      "losses/gradientNorm": mean(C.SUM_GRADIENT_NORM),
      "losses/klCoefficient": control[C.KL_COEFFICIENT]!,
      learningRate: control[C.LEARNING_RATE]!,
    };
  }

  /** Arrays, and how many words of them, one after another, are each seed's. */
  #saved(): { name: string; array: DeviceArray; size: number }[] {
    const count = this.model.seeds.length;
    return [
      ...this.model.saved().map(({ name, array }) => ({ name, array, size: array.length / count })),
      ...this.env.saved().map(({ name, array, seedWords = array.length / count }) => ({
        name: `environment.${name}`,
        array,
        size: seedWords,
      })),
    ];
  }

  /** What it takes to go on with bit for bit, seed by seed. */
  async snapshots(): Promise<Snapshot[]> {
    const snapshots = this.model.seeds.map(() => new Map<string, Float32Array<ArrayBuffer>>());
    for (const { name, array, size } of this.#saved()) {
      const words = await this.#device.read(array, 0, snapshots.length * size);
      snapshots.forEach((snapshot, s) => snapshot.set(name, words.slice(s * size, (s + 1) * size)));
    }
    return snapshots;
  }

  /**
   * Goes on from snapshots of trainers with the same options, one a seed, all after the same iteration.
   *
   * @throws RunError where an array is missing or has another size, or there is not one snapshot a seed
   */
  restore(snapshots: readonly Snapshot[], iteration: number): void {
    const count = this.model.seeds.length;
    if (snapshots.length !== count) {
      throw new RunError(`expected the checkpoints of ${count} seeds, got ${snapshots.length}`);
    }
    for (const { name, array, size } of this.#saved()) {
      snapshots.forEach((snapshot, s) => {
        const words = snapshot.get(name);
        if (words?.length !== size) {
          throw new RunError(`the checkpoint's ${name} has ${words?.length ?? "no"} words, expected ${size}`);
        }
        this.#device.write(array, words, s * size);
      });
    }
    this.#iteration = iteration;
  }

  /** What each seed's actors do without exploration. */
  async policies(): Promise<TrainedPolicy[]> {
    const { model, env: { compiled } } = this;
    const count = model.seeds.length;
    const weights = await this.#device.read(model.weights);
    const moments = await this.#device.read(model.moments);
    const part = (words: Float32Array, s: number) =>
      words.slice(s * words.length / count, (s + 1) * words.length / count);
    return model.seeds.map((seed, s) =>
      policyOf(policyName(this.method, seed), compiled, model.actorShape, {
        weights: part(weights, s),
        moments: part(moments, s),
      })
    );
  }

  close(): void {
    this.#device.close();
  }
}
