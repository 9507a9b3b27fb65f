import { type Basis, type Network, SUPPLY } from "../../engine/network/types.ts";
import { floorOfRatio, roundHalfEven, spreadRemainder, sum, wholeWeights } from "./arithmetic.ts";
import {
  type Draws,
  echelonPosition,
  inventoryPosition,
  nodeIndex,
  supplyArcs,
  type SystemState,
} from "./state.ts";

/** A node's order rule with its parameters in units. */
export type Decision =
  | { rule: "quantity"; quantity: number }
  | { rule: "base-stock"; level: number; basis: Basis }
  | { rule: "s-S"; reorderPoint: number; orderUpTo: number; basis: Basis }
  | { rule: "s-Q"; reorderPoint: number; quantity: number; basis: Basis }
  | { rule: "demand-plus"; extra: number };

function stockLevel(network: Network, state: SystemState, node: number, basis: Basis): number {
  switch (basis) {
    case "on-hand":
      return state.nodes[node].onHand;
    case "inventory-position":
      return inventoryPosition(network, state, node);
    case "echelon-position":
      return echelonPosition(network, state, node);
  }
}

function wanted(network: Network, state: SystemState, node: number, decision: Decision): number {
  switch (decision.rule) {
    case "quantity":
      return decision.quantity;
    case "base-stock":
      return decision.level - stockLevel(network, state, node, decision.basis);
    case "s-S": {
      const level = stockLevel(network, state, node, decision.basis);
      return level <= decision.reorderPoint ? decision.orderUpTo - level : 0;
    }
    case "s-Q": {
      const level = stockLevel(network, state, node, decision.basis);
      return level <= decision.reorderPoint ? decision.quantity : 0;
    }
    case "demand-plus":
      return state.nodes[node].lastDemand + decision.extra;
  }
}

/** The node's order of the period: rounded in integer networks, then capped, then at least 0. */
export function decideOrder(network: Network, state: SystemState, node: number, decision: Decision): number {
  const raw = wanted(network, state, node, decision);
  const rounded = network.quantities === "integer" ? roundHalfEven(raw) : raw;
  return Math.max(0, Math.min(rounded, network.nodes[node].maxOrder ?? Infinity));
}

/** `quantity` in proportion to whole or real weights; integers: floors, then one each to the first. */
function inProportion(quantity: number, weights: number[], integer: boolean): number[] {
  const total = sum(weights);
  if (!integer) return weights.map((weight) => (quantity * weight) / total);
  const floors = weights.map((weight) => floorOfRatio(quantity, weight, total));
  return spreadRemainder(floors, quantity - sum(floors));
}

/** What is ordered on each of the node's supply arcs, in their order. */
export function sourceOrder(
  network: Network,
  state: SystemState,
  node: number,
  quantity: number,
  draws: Draws,
  period: number,
): number[] {
  const arcs = supplyArcs(network, node);
  const integer = network.quantities === "integer";
  const byShare = () =>
    inProportion(quantity, wholeWeights(arcs.map((arc) => network.arcs[arc].share)), integer);
  switch (network.nodes[node].sourcing) {
    case "split":
      return byShare();
    case "all":
      return arcs.map(() => quantity);
    case "random": {
      const chosen = arcs.length === 1 ? 0 : draws.sourcing(node, period);
      return arcs.map((_, i) => (i === chosen ? quantity : 0));
    }
    case "available": {
      const suppliers = arcs.map((arc) => network.arcs[arc].from);
      const external = suppliers.indexOf(SUPPLY);
      const internal = suppliers.flatMap((from, i) => (from === SUPPLY ? [] : [i]));
      const stocks = internal.map((i) => state.nodes[nodeIndex(network, suppliers[i])].onHand);
      const stock = sum(stocks);
      if (stock === 0 && external < 0) return byShare();
      const fromInternal = external < 0 ? quantity : Math.min(quantity, stock);
      const orders = arcs.map(() => 0);
      if (external >= 0) orders[external] = quantity - fromInternal;
      if (stock > 0) {
        inProportion(fromInternal, stocks, integer).forEach((part, i) => orders[internal[i]] = part);
      }
      return orders;
    }
  }
}
