/** Ctrl-C as a request: work that can stop at a good place does, and a second Ctrl-C ends it at once. */

import { deferInterruption } from "./exit.ts";

/**
 * @param message printed on stderr at the first Ctrl-C, after the signal's listeners have run
 * @returns aborted by the first Ctrl-C
 */
export function interruption(message: string): AbortSignal {
  const controller = new AbortController();
  deferInterruption(() => {
    controller.abort();
    console.error(message);
  });
  return controller.signal;
}
