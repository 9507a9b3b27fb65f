/**
 * The networks of G. Ziegner, M. Choi, H. M. C. Le, S. Sakhuja and A. Sarmadi, "Iterative Multi-Agent Reinforcement
 * Learning: A Novel Approach Toward Real-World Multi-Echelon Inventory Optimization" (2025), section 3.
 *
 * The paper fixes: A, 1 warehouse and 3 retailers; B, 4 warehouses and 5 retailers (figure 2); C, 13 points and D,
 * 18 points in 3 echelons; demand Poisson with a mean drawn from 5..15 each period (1, 3) or from retail data scaled to
 * mean 10, another product at each retailer (2, 4); lead times 1 (1, 2), uniform on 1..5 (3) or from retail data scaled
 * to mean 3 (4); holding and backorder costs and bounds by echelon (table 4); the order of events (table 2): receive,
 * fill what was ordered and demanded in the period before, order; backorders first, lowest inventory position first; a
 * whole order to one supplier at random; the inventory position as state; initial stock at the benchmark's base-stock
 * levels; rewards divided by 1000; 128 periods in training, 75 with 25 warm-up in 100 evaluation episodes.
 *
 * We decide: C is a tree of 1, 3 and 9; D has B's arcs between its first two tiers, and retailer j of 0..8 is served
 * by middle points j mod 5 and (j + 1) mod 5, counted from 0; D2 to D4 and the line S of four stages are ours, S with a
 * retailer's bounds at every stage and holding cost 0.2 at the fourth. Table 2 fills every order in the period after it
 * is placed and exempts nobody, so orders to the external supply take that period as well (`orderLeadTime` 1 on every
 * arc). Points know the orders on their way to them (`seesOrders`), as equation 2 subtracts them. Goods in transit count
 * in the inventory position (equation 2 leaves them out: a misprint). One draw of the lead time an arc and period.
 *
 * Initial stock is the base-stock levels planned by decomposition and aggregation (ziegner_levels.ts) in 1 and 3. In 2
 * and 4 these depend on the user's data, so a rule close to them stands in (ziegner_stock.ts).
 */

import { InputError } from "../errors.ts";
import type { NetworkInput } from "../network/schema.ts";
import type { Bounds, DistributionKind } from "../network/types.ts";
import {
  defineScenario,
  flagOf,
  type Scenario,
  type ScenarioOption,
  type ScenarioOptions,
} from "./scenario.ts";
import { demandDistributions, leadTimeDistributions } from "./ziegner_data.ts";
import { ZIEGNER_LEVELS } from "./ziegner_levels.ts";
import { echelonRow, type Structure, ZIEGNER_NETWORKS } from "./ziegner_networks.ts";
import { type Distributions, ruleOfThumb } from "./ziegner_stock.ts";

/** The number of a scenario of table 3: which demand and which lead time. */
type Parameters = 1 | 2 | 3 | 4;

const BACKORDER_COST = 19;

const DEMAND_LAYOUT = "a CSV file with a Date column, then one column a product, one row a day " +
  "(MABIM's sku2778.demand.csv)";
const LEAD_TIME_LAYOUT =
  "a CSV file of lead times, laid out like --demand-data or with one value a product in a " +
  "column vlt (MABIM's sku2778.store1.info.csv)";

const usesDemandData = (parameters: Parameters) => parameters === 2 || parameters === 4;
const usesLeadTimeData = (parameters: Parameters) => parameters === 4;

function required(name: string, options: ScenarioOptions, option: "demandData" | "leadTimeData"): string {
  const path = options[option];
  if (path === undefined) {
    const layout = option === "demandData" ? DEMAND_LAYOUT : LEAD_TIME_LAYOUT;
    throw new InputError(name, `needs ${flagOf(option)} (${option}): ${layout}`);
  }
  return path;
}

async function distributionsOf(
  structure: Structure,
  parameters: Parameters,
  options: ScenarioOptions,
): Promise<Distributions> {
  const name = nameOf(structure, parameters);
  const { stockPoints } = ZIEGNER_NETWORKS[structure];
  const points = stockPoints.map(({ id }) => id);
  const retailers = stockPoints.filter(({ echelon }) => echelon === 1).map(({ id }) => id);
  const everywhere = (ids: string[], distribution: DistributionKind) =>
    new Map(ids.map((id) => [id, distribution]));
  const oneEach = (ids: string[], distributions: DistributionKind[]) =>
    new Map(ids.map((id, i) => [id, distributions[i] as DistributionKind]));
  const demand = usesDemandData(parameters)
    ? oneEach(retailers, await demandDistributions(required(name, options, "demandData"), retailers.length))
    : everywhere(retailers, { kind: "poisson-uniform", low: 5, high: 15 });
  if (usesLeadTimeData(parameters)) {
    const path = required(name, options, "leadTimeData");
    return { demand, leadTime: oneEach(points, await leadTimeDistributions(path, points.length)) };
  }
  return {
    demand,
    leadTime: everywhere(
      points,
      parameters === 3 ? { kind: "uniform-integer", low: 1, high: 5 } : { kind: "constant", value: 1 },
    ),
  };
}

async function ziegnerNetwork(
  structure: Structure,
  parameters: Parameters,
  options: ScenarioOptions,
): Promise<NetworkInput> {
  const name = nameOf(structure, parameters);
  const { stockPoints, arcs } = ZIEGNER_NETWORKS[structure];
  const distributions = await distributionsOf(structure, parameters, options);
  const levels = ZIEGNER_LEVELS[name] ?? ruleOfThumb(structure, BACKORDER_COST, distributions);
  const level = (id: string) => levels[id] as number;
  return {
    name,
    horizon: 128,
    quantities: "integer",
    nodes: stockPoints.map(({ id, echelon }) => {
      const { holdingCost, maxOrder } = echelonRow(structure, echelon);
      const demand = distributions.demand.get(id);
      return {
        id,
        holdingCost,
        maxOrder,
        initialOnHand: level(id),
        seesOrders: true,
        allocation: "lowest-position" as const,
        sourcing: "random" as const,
        ...(demand === undefined ? {} : { backorderCost: BACKORDER_COST, demand, demandLeadTime: 1 }),
      };
    }),
    arcs: arcs.map(([from, to]) => ({
      from,
      to,
      leadTime: distributions.leadTime.get(to) as DistributionKind,
      orderLeadTime: 1,
    })),
    control: { rule: "quantity" },
    observation: {
      features: ["inventoryPosition"],
      lags: 0,
      bounds: {
        inventoryPosition: Object.fromEntries(stockPoints.map(({ id, echelon }): [string, Bounds] => {
          const { lowestPosition, maxOrder } = echelonRow(structure, echelon);
          return [id, [lowestPosition, level(id) + maxOrder]];
        })),
      },
    },
    reward: { scheme: "total", scale: 0.001 },
    evaluation: { periods: 75, warmup: 25, episodes: 100 },
  };
}

function nameOf(structure: Structure, parameters: Parameters): string {
  return `ziegner-${structure}${parameters}`;
}

const TITLES: Record<Parameters, string> = {
  1: "demand Poisson(uniform 5..15), lead time 1",
  2: "demand from data, lead time 1",
  3: "demand Poisson(uniform 5..15), lead time uniform 1..5",
  4: "demand and lead times from data",
};

const STRUCTURES: readonly Structure[] = ["a", "b", "c", "d", "s"];
const PARAMETERS: readonly Parameters[] = [1, 2, 3, 4];

/** `ziegner-a1` to `ziegner-a4`, then b, c, d and s. */
export const ziegnerScenarios: readonly Scenario[] = STRUCTURES.flatMap((structure) => {
  const { title, stockPoints, arcs } = ZIEGNER_NETWORKS[structure];
  return PARAMETERS.map((parameters) => {
    const options: ScenarioOption[] = [
      ...(usesDemandData(parameters) ? ["demandData" as const] : []),
      ...(usesLeadTimeData(parameters) ? ["leadTimeData" as const] : []),
    ];
    return defineScenario({
      name: nameOf(structure, parameters),
      source: structure === "s" || (structure === "d" && parameters > 1)
        ? "after Ziegner et al. 2025"
        : "Ziegner et al. 2025",
      summary: `${title}; ${TITLES[parameters]}`,
      nodes: stockPoints.length,
      arcs: arcs.length,
      needsData: options.length > 0,
      options,
      build: (given = {}) => ziegnerNetwork(structure, parameters, given),
    });
  });
});
