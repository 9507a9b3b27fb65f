/** Short ways to write down networks and draws for hand-computed examples. */
import type { Network, NetworkArc, NetworkNode } from "../../engine/network/types.ts";
import { initialState } from "./state.ts";
import type { Draws, SystemState } from "./state.ts";
import { type Decision, type PeriodResult, stepPeriod } from "./period.ts";

/** A node with every default and the given fields. */
export function nodeOf(id: string, fields: Partial<NetworkNode> = {}): NetworkNode {
  return {
    id,
    price: 0,
    orderCost: 0,
    fixedOrderCost: 0,
    orderChangeCost: 0,
    holdingCost: 0,
    holdingTarget: 0,
    backorderCost: 0,
    lostSaleCost: 0,
    unmetDemand: "backorder",
    initialOnHand: 0,
    initialInTransit: {},
    demandLeadTime: 0,
    seesOrders: false,
    allocation: "fair",
    sourcing: "split",
    ...fields,
  };
}

/** An arc with every default and the given fields; a number is a constant lead time. */
export function arcOf(
  from: string,
  to: string,
  { leadTime = 1, ...fields }: Partial<Omit<NetworkArc, "leadTime">> & { leadTime?: number } = {},
): NetworkArc {
  return {
    from,
    to,
    leadTime: { kind: "constant", value: leadTime },
    orderLeadTime: 0,
    share: 1,
    yield: 1,
    inTransitHoldingCost: 0,
    ...fields,
  };
}

export function networkOf(
  nodes: NetworkNode[],
  arcs: NetworkArc[],
  quantities: Network["quantities"] = "integer",
): Network {
  return { name: "example", horizon: 100, quantities, nodes, arcs };
}

/** Customer demand as the constant kind: its value comes from the script. */
export const SCRIPTED = { kind: "constant", value: 0 } as const;

export interface Script {
  /** By node id: the value drawn in each period, 0 where none is written. */
  demand?: Record<string, number[]>;
  /** By arc index: the lead time drawn in each period; elsewhere the arc's constant. */
  leadTime?: Record<number, number[]>;
  /** By node id: the supply arc drawn in each period. */
  sourcing?: Record<string, number[]>;
}

export function scriptedDraws(network: Network, script: Script): Draws {
  return {
    demand: (node, period) => script.demand?.[network.nodes[node].id]?.[period] ?? 0,
    sourcing: (node, period) => script.sourcing?.[network.nodes[node].id]?.[period] ?? 0,
    leadTime(arc, period) {
      const { leadTime } = network.arcs[arc];
      return script.leadTime?.[arc]?.[period] ?? (leadTime.kind === "constant" ? leadTime.value : 0);
    },
  };
}

/** The results of periods 0, 1, ...: decisions by node id, one a period; a number is a quantity, 0 where none is written. */
export function play(
  network: Network,
  decisions: Record<string, (number | Decision)[]>,
  script: Script = {},
  periods = 1,
  start: SystemState = initialState(network),
): PeriodResult[] {
  const draws = scriptedDraws(network, script);
  const results: PeriodResult[] = [];
  for (let period = 0; period < periods; period++) {
    const rules = network.nodes.map(({ id }): Decision => {
      const given = decisions[id]?.[period] ?? 0;
      return typeof given === "number" ? { rule: "quantity", quantity: given } : given;
    });
    const before = results.at(-1)?.state ?? start;
    results.push(stepPeriod(network, before, rules, draws, period));
  }
  return results;
}
