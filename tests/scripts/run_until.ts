/** A command in a process of its own that is killed once it has come so far, as files say: never by the clock. */

import { expect } from "vitest";
import { startScript } from "./run_script.ts";

/** Whether the command is where it is to be killed; made anew for each start. */
export type Trigger = () => boolean;

/** Size and file number: a file that is replaced is another one. */
function fileAt(path: string): { size: number; ino: number | null } | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

export const appears = (path: string) => (): Trigger => () => fileAt(path) !== undefined;

/** The file is another one, or has another size, for the n-th time since the start. */
export const changes = (path: string, times: number) => (): Trigger => {
  const look = () => {
    const file = fileAt(path);
    return `${file?.ino} ${file?.size}`;
  };
  let before = look();
  let seen = 0;
  return () => {
    const now = look();
    if (now !== before) seen++;
    before = now;
    return seen >= times;
  };
};

/**
 * Without a trigger the command comes to its end, with exit code 0 and nothing on stderr.
 *
 * @returns true where it was killed, or its output where it came to its end before
 */
export async function runUntil(
  script: string,
  line: readonly string[],
  trigger?: Trigger,
): Promise<true | string> {
  const child = startScript(script, ...line);
  let ended = false;
  const output = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  output.then(() => ended = true);
  while (!ended && trigger !== undefined) {
    if (trigger()) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has just ended.
      }
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const [stdout, stderr, { code, signal }] = await output;
  if (signal === "SIGKILL") return true;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}
