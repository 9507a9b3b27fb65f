/** Ends what is under way from the outside: the Stop button of a notebook. Commands have signals of their own. */

import { RunError } from "../errors.ts";

let controller = new AbortController();

/** Aborted by the next `stop`, with a RunError as its reason. For work that begins now. */
export function stopSignal(): AbortSignal {
  return controller.signal;
}

/** Ends all work that follows a `stopSignal`; what begins later is not meant. */
export function stop(): void {
  const before = controller;
  controller = new AbortController();
  before.abort(new RunError("stopped"));
}
