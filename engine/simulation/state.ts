/** One environment's state in the field's terms: for traces, tests and people, not for hot paths. */

import { envStep as L } from "../device/kernels.ts";
import type { BatchEnvironment } from "./environment.ts";

export interface ArcView {
  /** Owed on this arc by the supplier, in units. */
  owed: number;
  /** goods[k]: units that arrive k periods after the coming one. */
  goods: number[];
  /** orders[k]: units ordered that reach the supplier k periods after the coming one. */
  orders: number[];
}

export interface NodeView {
  onHand: number;
  backorders: number;
  owedToCustomers: number;
  onOrder: number;
  inventoryPosition: number;
  /** known[k]: customer demand drawn already and due k periods after the coming one. */
  known: number[];
  /** Of the last period. */
  order: number;
  demand: number;
  profit: number;
  /** Of the last period, kept where the environment was made with `recordsAll` (and so `demand` and the position). */
  received: number;
  shipped: number;
  cost: number;
  inTransit: number;
}

export interface StateView {
  nodes: NodeView[];
  arcs: ArcView[];
}

/** The state of environment `environment` at the start of the coming period, units as in the network. */
export function readState(env: BatchEnvironment, environment: number): StateView {
  const { network, nodeRows, links, customerLinks, stateRows } = env.compiled;
  const state = env.state;
  const { period } = env;
  const at = (byteOffset: number) =>
    state[env.column(stateRows, byteOffset / L.ROW_BYTES, environment)] as number;
  const optional = (byteOffset: number) => byteOffset > 0 ? at(byteOffset) : 0;

  const delayed = (link: typeof links[number]) =>
    Array.from(
      { length: link.delay },
      (_, k) => at(link.delayRingAt + (period + k) % (link.delay + 1) * L.ROW_BYTES),
    );
  const arcs = network.arcs.map((_, a): ArcView => {
    const link = links[a]!;
    // The slot of the last period is empty or stale: goods due then have been received.
    const goods = Array.from({ length: link.ringLength }, (_, k) => {
      const slot = (period + k) % link.ringLength;
      const stale = period > 0 && slot === (period - 1) % link.ringLength;
      return stale ? 0 : at(link.ringAt + slot * L.ROW_BYTES);
    });
    return { owed: optional(link.owedAt), goods, orders: delayed(link) };
  });
  const nodes = network.nodes.map((_, n): NodeView => {
    const rows = nodeRows[n]!;
    const fixed = (row: number) => at(rows.base + row * L.ROW_BYTES);
    const customers = links[customerLinks[n]!];
    return {
      onHand: fixed(L.ON_HAND),
      backorders: fixed(L.OWED),
      owedToCustomers: customers === undefined ? 0 : at(customers.owedAt),
      onOrder: fixed(L.ON_ORDER),
      inventoryPosition: fixed(L.POSITION),
      known: customers === undefined ? [] : delayed(customers),
      order: fixed(L.ORDER),
      demand: fixed(L.DEMAND),
      profit: fixed(L.PROFIT),
      received: optional(rows.received),
      shipped: optional(rows.shipped),
      cost: optional(rows.cost),
      inTransit: optional(rows.inTransit),
    };
  });
  return { nodes, arcs };
}
