/** Whether control, observation, reward and evaluation fit the network that they belong to. */

import { InputError } from "../errors.ts";
import { at, nodePath, oneOf, quote, suggestion } from "./messages.ts";
import type { Bounds, Control, Network, Observation } from "./types.ts";
import { checkWhole } from "./validate_values.ts";

/** @throws InputError about the first problem */
export function validateBlocks(network: Network, where: string): void {
  const { control, observation, evaluation } = network;
  if (control !== undefined) checkControl(control, network, at(where, "control"));
  if (observation !== undefined) checkObservation(observation, network, at(where, "observation"));
  if (evaluation !== undefined && evaluation.warmup >= evaluation.periods) {
    throw new InputError(
      at(where, "evaluation.warmup"),
      `expected fewer than the ${evaluation.periods} periods, got ${evaluation.warmup}`,
    );
  }
}

function checkControl(control: Control, network: Network, place: string): void {
  const { rule, bounds, choices } = control;
  if (rule === "choice") {
    if (choices === undefined) {
      throw new InputError(
        `${place}.choices`,
        'expected the quantities that the rule "choice" picks from, got nothing',
      );
    }
    if (bounds !== undefined) {
      throw new InputError(`${place}.bounds`, 'the rule "choice" has none; expected only "choices"');
    }
    if (network.quantities === "integer") {
      for (const [i, quantity] of choices.entries()) checkWhole(quantity, `${place}.choices[${i}]`);
    }
    return;
  }
  if (choices !== undefined) {
    throw new InputError(
      `${place}.choices`,
      `the rule "${rule}" has none; expected them with the rule "choice" only`,
    );
  }
  if (rule === "quantity") {
    const free = network.nodes.findIndex(({ id, maxOrder }) =>
      maxOrder === undefined && boundsOf(bounds, id) === undefined
    );
    if (free !== -1) {
      const node = nodePath(free, network.nodes[free]?.id);
      throw new InputError(
        place,
        `the rule "quantity" needs maxOrder or control.bounds for every node, got none for ${node}`,
      );
    }
  } else if (bounds === undefined) {
    throw new InputError(
      `${place}.bounds`,
      `the rule "${rule}" needs [low, high], or an object of them by node id, got nothing`,
    );
  }
  checkNodeIds(bounds, network, `${place}.bounds`, rule !== "quantity");
  for (const [low, high] of allBounds(bounds)) {
    if (rule === "quantity" && low < 0) {
      throw new InputError(`${place}.bounds`, `expected quantities >= 0, got [${low}, ${high}]`);
    }
    if (rule === "demand-plus" && !(Number.isInteger(low) && Number.isInteger(high))) {
      throw new InputError(`${place}.bounds`, `the rule "demand-plus" needs integers, got [${low}, ${high}]`);
    }
  }
}

function checkObservation({ features, bounds }: Observation, network: Network, place: string): void {
  for (const [i, feature] of features.entries()) {
    if (features.indexOf(feature) < i) {
      throw new InputError(`${place}.features[${i}]`, `expected each feature once, got "${feature}" again`);
    }
    if (bounds[feature] === undefined) {
      throw new InputError(
        `${place}.bounds.${feature}`,
        "expected [low, high], or an object of them by node id, got nothing",
      );
    }
  }
  for (const [feature, ofFeature] of Object.entries(bounds)) {
    checkNodeIds(ofFeature, network, `${place}.bounds.${feature}`, true);
  }
}

type BoundsByNode = Bounds | Record<string, Bounds> | undefined;

/** @param complete whether every node must be named */
function checkNodeIds(bounds: BoundsByNode, { nodes }: Network, place: string, complete: boolean): void {
  if (bounds === undefined || Array.isArray(bounds)) return;
  const ids = new Set(nodes.map(({ id }) => id));
  for (const id of Object.keys(bounds)) {
    if (ids.has(id)) continue;
    const hint = suggestion(id, ids);
    throw new InputError(
      place,
      `expected ids of nodes, got ${quote(id)}${hint === "" ? ` (there is ${oneOf([...ids])})` : hint}`,
    );
  }
  const missing = nodes.findIndex(({ id }) => !Object.hasOwn(bounds, id));
  if (!complete || missing === -1) return;
  throw new InputError(
    place,
    `expected bounds for every node, got none for ${nodePath(missing, nodes[missing]?.id)}`,
  );
}

function boundsOf(bounds: BoundsByNode, id: string): Bounds | undefined {
  if (bounds === undefined || Array.isArray(bounds)) return bounds;
  return Object.hasOwn(bounds, id) ? bounds[id] : undefined;
}

function allBounds(bounds: BoundsByNode): Bounds[] {
  if (bounds === undefined) return [];
  return Array.isArray(bounds) ? [bounds] : Object.values(bounds);
}
