/**
 * Proximal policy optimisation (Schulman et al. 2017) for one or many agents: what happens to a rollout.
 *
 * A minibatch is one program: gather, actors forward, policy loss, actors backward, critic forward, value loss, critic
 * backward, clip, Adam. An iteration replays it epochs x minibatches times.
 */

import type { DeviceArray, Profile, Program } from "../device/device.ts";
import { call, type KernelCall } from "../device/kernel.ts";
import * as K from "../device/kernels.ts";
import { allocateView, type View, viewParams } from "../device/view.ts";
import {
  advanceCall,
  deviationBounds,
  gatherCall,
  type Samples,
  type SizedView,
  valuesAsRows,
} from "./calls.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import { minibatchOrder } from "./minibatch_order.ts";
import { distributionRows, type Model, type Part } from "./model.ts";
import { buildNetwork, type BuiltNetwork } from "./network.ts";

const C = K.control;

/** Numbers of the checks that set `control.fault`, from 1; segments' gradients follow the losses. */
const POLICY_FAULT = 1;
const VALUE_FAULT = 2;
const FIRST_GRADIENT_FAULT = 3;

/** What a fault number says. */
export function faultName({ segments }: Pick<Model, "segments">, fault: number): string {
  if (fault === POLICY_FAULT) return "policy_loss";
  if (fault === VALUE_FAULT) return "value_loss";
  return `squared_norms (the gradient of ${segments[fault - FIRST_GRADIENT_FAULT]?.name})`;
}

/** Rows that the gather brings: all agents' or all values'. */
interface Gathered {
  readonly observations: SizedView;
  readonly actions: SizedView;
  readonly distribution: SizedView;
  readonly logProbability: SizedView;
  readonly value: SizedView;
  readonly advantage: SizedView;
  readonly target: SizedView;
}

export class Updates {
  /** Minibatches of an epoch, and gradient steps of an iteration. */
  readonly minibatches: number;
  readonly steps: number;
  readonly #model: Model;
  readonly #h: Hyperparameters;
  readonly #samples: Samples & { readonly count: number };
  readonly #order: { indices: DeviceArray; seed: number };
  readonly #valueOf: DeviceArray;
  readonly #segments: DeviceArray;
  readonly #norms: DeviceArray;
  readonly #minibatch: Program;
  readonly #finish: Program;

  constructor(model: Model, samples: Samples & { readonly count: number }, h: Hyperparameters) {
    const { device, seeds } = model;
    this.#model = model;
    this.#h = h;
    this.#samples = samples;
    this.minibatches = Math.floor(samples.count / h.minibatch);
    this.steps = h.epochs * this.minibatches;
    const positions = this.steps * h.minibatch;
    this.#order = { indices: device.allocate(seeds.length * positions, "minibatches"), seed: positions };
    this.#valueOf = device.allocate(model.agents.valueOf.length, "values of agents");
    device.write(this.#valueOf, Uint32Array.from(model.agents.valueOf));
    this.#segments = this.#writeSegments();
    this.#norms = device.allocate(seeds.length * model.segments.length, "gradient norms");
    this.#minibatch = device.record(this.#minibatchCalls());
    this.#finish = device.record(this.#finishCalls());
  }

  /** All epochs of one iteration on the samples as they stand. Nothing is read back. */
  async run(iteration: number, profile?: Profile): Promise<void> {
    const { device, seeds } = this.#model;
    const { epochs, minibatch } = this.#h;
    seeds.forEach((seed, s) => {
      const size = { count: this.#samples.count, epochs, perEpoch: this.minibatches * minibatch };
      device.write(this.#order.indices, minibatchOrder(seed, iteration, size), s * this.#order.seed);
    });
    await device.run(this.#minibatch, this.steps, profile);
    await device.run(this.#finish, 1, profile);
  }

  #writeSegments(): DeviceArray {
    const { device, segments } = this.#model;
    const words = new Uint32Array(K.SEGMENT_WORDS * segments.length);
    const floats = new Float32Array(words.buffer);
    segments.forEach(({ at, words: length, rate }, k) => {
      words.set([at, length, 0, FIRST_GRADIENT_FAULT + k], K.SEGMENT_WORDS * k);
      floats[K.SEGMENT_WORDS * k + 2] = rate;
    });
    const array = device.allocate(words.length, "weight segments");
    device.write(array, words);
    return array;
  }

  get #size(): { seeds: number; columns: number } {
    return { seeds: this.#model.seeds.length, columns: this.#h.minibatch };
  }

  #sized(label: string, agents: number, rows: number): SizedView {
    const shape = { agents, rows };
    return { ...allocateView(this.#model.device, label, { ...this.#size, ...shape }), ...shape };
  }

  #minibatchCalls(): KernelCall[] {
    const model = this.#model;
    const gathered = this.#gathered();
    const actor = this.#part(model.actor, gathered.observations);
    const critic = this.#part(model.critic, gathered.observations);
    return [
      ...this.#gatherCalls(gathered),
      ...actor.forward,
      ...this.#policyCalls(actor, gathered),
      ...actor.backward,
      ...critic.forward,
      this.#valueCall(critic, gathered),
      ...critic.backward,
      ...this.#stepCalls(),
    ];
  }

  #gathered(): Gathered {
    const { agents, layout: _, observationRows, values } = this.#model;
    const count = agents.nodes.length;
    const actions = agents.decision.kind === "gaussian" ? agents.decision.actions : 1;
    return {
      observations: this.#sized("minibatch: observations", 1, observationRows),
      actions: this.#sized("minibatch: actions", count, actions),
      distribution: this.#sized("minibatch: old distribution", count, distributionRows(agents)),
      logProbability: this.#sized("minibatch: old log-probability", count, 1),
      value: this.#sized("minibatch: old value", 1, values),
      advantage: this.#sized("minibatch: advantage", 1, values),
      target: this.#sized("minibatch: target", 1, values),
    };
  }

  #gatherCalls(gathered: Gathered): KernelCall[] {
    const { layout } = this.#model;
    return (Object.keys(gathered) as (keyof Gathered)[]).map((name) => {
      const { minibatch } = this.#h;
      return gatherCall(this.#model, this.#samples, this.#order, minibatch, layout[name], gathered[name]);
    });
  }

  /** A network on the minibatch, its inputs selected first. */
  #part(part: Part, observations: View): BuiltNetwork {
    const model = this.#model;
    const inputs = this.#sized(`${part.spec.name}: inputs`, part.inputs.agents, part.inputs.rows);
    const network = buildNetwork(model.device, part.spec, part.storage, this.#size, inputs);
    const select = model.selectCall(part, this.#h.minibatch, observations, inputs);
    return { ...network, forward: [select, ...network.forward] };
  }

  /** New against old probabilities, the clipped loss, and its gradient to the actors' outputs. */
  #policyCalls(actor: BuiltNetwork, gathered: Gathered): KernelCall[] {
    const { control, agents, values } = this.#model;
    const h = this.#h;
    const count = agents.nodes.length;
    const logProbability = this.#sized("log-probability", count, 1);
    const entropy = this.#sized("entropy", count, 1);
    const divergence = this.#sized("divergence", count, 1);
    const slope = this.#sized("gradient of log-probability", count, 1);
    const gradient = actor.outputGradient!;
    const size = { ...this.#size, agents: count };
    const given = {
      ...viewParams("distribution", actor.output),
      ...viewParams("old_distribution", gathered.distribution),
      ...viewParams("action", gathered.actions),
    };
    const inputs = {
      distribution: actor.output.array,
      old_distribution: gathered.distribution.array,
      action: gathered.actions.array,
    };
    const forwardArrays = {
      ...inputs,
      log_probability: logProbability.array,
      entropy: entropy.array,
      divergence: divergence.array,
    };
    const forwardParams = {
      ...size,
      ...given,
      ...viewParams("log_probability", logProbability),
      ...viewParams("entropy", entropy),
      ...viewParams("divergence", divergence),
    };
    const backwardArrays = {
      control,
      ...inputs,
      d_log_probability: slope.array,
      d_distribution: gradient.array,
    };
    const backwardParams = {
      ...size,
      ...given,
      ...viewParams("d_log_probability", slope),
      ...viewParams("d_distribution", gradient),
    };
    const { decision } = agents;
    const shape = decision.kind === "gaussian"
      ? { actions: decision.actions, ...deviationBounds(h) }
      : { choices: decision.choices };
    const [forward, backward] = "actions" in shape
      ? [
        call(K.gaussianForward, forwardArrays, { ...forwardParams, ...shape }),
        call(K.gaussianBackward, backwardArrays, { ...backwardParams, ...shape }),
      ]
      : [
        call(K.categoricalForward, forwardArrays, { ...forwardParams, ...shape }),
        call(K.categoricalBackward, backwardArrays, { ...backwardParams, ...shape }),
      ];
    const loss = call(K.policyLoss, {
      control,
      log_probability: logProbability.array,
      old_log_probability: gathered.logProbability.array,
      advantage: gathered.advantage.array,
      entropy: entropy.array,
      divergence: divergence.array,
      value_of: this.#valueOf,
      d_log_probability: slope.array,
    }, {
      ...size,
      values,
      clip: h.clip,
      last_epoch_from: this.steps - this.minibatches,
      ...viewParams("log_probability", logProbability),
      ...viewParams("old_log_probability", gathered.logProbability),
      ...viewParams("advantage", gathered.advantage),
      ...viewParams("entropy", entropy),
      ...viewParams("divergence", divergence),
      ...viewParams("d_log_probability", slope),
    });
    return [forward, loss, backward];
  }

  #valueCall(critic: BuiltNetwork, gathered: Gathered): KernelCall {
    const { control, critic: { spec }, values } = this.#model;
    const h = this.#h;
    const value = valuesAsRows(spec, critic.output);
    const gradient = valuesAsRows(spec, critic.outputGradient!);
    return call(K.valueLoss, {
      control,
      value: value.array,
      old_value: gathered.value.array,
      target: gathered.target.array,
      d_value: gradient.array,
    }, {
      ...this.#size,
      rows: values,
      mode: K.VALUE_LOSSES[h.valueLoss],
      clip: h.valueClip,
      coefficient: h.valueCoefficient,
      ...viewParams("value", value),
      ...viewParams("old_value", gathered.value),
      ...viewParams("target", gathered.target),
      ...viewParams("d_value", gradient),
    });
  }

  /** Checks, clips, steps, and counts the minibatch. */
  #stepCalls(): KernelCall[] {
    const { control, weights, gradients, first, second, segments, words, seeds } = this.#model;
    const h = this.#h;
    const { beta1, beta2 } = h;
    const shape = { seeds: seeds.length, count: segments.length, w_seed: words };
    // After everything that is counted: the minibatch that ends the updates is reported whole, and makes no step.
    const stop = h.klLimit === 0
      ? []
      : [call(K.earlyStop, { control }, { seeds: seeds.length, limit: h.klLimit })];
    return [
      call(K.checkLosses, { control }, {
        seeds: seeds.length,
        policy_fault: POLICY_FAULT,
        value_fault: VALUE_FAULT,
      }),
      call(K.squaredNorms, { gradients, segments: this.#segments, control, norms: this.#norms }, shape),
      ...stop,
      call(K.adam, {
        control,
        weights,
        gradients,
        first,
        second,
        segments: this.#segments,
        norms: this.#norms,
      }, { ...shape, beta1, beta2, epsilon: h.epsilon, decay: h.weightDecay, clip: h.gradientNorm }),
      call(K.advance, { control }, { seeds: seeds.length, word: C.UPDATE, adam: 1, beta1, beta2 }),
    ];
  }

  /** After the last minibatch: the KL penalty's weight, the moments of the observations, the iteration's number. */
  #finishCalls(): KernelCall[] {
    const { control, layout, seeds, momentSums, moments, normalises, observationRows } = this.#model;
    const h = this.#h;
    return [
      ...(h.klCoefficient > 0
        ? [call(K.ppoAdapt, { control }, { seeds: seeds.length, target: h.klTarget })]
        : []),
      ...(normalises
        ? [call(K.rowMoments, { state: momentSums, moments, samples: this.#samples.samples }, {
          seeds: seeds.length,
          samples: this.#samples.count,
          rows: observationRows,
          samples_seed: this.#samples.stride,
          width: layout.width,
          first: layout.observations,
          state_seed: 4 * observationRows,
          moments_seed: 2 * observationRows,
        })]
        : []),
      advanceCall(this.#model, C.ITERATION),
    ];
  }
}
