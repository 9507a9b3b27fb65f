/**
 * A trained actor as plain data, and what it decides: observations in raw units in, parameters of the order
 * rule in raw units out. This is what is saved and exported; `applyActor` is the reference for both.
 */

import { InputError } from "../errors.ts";
import { roundHalfEven } from "../network/mod.ts";
import type { Activation } from "./network_spec.ts";

/** One number of the observation, in raw units; clipped to [low, high] and scaled to [-1, 1]. */
export interface ObservedInput {
  node: string;
  /** As in a network's `observation`. */
  feature: string;
  /** Periods before the last completed one. */
  lag: number;
  /** Of goods in transit: the periods until they arrive; else 0. */
  ahead: number;
  low: number;
  high: number;
}

/** A one-hot agent input or padding: fed as it is, and no part of the observation. */
export interface ConstantInput {
  constant: 0 | 1;
}

export type ActorInput = ObservedInput | ConstantInput;

/** y = activation(W x + b). */
export interface ActorLayer {
  inputs: number;
  outputs: number;
  activation: Activation;
  /** (outputs, inputs) row-major. */
  weights: Float32Array;
  /** (outputs) */
  bias: Float32Array;
}

/** What the last layer's outputs are. */
export type ActorHead =
  /** The first `actions` are the means; what follows (log deviations) is ignored. */
  | { kind: "gaussian"; actions: number }
  /** The first `choices` are logits, one a choice; the best is taken, the first among equals. */
  | { kind: "categorical"; choices: number };

/** One parameter of a node's order rule, from an action: a mean, or the number of the best choice, from 0. */
export interface ActorOutput {
  node: string;
  /** "reorder point", "order-up-to level", "order quantity", ... */
  parameter: string;
  /** The action is clipped to [low, high], and the parameter is action * scale + offset. */
  clip: [low: number, high: number];
  scale: number;
  offset: number;
  /** Where present, that number is rounded (half to even) and picks from this list, from 0. */
  choices?: number[];
}

export interface ActorNetwork {
  /** The agent's name. */
  id: string;
  /** The nodes it decides for. */
  nodes: string[];
  inputs: ActorInput[];
  /** Applied after the scaling: (x - mean) * inverseDeviation, clipped to +-clip; both (inputs). */
  normaliser?: { mean: Float32Array; inverseDeviation: Float32Array; clip: number };
  layers: ActorLayer[];
  head: ActorHead;
  /** One an action; a categorical head has one action. */
  outputs: ActorOutput[];
}

export function isObserved(input: ActorInput): input is ObservedInput {
  return !("constant" in input);
}

/** The entries of the observation, in order: the inputs that are no constants. */
export function observedInputs({ inputs }: ActorNetwork): ObservedInput[] {
  return inputs.filter(isObserved);
}

/** How an observed input gets from [low, high] to [-1, 1]. */
export function inputScaling({ low, high }: ObservedInput): { scale: number; offset: number } {
  const scale = 2 / (high - low);
  return { scale, offset: -1 - low * scale };
}

/** Outputs of the last layer that the head reads. */
export function headSize(head: ActorHead): number {
  return head.kind === "gaussian" ? head.actions : head.choices;
}

/**
 * What the actor decides on, without exploration, in float64.
 *
 * @param observation (observed inputs) raw units
 * @returns (outputs) raw units: levels, quantities
 * @throws InputError where the observation has another length
 */
export function applyActor(actor: ActorNetwork, observation: ArrayLike<number>): number[] {
  const expected = observedInputs(actor).length;
  if (observation.length !== expected) {
    throw new InputError(nameOf(actor), `expected ${expected} observed values, got ${observation.length}`);
  }
  let next = 0;
  let values = actor.inputs.map((input) => {
    if (!isObserved(input)) return input.constant;
    const { scale, offset } = inputScaling(input);
    return clamp(observation[next++]!, input.low, input.high) * scale + offset;
  });
  const { normaliser } = actor;
  if (normaliser !== undefined) {
    const { mean, inverseDeviation, clip } = normaliser;
    values = values.map((x, i) => clamp((x - mean[i]!) * inverseDeviation[i]!, -clip, clip));
  }
  for (const layer of actor.layers) values = applyLayer(layer, values);
  return actionsOf(actor.head, values).map((action, k) => decode(actor.outputs[k]!, action));
}

function applyLayer({ inputs, activation, weights, bias }: ActorLayer, values: readonly number[]): number[] {
  return Array.from(bias, (start, row) => {
    const sum = values.reduce((sum, x, column) => sum + weights[row * inputs + column]! * x, start);
    return activation === "tanh" ? Math.tanh(sum) : activation === "relu" ? Math.max(0, sum) : sum;
  });
}

function actionsOf(head: ActorHead, values: readonly number[]): number[] {
  const used = values.slice(0, headSize(head));
  return head.kind === "gaussian" ? used : [used.indexOf(Math.max(...used))];
}

function decode({ clip: [low, high], scale, offset, choices }: ActorOutput, action: number): number {
  const value = clamp(action, low, high) * scale + offset;
  return choices === undefined ? value : choices[clamp(roundHalfEven(value), 0, choices.length - 1)]!;
}

/**
 * Checks that the parts of an actor fit together.
 *
 * @throws InputError, one line: what does not fit, of which agent
 */
export function checkActor(actor: ActorNetwork): void {
  const fail = (what: string) => new InputError(nameOf(actor), what);
  const { inputs, normaliser, layers, head, outputs } = actor;
  if (observedInputs(actor).length === 0) throw fail("it observes nothing");
  for (const [i, input] of inputs.entries()) {
    if (isObserved(input) && !(Number.isFinite(input.high - input.low) && input.low < input.high)) {
      throw fail(`input ${i}: expected finite bounds with low below high, got [${input.low}, ${input.high}]`);
    }
  }
  if (normaliser !== undefined) {
    const { mean, inverseDeviation, clip } = normaliser;
    if (mean.length !== inputs.length || inverseDeviation.length !== inputs.length) {
      throw fail(`its normaliser is for ${mean.length} inputs, it has ${inputs.length}`);
    }
    if (!allFinite(mean) || !allFinite(inverseDeviation) || !(clip > 0)) {
      throw fail("its normaliser holds values that are no numbers");
    }
  }
  if (layers.length === 0) throw fail("it has no layers");
  let width = inputs.length;
  for (const [i, layer] of layers.entries()) {
    if (layer.inputs !== width) throw fail(`layer ${i} takes ${layer.inputs} values and is given ${width}`);
    if (layer.weights.length !== layer.inputs * layer.outputs || layer.bias.length !== layer.outputs) {
      throw fail(
        `layer ${i}: weights and bias do not fit ${layer.inputs} inputs and ${layer.outputs} outputs`,
      );
    }
    if (!allFinite(layer.weights) || !allFinite(layer.bias)) {
      throw fail(`layer ${i} holds weights that are no numbers`);
    }
    width = layer.outputs;
  }
  if (width < headSize(head)) throw fail(`its head reads ${headSize(head)} values and is given ${width}`);
  const actions = head.kind === "gaussian" ? head.actions : 1;
  if (actions === 0 || outputs.length !== actions) {
    throw fail(`expected an output an action, got ${outputs.length} outputs and ${actions} actions`);
  }
  for (const [k, { clip: [low, high], scale, offset, choices }] of outputs.entries()) {
    if (!(low <= high) || !allFinite([low, high, scale, offset]) || choices?.length === 0) {
      throw fail(`output ${k}: expected finite bounds, scale and offset, and at least one choice`);
    }
  }
}

function nameOf({ id }: ActorNetwork): string {
  return `actor ${JSON.stringify(id)}`;
}

function allFinite(values: ArrayLike<number>): boolean {
  return Array.from(values).every(Number.isFinite);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
