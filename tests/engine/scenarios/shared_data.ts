import { existsSync } from "node:fs";

/** Path of a file of the data shared beside the repository; undefined, with a warning, where it is missing. */
export function sharedData(file: string): string | undefined {
  const path = `../shared/data/${file}`;
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: tests that need ${path}, which is missing`);
  return undefined;
}
