import { InputError } from "../../engine/errors.ts";
import {
  type Bounds,
  type Feature,
  type Network,
  type NetworkNode,
  SUPPLY,
} from "../../engine/network/types.ts";
import type { Policy } from "../../engine/policies/policy.ts";
import { chooser, type Sampler, samplerOf } from "./draws.ts";

export const OBSERVED = [
  "onHand",
  "backorders",
  "inTransit",
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
  suppliers: number[];
  buyers: number[];
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
  /** Whether anything looks at inventory positions. */
  tracksPosition: boolean;
}

/** @throws InputError where the network has a mechanism that `kotecha-6` and `ziegner-d1` do without */
export function referenceTables(network: Network, policy: Policy): ReferenceTables {
  const refuse = (where: string, what: string) => new InputError(where, `the reference has no ${what}`);
  if (network.quantities !== "integer") throw refuse("quantities", "real quantities");
  if (policy.kind !== "s-S" && policy.kind !== "base-stock") throw refuse("policy", `policy ${policy.kind}`);
  const scheme = network.reward?.scheme ?? "total";
  if (scheme !== "total" && scheme !== "team-mean") throw refuse("reward.scheme", `reward ${scheme}`);
  const indexOf = new Map(network.nodes.map((node, index) => [node.id, index]));

  const arcs = network.arcs.map((arc, a): ReferenceArc => {
    const { leadTime } = arc;
    if (leadTime.kind !== "constant") throw refuse(`arcs[${a}].leadTime`, `lead time ${leadTime.kind}`);
    if (arc.yield !== 1 || arc.inTransitHoldingCost !== 0) {
      throw refuse(`arcs[${a}]`, "yield or charge in transit");
    }
    const from = arc.from === SUPPLY ? -1 : indexOf.get(arc.from) as number;
    return {
      from,
      to: indexOf.get(arc.to) as number,
      leadTime: leadTime.value,
      orderLeadTime: arc.orderLeadTime,
    };
  });

  const nodes = network.nodes.map((node, index): ReferenceNode => {
    const where = `nodes[${index}]`;
    const {
      fixedOrderCost,
      orderChangeCost,
      lostSaleCost,
      unmetDemand,
      allocation,
      sourcing,
      initialInTransit,
    } = node;
    if (fixedOrderCost !== 0 || orderChangeCost !== 0 || lostSaleCost !== 0) {
      throw refuse(where, "such costs");
    }
    if (unmetDemand !== "backorder" || node.maxBackorder !== undefined) {
      throw refuse(where, "lost or trimmed demand");
    }
    if (allocation !== "fair" && allocation !== "lowest-position") {
      throw refuse(where, `allocation ${allocation}`);
    }
    if (sourcing !== "split" && sourcing !== "random") throw refuse(where, `sourcing ${sourcing}`);
    if (Object.keys(initialInTransit).length > 0) throw refuse(where, "initial goods in transit");
    const suppliers = arcs.flatMap((arc, a) => arc.to === index ? [a] : []);
    const weights = wholeWeights(suppliers.map((a) => network.arcs[a].share));
    const S = Math.fround(policy.parameters[policy.parameters.length - 1][index]);
    return {
      ...node,
      index,
      suppliers,
      buyers: arcs.flatMap((arc, a) => arc.from === index ? [a] : []),
      weights,
      choice: chooser(weights),
      ...(node.demand === undefined ? {} : { draw: samplerOf(node.demand, `${where}.demand`) }),
      s: policy.kind === "base-stock" ? S : Math.fround(policy.parameters[0][index]),
      S,
      observed: observedBy(network, node),
    };
  });

  const decidesOnPosition = policy.basis === "inventory-position";
  return {
    nodes: upstreamFirst(nodes, arcs),
    arcs,
    horizon: network.horizon,
    rewardScale: (network.reward?.scale ?? 1) / (scheme === "team-mean" ? nodes.length : 1),
    seesOrders: network.nodes.map((node) => node.seesOrders),
    decidesOnPosition,
    tracksPosition: decidesOnPosition ||
      nodes.some(({ allocation, observed }) =>
        allocation === "lowest-position" || observed.some(({ feature }) => feature === "inventoryPosition")
      ),
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

/** Shares to whole weights, as the specification quantises them. */
function wholeWeights(shares: readonly number[]): number[] {
  const largest = Math.max(...shares);
  const weights = shares.map((share) => Math.round(share / largest * 10_000));
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  return weights.map((weight) => weight / divisor);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Topological order; among nodes that are ready the lowest index first. */
function upstreamFirst(nodes: readonly ReferenceNode[], arcs: readonly ReferenceArc[]): ReferenceNode[] {
  const ordered: ReferenceNode[] = [];
  const isDone = (index: number) => index < 0 || ordered.some((node) => node.index === index);
  while (ordered.length < nodes.length) {
    const ready = nodes.find(({ index, suppliers }) =>
      !isDone(index) && suppliers.every((a) => isDone(arcs[a].from))
    );
    if (ready === undefined) throw new InputError("arcs", "the network has a circle");
    ordered.push(ready);
  }
  return ordered;
}
