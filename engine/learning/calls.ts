/** Kernel calls that the parts of a training share, with the model's arrays filled in. */

import type { DeviceArray } from "../device/device.ts";
import { call, type KernelCall } from "../device/kernel.ts";
import * as K from "../device/kernels.ts";
import { type View, viewParams } from "../device/view.ts";
import { PHASES } from "../random/mod.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Model } from "./model.ts";
import type { NetworkStorage } from "./network.ts";
import { type NetworkSpec, outputAgents } from "./network_spec.ts";

/** A view with as many agents and rows as are meant. */
export interface SizedView extends View {
  readonly agents: number;
  readonly rows: number;
}

/** Log standard deviations are held below it: actions are clipped to [-1, 1]. */
const LARGEST_LOG_DEVIATION = 2;

export function deviationBounds(h: Hyperparameters): { log_low: number; log_high: number } {
  return { log_low: Math.log(h.smallestDeviation), log_high: LARGEST_LOG_DEVIATION };
}

/** What is only run forward needs no gradients. */
export function withoutGradients({ gradients: _, ...storage }: NetworkStorage): NetworkStorage {
  return storage;
}

/** A critic's output, one agent a value with one row. */
export function valuesAsAgents(spec: NetworkSpec, output: View, values: number): SizedView {
  const agent = outputAgents(spec) === 1 ? output.row : output.agent;
  return { ...output, agent, agents: values, rows: 1 };
}

/** A critic's output, one agent with a row a value. */
export function valuesAsRows(spec: NetworkSpec, output: View): View {
  return { ...output, agent: 0, row: outputAgents(spec) === 1 ? output.row : output.agent };
}

export interface Samples {
  /** (seeds, stride): samples of `width` words. */
  readonly samples: DeviceArray;
  readonly stride: number;
}

/** Rows of the samples that `indices` name: all of them, or those of the minibatch that is due. */
export function gatherCall(
  { control, seeds, layout }: Model,
  { samples, stride }: Samples,
  order: { indices: DeviceArray; seed: number },
  columns: number,
  first: number,
  y: SizedView,
): KernelCall {
  return call(K.gather, { control, indices: order.indices, samples, y: y.array }, {
    seeds: seeds.length,
    agents: y.agents,
    columns,
    rows: y.rows,
    indices_seed: order.seed,
    samples_seed: stride,
    width: layout.width,
    first,
    by: 1,
    ...viewParams("y", y),
  });
}

/** Rows of x into the samples that start at slots[STEP], or at slots[0]. */
export function scatterCall(
  { control, seeds, layout }: Model,
  { samples, stride }: Samples,
  to: { slots: DeviceArray; byStep: boolean },
  columns: number,
  first: number,
  x: SizedView,
): KernelCall {
  return call(K.scatter, { control, slots: to.slots, x: x.array, samples }, {
    seeds: seeds.length,
    agents: x.agents,
    columns,
    rows: x.rows,
    samples_seed: stride,
    width: layout.width,
    first,
    by_step: to.byStep ? 1 : 0,
    ...viewParams("x", x),
  });
}

/** Adds 1 to a control word. */
export function advanceCall({ control, seeds }: Model, word: number): KernelCall {
  return call(K.advance, { control }, { seeds: seeds.length, word, adam: 0, beta1: 0, beta2: 0 });
}

/** Draws actions from the actors' distributions. */
export function sampleCall(
  { agents, control, seeds }: Model,
  h: Hyperparameters,
  columns: number,
  distribution: View,
  action: View,
  logProbability: View,
): KernelCall {
  const arrays = {
    control,
    distribution: distribution.array,
    action: action.array,
    log_probability: logProbability.array,
  };
  const shared = {
    seeds: seeds.length,
    agents: agents.nodes.length,
    columns,
    phase: PHASES.train,
    deterministic: 0,
    ...viewParams("distribution", distribution),
    ...viewParams("action", action),
    ...viewParams("log_probability", logProbability),
  };
  const { decision } = agents;
  return decision.kind === "gaussian"
    ? call(K.gaussianSample, arrays, { ...shared, actions: decision.actions, ...deviationBounds(h) })
    : call(K.categoricalSample, arrays, { ...shared, choices: decision.choices });
}
