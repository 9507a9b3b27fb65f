/**
 * Makes sales.csv, the example history of notebook 02: no real sales, but 18 months of three shops, drawn by Bullwhip
 * itself from a negative binomial distribution a shop, times a weekday's factor, times a steady growth.
 *
 * deno run -A notebooks/data/make.ts > notebooks/data/sales.csv
 */

import { formatCsv, type NetworkInput, parseNetwork, parsePolicy, trace } from "bullwhip";

const FIRST_DAY = Date.UTC(2024, 0, 1); // a Monday
const DAYS = 547;
const SEED = 2024;

/** Of a day's mean, Monday first. */
const WEEK = [0.85, 0.8, 0.9, 1, 1.3, 1.55, 0.6];
/** In a year. */
const GROWTH = 0.06;

/** Units a day in the first week; a smaller dispersion means more variable days. */
const SHOPS = [
  { id: "harbour", mean: 14, dispersion: 10 },
  { id: "market", mean: 9, dispersion: 8 },
  { id: "station", mean: 5, dispersion: 6 },
];

const profile = Array.from({ length: DAYS }, (_, day) => WEEK[day % 7]! * (1 + GROWTH * day / 365));
const input: NetworkInput = {
  name: "history",
  horizon: DAYS,
  quantities: "integer",
  nodes: SHOPS.map(({ id, mean, dispersion }) => ({
    id,
    demand: { kind: "negative-binomial", mean, dispersion, profile },
  })),
  arcs: SHOPS.map(({ id }) => ({ from: "supply", to: id })),
};
const network = await parseNetwork(input);
const nothing = parsePolicy({ kind: "constant", quantity: 0 }, network);
const rows: (string | number)[][] = [];
for await (const { period, node, demand } of trace(network, nothing, { seed: SEED })) {
  rows.push([new Date(FIRST_DAY + period * 86_400_000).toISOString().slice(0, 10), node, demand]);
}
await Deno.stdout.write(new TextEncoder().encode(formatCsv(["date", "shop", "units"], rows)));
