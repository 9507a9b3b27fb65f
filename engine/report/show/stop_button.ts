/** The Stop button of Jupyter: it sends the kernel the signal that Ctrl-C sends. */

import { stop } from "../../device/stop.ts";
import { kernel } from "./kernel.ts";

/** In a kernel, Stop then ends what the engine does there: the cell that waits for it ends with its error. */
export function heedStopButton(): void {
  if (kernel() !== undefined && Deno.build.os !== "windows") Deno.addSignalListener("SIGINT", stop);
}
