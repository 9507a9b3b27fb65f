import { InputError } from "../errors.ts";
import { SUPPLY_INDEX, type Topology } from "../network/topology.ts";
import type { Network, NetworkNode } from "../network/types.ts";

/** Features of a network that most methods do not know, and which a method may yet allow. */
export interface Allowed {
  fixedOrderCost?: boolean;
}

/**
 * The one line of nodes that the network is, upstream first.
 *
 * @throws InputError where a node has several suppliers or buyers, or customers anywhere but at the end
 */
export function lineOf(network: Network, topology: Topology, method: string): number[] {
  const line = [...topology.order];
  line.forEach((node, i) => {
    const suppliers = topology.supplyArcs[node].map((arc) => topology.arcFrom[arc]);
    if (suppliers.length !== 1 || suppliers[0] !== (i === 0 ? SUPPLY_INDEX : line[i - 1])) {
      throw new InputError(
        "network",
        `${method} needs a line of nodes, each with one supplier and at most one buyer; ` +
          `node "${network.nodes[node].id}" breaks it`,
      );
    }
  });
  line.forEach((node, i) => {
    const { id, demand } = network.nodes[node];
    const isLast = i === line.length - 1;
    if ((demand !== undefined) === isLast) return;
    const problem = isLast
      ? "demand at the end of the line, got none"
      : "customers at the end of the line only, got demand";
    throw new InputError(`node "${id}"`, `${method} needs ${problem}`);
  });
  return line;
}

/**
 * Refuses what an exact method would silently ignore: lost sales, caps, targets, losses, costs of another
 * kind.
 *
 * @throws InputError naming the node and the field
 */
export function checkPlain(network: Network, method: string, allowed: Allowed = {}): void {
  for (const node of network.nodes) {
    const field = strangeField(node, allowed);
    if (field !== undefined) {
      throw new InputError(
        `node "${node.id}".${field}`,
        `${method} does not know this; expected ${field === "unmetDemand" ? '"backorder"' : "none"}, got ${
          node[field]
        }`,
      );
    }
  }
  const lossy = network.arcs.find((arc) => arc.yield !== 1);
  if (lossy !== undefined) {
    throw new InputError(
      `arc "${lossy.from}" -> "${lossy.to}".yield`,
      `${method} does not know losses; expected 1, got ${lossy.yield}`,
    );
  }
}

function strangeField(node: NetworkNode, { fixedOrderCost = false }: Allowed): keyof NetworkNode | undefined {
  if (node.unmetDemand === "lost" && node.demand !== undefined) return "unmetDemand";
  if (node.capacity !== undefined) return "capacity";
  if (node.maxBackorder !== undefined) return "maxBackorder";
  if (node.maxOrder !== undefined) return "maxOrder";
  if (node.holdingTarget !== 0) return "holdingTarget";
  if (node.orderChangeCost !== 0) return "orderChangeCost";
  if (node.fixedOrderCost !== 0 && !fixedOrderCost) return "fixedOrderCost";
  if (node.backorderCost !== 0 && node.demand === undefined) return "backorderCost";
  return undefined;
}

/**
 * Refuses lost sales, which no method here plans for.
 *
 * @throws InputError naming the node
 */
export function checkBackordered(network: Network, method: string): void {
  const lost = network.nodes.find((node) => node.demand !== undefined && node.unmetDemand === "lost");
  if (lost !== undefined) {
    throw new InputError(
      `node "${lost.id}".unmetDemand`,
      `${method} plans for demand that waits; expected "backorder", got "lost"`,
    );
  }
}
