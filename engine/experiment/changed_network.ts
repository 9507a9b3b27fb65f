/** A network with some of its figures changed, by path. */

import { InputError } from "../errors.ts";
import { type Network, parseNetworkSync } from "../network/mod.ts";

type Json = Record<string, unknown>;

/**
 * Sets fields of a network. A path is a field of the network (`horizon`), of the node or arc that it names
 * (`nodes.3.holdingCost`, `arcs.0->1.leadTime`), or of every node or arc that has it (`demand.mean`, `leadTime`).
 *
 * @param settings such as `demand.mean=7`; values are JSON, or else texts
 * @param where what messages call the settings
 * @throws InputError for a setting without a value, a path that leads nowhere, or a network that is then wrong
 */
export function changedNetwork(network: Network, settings: readonly string[], where = "--set"): Network {
  const changed = structuredClone(network) as unknown as Json;
  for (const setting of settings) {
    const [, path, text] = /^([^=]+)=(.+)$/s.exec(setting) ?? [];
    if (path === undefined || text === undefined) {
      throw new InputError(where, `expected PATH=VALUE such as demand.mean=7, got "${setting}"`);
    }
    const places = placesOf(changed, path);
    if (places.length === 0) {
      throw new InputError(where, `no node, arc or field of ${network.name} has ${path}`);
    }
    for (const { object, key } of places) object[key] = valueOf(text);
  }
  return parseNetworkSync(changed, { where });
}

interface Place {
  object: Json;
  key: string;
}

function placesOf(network: Json, path: string): Place[] {
  const nodes = network["nodes"] as Json[];
  const arcs = network["arcs"] as Json[];
  const named = [
    ...nodes.map((node) => ({ object: node, prefix: `nodes.${node["id"]}.` })),
    ...arcs.map((arc) => ({ object: arc, prefix: `arcs.${arc["from"]}->${arc["to"]}.` })),
  ].filter(({ prefix }) => path.startsWith(prefix));
  if (named.length > 0) {
    // Ids may hold points, so that one may begin with another.
    const longest = Math.max(...named.map(({ prefix }) => prefix.length));
    return named.filter(({ prefix }) => prefix.length === longest)
      .flatMap(({ object }) => placeIn(object, path.slice(longest).split("."), true));
  }
  const keys = path.split(".");
  const first = keys[0]!;
  if (first === "nodes" || first === "arcs") return [];
  if (Object.hasOwn(network, first) || first === "evaluation") return placeIn(network, keys, true);
  // A field that a node leaves out (a capacity, say) cannot be told from one that does not exist.
  return [...nodes, ...arcs].flatMap((object) => placeIn(object, keys, false));
}

/** @param adds whether the last key may be new */
function placeIn(object: Json, keys: readonly string[], adds: boolean): Place[] {
  const [key, ...rest] = keys as [string, ...string[]];
  if (rest.length === 0) return adds || Object.hasOwn(object, key) ? [{ object, key }] : [];
  const next = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof next === "object" && next !== null ? placeIn(next as Json, rest, adds) : [];
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
