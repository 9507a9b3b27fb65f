/** Where rows lie in a block of state. */

import { envStep as L } from "../device/kernels.ts";

/** Hands out rows of a block; row 0 holds the member numbers. Offsets are in bytes. */
export class StateRows {
  #next = 1;

  take(count = 1): number {
    const at = this.#next * L.ROW_BYTES;
    this.#next += count;
    return at;
  }

  get count(): number {
    return this.#next;
  }
}

/** The rows of a node: the fixed ones from `base`, and those that only some runs need (0: not kept). */
export interface NodeRows {
  base: number;
  received: number;
  shipped: number;
  cost: number;
  fill: number;
  inTransit: number;
  lastOrder: number;
  sourceWords: number;
}
