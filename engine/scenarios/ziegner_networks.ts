/** The stock points and arcs of the structures A to D and S, and what table 4 fixes for each echelon. */

import { SUPPLY } from "../network/types.ts";

/** A: small divergent, B: small general, C: large divergent, D: large general, S: serial. */
export type Structure = "a" | "b" | "c" | "d" | "s";

export interface StockPoint {
  id: string;
  /** 1: retailers; counted upstream. */
  echelon: number;
}

export interface ZiegnerNetwork {
  title: string;
  /** Upstream first. */
  stockPoints: readonly StockPoint[];
  /** Those from the external supply first. */
  arcs: readonly (readonly [from: string, to: string])[];
}

export interface EchelonRow {
  holdingCost: number;
  maxOrder: number;
  /** Lowest observed inventory position; the highest is the base-stock level plus `maxOrder`. */
  lowestPosition: number;
}

type Arc = readonly [from: string, to: string];

const tier = (prefix: string, count: number, echelon: number): StockPoint[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i + 1}`, echelon }));

/** An arc from `supply` to each point of the top tier, then the rest. */
function network(title: string, tiers: StockPoint[][], arcs: Arc[]): ZiegnerNetwork {
  const top = tiers[0] as StockPoint[];
  return {
    title,
    stockPoints: tiers.flat(),
    arcs: [...top.map(({ id }): Arc => [SUPPLY, id]), ...arcs],
  };
}

/** The arcs of a tree in which each point of `from` serves three of `to`, in order. */
const threeEach = (from: StockPoint[], to: StockPoint[]): Arc[] =>
  to.map(({ id }, i) => [(from[Math.floor(i / 3)] as StockPoint).id, id]);

/** Figure 2's small general network: which of the five points below the first to the fourth point serve. */
const SMALL_GENERAL = [[1, 2, 3], [1, 2, 3, 4], [4, 5], [1, 2, 3, 4, 5]] as const;
const smallGeneral = (from: string, to: string): Arc[] =>
  SMALL_GENERAL.flatMap((served, i) => served.map((j): Arc => [`${from}${i + 1}`, `${to}${j}`]));

const retailers = (count: number) => tier("r", count, 1);
const warehouses = (count: number) => tier("w", count, 2);
const centres = (count: number) => tier("c", count, 3);

export const ZIEGNER_NETWORKS: Record<Structure, ZiegnerNetwork> = {
  a: network(
    "one warehouse, 3 retailers",
    [warehouses(1), retailers(3)],
    threeEach(warehouses(1), retailers(3)),
  ),
  b: network("4 warehouses, 5 retailers", [warehouses(4), retailers(5)], smallGeneral("w", "r")),
  c: network("a tree of 1, 3 and 9", [centres(1), warehouses(3), retailers(9)], [
    ...threeEach(centres(1), warehouses(3)),
    ...threeEach(warehouses(3), retailers(9)),
  ]),
  d: network("4, 5 and 9 in three echelons", [centres(4), warehouses(5), retailers(9)], [
    ...smallGeneral("c", "w"),
    ...retailers(9).flatMap(({ id }, j): Arc[] => [[`w${j % 5 + 1}`, id], [`w${(j + 1) % 5 + 1}`, id]]),
  ]),
  s: network("four in line", [4, 3, 2, 1].map((echelon) => [{ id: `s${echelon}`, echelon }]), [
    ["s4", "s3"],
    ["s3", "s2"],
    ["s2", "s1"],
  ]),
};

/** Table 4, by echelon. */
const TABLE_4: readonly EchelonRow[] = [
  { holdingCost: 1, maxOrder: 50, lowestPosition: -100 },
  { holdingCost: 0.6, maxOrder: 150, lowestPosition: -300 },
  { holdingCost: 0.4, maxOrder: 500, lowestPosition: -1000 },
];

/** The line is ours: every stage carries one retailer's demand, so each has a retailer's bounds; the fourth holds at 0.2. */
const SERIAL: readonly EchelonRow[] = [1, 0.6, 0.4, 0.2].map((holdingCost) => ({
  holdingCost,
  maxOrder: 50,
  lowestPosition: -100,
}));

export function echelonRow(structure: Structure, echelon: number): EchelonRow {
  return (structure === "s" ? SERIAL : TABLE_4)[echelon - 1] as EchelonRow;
}
