/** Environments of a seed in float64 with what agents see and are paid, written from the design's text. */

import { maximum } from "../../engine/network/distributions.ts";
import type { Bounds, Feature, Network, RewardScheme } from "../../engine/network/types.ts";
import { drawsFor } from "./draws.ts";
import type { Decision } from "./orders.ts";
import { initialState, type NodeRecord, stepPeriod } from "./period.ts";
import {
  backorders,
  demandArcs,
  inTransit,
  inventoryPosition,
  onOrder,
  supplyArcs,
  type SystemState,
} from "./state.ts";

const TRAIN = 0;

export interface Step {
  /** [node] */
  rewards: Float64Array;
  /** Over all nodes. */
  profit: number;
  /** The last observations of the episode, where it has ended. */
  finals: Float64Array | undefined;
}

/** One environment: it starts the next episode in the step that ends one. Every feature needs its bounds. */
export class ReferenceEnvironment {
  readonly network: Network;
  readonly #seed: number;
  readonly #member: number;
  readonly #pay: { scheme: RewardScheme; scale: number };
  #state: SystemState;
  #period = 0;
  #episode = 0;
  /** Rows in the order of `rowsOf`, as they are observed. */
  #observations: Float64Array;

  constructor(network: Network, seed: number, member: number, pay: { scheme: RewardScheme; scale: number }) {
    this.network = network;
    this.#seed = seed;
    this.#member = member;
    this.#pay = pay;
    this.#state = initialState(network);
    this.#observations = this.#observe(undefined, undefined);
  }

  get observations(): Float64Array {
    return this.#observations;
  }

  /** @param actions as the network's `control` reads them, one row a node */
  step(actions: Float64Array): Step {
    const { network } = this;
    const draws = drawsFor(network, {
      seed: this.#seed,
      phase: TRAIN,
      episode: this.#episode,
      member: this.#member,
    });
    const decisions = network.nodes.map((_, node) => decisionOf(network, node, actions[node]!));
    const { state, nodes } = stepPeriod(network, this.#state, decisions, draws, this.#period);
    this.#state = state;
    this.#period++;
    const profits = nodes.map(({ profit }) => profit);
    const rewards = Float64Array.from(nodes, (_, agent) => this.#rewardOf(agent, profits));
    this.#observations = this.#observe(nodes, this.#observations);
    const profit = profits.reduce((sum, value) => sum + value, 0);
    if (this.#period < network.horizon) return { rewards, profit, finals: undefined };
    const finals = this.#observations;
    this.#period = 0;
    this.#episode++;
    this.#state = initialState(network);
    this.#observations = this.#observe(undefined, undefined);
    return { rewards, profit, finals };
  }

  #rewardOf(agent: number, profits: readonly number[]): number {
    const { scheme, scale } = this.#pay;
    const all = profits.reduce((sum, value) => sum + value, 0);
    const isRetailer = demandArcs(this.network, agent).length === 0;
    switch (scheme) {
      case "total":
        return scale * all;
      case "team-mean":
        return scale * all / profits.length;
      case "own":
        return scale * profits[agent]!;
      case "retailers-own":
        return scale * (isRetailer ? profits[agent]! : all);
      case "own-and-downstream":
        throw new RangeError("not needed");
    }
  }

  /** @param before the observations a period ago; without, the episode has just begun */
  #observe(records: readonly NodeRecord[] | undefined, before: Float64Array | undefined): Float64Array {
    const { network } = this;
    const rows = rowsOf(network);
    return Float64Array.from(rows, ({ node, feature, lag, ahead }, index) => {
      if (lag > 0 && before !== undefined) return before[index - 1]!;
      const [low, high] = boundsOf(network, node, feature);
      const raw = lag > 0 ? 0 : this.#valueOf(node, feature, ahead, records?.[node]);
      return 2 * (Math.min(Math.max(raw, low), high) - low) / (high - low) - 1;
    });
  }

  #valueOf(node: number, feature: Feature, ahead: number, record: NodeRecord | undefined): number {
    const { network } = this;
    const state = this.#state;
    switch (feature) {
      case "onHand":
        return state.nodes[node]!.onHand;
      case "backorders":
        return backorders(network, state, node);
      case "inTransit":
        return inTransit(network, state, node);
      case "inTransitSlots":
        return supplyArcs(network, node).reduce(
          (sum, arc) => sum + (state.arcs[arc]!.goods[ahead - 1] ?? 0),
          0,
        );
      case "onOrder":
        return onOrder(network, state, node);
      case "inventoryPosition":
        return inventoryPosition(network, state, node);
      case "received":
        return record?.received ?? 0;
      case "demand":
        return record?.demand ?? 0;
      case "order":
        return record?.order ?? 0;
      case "fillRate":
        if (record === undefined) return 0;
        return record.newClaims > 0 ? record.onTime / record.newClaims : 1;
      case "time":
        return this.#period / network.horizon;
    }
  }
}

interface Row {
  node: number;
  feature: Feature;
  lag: number;
  ahead: number;
}

/** Rows of the observations: node by node, feature by feature, then lags or slots. */
export function rowsOf(network: Network): Row[] {
  const { features, lags } = network.observation!;
  return network.nodes.flatMap((_, node) =>
    features.flatMap((feature): Row[] => {
      if (feature === "inTransitSlots") {
        const leadTimes = supplyArcs(network, node).map((arc) =>
          maximum(network.arcs[arc]!.leadTime, { integer: true })
        );
        const slots = Math.max(...leadTimes);
        return Array.from({ length: slots }, (_, k) => ({ node, feature, lag: 0, ahead: k + 1 }));
      }
      const depth = typeof lags === "number" ? lags : lags[feature] ?? 0;
      return Array.from({ length: depth + 1 }, (_, lag) => ({ node, feature, lag, ahead: 0 }));
    })
  );
}

function boundsOf(network: Network, node: number, feature: Feature): Bounds {
  if (feature === "time") return [0, 1];
  const bounds = network.observation!.bounds[feature]!;
  return Array.isArray(bounds) ? bounds : bounds[network.nodes[node]!.id]!;
}

function decisionOf(network: Network, node: number, action: number): Decision {
  const { rule, basis, bounds, choices } = network.control!;
  if (rule === "choice") return { rule: "quantity", quantity: choices![action]! };
  const { id, maxOrder } = network.nodes[node]!;
  const [low, high] = (Array.isArray(bounds) ? bounds : bounds?.[id] ?? [0, maxOrder!]) as Bounds;
  if (rule === "demand-plus") return { rule, extra: low + action };
  const value = low + (high - low) * (Math.min(Math.max(action, -1), 1) + 1) / 2;
  if (rule === "base-stock") return { rule, level: value, basis };
  if (rule === "quantity") return { rule, quantity: value };
  throw new RangeError(`the rule ${rule} is not needed`);
}
