/** Which agents see which, as the tables that the graph kernels read. */

import { topology } from "../network/topology.ts";
import type { Network } from "../network/types.ts";

/** Nodes are agents, by their positions in the network's list. */
type Nodes = Pick<Network, "nodes" | "arcs">;

/** [agent]: the agents that it listens to. */
export type Neighbours = readonly (readonly number[])[];

export interface GraphTable {
  agents: number;
  /** Entries: pairs of an agent and one that it listens to. */
  edges: number;
  /** What the kernels read. */
  words: Uint32Array<ArrayBuffer>;
}

/**
 * For graph_convolution: suppliers and customers, symmetrised, and the node itself, weighted 1 / sqrt(d_i
 * d_j) with d the entries of a row (Kipf and Welling 2017; Kotecha and del Rio Chanona, eq. 24).
 *
 * words: [agents + 1] where each agent's entries begin, [edges] neighbours, [edges] weights (bits of f32).
 */
export function convolutionGraph(network: Nodes): GraphTable {
  return convolutionTable(networkNeighbours(network, { self: true }));
}

/** @param neighbours symmetric, with the agents themselves */
export function convolutionTable(neighbours: Neighbours): GraphTable {
  const { agents, edges, offsets, entries } = rowsOf(neighbours);
  const words = new Uint32Array(agents + 1 + 2 * edges);
  words.set(offsets);
  words.set(entries, agents + 1);
  const weights = new Float32Array(words.buffer, (agents + 1 + edges) * 4, edges);
  let e = 0;
  for (const row of neighbours) {
    for (const j of row) weights[e++] = 1 / Math.sqrt(row.length * neighbours[j]!.length);
  }
  return { agents, edges, words };
}

/**
 * For graph_attention and attention: every node listens to its direct suppliers and customers.
 *
 * words: [agents + 1] where each agent's entries begin, [edges] neighbours; then the same entries by
 * neighbour: [agents + 1] where each neighbour's begin, [edges] positions of entries in the first list,
 * [edges] the agents that listen.
 *
 * @param self whether it listens to itself, too
 */
export function attentionGraph(network: Nodes, { self }: { self: boolean }): GraphTable {
  return attentionTable(networkNeighbours(network, { self }));
}

/** As `attentionGraph`, with everyone listening to everyone. */
export function completeAttentionGraph(agents: number, { self }: { self: boolean }): GraphTable {
  const all = Array.from({ length: agents }, (_, i) => i);
  return attentionTable(all.map((i) => all.filter((j) => self || j !== i)));
}

/** As `attentionGraph`, for any neighbours, each at most once a row; they need not be symmetric. */
export function attentionTable(neighbours: Neighbours): GraphTable {
  const { agents, edges, offsets, entries } = rowsOf(neighbours);
  const listeners: { entry: number; agent: number }[][] = neighbours.map(() => []);
  let e = 0;
  for (const [i, row] of neighbours.entries()) {
    for (const j of row) listeners[j]!.push({ entry: e++, agent: i });
  }
  const byNeighbour = rowsOf(listeners.map((row) => row.map(({ entry }) => entry)));
  const words = Uint32Array.from([
    ...offsets,
    ...entries,
    ...byNeighbour.offsets,
    ...byNeighbour.entries,
    ...listeners.flatMap((row) => row.map(({ agent }) => agent)),
  ]);
  return { agents, edges, words };
}

function networkNeighbours(network: Nodes, { self }: { self: boolean }): Neighbours {
  const { arcFrom, arcTo, supplyArcs, downstreamArcs } = topology(network);
  return network.nodes.map((_, node) => {
    const suppliers = supplyArcs[node]!.map((arc) => arcFrom[arc]!).filter((from) => from >= 0);
    const customers = downstreamArcs[node]!.map((arc) => arcTo[arc]!);
    const all = new Set([...suppliers, ...customers, ...self ? [node] : []]);
    return [...all].sort((a, b) => a - b);
  });
}

function rowsOf(rows: Neighbours) {
  const offsets = [0];
  for (const row of rows) offsets.push(offsets.at(-1)! + row.length);
  return { agents: rows.length, edges: offsets.at(-1)!, offsets, entries: rows.flat() };
}
