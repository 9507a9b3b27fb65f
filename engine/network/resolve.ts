/** From the parsed JSON to the form that the engine sees: no undefined keys, traces loaded, one form of each field. */

import { InputError } from "../errors.ts";
import type { ParsedDistribution } from "./distributions_schema.ts";
import { at, nodePath, oneOf, quote, show, suggestion } from "./messages.ts";
import type { ParsedNetwork, ParsedNode } from "./network_schema.ts";
import type { Traces } from "./traces.ts";
import type { Distribution, Network, NetworkNode, Observation } from "./types.ts";

/** @throws InputError where units in transit come from someone who is no supplier of the node */
export function resolveNetwork(parsed: ParsedNetwork, traces: Traces, where: string): Network {
  const { control, observation, reward, evaluation } = parsed;
  const suppliers = new Map(parsed.nodes.map(({ id }) => [id, [] as string[]]));
  for (const { from, to } of parsed.arcs) suppliers.get(to)?.push(from);
  return present({
    name: parsed.name,
    horizon: parsed.horizon,
    quantities: parsed.quantities,
    nodes: parsed.nodes.map((node, i): NetworkNode =>
      present({
        ...node,
        initialInTransit: resolveInTransit(
          node.initialInTransit,
          suppliers.get(node.id) ?? [],
          at(where, `${nodePath(i, node.id)}.initialInTransit`),
        ),
        demand: node.demand && resolveDistribution(node.demand, traces),
      })
    ),
    arcs: parsed.arcs.map((arc) => ({ ...arc, leadTime: resolveDistribution(arc.leadTime, traces) })),
    control: control && present(control),
    observation: observation && resolveObservation(observation),
    reward: reward && present(reward),
    evaluation: evaluation && { ...evaluation, periods: evaluation.periods ?? parsed.horizon },
  });
}

function resolveDistribution(distribution: ParsedDistribution, traces: Traces): Distribution {
  if (distribution.kind !== "trace") return present(distribution);
  const { kind, repeat, profile } = distribution;
  return present({ kind, values: traces.get(distribution) ?? [], repeat, profile });
}

function resolveInTransit(
  given: ParsedNode["initialInTransit"],
  suppliers: readonly string[],
  where: string,
): Record<string, number[]> {
  const resolved = Object.create(null) as Record<string, number[]>;
  if (Array.isArray(given)) {
    const [only, ...others] = suppliers;
    if (only === undefined || others.length > 0) {
      throw new InputError(
        where,
        `expected an object of lists by supplier id (${oneOf(suppliers)}), got ${show(given)}`,
      );
    }
    resolved[only] = given;
    return resolved;
  }
  for (const [id, arrivals] of Object.entries(given)) {
    if (!suppliers.includes(id)) {
      const hint = suggestion(id, suppliers);
      throw new InputError(
        where,
        `expected ids of its suppliers (${oneOf(suppliers)}), got ${quote(id)}${hint}`,
      );
    }
    resolved[id] = arrivals;
  }
  return resolved;
}

function resolveObservation(parsed: NonNullable<ParsedNetwork["observation"]>): Observation {
  const { features, lags } = parsed;
  const bounds: Observation["bounds"] = present(parsed.bounds);
  // These are shares: their bounds need not be stated.
  for (const feature of ["fillRate", "time"] as const) {
    if (features.includes(feature)) bounds[feature] ??= [0, 1];
  }
  return { features, lags: typeof lags === "number" ? lags : present(lags), bounds };
}

/** The type of an object without the keys that are undefined. */
type Present<T> = T extends unknown ?
    & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
    & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> }
  : never;

function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Present<T>;
}
