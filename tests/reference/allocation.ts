import type { Allocation } from "../../engine/network/types.ts";
import { floorOfRatio, spreadRemainder, sum } from "./arithmetic.ts";

/** Max-min: everybody gets the same, except those who asked for less. */
function fair(available: number, claims: number[], integer: boolean): number[] {
  const served = claims.map(() => 0);
  let active = claims.map((_, i) => i);
  let left = available;
  while (active.length > 0) {
    const fill = integer ? Math.floor(left / active.length) : left / active.length;
    const content = active.filter((i) => claims[i] <= fill);
    if (content.length === 0) {
      const rest = integer ? left - fill * active.length : 0;
      const parts = spreadRemainder(active.map(() => fill), rest);
      active.forEach((claim, i) => served[claim] = parts[i]);
      return served;
    }
    for (const claim of content) {
      served[claim] = claims[claim];
      left -= claims[claim];
    }
    active = active.filter((i) => !content.includes(i));
  }
  return served;
}

function proportional(available: number, claims: number[], integer: boolean): number[] {
  const total = sum(claims);
  if (!integer) return claims.map((claim) => (available * claim) / total);
  const served = claims.map((claim) => floorOfRatio(available, claim, total));
  const remainder = (i: number) => (available * claims[i]) % total;
  const byRemainder = claims.map((_, i) => i).sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const i of byRemainder.slice(0, available - sum(served))) served[i] += 1;
  return served;
}

function inTurn(available: number, claims: number[], turns: number[]): number[] {
  const served = claims.map(() => 0);
  let left = available;
  for (const i of turns) {
    served[i] = Math.min(left, claims[i]);
    left -= served[i];
  }
  return served;
}

/**
 * What each claim gets of `available` units; all of it where there is enough for all.
 * `positions[i]`: inventory position of the buyer behind claim i at the start of the period; own customers: -Infinity.
 */
export function allocate(
  rule: Allocation,
  available: number,
  claims: number[],
  positions: number[],
  integer: boolean,
): number[] {
  if (sum(claims) <= available) return [...claims];
  const claimOrder = claims.map((_, i) => i);
  switch (rule) {
    case "fair":
      return fair(available, claims, integer);
    case "proportional":
      return proportional(available, claims, integer);
    case "priority":
      return inTurn(available, claims, claimOrder);
    case "lowest-position": {
      // Not a subtraction: -Infinity minus -Infinity is no number.
      const compare = (a: number, b: number) =>
        positions[a] < positions[b] ? -1 : positions[a] > positions[b] ? 1 : a - b;
      return inTurn(available, claims, claimOrder.sort(compare));
    }
  }
}
