/** A network, compiled: the tables that `env_step` reads, and where everything lies in its arrays. */

import { envStep as L } from "../device/kernels.ts";
import { mean } from "../network/distributions.ts";
import { type Topology, topology } from "../network/topology.ts";
import type { Feature, Network } from "../network/types.ts";
import { writeDraws } from "./draws.ts";
import { type LinkLayout, plannedArrivals, writeLinks } from "./links.ts";
import { takeNodeRows, type Wanted, writeNodes } from "./node_table.ts";
import { type ObservationRow, observationRows, writeObservations } from "./observations.ts";
import { actionRows, type NodeRule } from "./order_rules.ts";
import { writeRewards } from "./rewards.ts";
import { type NodeRows, StateRows } from "./rows.ts";
import { TableWords } from "./table_words.ts";

export interface CompileOptions {
  rules: readonly NodeRule[];
  /** Keep every row that a trace shows, whether or not somebody observes it. */
  recordsAll: boolean;
  /** Write observations; without, nothing is kept for them. */
  observes: boolean;
  /** Periods of an episode; at their end an environment that autoresets starts the next one. */
  horizon: number;
}

/** Everything about a network that does not depend on how many environments run. */
export interface CompiledNetwork {
  readonly network: Network;
  readonly shape: Topology;
  readonly rules: readonly NodeRule[];
  readonly tables: Int32Array;
  readonly nodeRows: readonly NodeRows[];
  readonly links: readonly LinkLayout[];
  readonly customerLinks: readonly number[];
  readonly observations: readonly ObservationRow[];
  readonly stateRows: number;
  readonly actionRows: number;
  /** Values that variances are summed around. */
  readonly flows: readonly number[];
  readonly customerMeans: readonly number[];
}

/** Expected units through each node per period, if every order is served: shares of what its buyers pass on. */
function expectedFlows(network: Network, shape: Topology): number[] {
  const flows = network.nodes.map((node) => node.demand === undefined ? 0 : mean(node.demand));
  for (const n of [...shape.order].reverse()) {
    const supply = shape.supplyArcs[n]!;
    const all = network.nodes[n]!.sourcing === "all";
    const shares = supply.map((arc) => network.arcs[arc]!.share);
    const sum = shares.reduce((a, b) => a + b, 0);
    supply.forEach((arc, k) => {
      const from = shape.arcFrom[arc]!;
      if (from >= 0) flows[from]! += flows[n]! * (all ? 1 : shares[k]! / sum);
    });
  }
  return flows;
}

function wantedRows(
  network: Network,
  shape: Topology,
  observed: readonly ObservationRow[],
  options: CompileOptions,
): Wanted[] {
  const features = network.nodes.map(() => new Set<Feature>());
  for (const row of observed) features[row.node]!.add(row.feature);
  const inEchelon = new Set<number>();
  options.rules.forEach((rule, n) => {
    if (rule.basis === "echelon-position") { for (const j of shape.downstream[n]!) inEchelon.add(j); }
  });
  const ranked = new Set<number>();
  network.nodes.forEach((node, n) => {
    if (node.allocation !== "lowest-position") return;
    for (const arc of shape.downstreamArcs[n]!) ranked.add(shape.arcTo[arc]!);
  });
  const all = options.recordsAll;
  return features.map((set, n) => ({
    received: all || set.has("received"),
    shipped: all,
    cost: all,
    fill: all || set.has("fillRate"),
    inTransit: all || set.has("inTransit") || inEchelon.has(n),
    demand: all || set.has("demand"),
    position: all || set.has("inventoryPosition") || ranked.has(n),
  }));
}

/** Rows and the values that a reset fills them with; every other row is cleared. */
function writeResets(
  network: Network,
  shape: Topology,
  nodeRows: readonly NodeRows[],
  links: readonly LinkLayout[],
  tables: TableWords,
): { at: number; count: number } {
  const resets: [row: number, value: number][] = [];
  network.nodes.forEach((node, n) => {
    const rows = nodeRows[n]!;
    let inTransit = 0;
    for (const arc of shape.supplyArcs[n]!) {
      const link = links[arc]!;
      const planned = plannedArrivals(node, network.arcs[arc]!.from);
      planned.forEach((units, period) => resets.push([link.ringAt + period * L.ROW_BYTES, units]));
      const sum = planned.reduce((a, b) => a + b, 0);
      if (link.transitAt > 0) resets.push([link.transitAt, sum]);
      inTransit += sum;
    }
    resets.push([rows.base + L.ON_HAND * L.ROW_BYTES, node.initialOnHand]);
    resets.push([rows.base + L.ON_ORDER * L.ROW_BYTES, inTransit]);
    resets.push([rows.base + L.POSITION * L.ROW_BYTES, node.initialOnHand + inTransit]);
    if (rows.inTransit > 0) resets.push([rows.inTransit, inTransit]);
  });
  const filled = resets.filter(([, value]) => value !== 0);
  const at = tables.record(filled.length * L.RESET_WORDS);
  filled.forEach(([row, value], k) => {
    tables.set(at + k * L.RESET_WORDS * 4, L.RESET_AT, row);
    tables.setFloat(at + k * L.RESET_WORDS * 4, L.RESET_VALUE, value);
  });
  return { at, count: filled.length };
}

/** @throws InputError where a trace is shorter than the horizon */
export function compileNetwork(network: Network, options: CompileOptions): CompiledNetwork {
  const shape = topology(network);
  const flows = expectedFlows(network, shape);
  const customerMeans = network.nodes.map((node) => node.demand === undefined ? 0 : mean(node.demand));
  const observations = options.observes ? observationRows(network, shape, flows) : [];
  const wanted = wantedRows(network, shape, observations, options);
  const rows = new StateRows();
  const tables = new TableWords();
  tables.record(L.HEADER_WORDS);

  const nodeRows = network.nodes.map((node, n) =>
    takeNodeRows(node, shape.supplyArcs[n]!.length, wanted[n]!, rows)
  );
  const linksAt = tables.at;
  const links = writeLinks(network, shape, nodeRows, rows, tables);
  let next = network.arcs.length;
  const customerLinks = network.nodes.map((node) => node.demand === undefined ? -1 : next++);
  const actions = actionRows(options.rules);
  const nodeRecords = writeNodes({
    network,
    shape,
    rules: options.rules,
    nodeRows,
    wanted,
    links,
    customerLinks,
    flows,
    customerMeans,
    actionFirst: actions.first,
  }, tables);
  const order = tables.list(shape.order.map((n) => nodeRecords[n]!));
  const draws = writeDraws(network, links, customerLinks, nodeRows, options.horizon, tables);
  const observed = writeObservations(observations, nodeRows, nodeRecords, tables);
  const rewards = writeRewards(network, shape, nodeRows, tables);
  const resets = writeResets(network, shape, nodeRows, links, tables);

  const nodes = network.nodes.length;
  const header: [field: number, value: number][] = [
    [L.H_NODES, nodes],
    [L.H_HORIZON, options.horizon],
    [L.H_STATE_BYTES, rows.count * L.ROW_BYTES],
    [L.H_ACTION_BYTES, actions.rows * L.ROW_BYTES],
    [L.H_OBSERVATION_BYTES, observations.length * L.ROW_BYTES],
    [L.H_REWARD_BYTES, nodes * L.ROW_BYTES],
    [L.H_METRIC_BYTES, nodes * L.METRIC_ROWS * L.ROW_BYTES],
    [L.H_NODE_ORDER, order],
    [L.H_DRAWS, draws.at],
    [L.H_DRAW_COUNT, draws.count],
    [L.H_OBSERVATIONS, observed.at],
    [L.H_OBSERVATION_COUNT, observed.count],
    [L.H_REWARDS, rewards.at],
    [L.H_REWARD_COUNT, rewards.count],
    [L.H_RESETS, resets.at],
    [L.H_RESET_COUNT, resets.count],
    [L.H_LINKS, linksAt],
    [L.H_LINK_COUNT, links.length],
    [L.H_MOST_CLAIMS, Math.max(...shape.downstreamArcs.map((arcs) => arcs.length + 1))],
  ];
  for (const [field, value] of header) tables.set(0, field, value);
  return {
    network,
    shape,
    rules: options.rules,
    tables: tables.toInt32Array(),
    nodeRows,
    links,
    customerLinks,
    observations,
    stateRows: rows.count,
    actionRows: actions.rows,
    flows,
    customerMeans,
  };
}
