/** Links: the arcs, and the customers of each demand node; where their rows lie in a block of state. */

import { envStep as L } from "../device/kernels.ts";
import { type Distribution, type Network, type NetworkNode, SUPPLY } from "../network/types.ts";
import { maximum } from "../network/distributions.ts";
import { quantise } from "../network/rounding.ts";
import type { Topology } from "../network/topology.ts";
import { integerWeights, shareThresholds } from "./shares.ts";
import type { NodeRows, StateRows } from "./rows.ts";
import type { TableWords } from "./table_words.ts";

/** A value that needs no draw and is the same in every period. */
export function isFixed(distribution: Distribution): boolean {
  return distribution.kind === "constant" && distribution.profile === undefined;
}

/** Units from a supplier that arrive in periods 0, 1, 2, ... An id may be the name of an object's own method. */
export function plannedArrivals({ initialInTransit }: NetworkNode, supplier: string): readonly number[] {
  return Object.hasOwn(initialInTransit, supplier) ? initialInTransit[supplier]! : [];
}

export interface LinkLayout {
  /** Byte offset of the record in the tables. */
  record: number;
  /** Row in which drawn lead times stand, where they are drawn. */
  leadTimeAt: number;
  ringAt: number;
  ringLength: number;
  owedAt: number;
  transitAt: number;
  onWayAt: number;
  delay: number;
  delayRingAt: number;
  /** Row of what is asked for, where it does not move with the period. */
  newAt: number;
}

/** Takes the rows that a link needs. Arc `index`, or with `index` = -1 the customers of `node`. */
function takeRows(
  network: Network,
  index: number,
  node: number,
  rows: StateRows,
  orderAt: number | undefined,
  owedAt: number | undefined,
): Omit<LinkLayout, "record"> {
  const arc = network.arcs[index];
  const from = arc === undefined ? "" : arc.from;
  const delay = arc === undefined ? network.nodes[node]!.demandLeadTime : arc.orderLeadTime;
  let ringLength = 0;
  let leadTimeAt = 0;
  if (arc !== undefined) {
    const planned = plannedArrivals(network.nodes[node]!, from).length;
    ringLength = Math.max(Math.round(maximum(arc.leadTime, { integer: true })) + 1, planned);
    if (!isFixed(arc.leadTime)) leadTimeAt = rows.take();
  }
  return {
    leadTimeAt,
    ringLength,
    ringAt: ringLength > 0 ? rows.take(ringLength) : 0,
    owedAt: from === SUPPLY ? 0 : owedAt ?? rows.take(),
    transitAt: arc !== undefined && arc.inTransitHoldingCost > 0 ? rows.take() : 0,
    delay,
    delayRingAt: delay > 0 ? rows.take(delay + 1) : 0,
    onWayAt: delay > 0 ? rows.take() : 0,
    newAt: delay > 0 ? 0 : orderAt ?? rows.take(),
  };
}

/**
 * Writes one record a link: the arcs in their order, then the customers of each demand node in node order.
 * Returns the layouts in the same order.
 */
export function writeLinks(
  network: Network,
  shape: Topology,
  nodeRows: readonly NodeRows[],
  rows: StateRows,
  tables: TableWords,
): LinkLayout[] {
  const layouts: LinkLayout[] = [];
  const first = tables.at;
  const customers = network.nodes.flatMap((node, n) => node.demand === undefined ? [] : [n]);
  tables.record((network.arcs.length + customers.length) * L.LINK_WORDS);

  const write = (arcIndex: number, node: number, supplier: number, orderAt: number | undefined) => {
    const record = first + layouts.length * L.LINK_WORDS * 4;
    // The only claim on a node shares the node's row of all that it owes.
    const seller = arcIndex < 0 ? node : supplier;
    const only = seller >= 0 &&
      shape.downstreamArcs[seller]!.length + (network.nodes[seller]!.demand === undefined ? 0 : 1) === 1;
    const owedAt = only ? nodeRows[seller]!.base + L.OWED * L.ROW_BYTES : undefined;
    const layout = { record, ...takeRows(network, arcIndex, node, rows, orderAt, owedAt) };
    layouts.push(layout);
    const set = (field: number, value: number) => tables.set(record, field, value);
    set(L.LINK_OWED_AT, layout.owedAt);
    set(L.LINK_NEW_AT, layout.newAt);
    set(L.LINK_PLACE_AT, layout.newAt);
    set(L.LINK_DELAY, layout.delay);
    set(L.LINK_DELAY_RING_AT, layout.delayRingAt);
    set(L.LINK_ON_WAY_AT, layout.onWayAt);
    let flags = layout.delay > 0 ? L.DELAYED : 0;
    const arc = network.arcs[arcIndex];
    if (arc === undefined) {
      flags |= L.CUSTOMERS | (layout.delay > 0 ? L.IS_SEEN : 0);
      if (network.nodes[node]!.unmetDemand === "lost") flags |= L.LOSES_UNMET;
    } else {
      const fixed = isFixed(arc.leadTime);
      const leadTime = fixed ? maximum(arc.leadTime, { integer: true }) : 0;
      if (arc.from === SUPPLY) flags |= L.FROM_SUPPLY;
      if (layout.delay > 0 && network.nodes[supplier]?.seesOrders) flags |= L.IS_SEEN;
      if (!fixed) flags |= L.RANDOM_LEAD_TIME | L.ACCUMULATES;
      // Initial stock in transit that arrives after the first own shipment would be overwritten.
      const planned = plannedArrivals(network.nodes[node]!, arc.from).length;
      if (planned > leadTime) flags |= L.ACCUMULATES;
      if (arc.yield < 1) flags |= L.HAS_YIELD;
      if (arc.inTransitHoldingCost > 0) flags |= L.KEEPS_TRANSIT;
      set(L.LINK_RING_AT, layout.ringAt);
      set(L.LINK_RING_LENGTH, layout.ringLength);
      set(L.LINK_LEAD_TIME, leadTime);
      set(L.LINK_LEAD_TIME_AT, layout.leadTimeAt);
      set(L.LINK_YIELD, quantise(arc.yield));
      tables.setFloat(record, L.LINK_YIELD_FRACTION, quantise(arc.yield) / L.FRACTION);
      set(L.LINK_TRANSIT_AT, layout.transitAt);
      tables.setFloat(record, L.LINK_TRANSIT_COST, arc.inTransitHoldingCost);
      set(L.LINK_BUYER_BASE, nodeRows[node]!.base);
      set(L.LINK_SUPPLIER_BASE, supplier < 0 ? 0 : nodeRows[supplier]!.base);
    }
    set(L.LINK_FLAGS, flags);
  };

  network.arcs.forEach((_, index) => {
    const node = shape.arcTo[index]!;
    const single = shape.supplyArcs[node]!.length === 1;
    const orderAt = nodeRows[node]!.base + L.ORDER * L.ROW_BYTES;
    write(index, node, shape.arcFrom[index]!, single ? orderAt : undefined);
  });
  for (const node of customers) write(-1, node, -1, undefined);
  writeShares(network, shape, layouts, tables);
  return layouts;
}

function writeShares(
  network: Network,
  shape: Topology,
  layouts: readonly LinkLayout[],
  tables: TableWords,
): void {
  for (const arcs of shape.supplyArcs) {
    const weights = integerWeights(arcs.map((arc) => network.arcs[arc]!.share));
    const sum = weights.reduce((a, b) => a + b, 0);
    const thresholds = shareThresholds(weights);
    arcs.forEach((arc, k) => {
      const { record } = layouts[arc]!;
      tables.set(record, L.LINK_SHARE, weights[k]!);
      tables.setFloat(record, L.LINK_SHARE_FRACTION, weights[k]! / sum);
      tables.set(record, L.LINK_THRESHOLD, thresholds[k]!);
    });
  }
}
