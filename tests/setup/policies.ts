/** What tests of policies and their losses share: operands, calls, and the reference by distribution. */

import { expect } from "vitest";
import type { DeviceArray } from "../../engine/device/device.ts";
import { call, type KernelCall } from "../../engine/device/kernel.ts";
import {
  categoricalBackward,
  categoricalForward,
  gaussianBackward,
  gaussianForward,
  policyLoss,
} from "../../engine/device/kernels.ts";
import { viewParams } from "../../engine/device/view.ts";
import * as reference from "../reference/policy_head.ts";
import type { DeviceUnderTest } from "./devices.ts";
import { drawn } from "./graphs.ts";
import { type Operand, operand, readColumns } from "./views.ts";

/** `rows`: action rows of a Gaussian, choices of a categorical. */
export interface PolicyShape {
  seeds: number;
  agents: number;
  columns: number;
  rows: number;
}

export const bounds: reference.Bounds = { low: -1.5, high: 0.5 };
export const logBounds = { log_low: bounds.low, log_high: bounds.high };

/** The clipping range of `policyCall`. */
export const CLIP = 0.2;

/** Values of an operand between -scale and scale. */
export const scaled = (stream: number, scale: number) => (...at: number[]) =>
  Math.fround(scale * drawn(stream)(...at));

/** Values of an operand: indices of choices. */
export const choicesDrawn = (stream: number, choices: number) => (...at: number[]) =>
  Math.floor((drawn(stream)(...at) / 2 + 0.5) * choices);

/** An operand of whole vectors of columns: what kernels do with the padding shows. */
export function columnsOf(
  underTest: DeviceUnderTest,
  label: string,
  { seeds, agents, columns }: Omit<PolicyShape, "rows">,
  rows: number,
  values?: (seed: number, agent: number, row: number, column: number) => number,
): Operand {
  return operand(underTest, label, { seeds, agents, rows, columns: Math.ceil(columns / 8) * 8 }, values);
}

/** [row][column] of each seed, without the padding; an agent's rows follow those of the agent before. */
export async function rowsOf(
  underTest: DeviceUnderTest,
  source: Operand,
  columns: number,
): Promise<Float64Array[][]> {
  const rows = source.shape.agents * source.shape.rows;
  return (await readColumns(underTest, source)).map((all) =>
    Array.from({ length: rows }, (_, r) => Float64Array.from(all.slice(0, columns), (column) => column[r]!))
  );
}

/** Fails unless all that follows the first `columns` columns is 0. */
export async function expectZeroPadding(
  underTest: DeviceUnderTest,
  gradient: Operand,
  columns: number,
): Promise<void> {
  for (const seed of await readColumns(underTest, gradient)) {
    for (const padded of seed.slice(columns)) {
      expect([...padded].every((value) => Object.is(value, 0))).toBe(true);
    }
  }
}

/** The rows of an agent, given all rows of a column. */
export function agentRows(values: Float64Array, agent: number, agents: number): Float64Array {
  const rows = values.length / agents;
  return values.slice(agent * rows, (agent + 1) * rows);
}

/** A distribution, an older one, and an action. */
export interface PolicyOperands {
  distribution: Operand;
  old: Operand;
  action: Operand;
}

type Terms = reference.Terms;

/** By the distribution's name: its operands, and the reference for a column of an agent. */
export const distributions = {
  gaussian: {
    operands: (underTest: DeviceUnderTest, shape: PolicyShape): PolicyOperands => ({
      distribution: columnsOf(underTest, "distribution", shape, 2 * shape.rows, scaled(1, 2)),
      old: columnsOf(underTest, "old_distribution", shape, 2 * shape.rows, scaled(2, 2)),
      action: columnsOf(underTest, "action", shape, shape.rows, scaled(3, 2)),
    }),
    terms: (row: Float64Array, old: Float64Array, action: Float64Array) =>
      reference.gaussian(row, old, action, bounds),
    backward: (row: Float64Array, old: Float64Array, action: Float64Array, gradient: Terms) =>
      reference.gaussianBackward(row, old, action, bounds, gradient),
  },
  categorical: {
    operands: (underTest: DeviceUnderTest, shape: PolicyShape): PolicyOperands => ({
      distribution: columnsOf(underTest, "distribution", shape, shape.rows, scaled(1, 4)),
      old: columnsOf(underTest, "old_distribution", shape, shape.rows, scaled(2, 4)),
      action: columnsOf(underTest, "action", shape, 1, choicesDrawn(3, shape.rows)),
    }),
    terms: (row: Float64Array, old: Float64Array, action: Float64Array) =>
      reference.categorical(row, old, action[0]!),
    backward: (row: Float64Array, old: Float64Array, action: Float64Array, gradient: Terms) =>
      reference.categoricalBackward(row, old, action[0]!, gradient),
  },
};
export type DistributionName = keyof typeof distributions;
export const distributionNames = Object.keys(distributions) as DistributionName[];

/** One row an agent each. */
export type TermOperands = Record<keyof Terms, Operand>;

export function termOperands(underTest: DeviceUnderTest, shape: PolicyShape): TermOperands {
  return {
    logProbability: columnsOf(underTest, "log_probability", shape, 1),
    entropy: columnsOf(underTest, "entropy", shape, 1),
    divergence: columnsOf(underTest, "divergence", shape, 1),
  };
}

/** gaussian_forward or categorical_forward. */
export function forwardCall(
  name: DistributionName,
  { seeds, agents, columns, rows }: PolicyShape,
  { distribution, old, action }: PolicyOperands,
  { logProbability, entropy, divergence }: TermOperands,
): KernelCall {
  const arrays = {
    distribution: distribution.view.array,
    old_distribution: old.view.array,
    action: action.view.array,
    log_probability: logProbability.view.array,
    entropy: entropy.view.array,
    divergence: divergence.view.array,
  };
  const params = {
    seeds,
    agents,
    columns,
    ...viewParams("distribution", distribution.view),
    ...viewParams("old_distribution", old.view),
    ...viewParams("action", action.view),
    ...viewParams("log_probability", logProbability.view),
    ...viewParams("entropy", entropy.view),
    ...viewParams("divergence", divergence.view),
  };
  return name === "gaussian"
    ? call(gaussianForward, arrays, { ...params, actions: rows, ...logBounds })
    : call(categoricalForward, arrays, { ...params, choices: rows });
}

/** gaussian_backward or categorical_backward. */
export function backwardCall(
  name: DistributionName,
  { seeds, agents, columns, rows }: PolicyShape,
  { distribution, old, action }: PolicyOperands,
  control: DeviceArray,
  dLogProbability: Operand,
  dDistribution: Operand,
): KernelCall {
  const arrays = {
    control,
    distribution: distribution.view.array,
    old_distribution: old.view.array,
    action: action.view.array,
    d_log_probability: dLogProbability.view.array,
    d_distribution: dDistribution.view.array,
  };
  const params = {
    seeds,
    agents,
    columns,
    ...viewParams("distribution", distribution.view),
    ...viewParams("old_distribution", old.view),
    ...viewParams("action", action.view),
    ...viewParams("d_log_probability", dLogProbability.view),
    ...viewParams("d_distribution", dDistribution.view),
  };
  return name === "gaussian"
    ? call(gaussianBackward, arrays, { ...params, actions: rows, ...logBounds })
    : call(categoricalBackward, arrays, { ...params, choices: rows });
}

export interface LossOperands extends TermOperands {
  old: Operand;
  advantage: Operand;
  /** The row of `advantage` of each agent. */
  valueOf: number[];
  gradient: Operand;
}

export function policyCall(
  { upload }: DeviceUnderTest,
  { seeds, agents, columns }: Omit<PolicyShape, "rows">,
  { logProbability, old, advantage, entropy, divergence, gradient, valueOf }: LossOperands,
  control: DeviceArray,
  lastEpochFrom = 0,
): KernelCall {
  return call(policyLoss, {
    control,
    log_probability: logProbability.view.array,
    old_log_probability: old.view.array,
    advantage: advantage.view.array,
    entropy: entropy.view.array,
    divergence: divergence.view.array,
    value_of: upload(Uint32Array.from(valueOf), "value_of"),
    d_log_probability: gradient.view.array,
  }, {
    seeds,
    agents,
    columns,
    values: advantage.shape.rows,
    clip: CLIP,
    last_epoch_from: lastEpochFrom,
    ...viewParams("log_probability", logProbability.view),
    ...viewParams("old_log_probability", old.view),
    ...viewParams("advantage", advantage.view),
    ...viewParams("entropy", entropy.view),
    ...viewParams("divergence", divergence.view),
    ...viewParams("d_log_probability", gradient.view),
  });
}
