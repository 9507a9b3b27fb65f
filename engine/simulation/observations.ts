/** What each node observes: features, lags, bounds, and the records that write them. */

import { envStep as L } from "../device/kernels.ts";
import { maximum } from "../network/distributions.ts";
import type { Topology } from "../network/topology.ts";
import type { Bounds, Feature, Network, Observation } from "../network/types.ts";
import { boundsOf } from "./order_rules.ts";
import type { NodeRows } from "./rows.ts";
import type { TableWords } from "./table_words.ts";

/** One row of the observations: a node's feature, `lag` periods before the last completed one. */
export interface ObservationRow {
  readonly node: number;
  readonly feature: Feature;
  readonly lag: number;
  /** Of `inTransitSlots`: the goods that arrive this many periods after the last completed one. */
  readonly ahead: number;
  readonly bounds: Bounds;
}

/** Kotecha's state without a history beyond the last period (section 3.1): own stock, debts, pipeline, demand, order. */
export const DEFAULT_OBSERVATION: Observation = {
  features: ["onHand", "backorders", "onOrder", "demand", "order"],
  lags: 0,
  bounds: {},
};

/** Where a network states no bounds: [0, scale], the position [-scale, scale]; the scale is a cap or 20 periods' flow. */
function defaultBounds(network: Network, n: number, feature: Feature, flow: number): Bounds {
  const node = network.nodes[n]!;
  if (feature === "fillRate" || feature === "time") return [0, 1];
  // A cap of 0 would leave no range.
  const scale = node.capacity || node.maxOrder || Math.max(1, 20 * flow);
  return feature === "inventoryPosition" ? [-scale, scale] : [0, scale];
}

/**
 * Rows of the observations in order: node-major, then feature, then lag; the slots of `inTransitSlots` take the place
 * of lags.
 *
 * @param flows expected units through each node per period, for default bounds
 */
export function observationRows(
  network: Network,
  shape: Topology,
  flows: readonly number[],
): ObservationRow[] {
  const observation = network.observation ?? DEFAULT_OBSERVATION;
  const rows: ObservationRow[] = [];
  network.nodes.forEach((node, n) => {
    for (const feature of observation.features) {
      const bounds = boundsOf(observation.bounds[feature], node.id) ??
        defaultBounds(network, n, feature, flows[n]!);
      if (feature === "inTransitSlots") {
        const longest = Math.max(
          ...shape.supplyArcs[n]!.map((arc) => maximum(network.arcs[arc]!.leadTime, { integer: true })),
        );
        for (let ahead = 1; ahead <= longest; ahead++) rows.push({ node: n, feature, lag: 0, ahead, bounds });
        continue;
      }
      const { lags } = observation;
      const depth = typeof lags === "number" ? lags : lags[feature] ?? 0;
      for (let lag = 0; lag <= depth; lag++) rows.push({ node: n, feature, lag, ahead: 0, bounds });
    }
  });
  return rows;
}

/**
 * The observation of a network with every bound stated, so that another network's defaults cannot change what a value
 * means.
 *
 * @param rows those of the network
 */
export function explicitObservation(network: Network, rows: readonly ObservationRow[]): Observation {
  const bounds: Partial<Record<Feature, Record<string, Bounds>>> = {};
  for (const row of rows) (bounds[row.feature] ??= {})[network.nodes[row.node]!.id] = row.bounds;
  return { ...network.observation ?? DEFAULT_OBSERVATION, bounds };
}

function sourceRow(feature: Feature, rows: NodeRows): number {
  const fixed = (row: number) => rows.base + row * L.ROW_BYTES;
  switch (feature) {
    case "onHand":
      return fixed(L.ON_HAND);
    case "backorders":
      return fixed(L.OWED);
    case "onOrder":
      return fixed(L.ON_ORDER);
    case "inventoryPosition":
      return fixed(L.POSITION);
    case "demand":
      return fixed(L.DEMAND);
    case "order":
      return fixed(L.ORDER);
    case "inTransit":
      return rows.inTransit;
    case "received":
      return rows.received;
    case "fillRate":
      return rows.fill;
    case "inTransitSlots":
    case "time":
      return 0;
  }
}

/** Writes one record a feature (its lags in one); returns their count and the byte offset of the first. */
export function writeObservations(
  layout: readonly ObservationRow[],
  nodeRows: readonly NodeRows[],
  nodeRecords: readonly number[],
  tables: TableWords,
): { at: number; count: number } {
  const heads = layout.flatMap((row, index) => row.lag === 0 ? [{ row, index }] : []);
  const at = tables.record(heads.length * L.OBSERVE_WORDS);
  heads.forEach(({ row, index }, k) => {
    const record = at + k * L.OBSERVE_WORDS * 4;
    const end = heads[k + 1]?.index ?? layout.length;
    const [low, high] = row.bounds;
    const scale = 2 / (high - low);
    const kind = row.feature === "time"
      ? L.OBSERVE_TIME
      : row.feature === "inTransitSlots"
      ? L.OBSERVE_SLOT
      : L.OBSERVE_ROW;
    tables.set(record, L.OBSERVE_KIND, kind);
    tables.set(record, L.OBSERVE_FROM_AT, sourceRow(row.feature, nodeRows[row.node]!));
    tables.set(record, L.OBSERVE_TO_AT, index * L.ROW_BYTES);
    tables.set(record, L.OBSERVE_LAGS, end - index - 1);
    tables.setFloat(record, L.OBSERVE_SCALE, scale);
    tables.setFloat(record, L.OBSERVE_OFFSET, -1 - low * scale);
    tables.set(record, L.OBSERVE_NODE, nodeRecords[row.node]!);
    tables.set(record, L.OBSERVE_AHEAD, row.ahead);
  });
  return { at, count: heads.length };
}
