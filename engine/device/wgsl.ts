/**
 * The WGSL text of a kernel: the libraries that its descriptor lists, then its file. Constants that
 * TypeScript, AssemblyScript and WGSL share stand in plain TypeScript files; here they become WGSL `const`s.
 */

import * as control from "../../kernels/control.ts";
import * as layout from "../../kernels/env_step/layout.ts";
import * as coefficients from "../../kernels/lib/coefficients.ts";
import * as samplerTable from "../../kernels/lib/sampler_table.ts";
import { RunError } from "../errors.ts";
import type { Kernel } from "./kernel.ts";

interface Constants {
  readonly values: Readonly<Record<string, unknown>>;
  /** All of a file's constants have one type: 1 could be either. */
  readonly type: "u32" | "f32";
}

/** Libraries that have, or are, constants of a TypeScript file. */
const constantsOf: Readonly<Record<string, Constants>> = {
  control: { values: control, type: "u32" },
  layout: { values: layout, type: "u32" },
  sampler_table: { values: samplerTable, type: "u32" },
  math: { values: coefficients, type: "f32" },
};

/** Libraries that are constants only: the others have a file `kernels/lib/<name>.wgsl`. */
const withoutFile: ReadonlySet<string> = new Set(["control", "layout", "sampler_table"]);

const kernelsFolder = new URL("../../kernels/", import.meta.url);

/**
 * The text that is compiled for all kernels of one file and one list of libraries.
 *
 * @throws RunError when a file is missing or two libraries define the same constant
 */
export function wgslSource({ source, libraries = [] }: Pick<Kernel, "source" | "libraries">): string {
  const parts: string[] = [];
  const origin = new Map<string, string>();
  for (const library of libraries) {
    const constants = constantsOf[library];
    if (constants !== undefined) {
      for (const name of Object.keys(constants.values).map(wgslName)) {
        const other = origin.get(name);
        if (other !== undefined) {
          throw new RunError(`${source}.wgsl: ${name} is in both ${other} and ${library}`);
        }
        origin.set(name, library);
      }
      parts.push(wgslConstants(constants.values, constants.type));
    }
    if (!withoutFile.has(library)) {
      parts.push(readKernelFile(`${library.includes("/") ? "" : "lib/"}${library}.wgsl`));
    }
  }
  parts.push(readKernelFile(`${source}.wgsl`));
  return parts.join("\n");
}

/**
 * One `const` a number, named in capitals (`ln2High` becomes `LN2_HIGH`).
 *
 * @param type "f32": numbers are rounded to f32; "u32": they must be integers
 * @throws TypeError where the type does not hold a number
 */
export function wgslConstants(values: Readonly<Record<string, unknown>>, type: "u32" | "f32"): string {
  return Object.entries(values).map(([name, value]) =>
    `const ${wgslName(name)}: ${type} = ${wgslLiteral(name, value, type)};\n`
  ).join("");
}

function wgslName(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toUpperCase();
}

function wgslLiteral(name: string, value: unknown, type: "u32" | "f32"): string {
  if (typeof value !== "number") throw new TypeError(`${name} is no number`);
  if (type === "u32") {
    if (value !== value >>> 0) throw new TypeError(`${name} is ${value}, which u32 does not hold`);
    return `${value}u`;
  }
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) throw new TypeError(`${name} is ${value}, which f32 does not hold`);
  // The digits of the f32 number as a float64: they read back as the same f32 however the compiler rounds.
  return `${rounded}f`;
}

function readKernelFile(path: string): string {
  try {
    return Deno.readTextFileSync(new URL(path, kernelsFolder));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RunError(`kernels/${path} is missing`);
  }
}
