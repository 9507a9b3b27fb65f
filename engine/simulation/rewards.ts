/** Who is rewarded for which node: a matrix R[agent][node], applied to the nodes' profits and scaled. */

import { envStep as L } from "../device/kernels.ts";
import type { Topology } from "../network/topology.ts";
import type { Network, RewardScheme } from "../network/types.ts";
import type { NodeRows } from "./rows.ts";
import type { TableWords } from "./table_words.ts";

/** R (nodes, nodes), one agent a node: 1 where the row's agent is rewarded for the column's node, before scaling. */
export function rewardMatrix(scheme: RewardScheme, shape: Topology): number[][] {
  const nodes = shape.supplyArcs.length;
  return Array.from({ length: nodes }, (_, agent) => {
    const own = new Set<number>([agent]);
    if (scheme === "own-and-downstream") { for (const j of shape.downstream[agent]!) own.add(j); }
    return Array.from({ length: nodes }, (_, node) => {
      const retails = shape.downstreamArcs[agent]!.length === 0;
      if (scheme === "total" || (scheme === "retailers-own" && !retails)) return 1;
      if (scheme === "team-mean") return 1 / nodes;
      return own.has(node) ? 1 : 0;
    });
  });
}

/** Writes one record an agent; an agent with the same row as the one before takes over its rewards. */
export function writeRewards(
  network: Network,
  shape: Topology,
  nodeRows: readonly NodeRows[],
  tables: TableWords,
): { at: number; count: number } {
  const { scheme, scale } = network.reward ?? { scheme: "total" as const, scale: 1 };
  const matrix = rewardMatrix(scheme, shape);
  const at = tables.record(matrix.length * L.REWARD_WORDS);
  matrix.forEach((weights, agent) => {
    const record = at + agent * L.REWARD_WORDS * 4;
    tables.set(record, L.REWARD_TO_AT, agent * L.ROW_BYTES);
    if (agent > 0 && weights.every((weight, node) => weight === matrix[agent - 1]![node])) return;
    const terms = weights.flatMap((weight, node) => weight === 0 ? [] : [{ weight, node }]);
    const first = tables.record(terms.length * 2);
    terms.forEach(({ weight, node }, k) => {
      tables.set(first, 2 * k, nodeRows[node]!.base + L.PROFIT * L.ROW_BYTES);
      tables.setFloat(first, 2 * k + 1, weight * scale);
    });
    tables.set(record, L.REWARD_COUNT, terms.length);
    tables.set(record, L.REWARD_TERMS, first);
  });
  return { at, count: matrix.length };
}
