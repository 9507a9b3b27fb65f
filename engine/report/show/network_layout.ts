/** Where everything in the drawing of a network stands, in pixels. */

import type { Network } from "../../network/mod.ts";
import { type Layers, layersOf, type Piece, type Vertex } from "./network_layers.ts";

export interface Sizes {
  width: number;
  height: number;
}

export interface Box extends Sizes {
  /** Of the upper left corner. */
  x: number;
  y: number;
}

export type Point = readonly [x: number, y: number];

/** An arc: from point to point in turn, each of which it passes horizontally. */
export interface PlacedRoute {
  arc?: number;
  from: number;
  to: number;
  points: readonly Point[];
}

export interface NetworkLayout extends Sizes {
  vertices: readonly (Vertex & Box)[];
  routes: readonly PlacedRoute[];
  /** (nodes): the vertex of each. */
  nodeVertices: readonly number[];
}

/** Between two ends of arcs at a node: a line of small text. */
export const PORT = 14;
/** Between neighbours in a layer, and beside a bend. */
const GAP = 16;
const BEND_GAP = 9;
const ROUNDS = 40;

/** Between layers, for curves: the more of them, the wider, so that they do not become steep. */
const LEAST_ROOM = 24;
const ROOM_PER_PIECE = 1.3;
const MOST_ROOM = 84;

/**
 * @param sizes of a vertex, bends left out; nodes grow with their arcs
 * @param landing of an arc: how far before its end it runs straight, in pixels, which is room for its label. No other
 *   arc crosses it there
 */
export function layOut(
  network: Network,
  sizes: (vertex: Vertex) => Sizes,
  landing: (route: Pick<PlacedRoute, "arc" | "from">) => number,
): NetworkLayout {
  const graph = layersOf(network);
  const pieces = graph.routes.flatMap((route) => route.pieces);
  const boxes = graph.vertices.map((vertex, v): Sizes => {
    if (vertex.kind === "bend") return { width: 0, height: 2 };
    const { width, height } = sizes(vertex);
    if (vertex.kind !== "node") return { width, height };
    const ends = Math.max(
      pieces.filter(({ to }) => to === v).length,
      pieces.filter(({ from }) => from === v).length,
    );
    return { width, height: Math.max(height, PORT * ends + 4) };
  });
  const { columns, width } = columnsOf(graph, boxes, landing);
  const middles = heights(graph, boxes, pieces);
  const top = Math.min(...middles.map((middle, v) => middle - boxes[v]!.height / 2));
  const vertices = graph.vertices.map((vertex, v) => {
    const { x, width: room } = columns[vertex.layer]!;
    const { width: own, height } = boxes[v]!;
    // Supply stands by its arcs, customers by theirs, nodes in the middle of their layer.
    const left = vertex.kind === "supply"
      ? x + room - own
      : vertex.kind === "customers"
      ? x
      : x + (room - own) / 2;
    return { ...vertex, x: left, y: middles[v]! - height / 2 - top, width: own, height };
  });
  const height = Math.max(...vertices.map((vertex) => vertex.y + vertex.height));
  return {
    vertices,
    routes: routesOf(graph, vertices, columns, pieces),
    nodeVertices: graph.nodeVertices,
    width,
    height,
  };
}

interface Column {
  x: number;
  width: number;
  /** Where arcs that come in begin to run straight. */
  landing: number;
}

function columnsOf(
  { layers, routes, vertices }: Layers,
  boxes: readonly Sizes[],
  landing: (route: Pick<PlacedRoute, "arc" | "from">) => number,
) {
  let x = 0;
  const columns = layers.map((layer, k): Column => {
    const into = routes.flatMap((route) => route.pieces.filter(({ to }) => vertices[to]!.layer === k));
    const ending = routes.filter(({ pieces }) => vertices[pieces.at(-1)!.to]!.layer === k);
    const straight = Math.max(
      0,
      ...ending.map(({ arc, pieces }) => {
        return landing({ ...(arc === undefined ? {} : { arc }), from: pieces[0]!.from });
      }),
    );
    if (k > 0) x += straight + Math.min(MOST_ROOM, LEAST_ROOM + ROOM_PER_PIECE * into.length);
    const column = { x, width: Math.max(...layer.map((v) => boxes[v]!.width)), landing: x - straight };
    x += column.width;
    return column;
  });
  return { columns, width: x };
}

/** (vertices) Middles: as near to their neighbours' as the order within layers and the gaps allow. */
function heights({ vertices, layers }: Layers, boxes: readonly Sizes[], pieces: readonly Piece[]): number[] {
  const middles = new Array<number>(boxes.length).fill(0);
  const near = vertices.map((_, v) =>
    pieces.flatMap(({ from, to }) => from === v ? [to] : to === v ? [from] : [])
  );
  const gap = (a: number, b: number) =>
    (boxes[a]!.height + boxes[b]!.height) / 2 +
    (vertices[a]!.kind === "bend" || vertices[b]!.kind === "bend" ? BEND_GAP : GAP);
  for (const layer of layers) spread(layer, middles, layer.map(() => 0), gap);
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? layers : layers.toReversed();
    for (const layer of order) {
      const wanted = layer.map((v) => {
        const others = near[v]!;
        return others.length === 0
          ? middles[v]!
          : others.reduce((sum, other) => sum + middles[other]!, 0) / others.length;
      });
      spread(layer, middles, wanted, gap);
    }
  }
  return middles;
}

/**
 * The middles of a layer with the least squares to those wanted, in order and with gaps: isotonic regression by pooling
 * adjacent violators (Ayer et al. 1955), after the gaps are taken out.
 */
function spread(
  layer: readonly number[],
  middles: number[],
  wanted: readonly number[],
  gap: (a: number, b: number) => number,
): void {
  const offsets = [0];
  layer.slice(1).forEach((v, k) => offsets.push(offsets[k]! + gap(layer[k]!, v)));
  const pools: { sum: number; count: number }[] = [];
  wanted.forEach((middle, k) => {
    pools.push({ sum: middle - offsets[k]!, count: 1 });
    while (pools.length > 1) {
      const [before, last] = pools.slice(-2) as [typeof pools[0], typeof pools[0]];
      if (before.sum / before.count <= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  });
  let k = 0;
  for (const { sum, count } of pools) {
    for (let i = 0; i < count; i++, k++) middles[layer[k]!] = sum / count + offsets[k]!;
  }
}

/** Arcs leave a node side by side in the order of where they go, and reach it in the order of where they come from. */
function routesOf(
  { routes, vertices }: Layers,
  boxes: readonly (Vertex & Box)[],
  columns: readonly Column[],
  pieces: readonly Piece[],
): PlacedRoute[] {
  const middle = (v: number) => boxes[v]!.y + boxes[v]!.height / 2;
  const port = (v: number, piece: Piece, side: "from" | "to") => {
    const other = side === "from" ? "to" : "from";
    const there = pieces.filter((one) => one[side] === v).toSorted((a, b) =>
      middle(a[other]) - middle(b[other])
    );
    return middle(v) + PORT * (there.indexOf(piece) - (there.length - 1) / 2);
  };
  return routes.map((route) => {
    const [first, last] = [route.pieces[0]!, route.pieces.at(-1)!];
    const points: Point[] = [[
      boxes[first.from]!.x + boxes[first.from]!.width,
      port(first.from, first, "from"),
    ]];
    for (const { to } of route.pieces.slice(0, -1)) {
      const { x, width, landing } = columns[vertices[to]!.layer]!;
      points.push([landing, middle(to)], [x + width, middle(to)]);
    }
    const end = port(last.to, last, "to");
    points.push([columns[vertices[last.to]!.layer]!.landing, end], [boxes[last.to]!.x, end]);
    return {
      ...(route.arc === undefined ? {} : { arc: route.arc }),
      from: first.from,
      to: last.to,
      points,
    };
  });
}
