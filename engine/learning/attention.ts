/**
 * Attention layers over a graph as kernel calls: the kernels of a pass in their order, with their arguments.
 */

import type { DeviceArray } from "../device/device.ts";
import { call, type KernelCall } from "../device/kernel.ts";
import {
  attentionBackwardWeights,
  attentionSum,
  attentionSumBack,
  attentionWeights,
} from "../device/kernels/attention.ts";
import { type Activation, ACTIVATIONS } from "../device/kernels/dense.ts";
import {
  graphAttention,
  graphAttentionBackwardInput,
  graphAttentionBackwardScores,
  graphAttentionBackwardWeights,
  graphAttentionScores,
} from "../device/kernels/graph_attention.ts";
import { type View, viewParams } from "../device/view.ts";

/** `graph` on the device is the table's words (`attentionGraph`); `agents` and `edges` are the table's. */
export interface AttentionShape {
  graph: DeviceArray;
  seeds: number;
  agents: number;
  columns: number;
  heads: number;
  /** Of one head. */
  features: number;
  edges: number;
}

/**
 * Where a layer's attention vectors [heads][own, neighbour][features] lie in flat weights, and their
 * gradients.
 */
export interface VectorsAt {
  a_at: number;
  w_seed: number;
}

/** q, k, v and y [agents][heads * features], `attention` one agent with heads * edges rows. */
export interface AttentionViews {
  q: View;
  k: View;
  v: View;
  attention: View;
}

/** y_i = sum over neighbours j of softmax_j(q_i . k_j / sqrt(features)) v_j. */
export function attentionForward(
  { graph, ...shape }: AttentionShape,
  { q, k, v, attention, y }: AttentionViews & { y: View },
  label = "attention",
): KernelCall[] {
  return [
    call(attentionWeights, { graph, q: q.array, k: k.array, attention: attention.array }, {
      ...shape,
      ...viewParams("q", q),
      ...viewParams("k", k),
      ...viewParams("attention", attention),
    }, `${label} weights`),
    sum(attentionSum, { graph, ...shape }, attention, v, y, `${label} values`),
  ];
}

/** dq, dk and dv from dy; `d_attention` is like `attention`. */
export function attentionBackward(
  { graph, ...shape }: AttentionShape,
  views: AttentionViews & { dy: View; d_attention: View; dq: View; dk: View; dv: View },
  label = "attention backward",
): KernelCall[] {
  const { q, k, v, attention, dy, d_attention, dq, dk, dv } = views;
  return [
    call(attentionBackwardWeights, {
      graph,
      dy: dy.array,
      v: v.array,
      attention: attention.array,
      d_attention: d_attention.array,
    }, {
      ...shape,
      ...viewParams("dy", dy),
      ...viewParams("v", v),
      ...viewParams("attention", attention),
      ...viewParams("d_attention", d_attention),
    }, `${label} weights`),
    sum(attentionSum, { graph, ...shape }, d_attention, k, dq, `${label} queries`),
    sum(attentionSumBack, { graph, ...shape }, d_attention, q, dk, `${label} keys`),
    sum(attentionSumBack, { graph, ...shape }, attention, dy, dv, `${label} values`),
  ];
}

function sum(
  kernel: typeof attentionSum | typeof attentionSumBack,
  { graph, ...shape }: AttentionShape,
  attention: View,
  x: View,
  y: View,
  label: string,
): KernelCall {
  return call(kernel, { graph, attention: attention.array, x: x.array, y: y.array }, {
    ...shape,
    ...viewParams("attention", attention),
    ...viewParams("x", x),
    ...viewParams("y", y),
  }, label);
}

/** x [agents][heads * features] is W h already; `attention` one agent with `graphAttentionRows` rows. */
export interface GraphAttentionViews {
  x: View;
  attention: View;
}

/** GAT (engine/device/kernels/graph_attention.ts), heads concatenated. */
export function graphAttentionForward(
  { graph, ...shape }: AttentionShape,
  { x, attention, y }: GraphAttentionViews & { y: View },
  { weights, activation, ...at }: VectorsAt & { weights: DeviceArray; activation: Activation },
  label = "graph attention",
): KernelCall[] {
  return [
    call(graphAttentionScores, { x: x.array, weights, attention: attention.array }, {
      ...shape,
      ...at,
      ...viewParams("x", x),
      ...viewParams("attention", attention),
    }, `${label} scores`),
    call(graphAttention, { graph, x: x.array, attention: attention.array, y: y.array }, {
      ...shape,
      activation: ACTIVATIONS[activation],
      ...viewParams("x", x),
      ...viewParams("attention", attention),
      ...viewParams("y", y),
    }, label),
  ];
}

/**
 * dx and the gradients of the vectors, from dy that has gone through act'; `d_attention` is like `attention`.
 */
export function graphAttentionBackward(
  { graph, ...shape }: AttentionShape,
  { x, attention, dy, d_attention, dx }: GraphAttentionViews & { dy: View; d_attention: View; dx: View },
  { weights, gradients, ...at }: VectorsAt & { weights: DeviceArray; gradients: DeviceArray },
  label = "graph attention backward",
): KernelCall[] {
  return [
    call(graphAttentionBackwardScores, {
      graph,
      dy: dy.array,
      x: x.array,
      attention: attention.array,
      d_attention: d_attention.array,
    }, {
      ...shape,
      ...viewParams("dy", dy),
      ...viewParams("x", x),
      ...viewParams("attention", attention),
      ...viewParams("d_attention", d_attention),
    }, `${label} scores`),
    call(graphAttentionBackwardInput, {
      graph,
      dy: dy.array,
      weights,
      attention: attention.array,
      d_attention: d_attention.array,
      dx: dx.array,
    }, {
      ...shape,
      ...at,
      ...viewParams("dy", dy),
      ...viewParams("attention", attention),
      ...viewParams("d_attention", d_attention),
      ...viewParams("dx", dx),
    }, `${label} input`),
    call(graphAttentionBackwardWeights, { x: x.array, d_attention: d_attention.array, gradients }, {
      ...shape,
      ...at,
      ...viewParams("x", x),
      ...viewParams("d_attention", d_attention),
    }, `${label} weights`),
  ];
}
