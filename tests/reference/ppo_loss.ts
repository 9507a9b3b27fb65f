/** The losses of proximal policy optimisation in float64, for one seed; arrays are [row][column]. */

import type { ValueLoss } from "../../engine/device/kernels/ppo_loss.ts";

type Rows = readonly Float64Array[];

export interface PolicyInputs {
  /** [agent][column] */
  logProbability: Rows;
  oldLogProbability: Rows;
  /** [value row][column] */
  advantage: Rows;
  /** The value row of each agent. */
  valueOf: readonly number[];
  clip: number;
}

export interface PolicyLoss {
  /** Means over columns, added over agents. */
  loss: number;
  /** Means over agents and columns. */
  approximateDivergence: number;
  clipFraction: number;
  /** Of the loss, for the log-probabilities. */
  gradient: Float64Array[];
}

/** -min(r A, clip(r, 1 - clip, 1 + clip) A): Schulman et al. (2017), eq. 7. */
export function policyLoss(inputs: PolicyInputs): PolicyLoss {
  const { logProbability, oldLogProbability, advantage, valueOf, clip } = inputs;
  const agents = logProbability.length;
  const result: PolicyLoss = { loss: 0, approximateDivergence: 0, clipFraction: 0, gradient: [] };
  for (const [agent, row] of logProbability.entries()) {
    result.gradient.push(row.map((value, column) => {
      const logRatio = value - oldLogProbability[agent]![column]!;
      const ratio = Math.exp(logRatio);
      const gain = advantage[valueOf[agent]!]![column]!;
      const free = ratio * gain;
      const clipped = Math.min(Math.max(ratio, 1 - clip), 1 + clip) * gain;
      result.loss -= Math.min(free, clipped) / row.length;
      result.approximateDivergence += (ratio - 1 - logRatio) / row.length / agents;
      result.clipFraction += (Math.abs(ratio - 1) > clip ? 1 : 0) / row.length / agents;
      return free <= clipped ? -free / row.length : 0;
    }));
  }
  return result;
}

export interface ValueInputs {
  /** [value row][column], in units of the critic's output. */
  value: Rows;
  oldValue: Rows;
  /** In units of reward. */
  target: Rows;
  mode: ValueLoss;
  clip: number;
  coefficient: number;
  /** An output v stands for mean + scale * v. */
  mean: number;
  scale: number;
}

/** Added over value rows, with its gradient for the critic's outputs. */
export function valueLoss(inputs: ValueInputs): { loss: number; gradient: Float64Array[] } {
  let loss = 0;
  const gradient = inputs.value.map((row, r) =>
    row.map((value, column) => {
      const aim = (inputs.target[r]![column]! - inputs.mean) / inputs.scale;
      const { square, slope } = valueError(value - aim, inputs.oldValue[r]![column]! - aim, inputs);
      loss += inputs.coefficient * square / 2 / row.length;
      return inputs.coefficient * slope / row.length;
    })
  );
  return { loss, gradient };
}

/** The squared error that counts, and half its derivative, given the new and the old output's error. */
function valueError(error: number, oldError: number, { mode, clip }: ValueInputs) {
  const square = error ** 2;
  if (mode === "capped") return square > clip ? { square: clip, slope: 0 } : { square, slope: error };
  if (mode === "plain") return { square, slope: error };
  const moved = error - oldError;
  if (Math.abs(moved) <= clip) return { square, slope: error };
  const clipped = (oldError + Math.sign(moved) * clip) ** 2;
  return clipped > square ? { square: clipped, slope: 0 } : { square, slope: error };
}
