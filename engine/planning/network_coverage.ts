import { InputError } from "../errors.ts";
import { SUPPLY_INDEX, type Topology } from "../network/topology.ts";
import type { Network, NetworkArc } from "../network/types.ts";
import { clampAtZero, type Lattice, mixture } from "./lattice.ts";
import { leadTimeLattice } from "./network_demand.ts";

/**
 * How many periods of demand a node's own base-stock level has to cover in the engine (design, section 2).
 *
 * An order decided in period t reaches the supplier in t + orderLeadTime, leaves it then and is received
 * leadTime periods later, before that period's claims are served: it has to last until the end of period t +
 * orderLeadTime + leadTime. The claims that fall due in periods t .. t + orderLeadTime + leadTime are
 * orderLeadTime + leadTime + 1 periods of demand. What is already known and in the inventory position at t
 * need not be covered again:
 * - own customers' demand is known `demandLeadTime` periods before it is due (only what is drawn from t on is
 *   new);
 * - a buyer's order is known `orderLeadTime` of the buyer's arc before it arrives, if the node `seesOrders`.
 *   If not, the order's way up is part of nobody's wait but the buyer's own.
 *
 * So the level covers max(0, orderLeadTime + leadTime + 1 - advance) periods. Under local base-stock levels a
 * buyer's order of a period is the demand that it learnt of in the period before, so the windows of a node
 * and its buyers adjoin and the chain is the textbook's with these lead times. (Where more is known than the
 * order needs, a base-stock policy on the inventory position orders too early; the 0 is then an
 * approximation.)
 */
export interface Coverage {
  /** (supply arcs of the node): the share of its orders that goes there, normalised. */
  shares: readonly number[];
  /** Distribution of orderLeadTime + leadTime + 1 over the arcs by share: whole periods. */
  periods: Lattice;
}

/** The coverage of a node, before `advance`. */
export function coverageOf(network: Network, { supplyArcs }: Topology, node: number): Coverage {
  const arcs = supplyArcs[node].map((arc) => network.arcs[arc]);
  const shares = orderShares(arcs);
  const periods = mixture(arcs.map((arc, i) => {
    const leadTime = leadTimeLattice(arc.leadTime);
    return { weight: shares[i], pmf: { ...leadTime, first: leadTime.first + arc.orderLeadTime + 1 } };
  }));
  return { shares, periods };
}

/** The shares of a node's orders by supply arc; they add up to 1. */
export function orderShares(arcs: readonly NetworkArc[]): number[] {
  const total = arcs.reduce((sum, { share }) => sum + share, 0);
  return arcs.map(({ share }) => share / total);
}

/** Periods of claims to cover when they are known `advance` periods ahead. */
export function periodsToCover({ periods }: Coverage, advance: number): Lattice {
  return clampAtZero({ ...periods, first: periods.first - advance });
}

/** How many periods ahead of its arrival an order on this arc is known to the supplier. */
export function orderAdvance(network: Network, { arcFrom }: Topology, arc: number): number {
  const supplier = arcFrom[arc];
  return supplier !== SUPPLY_INDEX && network.nodes[supplier].seesOrders
    ? network.arcs[arc].orderLeadTime
    : 0;
}

/** What the stages of a line decide on, which sets how soon they hear of demand. */
export type LevelKind = "local" | "echelon";

/**
 * The textbook lead times (`SerialSystem`) of a line of nodes in the engine, upstream first.
 *
 * Local levels: `Coverage`. Echelon levels: all nodes learn of demand at once, so a node has to cover the
 * time until its goods can leave it, orderLeadTime + leadTime - the orderLeadTime of its buyer (whose order
 * is decided in the same period and arrives so much later); the one that serves customers orderLeadTime +
 * leadTime + 1, the echelon position not counting demand that is known but not due.
 *
 * @param line node indices, upstream first, each with one supply arc
 * @throws InputError where a lead time is random, or an order takes longer than the supplier's own
 *   replenishment
 */
export function effectiveLeadTimes(
  network: Network,
  topology: Topology,
  line: readonly number[],
  kind: LevelKind,
): number[] {
  const arcs = line.map((node) => topology.supplyArcs[node][0]);
  return line.map((node, i) => {
    const { orderLeadTime, leadTime } = network.arcs[arcs[i]];
    const whole = leadTimeLattice(leadTime);
    if (whole.probabilities.length > 1) {
      throw new InputError(
        `node "${network.nodes[node].id}"`,
        `expected a constant lead time (this method is exact for these only), got ${leadTime.kind}`,
      );
    }
    const arrival = orderLeadTime + whole.first;
    const buyer = arcs[i + 1];
    if (kind === "local") {
      const advance = buyer === undefined
        ? network.nodes[node].demandLeadTime
        : orderAdvance(network, topology, buyer);
      return Math.max(0, arrival + 1 - advance);
    }
    if (buyer === undefined) return arrival + 1;
    const periods = arrival - network.arcs[buyer].orderLeadTime;
    if (periods < 0) {
      throw new InputError(
        `node "${network.nodes[node].id}"`,
        `expected goods to arrive no later than its buyer's orders of the same period (${
          network.arcs[buyer].orderLeadTime
        } periods), got ${arrival}: use local levels`,
      );
    }
    return periods;
  });
}
