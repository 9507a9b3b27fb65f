/** What the values of nodes, arcs and distributions say about each other, once all defaults and traces are in. */

import { InputError } from "../errors.ts";
import { maximum } from "./distributions.ts";
import { describeRange, MOST_PERIODS } from "./fields.ts";
import { arcPath, at, nodePath } from "./messages.ts";
import { FRACTION } from "./rounding.ts";
import type { Distribution, Network, NetworkNode } from "./types.ts";

/** 32-bit floats hold every integer up to here. */
export const LARGEST_INTEGER = 2 ** 24 - 1;

const SUM_TOLERANCE = 1e-6;

/** @throws InputError about the first problem */
export function validateValues(network: Network, where: string): void {
  const integer = network.quantities === "integer";
  for (const [i, node] of network.nodes.entries()) {
    const place = at(where, nodePath(i, node.id));
    if (integer) checkWholeNode(node, place);
    if (node.demand !== undefined) checkDemand(node.demand, integer, `${place}.demand`);
  }
  for (const [i, arc] of network.arcs.entries()) {
    checkLeadTime(arc.leadTime, `${at(where, arcPath(i, arc))}.leadTime`);
  }
  checkShares(network, where);
}

const QUANTITIES = ["capacity", "maxBackorder", "maxOrder", "initialOnHand"] as const;

/** @throws InputError unless the value is a quantity of an integer network */
export function checkWhole(value: number, place: string): void {
  if (Number.isInteger(value) && value <= LARGEST_INTEGER) return;
  const range = describeRange({ integer: true, min: 0, max: LARGEST_INTEGER });
  throw new InputError(place, `expected ${range} (quantities are "integer"), got ${value}`);
}

function checkWholeNode(node: NetworkNode, place: string): void {
  for (const field of QUANTITIES) {
    const value = node[field];
    if (value !== undefined) checkWhole(value, `${place}.${field}`);
  }
  for (const [id, arrivals] of Object.entries(node.initialInTransit)) {
    for (const [period, units] of arrivals.entries()) {
      checkWhole(units, `${place}.initialInTransit[${JSON.stringify(id)}][${period}]`);
    }
  }
}

function checkDemand(demand: Distribution, integer: boolean, place: string): void {
  checkDistribution(demand, place);
  if (!integer) {
    largest(demand, { integer }, place);
    return;
  }
  for (const value of listedValues(demand)) checkWhole(value, place);
  const most = largest(demand, { integer }, place);
  if (most <= LARGEST_INTEGER) return;
  throw new InputError(
    place,
    `expected values up to ${LARGEST_INTEGER}, profile included, got up to ${most}`,
  );
}

function checkLeadTime(leadTime: Distribution, place: string): void {
  checkDistribution(leadTime, place);
  const fraction = listedValues(leadTime).find((value) => !Number.isInteger(value));
  if (fraction !== undefined) {
    throw new InputError(
      place,
      `expected ${describeRange({ integer: true, min: 0 })} (periods), got ${fraction}`,
    );
  }
  const most = largest(leadTime, { integer: true }, place);
  if (most <= MOST_PERIODS) return;
  throw new InputError(
    place,
    `expected at most ${MOST_PERIODS} periods, profile included, got up to ${most}`,
  );
}

/** The values that a user wrote one by one and that are drawn as they are; those of traces get rounded. */
function listedValues(distribution: Distribution): readonly number[] {
  if (distribution.kind === "constant") return [distribution.value];
  return distribution.kind === "empirical" ? distribution.values : [];
}

function checkDistribution(distribution: Distribution, place: string): void {
  if (distribution.kind === "uniform-integer" || distribution.kind === "poisson-uniform") {
    const { low, high } = distribution;
    if (low > high) throw new InputError(place, `expected low <= high, got low ${low} and high ${high}`);
  }
  if (distribution.kind !== "empirical") return;
  const { values, probabilities } = distribution;
  if (probabilities.length !== values.length) {
    throw new InputError(
      `${place}.probabilities`,
      `expected as many as there are values, ${values.length}, got ${probabilities.length}`,
    );
  }
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new InputError(`${place}.probabilities`, `expected a sum of 1, got ${Number(sum.toPrecision(9))}`);
  }
}

/** `maximum`, with the place added to what it throws. */
function largest(distribution: Distribution, options: { integer: boolean }, place: string): number {
  try {
    return maximum(distribution, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(place, error.message);
  }
}

/** Shares become whole weights, the largest of a node `FRACTION`. */
function checkShares({ arcs }: Network, where: string): void {
  const largest = new Map<string, number>();
  for (const { to, share } of arcs) largest.set(to, Math.max(share, largest.get(to) ?? 0));
  for (const [i, arc] of arcs.entries()) {
    const most = largest.get(arc.to) as number;
    if (Math.round(arc.share / most * FRACTION) > 0) continue;
    throw new InputError(
      `${at(where, arcPath(i, arc))}.share`,
      `expected at least 1/${2 * FRACTION} of the largest share into "${arc.to}" (${most}), got ${arc.share}`,
    );
  }
}
