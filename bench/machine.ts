/** What figures of speed belong to: a machine, its adapter, and the versions of what ran. */

import os from "node:os";
import { adapterName, requestAdapter } from "../engine/device/adapter.ts";
import { VERSION } from "../engine/version.ts";

export interface Machine {
  /** The processor's name. */
  cpu: string;
  /** Those that this process may use. */
  cores: number;
  /** GiB, to a tenth. */
  memory: number;
  os: string;
}

export interface Versions {
  bullwhip: string;
  deno: string;
  v8: string;
}

/** Where and with what a measurement was made. */
export interface Origin {
  machine: Machine;
  /** What WebGPU runs on; null where there is none. */
  adapter: string | null;
  versions: Versions;
}

export async function findOrigin(): Promise<Origin> {
  const adapter = await requestAdapter();
  const { deno, v8 } = Deno.version;
  return {
    machine: {
      cpu: os.cpus()[0]?.model.trim() || Deno.build.arch,
      cores: navigator.hardwareConcurrency,
      memory: Math.round(10 * Deno.systemMemoryInfo().total / 2 ** 30) / 10,
      os: `${os.type()} ${os.release()} ${os.machine()}`,
    },
    adapter: adapter === undefined ? null : adapterName(adapter),
    versions: { bullwhip: VERSION, deno, v8 },
  };
}

/** `AMD EPYC, 2 cores, 23.5 GiB, Linux 6.1 x86_64; no WebGPU adapter; bullwhip 0.1.0, Deno 2.9.6, V8 15.0` */
export function describeOrigin({ machine, adapter, versions }: Origin): string {
  const { cpu, cores, memory, os } = machine;
  return [
    `${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}, ${memory} GiB, ${os}`,
    adapter === null ? "no WebGPU adapter" : `WebGPU on ${adapter}`,
    `bullwhip ${versions.bullwhip}, Deno ${versions.deno}, V8 ${versions.v8}`,
  ].join("; ");
}
