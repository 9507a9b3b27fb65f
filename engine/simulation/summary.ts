/** Metric sums per replication -> what a simulation reports. */

import { envStep as L } from "../device/kernels.ts";
import type { Digests, SummedSeries } from "./digest.ts";
import type { CompiledNetwork } from "./tables.ts";
import { type Estimate, estimate, median, ratio } from "./estimates.ts";

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
  /** Over episodes, of the means over their periods. */
  medianOnHand: number;
  medianBackorders: number;
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

/** @param periods counted periods of an episode */
export function summarise(
  { network, shape }: CompiledNetwork,
  digests: Digests,
  periods: number,
): Summary {
  const facing = network.nodes.filter((node) => node.demand !== undefined).length;
  const perPeriod = (name: SummedSeries, nodes = 1) =>
    estimate(digests.series(name).map((sum) => sum / periods / nodes));
  const stockOuts = perPeriod("customerStockOuts", facing);
  return {
    costPerPeriod: perPeriod("cost"),
    profitPerPeriod: perPeriod("profit"),
    profitPerEpisode: estimate(digests.series("profit")),
    episodeProfits: digests.series("profit"),
    onHand: perPeriod("onHand"),
    backorders: perPeriod("backorders"),
    medianOnHand: median(digests.series("onHand")) / periods,
    medianBackorders: median(digests.series("backorders")) / periods,
    fillRate: ratio(digests.series("customerOnTime"), digests.series("customerDemand"), 1),
    cycleServiceLevel: { mean: 1 - stockOuts.mean, stderr: stockOuts.stderr },
    stockOutFrequency: stockOuts,
    inventoryTurnover: ratio(digests.series("sold"), digests.series("onHand"), NaN),
    echelons: shape.echelons.map((members, k) => ({
      level: k + 1,
      nodes: members.map((n) => network.nodes[n]!.id),
      bullwhip: ratio(digests.orderVariance(k + 1), digests.customerVariance(), NaN),
    })),
    discarded: {
      byCapacity: perPeriod("cut"),
      byMaxBackorder: perPeriod("trimmed"),
      lostSales: perPeriod("lost"),
      lostToYield: perPeriod("lostToYield"),
    },
    nodes: network.nodes.map((node, n): NodeSummary => {
      const mean = (metric: number) => digests.nodeMean(n, metric) / periods;
      const demand = mean(L.M_DEMAND);
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
        bullwhip: digests.nodeBullwhip(n),
      };
    }),
  };
}
