/** What a node's customers and buyers ask of it in a period, and what becomes of that. */
import type { NetworkNode } from "../../engine/network/types.ts";
import { allocate } from "./allocation.ts";
import { sum } from "./arithmetic.ts";

/** One claimant: the node's own customers (always the first) or the buyer on an arc. */
export interface Claim {
  /** Undefined for own customers. */
  arc: number | undefined;
  /** Inventory position of the buyer at the start of the period; -Infinity for own customers. */
  position: number;
  /** Owed from before. */
  old: number;
  /** Due now for the first time. */
  new: number;
  shippedOld: number;
  shippedNew: number;
  lost: number;
  trimmed: number;
}

export function claimOf(arc: number | undefined, position: number, old: number, fresh: number): Claim {
  return { arc, position, old, new: fresh, shippedOld: 0, shippedNew: 0, lost: 0, trimmed: 0 };
}

/** The total of a quantity over all claims. */
export function totalOf(claims: Claim[], quantity: (claim: Claim) => number): number {
  return sum(claims.map(quantity));
}

/** What became owed in this period. */
function newlyOwed(claim: Claim): number {
  return claim.new - claim.shippedNew - claim.lost - claim.trimmed;
}

export function owed(claim: Claim): number {
  return claim.old - claim.shippedOld + newlyOwed(claim);
}

/** Ships in two passes, all that is old and then all that is new; returns what stays on hand. */
export function serveClaims(node: NetworkNode, onHand: number, claims: Claim[], integer: boolean): number {
  const positions = claims.map((claim) => claim.position);
  const pass = (available: number, wanted: number[], take: (claim: Claim, units: number) => void): number => {
    allocate(node.allocation, available, wanted, positions, integer).forEach((units, i) =>
      take(claims[i], units)
    );
    // A short pass ships all there is, without a residue of rounding in real networks.
    return Math.max(0, available - sum(wanted));
  };
  const left = pass(onHand, claims.map((claim) => claim.old), (claim, units) => claim.shippedOld = units);
  return pass(left, claims.map((claim) => claim.new), (claim, units) => claim.shippedNew = units);
}

/** Drops what is owed beyond the limit out of what became owed in this period: the last claim first. */
export function trimClaims(node: NetworkNode, claims: Claim[]): void {
  let excess = Math.max(0, totalOf(claims, owed) - (node.maxBackorder ?? Infinity));
  for (const claim of [...claims].reverse()) {
    claim.trimmed = Math.min(excess, newlyOwed(claim));
    excess -= claim.trimmed;
  }
}
