/** Metric sums of a batch of replications, reduced to what a summary needs: done where the batch ran, on its core. */

import { envStep as L } from "../device/kernels.ts";
import type { CompiledNetwork } from "./tables.ts";

/** Series of one value a replication that are sums over nodes, by the metric that they sum. */
const SUMMED = {
  profit: L.M_PROFIT,
  cost: L.M_COST,
  onHand: L.M_ON_HAND,
  backorders: L.M_BACKORDERS,
  customerDemand: L.M_CUSTOMER_DEMAND,
  customerOnTime: L.M_CUSTOMER_ON_TIME,
  sold: L.M_CUSTOMER_SHIPPED,
  customerStockOuts: L.M_CUSTOMER_STOCK_OUTS,
  cut: L.M_CUT,
  trimmed: L.M_TRIMMED,
  lost: L.M_LOST,
  lostToYield: L.M_LOST_TO_YIELD,
} as const;

export type SummedSeries = keyof typeof SUMMED;

const SUMMED_NAMES = Object.keys(SUMMED) as SummedSeries[];
const CUSTOMER_VARIANCE = SUMMED_NAMES.length;
const FIRST_ECHELON = CUSTOMER_VARIANCE + 1;

/** Per node, beside its metric sums: sums over replications of the variances of its orders and of its demand. */
const ORDER_VARIANCE = L.METRIC_ROWS;
const DEMAND_VARIANCE = L.METRIC_ROWS + 1;
const NODE_FIGURES = L.METRIC_ROWS + 2;

/** Relative error of a drained sum of squares, at most: 64 additions of f32, with a margin. */
const SQUARES_ERROR = 2 ** -17;

/** Rows of one value a replication in a digest. */
export function seriesCount(echelons: number): number {
  return FIRST_ECHELON + echelons;
}

/** Adds to `to` the variances over time of each replication, from sums and sums of squares around `centre`. */
function addVariances(
  to: Float64Array,
  sums: Float64Array,
  squares: Float64Array,
  centre: number,
  periods: number,
): number {
  const mid = Math.fround(centre);
  let total = 0;
  for (let i = 0; i < to.length; i++) {
    const off = sums[i]! / periods - mid;
    const variance = squares[i]! / periods - off * off;
    // Below what single-precision sums can tell from 0 there is none.
    if (variance <= SQUARES_ERROR * squares[i]! / periods) continue;
    to[i]! += variance;
    total += variance;
  }
  return total;
}

/**
 * @param sums (nodes * METRIC_ROWS, columns), over `periods` counted periods
 * @returns (series, columns) and then (nodes, figures), in one array that a worker can hand over
 */
export function digest(
  compiled: CompiledNetwork,
  sums: Float64Array,
  columns: number,
  periods: number,
): Float64Array<ArrayBuffer> {
  const { network, shape, flows, customerMeans } = compiled;
  const nodes = network.nodes.length;
  const series = seriesCount(shape.echelons.length);
  const result = new Float64Array(series * columns + nodes * NODE_FIGURES);
  const seriesRow = (k: number) => result.subarray(k * columns, (k + 1) * columns);
  const unused = new Float64Array(columns);
  for (let n = 0; n < nodes; n++) {
    const row = (metric: number) => {
      const at = (n * L.METRIC_ROWS + metric) * columns;
      return sums.subarray(at, at + columns);
    };
    const figures = result.subarray(series * columns + n * NODE_FIGURES);
    for (let metric = 0; metric < L.METRIC_ROWS; metric++) {
      const values = row(metric);
      let total = 0;
      for (let i = 0; i < columns; i++) total += values[i]!;
      figures[metric] = total;
    }
    SUMMED_NAMES.forEach((name, k) => {
      const [to, from] = [seriesRow(k), row(SUMMED[name])];
      for (let i = 0; i < columns; i++) to[i]! += from[i]!;
    });
    const echelon = seriesRow(FIRST_ECHELON + shape.levels[n]! - 1);
    const variance = (to: Float64Array, sum: number, squares: number, centre: number) =>
      addVariances(to, row(sum), row(squares), centre, periods);
    figures[ORDER_VARIANCE] = variance(echelon, L.M_ORDER, L.M_ORDER_SQUARED, flows[n]!);
    figures[DEMAND_VARIANCE] = variance(unused, L.M_DEMAND, L.M_DEMAND_SQUARED, flows[n]!);
    if (network.nodes[n]!.demand !== undefined) {
      const customers = seriesRow(CUSTOMER_VARIANCE);
      variance(customers, L.M_CUSTOMER_DEMAND, L.M_CUSTOMER_DEMAND_SQUARED, customerMeans[n]!);
    }
  }
  return result;
}

/** The digests of all batches, put together in the order of their replications. */
export class Digests {
  readonly replications: number;
  readonly #series: Float64Array[];
  readonly #nodes: Float64Array;

  constructor(nodes: number, echelons: number, replications: number) {
    this.replications = replications;
    this.#series = Array.from({ length: seriesCount(echelons) }, () => new Float64Array(replications));
    this.#nodes = new Float64Array(nodes * NODE_FIGURES);
  }

  /** Takes over the digest of replications `first`, `first` + 1, ...: always in this order. */
  add(batch: Float64Array, first: number): void {
    const columns = (batch.length - this.#nodes.length) / this.#series.length;
    this.#series.forEach((row, k) => row.set(batch.subarray(k * columns, (k + 1) * columns), first));
    const at = this.#series.length * columns;
    for (let k = 0; k < this.#nodes.length; k++) this.#nodes[k]! += batch[at + k]!;
  }

  /** (replications): sum over the counted periods and over the nodes that have such a figure. */
  series(name: SummedSeries): Float64Array {
    return this.#series[SUMMED_NAMES.indexOf(name)]!;
  }

  /** (replications): variances over time of customer demand, summed over nodes. */
  customerVariance(): Float64Array {
    return this.#series[CUSTOMER_VARIANCE]!;
  }

  /** (replications): variances over time of the orders of a level's nodes, summed. */
  orderVariance(level: number): Float64Array {
    return this.#series[FIRST_ECHELON + level - 1]!;
  }

  /** Mean over replications of a node's metric sum over the counted periods. */
  nodeMean(node: number, metric: number): number {
    return this.#nodes[node * NODE_FIGURES + metric]! / this.replications;
  }

  /** Variance of a node's orders over the variance of what is demanded of it; NaN where that is 0. */
  nodeBullwhip(node: number): number {
    const at = node * NODE_FIGURES;
    const demand = this.#nodes[at + DEMAND_VARIANCE]!;
    return demand === 0 ? NaN : this.#nodes[at + ORDER_VARIANCE]! / demand;
  }
}
