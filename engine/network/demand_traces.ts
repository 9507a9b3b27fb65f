/** Replacing drawn demand by a recorded one. */

import { InputError } from "../errors.ts";
import { oneOf, quote } from "./messages.ts";
import type { Network } from "./types.ts";

/**
 * The network with the demand of some nodes read from series instead of drawn; the others keep theirs.
 *
 * @param series node id -> units due in period 0, 1, 2, ...
 * @throws InputError for an id without customer demand
 */
export function withDemandTraces(
  network: Network,
  series: ReadonlyMap<string, readonly number[]>,
  where: string,
): Network {
  const facing = network.nodes.filter((node) => node.demand !== undefined).map((node) => node.id);
  for (const [id, values] of series) {
    if (!facing.includes(id)) {
      throw new InputError(
        where,
        `column ${quote(id)} is no node with customer demand; expected ${oneOf(facing)}`,
      );
    }
    const wrong = values.findIndex((value) => !(value >= 0 && value < 2 ** 24));
    if (wrong >= 0) {
      throw new InputError(
        where,
        `column ${quote(id)}, period ${wrong}: expected units from 0 to 2^24, got ${values[wrong]}`,
      );
    }
  }
  const nodes = network.nodes.map((node) => {
    const values = series.get(node.id);
    return values === undefined
      ? node
      : { ...node, demand: { kind: "trace" as const, values: [...values], repeat: false } };
  });
  return { ...network, nodes };
}
