/** One line a period and node: what a simulation did, for people and spreadsheets. */

import type { Network } from "../network/types.ts";
import type { Policy } from "../policies/mod.ts";
import type { Phase } from "../random/mod.ts";
import { type Controller, isPolicy, observedBy, policyController } from "./controller.ts";
import { BatchEnvironment } from "./environment.ts";
import { readState } from "./state.ts";

/** End of a period; units, and money as in the network. */
export interface TraceRow {
  episode: number;
  period: number;
  node: string;
  onHand: number;
  backorders: number;
  inTransit: number;
  onOrder: number;
  inventoryPosition: number;
  order: number;
  received: number;
  demand: number;
  shipped: number;
  cost: number;
  profit: number;
}

export const TRACE_COLUMNS = [
  "episode",
  "period",
  "node",
  "onHand",
  "backorders",
  "inTransit",
  "onOrder",
  "inventoryPosition",
  "order",
  "received",
  "demand",
  "shipped",
  "cost",
  "profit",
] as const satisfies readonly (keyof TraceRow)[];

export interface TraceOptions {
  /** Default 1. */
  episodes?: number;
  /** Default: the network's `evaluation`, or its horizon. */
  periods?: number;
  /** u32. Default 0. */
  seed?: number;
  /** Which stream of randomness. Default "simulate". */
  phase?: Phase;
}

/** Runs one episode after another, the same ones as `simulate` with the same options, and yields every row. */
export async function* trace(
  network: Network,
  policy: Policy | Controller,
  options: TraceOptions = {},
): AsyncGenerator<TraceRow> {
  const controller = isPolicy(policy) ? policyController(policy, network) : policy;
  const { episodes = 1, seed = 0, phase = "simulate" } = options;
  const { periods = network.evaluation?.periods ?? network.horizon } = options;
  const env = await BatchEnvironment.create(observedBy(controller, network), {
    environments: 1,
    seed,
    phase,
    rules: controller.rules,
    horizon: periods,
    autoreset: false,
    recordsAll: true,
  });
  for (let episode = 0; episode < episodes; episode++) {
    env.setMembers(Uint32Array.of(episode));
    env.reset({ seed });
    if (controller.fixedActions !== undefined) env.fillActions(controller.fixedActions);
    for (let period = 0; period < periods; period++) {
      controller.act?.(env);
      env.step();
      const { nodes } = readState(env, 0);
      for (const [n, view] of nodes.entries()) {
        yield {
          episode,
          period,
          node: network.nodes[n]!.id,
          onHand: view.onHand,
          backorders: view.backorders,
          inTransit: view.inTransit,
          onOrder: view.onOrder,
          inventoryPosition: view.inventoryPosition,
          order: view.order,
          received: view.received,
          demand: view.demand,
          shipped: view.shipped,
          cost: view.cost,
          profit: view.profit,
        };
      }
    }
  }
}
