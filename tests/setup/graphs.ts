/** Graphs between agents for tests, and values for their operands. */

import { loadNetwork } from "../../engine/scenarios/registry.ts";
import { topology } from "../../engine/network/topology.ts";
import { threefryWord } from "../../engine/random/mod.ts";

/** [agent]: the others that it is linked to, in both directions and without itself. */
export type Links = number[][];

/** In [-1, 1), a multiple of 2^-23; never depends on how many others are drawn. */
export function draw(stream: number, ...[a = 0, b = 0, c = 0, d = 0]: number[]): number {
  return threefryWord(stream, a * 4096 + b, c, d) / 2 ** 31 - 1;
}

/** Values of an operand by seed, agent, row and column. */
export function drawn(stream: number): (...coordinates: number[]) => number {
  return (...coordinates) => Math.fround(draw(stream, ...coordinates));
}

/** Every pair is linked with the given probability. */
export function randomLinks(agents: number, probability: number, stream: number): Links {
  const linked = (i: number, j: number) =>
    draw(stream, Math.min(i, j), Math.max(i, j)) < 2 * probability - 1 && i !== j;
  const all = Array.from({ length: agents }, (_, i) => i);
  return all.map((i) => all.filter((j) => linked(i, j)));
}

/** Agent 0 in the middle. */
export function star(agents: number): Links {
  return Array.from(
    { length: agents },
    (_, i) => i === 0 ? Array.from({ length: agents - 1 }, (_, k) => k + 1) : [0],
  );
}

/** The links of a scenario's network, by way of its arcs. */
export async function scenarioLinks(name: string): Promise<Links> {
  const network = await loadNetwork(name);
  const { arcFrom, arcTo } = topology(network);
  const links: Set<number>[] = network.nodes.map(() => new Set());
  for (const [arc, from] of arcFrom.entries()) {
    if (from < 0) continue;
    links[from]!.add(arcTo[arc]!);
    links[arcTo[arc]!]!.add(from);
  }
  return links.map((set) => [...set].sort((a, b) => a - b));
}

/** Agents that also listen to themselves. */
export function withSelf(links: Links): Links {
  return links.map((row, i) => [...row, i].sort((a, b) => a - b));
}
