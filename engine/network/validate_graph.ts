/** Whether nodes and arcs make up a network: ids, ends of arcs, no cycle, a supplier for all and a customer somewhere. */

import { InputError } from "../errors.ts";
import { arcPath, at, nodePath, quote, suggestion } from "./messages.ts";
import type { ParsedNetwork } from "./network_schema.ts";
import { topologicalOrder } from "./topology.ts";
import { SUPPLY } from "./types.ts";

/** Ids of a cycle that a message names at most. */
const LONGEST_CYCLE = 10;

/** @throws InputError about the first problem */
export function validateGraph({ nodes, arcs }: ParsedNetwork, where: string): void {
  const indices = nodeIndices(nodes, where);
  for (const [i, arc] of arcs.entries()) checkEnds(arc, at(where, arcPath(i, arc)), indices);
  checkTwice(arcs, where);
  checkCycle(nodes, arcs, indices, where);
  const supplied = new Set(arcs.map(({ to }) => to));
  for (const [i, { id }] of nodes.entries()) {
    if (supplied.has(id)) continue;
    throw new InputError(
      at(where, nodePath(i, id)),
      `nobody supplies it; expected an arc to it, from "${SUPPLY}" or from another node`,
    );
  }
  if (nodes.every(({ demand }) => demand === undefined)) {
    throw new InputError(
      at(where, "nodes"),
      'expected "demand" at one node or more, got no customers anywhere',
    );
  }
}

type Nodes = ParsedNetwork["nodes"];
type Arcs = ParsedNetwork["arcs"];

function nodeIndices(nodes: Nodes, where: string): Map<string, number> {
  const indices = new Map<string, number>();
  for (const [i, { id }] of nodes.entries()) {
    const place = at(where, `nodes[${i}].id`);
    if (id === SUPPLY) {
      throw new InputError(place, `"${SUPPLY}" is the external supplier; expected another id`);
    }
    const other = indices.get(id);
    if (other !== undefined) {
      throw new InputError(place, `${quote(id)} is the id of nodes[${other}]; expected one of its own`);
    }
    indices.set(id, i);
  }
  return indices;
}

function checkEnds({ from, to }: Arcs[number], place: string, indices: Map<string, number>): void {
  if (from !== SUPPLY && !indices.has(from)) {
    const hint = suggestion(from, [SUPPLY, ...indices.keys()]);
    throw new InputError(
      `${place}.from`,
      `expected the id of a node or "${SUPPLY}", got ${quote(from)}${hint}`,
    );
  }
  if (to === SUPPLY) {
    throw new InputError(`${place}.to`, `expected the id of a node, got "${SUPPLY}", which takes no goods`);
  }
  if (!indices.has(to)) {
    const hint = suggestion(to, indices.keys());
    throw new InputError(`${place}.to`, `expected the id of a node, got ${quote(to)}${hint}`);
  }
  if (from === to) {
    throw new InputError(place, "expected an arc between two different nodes, got one from a node to itself");
  }
}

function checkTwice(arcs: Arcs, where: string): void {
  const seen = new Map<string, number>();
  for (const [i, arc] of arcs.entries()) {
    const ends = JSON.stringify([arc.from, arc.to]);
    const other = seen.get(ends);
    if (other !== undefined) {
      throw new InputError(
        at(where, arcPath(i, arc)),
        `arcs[${other}] joins the same two; expected one arc between them`,
      );
    }
    seen.set(ends, i);
  }
}

function checkCycle(nodes: Nodes, arcs: Arcs, indices: Map<string, number>, where: string): void {
  const arcFrom = arcs.map(({ from }) => indices.get(from) ?? -1);
  const arcTo = arcs.map(({ to }) => indices.get(to) as number);
  const order = topologicalOrder(nodes.length, arcFrom, arcTo);
  if (order.length === nodes.length) return;
  const cycle = findCycle(nodes.length, arcFrom, arcTo, new Set(order));
  const ids = [...cycle, cycle[0]].map((node) => nodes[node].id);
  const shown = ids.length <= LONGEST_CYCLE
    ? ids
    : [...ids.slice(0, LONGEST_CYCLE - 2), `(${ids.length - LONGEST_CYCLE + 1} more)`, ids.at(-1)];
  throw new InputError(at(where, "arcs"), `expected no cycle, got ${shown.join(" -> ")}`);
}

/**
 * A cycle in the direction of the arcs, its lowest node first.
 *
 * @param sorted the nodes that a topological order reaches; each of the others has a supplier among the others, so
 *   going upstream from any of them runs into a cycle
 */
function findCycle(nodes: number, arcFrom: number[], arcTo: number[], sorted: Set<number>): number[] {
  const supplier = new Int32Array(nodes).fill(-1);
  for (const [arc, from] of arcFrom.entries()) {
    if (from >= 0 && !sorted.has(from)) supplier[arcTo[arc]] = from;
  }
  const walk: number[] = [];
  const position = new Map<number, number>();
  let node = supplier.findIndex((from, n) => from >= 0 && !sorted.has(n));
  while (!position.has(node)) {
    position.set(node, walk.length);
    walk.push(node);
    node = supplier[node];
  }
  const cycle = walk.slice(position.get(node)).reverse();
  const lowest = cycle.reduce((best, n, i) => n < cycle[best] ? i : best, 0);
  return [...cycle.slice(lowest), ...cycle.slice(0, lowest)];
}
