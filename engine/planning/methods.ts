import type { Network } from "../network/types.ts";
import type { PolicyInput } from "../policies/policy.ts";
import { decompositionAggregation } from "./decomposition_aggregation.ts";
import { planOrderUpTo, planSerial, planSingleStage } from "./exact_plans.ts";
import { serviceBaseStock } from "./service_base_stock.ts";
import { planShangSong } from "./shang_song.ts";

/** A way to plan a classical policy without simulating it. */
export interface PlanningMethod {
  name: string;
  /** One line for tables and help: what it finds, and for which networks. */
  doc: string;
  /** Whether these are the best levels of their kind, where lead times are constant. */
  exact: boolean;
  /** @throws InputError where the method does not fit the network */
  plan(network: Network): PolicyInput;
}

/** Every planning method with its default options, one row each. `search` (search.ts) plans by simulation. */
export const planningMethods: readonly PlanningMethod[] = [
  {
    name: "single-stage",
    doc: "best base-stock level of one node",
    exact: true,
    plan: (network) => planSingleStage(network),
  },
  {
    name: "order-up-to",
    doc: "best (s, S) of one node that pays for ordering (Zheng and Federgruen 1991)",
    exact: true,
    plan: (network) => planOrderUpTo(network),
  },
  {
    name: "serial",
    doc: "best local base-stock levels of a line (Clark and Scarf 1960)",
    exact: true,
    plan: (network) => planSerial(network),
  },
  {
    name: "serial-echelon",
    doc: "best echelon base-stock levels of a line (Clark and Scarf 1960)",
    exact: true,
    plan: (network) => planSerial(network, "echelon"),
  },
  {
    name: "shang-song",
    doc: "newsvendor heuristic for a line (Shang and Song 2003)",
    exact: false,
    plan: (network) => planShangSong(network),
  },
  {
    name: "decomposition-aggregation",
    doc: "base-stock levels of any network, from lines (Rong, Atan and Snyder 2017)",
    exact: false,
    plan: (network) => decompositionAggregation(network),
  },
  {
    name: "service-level",
    doc: "base-stock levels of any network for 95% service, each node alone",
    exact: false,
    plan: (network) => serviceBaseStock(network),
  },
];
