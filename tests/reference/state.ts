import { type Network, SUPPLY } from "../../engine/network/types.ts";
import { sum } from "./arithmetic.ts";

/** Units on one arc. An index k counts periods from the coming one (0: in the coming period). */
export interface ArcState {
  /** Ordered by the buyer, reached the supplier, not shipped yet. */
  owed: number;
  /** goods[k] are due at the buyer in k periods; the yield is taken when they arrive. */
  goods: number[];
  /** orders[k] reach the supplier in k periods. */
  orders: number[];
}

export interface NodeState {
  onHand: number;
  owedToCustomers: number;
  /** known[k]: customer demand drawn in an earlier period and due in k periods; length demandLeadTime. */
  known: number[];
  lastOrder: number;
  /** Customer demand due and orders taken in, in the last period; 0 before the first. */
  lastDemand: number;
}

/** In the order of network.nodes and network.arcs. */
export interface SystemState {
  nodes: NodeState[];
  arcs: ArcState[];
}

/** Where the random numbers of a period come from. */
export interface Draws {
  /** Customer demand drawn in `period` (due demandLeadTime later), after profile and rounding. */
  demand(node: number, period: number): number;
  /** Lead time of the shipment that leaves in `period`, after profile and rounding. */
  leadTime(arc: number, period: number): number;
  /** Which of the node's supply arcs (in arc order, from 0) gets the order under "random". */
  sourcing(node: number, period: number): number;
}

/** The arcs into a node, in arc order. */
export function supplyArcs(network: Network, node: number): number[] {
  return network.arcs.flatMap((arc, i) => (arc.to === network.nodes[node].id ? [i] : []));
}

/** The arcs from a node to its buyers, in arc order. */
export function demandArcs(network: Network, node: number): number[] {
  return network.arcs.flatMap((arc, i) => (arc.from === network.nodes[node].id ? [i] : []));
}

export function nodeIndex(network: Network, id: string): number {
  return network.nodes.findIndex((node) => node.id === id);
}

/** The node and all that it supplies directly or through others. */
function echelon(network: Network, node: number): Set<number> {
  const members = new Set([node]);
  for (const member of members) {
    for (const arc of demandArcs(network, member)) members.add(nodeIndex(network, network.arcs[arc].to));
  }
  return members;
}

/** Every node after all its suppliers; among nodes that are ready, the lowest index first. */
export function upstreamFirst(network: Network): number[] {
  const order: number[] = [];
  const ready = (node: number) =>
    supplyArcs(network, node).every((arc) => {
      const from = network.arcs[arc].from;
      return from === SUPPLY || order.includes(nodeIndex(network, from));
    });
  while (order.length < network.nodes.length) {
    const next = network.nodes.findIndex((_, node) => !order.includes(node) && ready(node));
    if (next < 0) throw new RangeError("the network has a cycle");
    order.push(next);
  }
  return order;
}

/** The state before period 0. */
export function initialState(network: Network): SystemState {
  return {
    nodes: network.nodes.map((node) => ({
      onHand: node.initialOnHand,
      owedToCustomers: 0,
      known: new Array<number>(node.demand === undefined ? 0 : node.demandLeadTime).fill(0),
      lastOrder: 0,
      lastDemand: 0,
    })),
    arcs: network.arcs.map((arc) => {
      const buyer = network.nodes[nodeIndex(network, arc.to)];
      return { owed: 0, goods: [...(buyer.initialInTransit[arc.from] ?? [])], orders: [] };
    }),
  };
}

/** Units on their way to the node, before the yield. */
export function inTransit(network: Network, state: SystemState, node: number): number {
  return sum(supplyArcs(network, node).map((arc) => sum(state.arcs[arc].goods)));
}

/** In transit, owed by the suppliers, and own orders on their way up. */
export function onOrder(network: Network, state: SystemState, node: number): number {
  return sum(
    supplyArcs(network, node).map((i) => {
      const arc = state.arcs[i];
      return sum(arc.goods) + arc.owed + sum(arc.orders);
    }),
  );
}

/** Owed to own customers and to buying nodes. */
export function backorders(network: Network, state: SystemState, node: number): number {
  return state.nodes[node].owedToCustomers +
    sum(demandArcs(network, node).map((arc) => state.arcs[arc].owed));
}

/**
 * On-hand + on order - owed - customer demand known but not due - (with seesOrders) buyers' orders on their way,
 * at the start of a period before its decisions.
 */
export function inventoryPosition(network: Network, state: SystemState, node: number): number {
  const { onHand, known } = state.nodes[node];
  const coming = network.nodes[node].seesOrders
    ? sum(demandArcs(network, node).map((arc) => sum(state.arcs[arc].orders)))
    : 0;
  return onHand + onOrder(network, state, node) - backorders(network, state, node) - sum(known) - coming;
}

/** Own on order + on-hand and in transit of the node and all below - what is owed to customers there. */
export function echelonPosition(network: Network, state: SystemState, node: number): number {
  let position = onOrder(network, state, node);
  for (const member of echelon(network, node)) {
    position += state.nodes[member].onHand - state.nodes[member].owedToCustomers;
    if (member !== node) position += inTransit(network, state, member);
  }
  return position;
}
