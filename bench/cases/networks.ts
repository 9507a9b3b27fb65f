import type { Network } from "../../engine/network/mod.ts";
import { parsePolicy, type Policy } from "../../engine/policies/mod.ts";
import { loadNetwork } from "../../engine/scenarios/registry.ts";

/** A network under a policy that leaves it short now and then, as a good one does. */
export interface Setting {
  network: Network;
  policy: Policy;
}

/** `kotecha-6` under (s,S) on on-hand stock; something is owed in about one node and period of twenty. */
export async function kotecha6(): Promise<Setting> {
  const network = await loadNetwork("kotecha-6");
  const policy = parsePolicy({
    kind: "s-S",
    basis: "on-hand",
    reorderPoint: { "0": 60, "1": 35, "2": 45, "3": 10, "4": 10, "5": 15 },
    orderUpTo: { "0": 90, "1": 60, "2": 70, "3": 25, "4": 25, "5": 35 },
  }, network);
  return { network, policy };
}

/** `ziegner-d1` under the base-stock levels that it starts with, which are the planned ones. */
export async function ziegnerD1(): Promise<Setting> {
  const network = await loadNetwork("ziegner-d1");
  const levels = Object.fromEntries(network.nodes.map((node) => [node.id, node.initialOnHand]));
  return { network, policy: parsePolicy({ kind: "base-stock", levels }, network) };
}
