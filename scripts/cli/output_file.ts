import { dirname } from "node:path";
import { InputError, writeWhole } from "../../engine/mod.ts";
import { uninterrupted } from "./exit.ts";

/**
 * Finds out before the work whether its result can be written after it. Leaves nothing behind.
 *
 * @param flag that the path came from, for the message
 * @throws InputError where the path is a folder, lies under a file, or the folder takes no new files
 */
export async function checkOutput(flag: string, path: string): Promise<void> {
  const existing = await statOf(path);
  if (existing?.isDirectory) throw new InputError(flag, `${path} is a folder; expected a file's path`);
  if (existing !== undefined && !existing.isFile) return;
  let folder = dirname(path);
  let above = await statOf(folder);
  while (above === undefined && dirname(folder) !== folder) {
    folder = dirname(folder);
    above = await statOf(folder);
  }
  if (!above?.isDirectory) {
    throw new InputError(flag, `${path} lies under a file; expected folders above it`);
  }
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".bullwhip-" }));
  } catch {
    throw new InputError(flag, `${folder} takes no new files; expected a folder that can be written to`);
  }
}

/** `writeWhole`, which Ctrl-C does not cut in two. */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  await uninterrupted(() => writeWhole(path, content));
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}
