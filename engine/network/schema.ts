/**
 * From JSON to a validated network. The order of the checks is that of how much each explains: the shape, the graph,
 * the traces' files, then what single values say about each other.
 */

import { parseShape } from "./fields.ts";
import { networkSchema, type ParsedNetwork } from "./network_schema.ts";
import { resolveNetwork } from "./resolve.ts";
import { inlineTraces, loadTraces, type Traces } from "./traces.ts";
import type { Network } from "./types.ts";
import { validateBlocks } from "./validate_blocks.ts";
import { validateGraph } from "./validate_graph.ts";
import { validateValues } from "./validate_values.ts";

export type { DistributionInput } from "./distributions_schema.ts";
export type { NetworkInput } from "./network_schema.ts";

export interface ParseOptions {
  /** What messages call the network: a file, a scenario. */
  where?: string;
  /** The folder that the traces' files are relative to; the current one by default. */
  baseDir?: string;
}

/**
 * Validates a network, fills in every default and loads its traces. Parsing a result again gives an equal result.
 *
 * @param value what `JSON.parse` returned, or a `NetworkInput`; it is neither changed nor kept
 * @throws InputError, one line, about the first problem: where, what was expected, what was there. Also as
 *   `readCsvFile` and `numericColumn` for a trace's file.
 */
export async function parseNetwork(value: unknown, options: ParseOptions = {}): Promise<Network> {
  const { where = "network", baseDir = "." } = options;
  const parsed = parseShape(networkSchema, value, where);
  validateGraph(parsed, where);
  return finish(parsed, await loadTraces(parsed, where, baseDir), where);
}

/** `parseNetwork` for values whose traces are all inline. @throws InputError also where a trace names a file */
export function parseNetworkSync(value: unknown, options: Pick<ParseOptions, "where"> = {}): Network {
  const { where = "network" } = options;
  const parsed = parseShape(networkSchema, value, where);
  validateGraph(parsed, where);
  return finish(parsed, inlineTraces(parsed, where), where);
}

function finish(parsed: ParsedNetwork, traces: Traces, where: string): Network {
  const network = resolveNetwork(parsed, traces, where);
  validateValues(network, where);
  validateBlocks(network, where);
  return network;
}
