import { dirname } from "node:path";
import { readJsonFile } from "../files/json.ts";
import { parseNetwork } from "./schema.ts";
import type { Network } from "./types.ts";

/**
 * The network of a JSON file; the files of its traces are relative to the file's folder.
 *
 * @throws InputError, one line that begins with the path: as `readJsonFile` and `parseNetwork`
 */
export async function loadNetworkFile(path: string): Promise<Network> {
  return parseNetwork(await readJsonFile(path), { where: path, baseDir: dirname(path) });
}
