/** Text files, read whole with errors of one line and written whole or not at all. */

import { basename, dirname, join } from "node:path";
import { InputError, RunError } from "../errors.ts";

/**
 * The text of a UTF-8 file, without its byte order mark.
 *
 * @throws InputError, one line that begins with the path: no such file, a folder, no permission, not UTF-8
 */
export async function readTextFile(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new InputError(path, `${reason(error, "read")}; expected a file that can be read`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(path, "holds bytes that are no UTF-8; expected a text file");
  }
}

/**
 * Writes a file so that a reader, or a run that is killed, sees the old content or the new and never a part: beside
 * the target, then to the disk, then renamed over it. Makes parent folders. Follows links; what is no regular file (a
 * pipe, a terminal) is written to directly.
 *
 * @throws InputError where the path is a folder or lies under a file, RunError where the disk refuses
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    const existing = await statOf(path);
    if (existing?.isDirectory === true) throw new InputError(path, "is a folder; expected a file's path");
    if (existing !== undefined && !existing.isFile) return await writeInto(path, bytes);
    const target = existing === undefined ? path : await Deno.realPath(path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await replace(target, bytes);
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
      throw new InputError(path, "lies under a file; expected folders above it");
    }
    throw new RunError(`${path}: ${reason(error, "written")}`);
  }
}

/**
 * Writes many small files of a folder that is there, each so that a reader sees the old content or the new and never a
 * part. A disk takes a group for little more than it takes one.
 *
 * @param files text by name
 * @throws RunError where the disk refuses; then none, some or all are written
 */
export async function writeGroupWhole(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const partials: { path: string; target: string; file: Deno.FsFile }[] = [];
  try {
    // All but the wait for the disk takes less time than handing it to another thread.
    for (const [name, text] of files) {
      const target = join(folder, name);
      const partial = { target, ...openBesideSync(target) };
      partials.push(partial);
      const bytes = new TextEncoder().encode(text);
      for (let done = 0; done < bytes.length;) done += partial.file.writeSync(bytes.subarray(done));
    }
    await Promise.all(partials.map(({ file }) => file.sync()));
    for (const { path, target } of partials) Deno.renameSync(path, target);
  } catch (error) {
    for (const { path } of partials) await Deno.remove(path).catch(() => {});
    throw new RunError(`${folder}: ${reason(error, "written")}`);
  } finally {
    for (const { file } of partials) file.close();
  }
}

async function replace(target: string, bytes: Uint8Array): Promise<void> {
  const partial = await openBeside(target);
  try {
    try {
      await writeAll(partial.file, bytes);
      await partial.file.sync();
    } finally {
      partial.file.close();
    }
    await Deno.rename(partial.path, target);
  } catch (error) {
    await Deno.remove(partial.path).catch(() => {});
    throw error;
  }
}

/** A new file next to the target. The name is taken with `createNew`: workers of one process share its id. */
async function openBeside(target: string): Promise<{ path: string; file: Deno.FsFile }> {
  for (let attempt = 0;; attempt++) {
    const path = partialName(target, attempt);
    try {
      return { path, file: await Deno.open(path, { write: true, createNew: true }) };
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || attempt === 1000) throw error;
    }
  }
}

function openBesideSync(target: string): { path: string; file: Deno.FsFile } {
  for (let attempt = 0;; attempt++) {
    const path = partialName(target, attempt);
    try {
      return { path, file: Deno.openSync(path, { write: true, createNew: true }) };
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || attempt === 1000) throw error;
    }
  }
}

function partialName(target: string, attempt: number): string {
  return join(dirname(target), `.${basename(target)}.${Deno.pid}-${attempt}.partial`);
}

async function writeInto(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await writeAll(file, bytes);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function reason(error: unknown, done: "read" | "written"): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.IsADirectory) return "is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "lies under a file";
  if (error instanceof Deno.errors.PermissionDenied) return `permission denied, cannot be ${done}`;
  return `cannot be ${done} (${error instanceof Error ? error.message : String(error)})`;
}
