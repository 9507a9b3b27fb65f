import { InputError } from "../../engine/errors.ts";
import {
  type Bounds,
  type Feature,
  mean,
  type Network,
  type NetworkNode,
  topology,
} from "../../engine/network/mod.ts";
import type { Policy } from "../../engine/policies/mod.ts";
import { integerWeights } from "../../engine/simulation/shares.ts";
import { chooser, type Sampler, samplerOf } from "./draws.ts";

export const OBSERVED = [
  "onHand",
  "backorders",
  "onOrder",
  "demand",
  "order",
  "inventoryPosition",
] as const;
export type Observed = (typeof OBSERVED)[number];

export interface ReferenceArc {
  /** Index of the supplying node, -1 for the external supply. */
  from: number;
  to: number;
  leadTime: number;
  orderLeadTime: number;
}

export interface ReferenceNode extends NetworkNode {
  index: number;
  /** Arc indices. */
  suppliers: readonly number[];
  buyers: readonly number[];
  /** Whole-number weights of the suppliers, and the arc that a random word picks among them. */
  weights: number[];
  choice: Sampler;
  draw?: Sampler;
  /** Order S - level at or below s; base-stock has s = S. */
  s: number;
  S: number;
  observed: { feature: Observed; low: number; high: number }[];
}

/** What the plain loops need of a network and a policy. */
export interface ReferenceTables {
  /** Upstream first. */
  nodes: ReferenceNode[];
  arcs: ReferenceArc[];
  horizon: number;
  rewardScale: number;
  /** By node index. */
  seesOrders: boolean[];
  decidesOnPosition: boolean;
  /** Whether anything looks at inventory positions, and at demand. */
  tracksPosition: boolean;
  recordsDemand: boolean;
}

/** @throws InputError where the network has a mechanism that `kotecha-6` and `ziegner-d1` do without */
export function referenceTables(network: Network, policy: Policy): ReferenceTables {
  requireSupported("", [
    ["quantities", network.quantities, ["integer"]],
    ["policy", policy.kind, ["s-S", "base-stock"]],
    ["reward.scheme", network.reward?.scheme ?? "total", ["total"]],
  ]);
  const { arcFrom, arcTo, supplyArcs, downstreamArcs, order } = topology(network);

  const arcs = network.arcs.map((arc, a): ReferenceArc => {
    const { leadTime, orderLeadTime } = arc;
    requireSupported(`arcs[${a}].`, [
      ["yield", arc.yield, [1]],
      ["inTransitHoldingCost", arc.inTransitHoldingCost, [0]],
      ["leadTime.kind", leadTime.kind, ["constant"]],
      ["leadTime.profile", leadTime.profile, [undefined]],
    ]);
    return { from: arcFrom[a], to: arcTo[a], leadTime: mean(leadTime), orderLeadTime };
  });

  const nodes = network.nodes.map((node, index): ReferenceNode => {
    const where = `nodes[${index}]`;
    requireSupported(`${where}.`, [
      ["fixedOrderCost", node.fixedOrderCost, [0]],
      ["orderChangeCost", node.orderChangeCost, [0]],
      ["unmetDemand", node.unmetDemand, ["backorder"]],
      ["maxBackorder", node.maxBackorder, [undefined]],
      ["allocation", node.allocation, ["fair", "lowest-position"]],
      ["sourcing", node.sourcing, ["split", "random"]],
      ["initialInTransit", Object.keys(node.initialInTransit).length, [0]],
    ]);
    const suppliers = supplyArcs[index];
    const weights = integerWeights(suppliers.map((a) => network.arcs[a].share));
    const S = Math.fround(policy.parameters[policy.parameters.length - 1][index]);
    return {
      ...node,
      index,
      suppliers,
      buyers: downstreamArcs[index],
      weights,
      choice: chooser(weights),
      ...(node.demand === undefined ? {} : { draw: samplerOf(node.demand, `${where}.demand`) }),
      s: policy.kind === "base-stock" ? S : Math.fround(policy.parameters[0][index]),
      S,
      observed: observedBy(network, node),
    };
  });

  const observes = (what: Observed) =>
    nodes.some((node) => node.observed.some(({ feature }) => feature === what));
  const decidesOnPosition = policy.basis === "inventory-position";
  return {
    nodes: Array.from(order, (index) => nodes[index]),
    arcs,
    horizon: network.horizon,
    rewardScale: network.reward?.scale ?? 1,
    seesOrders: network.nodes.map((node) => node.seesOrders),
    decidesOnPosition,
    tracksPosition: decidesOnPosition || observes("inventoryPosition") ||
      nodes.some(({ allocation }) => allocation === "lowest-position"),
    recordsDemand: observes("demand"),
  };
}

function observedBy(network: Network, node: NetworkNode): ReferenceNode["observed"] {
  const { features = [], bounds = {} } = network.observation ?? {};
  return features.map((feature) => {
    if (!isObserved(feature)) throw new InputError("observation.features", `the reference has no ${feature}`);
    const given = bounds[feature];
    const [low, high]: Bounds = (Array.isArray(given) ? given : given?.[node.id]) ?? [0, 1];
    return { feature, low, high };
  });
}

function isObserved(feature: Feature): feature is Observed {
  return (OBSERVED as readonly Feature[]).includes(feature);
}

function requireSupported(where: string, fields: readonly [string, unknown, readonly unknown[]][]): void {
  for (const [field, value, known] of fields) {
    if (known.includes(value)) continue;
    throw new InputError(where + field, `the reference has only ${known.join(" and ")}, got ${value}`);
  }
}
