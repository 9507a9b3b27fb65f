/** A network as layers from left to right: supply, nodes, customers, and the places where long arcs pass. */

import { type Network, SUPPLY, type Topology, topology } from "../../network/mod.ts";

/** Something that takes room in a layer. */
export interface Vertex {
  kind: "supply" | "node" | "customers" | "bend";
  layer: number;
  /** The node, that it supplies or serves where it is none; of bends, the arc's. */
  node: number;
}

/** Between neighbouring layers. */
export interface Piece {
  from: number;
  to: number;
}

/** An arc of the network, or from a node to its customers, as the pieces that it is drawn in. */
export interface Route {
  /** Index of the arc; undefined to customers. */
  arc?: number;
  pieces: readonly Piece[];
}

export interface Layers {
  vertices: readonly Vertex[];
  routes: readonly Route[];
  /** [layer]: its vertices from top to bottom. */
  layers: readonly (readonly number[])[];
  /** (nodes): the vertex of each. */
  nodeVertices: readonly number[];
}

const SWEEPS = 24;

/**
 * Nodes stand by their longest way to a customer, retailers last (Sugiyama, Tagawa and Toda 1981); the order within
 * layers is that with the fewest crossings which barycentre sweeps find.
 */
export function layersOf(network: Network): Layers {
  const shape = topology(network);
  const { vertices, routes, nodeVertices } = graphOf(network, shape);
  const count = 1 + Math.max(...vertices.map(({ layer }) => layer));
  const start: number[][] = Array.from({ length: count }, () => []);
  vertices.forEach(({ layer }, v) => start[layer]!.push(v));
  const pieces = routes.flatMap((route) => route.pieces);
  return { vertices, routes, nodeVertices, layers: untangled(start, pieces) };
}

function graphOf(network: Network, { levels, arcFrom, arcTo }: Topology) {
  const most = Math.max(...levels);
  const vertices: Vertex[] = network.nodes.map((_, node) => ({
    kind: "node",
    layer: 1 + most - levels[node]!,
    node,
  }));
  const nodeVertices = vertices.map((_, v) => v);
  const add = (vertex: Vertex) => vertices.push(vertex) - 1;
  const routes = network.arcs.map((arc, index): Route => {
    const to = arcTo[index]!;
    if (arc.from === SUPPLY) {
      const from = add({ kind: "supply", layer: vertices[to]!.layer - 1, node: to });
      return { arc: index, pieces: [{ from, to }] };
    }
    const stops = [arcFrom[index]!];
    for (let layer = vertices[arcFrom[index]!]!.layer + 1; layer < vertices[to]!.layer; layer++) {
      stops.push(add({ kind: "bend", layer, node: to }));
    }
    stops.push(to);
    return { arc: index, pieces: stops.slice(1).map((stop, k) => ({ from: stops[k]!, to: stop })) };
  });
  network.nodes.forEach((node, n) => {
    if (node.demand === undefined) return;
    const to = add({ kind: "customers", layer: vertices[n]!.layer + 1, node: n });
    routes.push({ pieces: [{ from: n, to }] });
  });
  return { vertices, routes, nodeVertices };
}

/** Sweeps to and fro: each vertex moves to the mean position of its neighbours in the layer before. */
function untangled(start: readonly (readonly number[])[], pieces: readonly Piece[]): number[][] {
  let layers = start.map((layer) => [...layer]);
  let best = layers;
  let fewest = crossings(layers, pieces);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const forward = sweep % 2 === 0;
    layers = layers.map((layer) => [...layer]);
    const places = placesOf(layers);
    const order = layers.map((_, k) => forward ? k : layers.length - 1 - k).slice(1);
    for (const k of order) {
      const at = new Map(layers[k]!.map((vertex) => [vertex, barycentre(vertex, pieces, places, forward)]));
      layers[k]!.sort((a, b) => at.get(a)! - at.get(b)!);
      layers[k]!.forEach((vertex, place) => places.set(vertex, place));
    }
    const crossed = crossings(layers, pieces);
    if (crossed < fewest) [best, fewest] = [layers, crossed];
  }
  return best;
}

function placesOf(layers: readonly (readonly number[])[]): Map<number, number> {
  return new Map(layers.flatMap((layer) => layer.map((vertex, place) => [vertex, place] as const)));
}

/** Where a vertex has no neighbour on that side, it stays. */
function barycentre(
  vertex: number,
  pieces: readonly Piece[],
  places: ReadonlyMap<number, number>,
  forward: boolean,
): number {
  const near = pieces.flatMap(({ from, to }) =>
    forward ? (to === vertex ? [places.get(from)!] : []) : (from === vertex ? [places.get(to)!] : [])
  );
  return near.length === 0 ? places.get(vertex)! : near.reduce((sum, place) => sum + place, 0) / near.length;
}

/** Pairs of pieces between the same layers that cross. */
export function crossings(layers: readonly (readonly number[])[], pieces: readonly Piece[]): number {
  const places = placesOf(layers);
  const layerOf = new Map(layers.flatMap((layer, k) => layer.map((vertex) => [vertex, k] as const)));
  let count = 0;
  pieces.forEach((a, i) => {
    for (const b of pieces.slice(i + 1)) {
      if (layerOf.get(a.from) !== layerOf.get(b.from)) continue;
      const start = places.get(a.from)! - places.get(b.from)!;
      const end = places.get(a.to)! - places.get(b.to)!;
      if (start * end < 0) count++;
    }
  });
  return count;
}
