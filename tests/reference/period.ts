/**
 * One period of one network in float64, written straight from the model's text: the reference that the kernels
 * are compared with. Nothing here is fast.
 */
import { type Network, SUPPLY } from "../../engine/network/types.ts";
import { floorOfRatio, FRACTION_UNIT, sum, tenThousandths } from "./arithmetic.ts";
import { claimOf, owed, serveClaims, totalOf, trimClaims } from "./claims.ts";
import { decideOrder, type Decision, sourceOrder } from "./orders.ts";
import {
  type ArcState,
  backorders,
  demandArcs,
  type Draws,
  inTransit,
  inventoryPosition,
  nodeIndex,
  onOrder,
  supplyArcs,
  type SystemState,
  upstreamFirst,
} from "./state.ts";

export type { Decision } from "./orders.ts";
export { type ArcState, type Draws, type NodeState, type SystemState } from "./state.ts";
export { echelonPosition, initialState, inventoryPosition } from "./state.ts";

/** What happened at a node in a period, in units; stocks and positions at its end. */
export interface NodeRecord {
  /** The decided order, counted once also where it goes to every supplier. */
  order: number;
  /** Units that arrived, after the yield. */
  received: number;
  /** Customer demand due and orders taken in; the same number as newClaims. */
  demand: number;
  /** To customers and to nodes. */
  shipped: number;
  /** To customers. */
  sold: number;
  newClaims: number;
  /** Of the new claims, shipped in this period. */
  onTime: number;
  customerDemand: number;
  customerOnTime: number;
  lost: number;
  /** Units thrown away above the capacity. */
  cut: number;
  /** Backorders dropped above maxBackorder, own customers' among them. */
  trimmed: number;
  lostToYield: number;
  onHand: number;
  backorders: number;
  inTransit: number;
  onOrder: number;
  inventoryPosition: number;
  cost: number;
  profit: number;
}

/** What happened on an arc in a period, in units. */
export interface ArcRecord {
  ordered: number;
  shipped: number;
  trimmed: number;
  arrived: number;
  lostToYield: number;
}

export interface PeriodResult {
  state: SystemState;
  nodes: NodeRecord[];
  arcs: ArcRecord[];
}

/** Filled in when every node has been processed. */
const UNCHARGED = { backorders: 0, inTransit: 0, onOrder: 0, inventoryPosition: 0, cost: 0, profit: 0 };

function addAt(list: number[], index: number, amount: number): void {
  while (list.length <= index) list.push(0);
  list[index] += amount;
}

/** Removes what is due now. */
function takeDue(list: number[]): number {
  const due = list[0] ?? 0;
  if (list.length > 0) list[0] = 0;
  return due;
}

function copyOf(state: SystemState): SystemState {
  return {
    nodes: state.nodes.map((node) => ({ ...node, known: [...node.known] })),
    arcs: state.arcs.map((arc) => ({ owed: arc.owed, goods: [...arc.goods], orders: [...arc.orders] })),
  };
}

/**
 * Advances the network by one period and leaves its arguments as they were.
 * `decisions` holds one rule a node, in the order of network.nodes.
 */
export function stepPeriod(
  network: Network,
  state: SystemState,
  decisions: Decision[],
  draws: Draws,
  period: number,
): PeriodResult {
  const integer = network.quantities === "integer";
  const next = copyOf(state);
  const positions = network.nodes.map((_, node) => inventoryPosition(network, state, node));
  const arcRecords: ArcRecord[] = network.arcs.map(() => ({
    ordered: 0,
    shipped: 0,
    trimmed: 0,
    arrived: 0,
    lostToYield: 0,
  }));
  const nodeRecords: NodeRecord[] = [];

  const orders = network.nodes.map((_, node) => decideOrder(network, state, node, decisions[node]));
  orders.forEach((order, node) => {
    const parts = sourceOrder(network, state, node, order, draws, period);
    supplyArcs(network, node).forEach((arc, i) => {
      arcRecords[arc].ordered = parts[i];
      addAt(next.arcs[arc].orders, network.arcs[arc].orderLeadTime, parts[i]);
    });
  });

  const send = (arc: number, units: number) => {
    if (units === 0) return;
    arcRecords[arc].shipped = units;
    addAt(next.arcs[arc].goods, draws.leadTime(arc, period), units);
  };

  const receive = (arc: number) => {
    const due = takeDue(next.arcs[arc].goods);
    const fraction = tenThousandths(network.arcs[arc].yield);
    const arrived = integer ? floorOfRatio(due, fraction, FRACTION_UNIT) : (due * fraction) / FRACTION_UNIT;
    arcRecords[arc].arrived = arrived;
    arcRecords[arc].lostToYield = due - arrived;
    return arrived;
  };

  const demandDue = (node: number): number => {
    if (network.nodes[node].demand === undefined) return 0;
    addAt(next.nodes[node].known, network.nodes[node].demandLeadTime, draws.demand(node, period));
    return takeDue(next.nodes[node].known);
  };

  for (const node of upstreamFirst(network)) {
    const settings = network.nodes[node];
    const own = next.nodes[node];
    const sources = supplyArcs(network, node);
    for (const arc of sources) {
      if (network.arcs[arc].from === SUPPLY) send(arc, takeDue(next.arcs[arc].orders));
    }
    const received = sum(sources.map(receive));
    own.onHand += received;

    const customers = claimOf(undefined, -Infinity, own.owedToCustomers, demandDue(node));
    const buyers = demandArcs(network, node).map((arc) => {
      const position = positions[nodeIndex(network, network.arcs[arc].to)];
      return claimOf(arc, position, next.arcs[arc].owed, takeDue(next.arcs[arc].orders));
    });
    const claims = [customers, ...buyers];
    const left = serveClaims(settings, own.onHand, claims, integer);
    if (settings.unmetDemand === "lost") customers.lost = customers.new - customers.shippedNew;
    for (const { arc, shippedOld, shippedNew } of buyers) send(arc!, shippedOld + shippedNew);

    own.onHand = Math.min(left, settings.capacity ?? Infinity);
    trimClaims(settings, claims);
    own.owedToCustomers = owed(customers);
    for (const claim of buyers) {
      next.arcs[claim.arc!].owed = owed(claim);
      arcRecords[claim.arc!].trimmed = claim.trimmed;
    }

    const newClaims = totalOf(claims, (claim) => claim.new);
    nodeRecords[node] = {
      order: orders[node],
      received,
      demand: newClaims,
      shipped: totalOf(claims, (claim) => claim.shippedOld + claim.shippedNew),
      sold: customers.shippedOld + customers.shippedNew,
      newClaims,
      onTime: totalOf(claims, (claim) => claim.shippedNew),
      customerDemand: customers.new,
      customerOnTime: customers.shippedNew,
      lost: customers.lost,
      cut: left - own.onHand,
      trimmed: totalOf(claims, (claim) => claim.trimmed),
      lostToYield: sum(sources.map((arc) => arcRecords[arc].lostToYield)),
      onHand: own.onHand,
      ...UNCHARGED,
    };
    own.lastOrder = orders[node];
    own.lastDemand = newClaims;
  }

  const advance = (list: number[]) => list.slice(1);
  next.arcs = next.arcs.map((arc): ArcState => ({
    owed: arc.owed,
    goods: advance(arc.goods),
    orders: advance(arc.orders),
  }));
  for (const node of next.nodes) node.known = advance(node.known);

  nodeRecords.forEach((record, node) => {
    record.backorders = backorders(network, next, node);
    record.inTransit = inTransit(network, next, node);
    record.onOrder = onOrder(network, next, node);
    record.inventoryPosition = inventoryPosition(network, next, node);
    record.cost = chargedCost(network, state, next, node, record);
    record.profit = network.nodes[node].price * record.shipped - record.cost;
  });
  return { state: next, nodes: nodeRecords, arcs: arcRecords };
}

function chargedCost(
  network: Network,
  before: SystemState,
  after: SystemState,
  node: number,
  record: NodeRecord,
): number {
  const prices = network.nodes[node];
  const onTheWay = supplyArcs(network, node).map((arc) =>
    network.arcs[arc].inTransitHoldingCost * sum(after.arcs[arc].goods)
  );
  return prices.orderCost * record.order +
    (record.order > 0 ? prices.fixedOrderCost : 0) +
    prices.orderChangeCost * Math.abs(record.order - before.nodes[node].lastOrder) +
    prices.holdingCost * Math.abs(record.onHand - prices.holdingTarget) +
    prices.backorderCost * record.backorders +
    prices.lostSaleCost * record.lost +
    sum(onTheWay);
}
