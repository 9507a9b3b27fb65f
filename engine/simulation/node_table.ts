/** The node records of the kernel's tables: rows, rules, costs, and which optional rows are kept. */

import { envStep as L } from "../device/kernels.ts";
import type { Topology } from "../network/topology.ts";
import type { Allocation, Network, NetworkNode, Sourcing } from "../network/types.ts";
import type { LinkLayout } from "./links.ts";
import type { KernelRule, NodeRule } from "./order_rules.ts";
import { integerWeights } from "./shares.ts";
import type { NodeRows, StateRows } from "./rows.ts";
import type { TableWords } from "./table_words.ts";

/** Larger than any quantity, and exact in f32: no cap. */
const NO_LIMIT = 3e38;

const RULES: Readonly<Record<KernelRule, number>> = {
  "quantity": L.RULE_QUANTITY,
  "s-S": L.RULE_S_S,
  "base-stock": L.RULE_BASE_STOCK,
  "demand-plus": L.RULE_DEMAND_PLUS,
  "choice": L.RULE_CHOICE,
  "s-Q": L.RULE_S_Q,
};

const SOURCING: Readonly<Record<Sourcing, number>> = {
  split: L.SOURCING_SPLIT,
  random: L.SOURCING_RANDOM,
  available: L.SOURCING_AVAILABLE,
  all: L.SOURCING_ALL,
};

const ALLOCATION: Readonly<Record<Allocation, number>> = {
  "fair": L.ALLOCATION_FAIR,
  "proportional": L.ALLOCATION_PROPORTIONAL,
  "lowest-position": L.ALLOCATION_LOWEST_POSITION,
  "priority": L.ALLOCATION_PRIORITY,
};

/** Rows that somebody wants to read after a period: observations, a trace, echelon positions. */
export interface Wanted {
  received: boolean;
  shipped: boolean;
  cost: boolean;
  fill: boolean;
  inTransit: boolean;
  demand: boolean;
  position: boolean;
}

export function takeNodeRows(
  node: NetworkNode,
  suppliers: number,
  wanted: Wanted,
  rows: StateRows,
): NodeRows {
  const base = rows.take(L.NODE_ROWS_ALWAYS);
  const optional = (keep: boolean) => keep ? rows.take() : 0;
  return {
    base,
    received: optional(wanted.received),
    shipped: optional(wanted.shipped),
    cost: optional(wanted.cost),
    fill: optional(wanted.fill),
    inTransit: optional(wanted.inTransit),
    lastOrder: optional(node.orderChangeCost > 0),
    sourceWords: optional(node.sourcing === "random" && suppliers > 1),
  };
}

export interface NodeTableInput {
  network: Network;
  shape: Topology;
  rules: readonly NodeRule[];
  nodeRows: readonly NodeRows[];
  wanted: readonly Wanted[];
  links: readonly LinkLayout[];
  /** Link of the customers of each node, -1 where there are none. */
  customerLinks: readonly number[];
  /** Expected flow through each node, and expected customer demand, in units per period. */
  flows: readonly number[];
  customerMeans: readonly number[];
  actionFirst: readonly number[];
}

function nodeFlags(input: NodeTableInput, n: number): number {
  const { network, shape, rules, wanted, customerLinks } = input;
  const node = network.nodes[n]!;
  const rule = rules[n]!;
  const wants = wanted[n]!;
  const on = (condition: boolean, flag: number) => condition ? flag : 0;
  return on(network.quantities === "integer", L.INTEGER) |
    on(rule.decode !== undefined, L.DECODES_ACTIONS) |
    on(node.capacity !== undefined, L.HAS_CAPACITY) |
    on(node.maxBackorder !== undefined, L.HAS_MAX_BACKORDER) |
    on(looksAhead(input, n), L.LOOKS_AHEAD) |
    on(node.fixedOrderCost !== 0, L.HAS_FIXED_COST) |
    on(node.orderChangeCost !== 0, L.HAS_CHANGE_COST) |
    on(node.holdingTarget !== 0, L.HAS_TARGET) |
    on(wants.received, L.RECORDS_RECEIVED) |
    on(wants.shipped, L.RECORDS_SHIPPED) |
    on(wants.cost, L.RECORDS_COST) |
    on(wants.fill, L.RECORDS_FILL) |
    on(wants.inTransit, L.RECORDS_IN_TRANSIT) |
    on(wants.position || rule.basis === "inventory-position", L.RECORDS_POSITION) |
    on(wants.demand || rule.rule === "demand-plus", L.RECORDS_DEMAND) |
    on(shape.supplyArcs[n]!.some((arc) => network.arcs[arc]!.inTransitHoldingCost > 0), L.HAS_TRANSIT_COST) |
    on(node.unmetDemand === "lost" && node.demand !== undefined, L.HAS_LOST_SALES) |
    on(rule.basis === "echelon-position", L.USES_ECHELON) |
    on(customerLinks[n]! >= 0, L.SERVES_CUSTOMERS) |
    on(shape.supplyArcs[n]!.some((arc) => network.arcs[arc]!.yield < 1), L.WASTES);
}

/** Whether demand or orders on their way count against the node's position. */
function looksAhead({ network, shape }: NodeTableInput, n: number): boolean {
  const node = network.nodes[n]!;
  if (node.demand !== undefined && node.demandLeadTime > 0) return true;
  return node.seesOrders && shape.downstreamArcs[n]!.some((arc) => network.arcs[arc]!.orderLeadTime > 0);
}

/** Writes the node records, in network order; returns their byte offsets. */
export function writeNodes(input: NodeTableInput, tables: TableWords): number[] {
  const { network, shape, rules, nodeRows, links, customerLinks } = input;
  const first = tables.record(network.nodes.length * L.NODE_WORDS);
  return network.nodes.map((node, n) => {
    const record = first + n * L.NODE_WORDS * 4;
    const rows = nodeRows[n]!;
    const rule = rules[n]!;
    const set = (field: number, value: number) => tables.set(record, field, value);
    const setFloat = (field: number, value: number) => tables.setFloat(record, field, value);
    set(L.NODE_FLAGS, nodeFlags(input, n));
    set(L.NODE_BASE, rows.base);
    set(L.NODE_RULE, RULES[rule.rule]);
    set(
      L.NODE_LEVEL_AT,
      rows.base + (rule.basis === "on-hand" ? L.ON_HAND : L.POSITION) * L.ROW_BYTES,
    );
    set(L.NODE_ACTION_AT, input.actionFirst[n]! * L.ROW_BYTES);
    setFloat(L.NODE_CLIP_LOW, rule.decode?.clip[0] ?? 0);
    setFloat(L.NODE_CLIP_HIGH, rule.decode?.clip[1] ?? 0);
    for (let k = 0; k < 2; k++) {
      setFloat(L.NODE_SCALE + k, rule.decode?.scale ?? 1);
      setFloat(L.NODE_OFFSET + k, rule.decode?.offset ?? 0);
    }
    setFloat(L.NODE_MAX_ORDER, node.maxOrder ?? NO_LIMIT);

    const supply = shape.supplyArcs[n]!;
    const weights = integerWeights(supply.map((arc) => network.arcs[arc]!.share));
    set(L.NODE_SUPPLY, tables.list(supply.map((arc) => links[arc]!.record)));
    set(L.NODE_SUPPLY_COUNT, supply.length);
    set(L.NODE_SHARE_SUM, weights.reduce((a, b) => a + b, 0));
    set(L.NODE_SOURCING, supply.length === 1 ? L.SOURCING_ONE : SOURCING[node.sourcing]);
    set(L.NODE_SOURCE_WORDS_AT, rows.sourceWords);
    const claims = shape.downstreamArcs[n]!.map((arc) => links[arc]!.record);
    if (customerLinks[n]! >= 0) claims.unshift(links[customerLinks[n]!]!.record);
    set(L.NODE_CLAIMS, tables.list(claims));
    set(L.NODE_CLAIM_COUNT, claims.length);
    set(L.NODE_ALLOCATION, ALLOCATION[node.allocation]);

    setFloat(L.NODE_PRICE, node.price);
    setFloat(L.NODE_ORDER_COST, node.orderCost);
    setFloat(L.NODE_FIXED_COST, node.fixedOrderCost);
    setFloat(L.NODE_CHANGE_COST, node.orderChangeCost);
    setFloat(L.NODE_HOLDING_COST, node.holdingCost);
    setFloat(L.NODE_HOLDING_TARGET, node.holdingTarget);
    setFloat(L.NODE_BACKORDER_COST, node.backorderCost);
    setFloat(L.NODE_LOST_COST, node.lostSaleCost);
    setFloat(L.NODE_CAPACITY, node.capacity ?? NO_LIMIT);
    setFloat(L.NODE_MAX_BACKORDER, node.maxBackorder ?? NO_LIMIT);
    set(L.NODE_METRICS_AT, n * L.METRIC_ROWS * L.ROW_BYTES);
    set(L.NODE_LAST_ORDER_AT, rows.lastOrder);
    set(L.NODE_RECEIVED_AT, rows.received);
    set(L.NODE_SHIPPED_AT, rows.shipped);
    set(L.NODE_COST_AT, rows.cost);
    set(L.NODE_FILL_AT, rows.fill);
    set(L.NODE_IN_TRANSIT_AT, rows.inTransit);
    setFloat(L.NODE_ORDER_CENTRE, Math.fround(input.flows[n]!));
    setFloat(L.NODE_DEMAND_CENTRE, Math.fround(input.customerMeans[n]!));

    if (rule.basis === "echelon-position") writeEchelon(input, n, record, tables);
    if (rule.choices !== undefined) {
      set(L.NODE_CHOICES, tables.floatList(rule.choices));
      set(L.NODE_CHOICE_COUNT, rule.choices.length);
    }
    return record;
  });
}

/** Echelon position: own on-order + on-hand and in transit from here down - what customers are owed from here down. */
function writeEchelon(input: NodeTableInput, n: number, record: number, tables: TableWords): void {
  const { shape, nodeRows, links, customerLinks } = input;
  const terms: [row: number, sign: number][] = [[nodeRows[n]!.base + L.ON_ORDER * L.ROW_BYTES, 1]];
  for (const j of [n, ...shape.downstream[n]!]) {
    terms.push([nodeRows[j]!.base + L.ON_HAND * L.ROW_BYTES, 1]);
    if (j !== n) terms.push([nodeRows[j]!.inTransit, 1]);
    if (customerLinks[j]! >= 0) terms.push([links[customerLinks[j]!]!.owedAt, -1]);
  }
  const at = tables.record(terms.length * 2);
  terms.forEach(([row, sign], k) => {
    tables.set(at, 2 * k, row);
    tables.setFloat(at, 2 * k + 1, sign);
  });
  tables.set(record, L.NODE_ECHELON, at);
  tables.set(record, L.NODE_ECHELON_COUNT, terms.length);
}
