// One node's period: receive, ship, settle.

import { ARG_SCRATCH, ARG_TABLES, METRICS_ALL, NODE_FLAGS, RECORDS_ANY } from "./layout";
import { receive } from "./receive.as";
import { settle } from "./settle.as";
import { ship } from "./ship.as";

/**
 * One node's period for the columns of a tile. Its suppliers have been through theirs already. The rows that only
 * metrics and records read are written where somebody asks for them (`detailed`).
 */
export function node_period(args: usize, node: usize, block: usize, metrics: usize, level: u32, bytes: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const scratch = <usize>load<u32>(args, ARG_SCRATCH << 2);
  const detailed = level == METRICS_ALL || (load<u32>(node, NODE_FLAGS << 2) & RECORDS_ANY) != 0;
  receive(tables, node, block, scratch, bytes, detailed);
  ship(tables, node, block, scratch, bytes, detailed);
  settle(node, block, scratch, metrics, level, bytes);
}
