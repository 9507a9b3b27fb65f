// One node's period: receive, ship, settle.

import {
  ARG_SCRATCH, ARG_TABLES,
} from "./layout";
import { receive } from "./receive.as";
import { settle } from "./settle.as";
import { ship } from "./ship.as";

/** One node's period for the columns of a tile. Its suppliers have been through theirs already. */
export function node_period(args: usize, node: usize, block: usize, metrics: usize, level: u32, bytes: usize): void {
  const tables = <usize>load<u32>(args, ARG_TABLES << 2);
  const scratch = <usize>load<u32>(args, ARG_SCRATCH << 2);
  receive(tables, node, block, scratch, bytes);
  ship(tables, node, block, scratch, bytes);
  settle(node, block, scratch, metrics, level, bytes);
}
