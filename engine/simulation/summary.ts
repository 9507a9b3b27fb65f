/** Metric sums per replication -> what a simulation reports. */

import { envStep as L } from "../device/kernels.ts";
import type { CompiledNetwork } from "./tables.ts";
import { type Estimate, estimate, ratio } from "./estimates.ts";

/** Averages over the counted periods, per period and in units, unless the name says otherwise. */
export interface NodeSummary {
  id: string;
  onHand: number;
  backorders: number;
  inTransit: number;
  order: number;
  received: number;
  /** Customer demand due plus orders taken in. */
  demand: number;
  shipped: number;
  costPerPeriod: number;
  profitPerPeriod: number;
  /** Share of what was asked for that left in the period it was due. */
  fillRate: number;
  /** Share of periods that ended with something owed to or lost by its customers; without customers: owed at all. */
  stockOutFrequency: number;
  /** Variance of its orders over variance of what is demanded of it; NaN where its demand does not vary. */
  bullwhip: number;
}

export interface EchelonSummary {
  /** 1: nodes whose longest way to a customer is direct; upstream the numbers rise. */
  level: number;
  nodes: string[];
  /** Variance of the echelon's orders over variance of customer demand, both summed over nodes. */
  bullwhip: Estimate;
}

export interface Summary {
  costPerPeriod: Estimate;
  profitPerPeriod: Estimate;
  profitPerEpisode: Estimate;
  /** (episodes) Profit of each, by replication number: what `pairedDifference` takes. */
  episodeProfits: Float64Array;
  /** Units in the whole network, period ends. */
  onHand: Estimate;
  backorders: Estimate;
  /** Share of customer demand shipped when it was due. */
  fillRate: Estimate;
  /** Share of customer-facing nodes' periods without a stock-out, and its complement. */
  cycleServiceLevel: Estimate;
  stockOutFrequency: Estimate;
  /** Units sold to customers per period over units on hand. */
  inventoryTurnover: Estimate;
  echelons: EchelonSummary[];
  /** Units per period that a cap, a lost sale or a yield took away. */
  discarded: { byCapacity: Estimate; byMaxBackorder: Estimate; lostSales: Estimate; lostToYield: Estimate };
  nodes: NodeSummary[];
}

/** Sums of all replications: [node][metric] rows of `replications` values. */
export class MetricSums {
  readonly replications: number;
  readonly #rows: Float64Array[];

  constructor(nodes: number, replications: number) {
    this.replications = replications;
    this.#rows = Array.from({ length: nodes * L.METRIC_ROWS }, () => new Float64Array(replications));
  }

  /** Places a task's sums, (rows, columns), at replication `first`. */
  place(sums: Float64Array, first: number): void {
    const columns = sums.length / this.#rows.length;
    this.#rows.forEach((row, k) => row.set(sums.subarray(k * columns, (k + 1) * columns), first));
  }

  row(node: number, metric: number): Float64Array {
    return this.#rows[node * L.METRIC_ROWS + metric]!;
  }

  /** Sum over nodes, per replication. */
  total(metric: number, nodes: Iterable<number>): Float64Array {
    return addUp(Array.from(nodes, (node) => this.row(node, metric)), this.replications);
  }
}

function average(values: Float64Array, periods: number): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length / periods;
}

/** Relative error of a drained sum of squares, at most: 64 additions of f32, with a margin. */
const SQUARES_ERROR = 2 ** -17;

/** Variances over time, one a replication, from sums and from sums of squares around `centre`. */
function variances(sums: Float64Array, squares: Float64Array, centre: number, periods: number): Float64Array {
  const mid = Math.fround(centre);
  const result = new Float64Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const off = sums[i]! / periods - mid;
    const variance = squares[i]! / periods - off * off;
    // Below what single-precision sums can tell from 0 there is none.
    result[i] = variance > SQUARES_ERROR * squares[i]! / periods ? variance : 0;
  }
  return result;
}

function addUp(rows: readonly Float64Array[], length: number): Float64Array {
  const total = new Float64Array(length);
  for (const row of rows) {
    for (let i = 0; i < length; i++) total[i]! += row[i]!;
  }
  return total;
}

/** @param periods counted periods of an episode */
export function summarise(compiled: CompiledNetwork, sums: MetricSums, periods: number): Summary {
  const { network, shape } = compiled;
  const nodes = network.nodes.map((_, n) => n);
  const facing = nodes.filter((n) => network.nodes[n]!.demand !== undefined);
  const perPeriod = (metric: number, of: readonly number[] = nodes) =>
    estimate(sums.total(metric, of).map((sum) => sum / periods));
  const episodeProfits = sums.total(L.M_PROFIT, nodes);
  const sold = sums.total(L.M_CUSTOMER_SHIPPED, facing);
  const stockOuts = estimate(
    sums.total(L.M_CUSTOMER_STOCK_OUTS, facing).map((sum) => sum / periods / facing.length),
  );

  const orderVariances = nodes.map((n) =>
    variances(sums.row(n, L.M_ORDER), sums.row(n, L.M_ORDER_SQUARED), compiled.flows[n]!, periods)
  );
  const customerVariances = nodes.map((n) =>
    variances(
      sums.row(n, L.M_CUSTOMER_DEMAND),
      sums.row(n, L.M_CUSTOMER_DEMAND_SQUARED),
      compiled.customerMeans[n]!,
      periods,
    )
  );
  const customerVariance = addUp(facing.map((n) => customerVariances[n]!), sums.replications);

  return {
    costPerPeriod: perPeriod(L.M_COST),
    profitPerPeriod: perPeriod(L.M_PROFIT),
    profitPerEpisode: estimate(episodeProfits),
    episodeProfits,
    onHand: perPeriod(L.M_ON_HAND),
    backorders: perPeriod(L.M_BACKORDERS),
    fillRate: ratio(sums.total(L.M_CUSTOMER_ON_TIME, facing), sums.total(L.M_CUSTOMER_DEMAND, facing), 1),
    cycleServiceLevel: { mean: 1 - stockOuts.mean, stderr: stockOuts.stderr },
    stockOutFrequency: stockOuts,
    inventoryTurnover: ratio(sold, sums.total(L.M_ON_HAND, nodes), NaN),
    echelons: shape.echelons.map((members, k) => ({
      level: k + 1,
      nodes: members.map((n) => network.nodes[n]!.id),
      bullwhip: ratio(
        addUp(members.map((n) => orderVariances[n]!), sums.replications),
        customerVariance,
        NaN,
      ),
    })),
    discarded: {
      byCapacity: perPeriod(L.M_CUT),
      byMaxBackorder: perPeriod(L.M_TRIMMED),
      lostSales: perPeriod(L.M_LOST),
      lostToYield: perPeriod(L.M_LOST_TO_YIELD),
    },
    nodes: network.nodes.map((node, n): NodeSummary => {
      const mean = (metric: number) => average(sums.row(n, metric), periods);
      const demand = mean(L.M_DEMAND);
      const demands = variances(
        sums.row(n, L.M_DEMAND),
        sums.row(n, L.M_DEMAND_SQUARED),
        compiled.flows[n]!,
        periods,
      );
      const variance = average(demands, 1);
      return {
        id: node.id,
        onHand: mean(L.M_ON_HAND),
        backorders: mean(L.M_BACKORDERS),
        inTransit: mean(L.M_IN_TRANSIT),
        order: mean(L.M_ORDER),
        received: mean(L.M_RECEIVED),
        demand,
        shipped: mean(L.M_SHIPPED),
        costPerPeriod: mean(L.M_COST),
        profitPerPeriod: mean(L.M_PROFIT),
        fillRate: demand === 0 ? 1 : mean(L.M_ON_TIME) / demand,
        stockOutFrequency: mean(node.demand === undefined ? L.M_STOCK_OUTS : L.M_CUSTOMER_STOCK_OUTS),
        bullwhip: variance === 0 ? NaN : average(orderVariances[n]!, 1) / variance,
      };
    }),
  };
}
