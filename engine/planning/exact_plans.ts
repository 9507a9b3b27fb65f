import { InputError } from "../errors.ts";
import { topology } from "../network/topology.ts";
import type { Network } from "../network/types.ts";
import { latticeDemand } from "./demand.ts";
import type { Lattice } from "./lattice.ts";
import { leadTimeDemand, type LeadTimeModel } from "./lead_time_demand.ts";
import { checkPlain, lineOf } from "./network_checks.ts";
import { coverageOf, effectiveLeadTimes, type LevelKind, periodsToCover } from "./network_coverage.ts";
import { demandLattices } from "./network_demand.ts";
import { newsvendorPmf } from "./newsvendor.ts";
import { type FixedCostStage, reorderPointOrderUpTo } from "./reorder_point_order_up_to.ts";
import { type SerialSystem, solveSerial } from "./serial.ts";

/** A policy as its JSON form (design, section 7), with a level for every node. */
export interface BaseStockPolicy<Kind extends string = "base-stock"> {
  kind: Kind;
  /** By node id, in units. */
  levels: Record<string, number>;
}

export interface ReorderPointPolicy {
  kind: "s-S";
  /** By node id, in units. */
  reorderPoint: Record<string, number>;
  /** By node id, in units. */
  orderUpTo: Record<string, number>;
}

/**
 * The best base-stock level of a network of one node that pays no fixed cost of ordering
 * (`singleStageBaseStock`). With constant lead times no policy costs less. Random ones the engine draws anew
 * each period: `"crossing"` is exact then.
 *
 * @throws InputError where the network has more than one node or supplier, or anything that the method does
 *   not know
 */
export function planSingleStage(network: Network, model: LeadTimeModel = "crossing"): BaseStockPolicy {
  const { id, demand, periods } = oneNode(network, "single-stage base-stock");
  checkPlain(network, "single-stage base-stock");
  const [{ holdingCost, backorderCost }] = network.nodes;
  const covered = leadTimeDemand(demand, periods, model);
  const { quantity } = newsvendorPmf({ demand: covered, holdingCost, stockOutCost: backorderCost });
  return { kind: "base-stock", levels: { [id]: quantity } };
}

/**
 * The best (s, S) policy of a network of one node (`reorderPointOrderUpTo`). Exact for constant lead times.
 *
 * @throws InputError as `planSingleStage`, and where demand is known before an order for it is needed
 */
export function planOrderUpTo(network: Network, model: LeadTimeModel = "sequential"): ReorderPointPolicy {
  const { id, demand, periods } = oneNode(network, "(s, S)");
  checkPlain(network, "(s, S)", { fixedOrderCost: true });
  if (periods.first < 1) {
    throw new InputError(
      `node "${id}".demandLeadTime`,
      `(s, S) expects at most the time of an order to arrive (${
        periods.first + network.nodes[0].demandLeadTime
      } periods before), got ${network.nodes[0].demandLeadTime}`,
    );
  }
  const [{ holdingCost, backorderCost, fixedOrderCost }] = network.nodes;
  const stage: FixedCostStage = {
    demand,
    leadTime: { ...periods, first: periods.first - 1 },
    holdingCost,
    backorderCost,
    fixedOrderCost,
  };
  const { reorderPoint, orderUpTo } = reorderPointOrderUpTo(stage, model);
  return { kind: "s-S", reorderPoint: { [id]: reorderPoint }, orderUpTo: { [id]: orderUpTo } };
}

/**
 * The best base-stock levels of a line of nodes (`solveSerial`): exact. The two kinds of levels hear of
 * demand at different times in the engine (`effectiveLeadTimes`), so the plans differ by more than a change
 * of variables, and the echelon one costs less.
 *
 * @throws InputError where the network is no line, lead times are random, holding costs fall downstream, or
 *   it has anything that the method does not know
 */
export function planSerial(network: Network, kind?: "local"): BaseStockPolicy;
export function planSerial(network: Network, kind: "echelon"): BaseStockPolicy<"echelon-base-stock">;
export function planSerial(
  network: Network,
  kind: LevelKind = "local",
): BaseStockPolicy | BaseStockPolicy<"echelon-base-stock"> {
  checkPlain(network, "the serial method");
  const { localLevels, echelonLevels } = solveSerial(serialSystem(network, kind));
  return kind === "local"
    ? { kind: "base-stock", levels: localLevels }
    : { kind: "echelon-base-stock", levels: echelonLevels };
}

/**
 * A line of nodes as the serial methods take it, with textbook lead times (`effectiveLeadTimes`).
 *
 * @throws InputError where the network is no line or lead times are random
 */
export function serialSystem(network: Network, kind: LevelKind = "local"): SerialSystem {
  const places = topology(network);
  const line = lineOf(network, places, "a serial method");
  const leadTimes = effectiveLeadTimes(network, places, line, kind);
  const last = line[line.length - 1];
  return {
    stages: line.map((node, i) => ({
      id: network.nodes[node].id,
      leadTime: leadTimes[i],
      holdingCost: network.nodes[node].holdingCost,
    })),
    demand: latticeDemand(demandLattices(network)[last] as Lattice),
    backorderCost: network.nodes[last].backorderCost,
  };
}

interface OneNode {
  id: string;
  demand: Lattice;
  /** How many periods of demand a level has to cover. */
  periods: Lattice;
}

function oneNode(network: Network, method: string): OneNode {
  if (network.nodes.length !== 1) {
    throw new InputError("network", `${method} needs a network of one node, got ${network.nodes.length}`);
  }
  const places = topology(network);
  lineOf(network, places, method);
  const [{ id, demandLeadTime }] = network.nodes;
  return {
    id,
    demand: demandLattices(network)[0] as Lattice,
    periods: periodsToCover(coverageOf(network, places, 0), demandLeadTime),
  };
}
