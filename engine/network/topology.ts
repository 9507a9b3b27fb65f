/** A validated network as indices: what kernels' tables, planners and metrics walk along. */

import { type Network, SUPPLY } from "./types.ts";

/** The external supply in `Topology.arcFrom`. */
export const SUPPLY_INDEX = -1;

/** Nodes and arcs are their positions in the network's lists. */
export interface Topology {
  nodeIndex: ReadonlyMap<string, number>;
  /** (arcs): the sending node, `SUPPLY_INDEX` for the external supply. */
  arcFrom: Int32Array;
  /** (arcs): the receiving node. */
  arcTo: Int32Array;
  /** [node]: the arcs into it, ascending; never empty. */
  supplyArcs: readonly (readonly number[])[];
  /** [node]: the arcs out of it, ascending. */
  downstreamArcs: readonly (readonly number[])[];
  /** (nodes): every node after its suppliers; among those that are ready the lowest index first. */
  order: Int32Array;
  /** (nodes): arcs on the longest path to a customer, the one to the customer among them. Retailers are 1. */
  levels: Int32Array;
  /** [level - 1]: the nodes of a level, ascending. */
  echelons: readonly (readonly number[])[];
  /** [node]: every other node that its goods can reach, ascending. */
  downstream: readonly Int32Array[];
}

/** O(nodes * arcs) for the sets of `downstream`, else linear. The network must be validated: cycles are a RangeError. */
export function topology(network: Pick<Network, "nodes" | "arcs">): Topology {
  const { nodes, arcs } = network;
  const nodeIndex = new Map(nodes.map(({ id }, n) => [id, n]));
  const indexOf = (id: string): number => {
    const index = nodeIndex.get(id);
    if (index === undefined) throw new RangeError(`no node "${id}"`);
    return index;
  };
  const arcFrom = Int32Array.from(arcs, ({ from }) => from === SUPPLY ? SUPPLY_INDEX : indexOf(from));
  const arcTo = Int32Array.from(arcs, ({ to }) => indexOf(to));
  const supplyArcs: number[][] = nodes.map(() => []);
  const downstreamArcs: number[][] = nodes.map(() => []);
  for (const [arc, to] of arcTo.entries()) {
    supplyArcs[to].push(arc);
    downstreamArcs[arcFrom[arc]]?.push(arc);
  }
  const order = topologicalOrder(nodes.length, arcFrom, arcTo);
  if (order.length < nodes.length) throw new RangeError("the network has a cycle");
  const levels = levelsOf(order, downstreamArcs, arcTo);
  const echelons: number[][] = Array.from({ length: Math.max(0, ...levels) }, () => []);
  for (const [node, level] of levels.entries()) echelons[level - 1].push(node);
  return {
    nodeIndex,
    arcFrom,
    arcTo,
    supplyArcs,
    downstreamArcs,
    order,
    levels,
    echelons,
    downstream: downstreamSets(downstreamArcs, arcTo),
  };
}

/**
 * Upstream first, among ready nodes the lowest index first (Kahn 1962). Nodes on a cycle, or behind one, are left out.
 *
 * @param arcFrom (arcs) sending nodes; negative for the external supply
 */
export function topologicalOrder(
  nodes: number,
  arcFrom: ArrayLike<number>,
  arcTo: ArrayLike<number>,
): Int32Array {
  const waitingFor = new Int32Array(nodes);
  const buyers: number[][] = Array.from({ length: nodes }, () => []);
  for (let arc = 0; arc < arcFrom.length; arc++) {
    const [from, to] = [arcFrom[arc], arcTo[arc]];
    if (from < 0) continue;
    waitingFor[to]++;
    buyers[from].push(to);
  }
  const order: number[] = [];
  const done = new Uint8Array(nodes);
  for (let node = 0; node < nodes;) {
    if (done[node] === 1 || waitingFor[node] !== 0) {
      node++;
      continue;
    }
    done[node] = 1;
    order.push(node);
    // A buyer that this makes ready may have a lower index than where the search stands.
    let next = node + 1;
    for (const buyer of buyers[node]) {
      waitingFor[buyer]--;
      if (waitingFor[buyer] === 0) next = Math.min(next, buyer);
    }
    node = next;
  }
  return Int32Array.from(order);
}

function levelsOf(order: Int32Array, downstreamArcs: readonly number[][], arcTo: Int32Array): Int32Array {
  const levels = new Int32Array(order.length);
  for (const node of order.toReversed()) {
    const below = downstreamArcs[node].map((arc) => levels[arcTo[arc]]);
    levels[node] = 1 + below.reduce((most, level) => Math.max(most, level), 0);
  }
  return levels;
}

function downstreamSets(downstreamArcs: readonly number[][], arcTo: Int32Array): Int32Array[] {
  /** The last start whose search met a node. */
  const metBy = new Int32Array(downstreamArcs.length).fill(-1);
  return downstreamArcs.map((_, start) => {
    const met: number[] = [];
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const arc of downstreamArcs[node]) {
        const to = arcTo[arc];
        if (metBy[to] === start) continue;
        metBy[to] = start;
        met.push(to);
        open.push(to);
      }
    }
    return Int32Array.from(met).sort();
  });
}
