/**
 * Compiles every AssemblyScript kernel into one WebAssembly module, `kernels/build/kernels.wasm`.
 *
 * The module's last bytes are a custom section with a fingerprint of what it was made from. So one file says
 * both what it does and whether it is up to date, one rename replaces it as a whole, and two processes that
 * build at the same time write equal files over each other at worst.
 */

// Not through engine/mod.ts: what builds the kernels must run where the engine does not.
import { RunError } from "../engine/errors.ts";

/** The part of AssemblyScript's compiler interface that is used here. */
interface Asc {
  main(argv: readonly string[], hooks: {
    stdout: { write(chunk: string): void };
    stderr: { write(chunk: string): void };
    readFile(name: string, baseDir: string): string | null;
    writeFile(name: string, contents: Uint8Array | string, baseDir: string): void;
    listFiles(directory: string, baseDir: string): string[] | null;
  }): Promise<{ error: Error | null }>;
}

interface Build {
  rebuilt: boolean;
  /** Size of the module in bytes. */
  bytes: number;
  /** Time spent reading and hashing sources, and compiling, in milliseconds. */
  hashing: number;
  compiling: number;
}

const root = new URL("../", import.meta.url);
const output = new URL("kernels/build/kernels.wasm", root);
const entry = "kernels/index.as.ts";
const sectionName = "fingerprint";
const fingerprintLength = 64;

const options: readonly string[] = [
  // Binaryen's optimiser reorders statements, which undoes the interleaving of independent chains and the
  // hoisted constants that the kernels are written with (threefry: 2.1 ns a word without it, 2.9 with -O3).
  // V8 optimises what matters here; the passes below do what it leaves out: it reads constants of a file as
  // global variables.
  "-O0",
  "--runPasses",
  "simplify-globals,precompute,vacuum,remove-unused-module-elements",
  "--noAssert",
  "--runtime",
  "stub",
  "--importMemory",
  "--noExportMemory",
  // At least one page, so that accesses to the fixed addresses in it need no check.
  "--initialMemory",
  "1",
  "--enable",
  "simd",
  "--enable",
  "relaxed-simd",
  // A v128 between files, which only matters at the border to JavaScript; addresses that would have 64 bits
  // elsewhere.
  "--disableWarning",
  "112",
  "--disableWarning",
  "201",
];

/**
 * Compiles the kernels if a source, the options or the compiler's version has changed, and says so on stderr.
 *
 * @throws RunError when they do not compile, after printing the compiler's messages
 */
export async function ensureKernelsBuilt(): Promise<void> {
  await build(() => console.error("compiling the kernels, once ..."));
}

/** @param announce called when there is something to compile */
async function build(announce = (): void => {}): Promise<Build> {
  const started = performance.now();
  const sources = await readSources();
  const fingerprint = await fingerprintOf(sources);
  const existing = await readExisting();
  const hashing = performance.now() - started;
  if (existing !== undefined && existing.fingerprint === fingerprint) {
    return { rebuilt: false, bytes: existing.bytes, hashing, compiling: 0 };
  }
  announce();
  const wasm = await compile(sources);
  const bytes = await replaceOutput(wasm, fingerprint);
  return { rebuilt: true, bytes, hashing, compiling: performance.now() - started - hashing };
}

/** Path from the repository's root -> text, sorted. Plain TypeScript counts too: kernels import some. */
async function readSources(): Promise<Map<string, string>> {
  const paths: string[] = [];
  const visit = async (directory: string): Promise<void> => {
    for await (const item of Deno.readDir(new URL(directory, root))) {
      if (item.isDirectory && item.name !== "build") await visit(`${directory}${item.name}/`);
      else if (item.isFile && item.name.endsWith(".ts")) paths.push(`${directory}${item.name}`);
    }
  };
  await visit("kernels/");
  paths.sort();
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(new URL(path, root))));
  return new Map(paths.map((path, index) => [path, texts[index]!]));
}

async function fingerprintOf(sources: Map<string, string>): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root))) as {
    imports: Record<string, string>;
  };
  const content = JSON.stringify([config.imports["assemblyscript"], options, [...sources]]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content)));
  return digest.toHex();
}

async function readExisting(): Promise<{ fingerprint: string; bytes: number } | undefined> {
  try {
    const wasm = await Deno.readFile(output);
    return { fingerprint: new TextDecoder().decode(wasm.subarray(-fingerprintLength)), bytes: wasm.length };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function compile(sources: Map<string, string>): Promise<Uint8Array> {
  const { default: asc } = await import("assemblyscript/asc") as unknown as { default: Asc };
  const messages: string[] = [];
  const collect = { write: (chunk: string): void => void messages.push(chunk) };
  let wasm: Uint8Array | undefined;
  const { error } = await asc.main([entry, ...options, "--outFile", "kernels.wasm"], {
    stdout: collect,
    stderr: collect,
    // What was hashed is what is compiled, even if a file changes meanwhile.
    readFile: (name) => sources.get(name.replaceAll("\\", "/")) ?? null,
    writeFile: (name, contents) => {
      if (name === "kernels.wasm" && contents instanceof Uint8Array) wasm = contents;
    },
    listFiles: () => [],
  });
  const text = messages.join("").trim();
  if (error !== null || wasm === undefined) {
    console.error(text);
    throw new RunError(`the kernels do not compile: ${error?.message ?? "the compiler wrote no module"}`);
  }
  if (text !== "") console.error(text);
  return wasm;
}

async function replaceOutput(wasm: Uint8Array, fingerprint: string): Promise<number> {
  const contents = withCustomSection(wasm, sectionName, fingerprint);
  await Deno.mkdir(new URL(".", output), { recursive: true });
  const beside = new URL(`kernels.wasm.${crypto.randomUUID()}.tmp`, output);
  try {
    await Deno.writeFile(beside, contents);
    await Deno.rename(beside, output);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw error;
  }
  return contents.length;
}

/** Appends a custom section (id 0). Name and content are ASCII, below 126 bytes: a length fits one byte. */
function withCustomSection(wasm: Uint8Array, name: string, content: string): Uint8Array {
  const payload = new TextEncoder().encode(name + content);
  const result = new Uint8Array(wasm.length + 3 + payload.length);
  result.set(wasm);
  result.set([0, payload.length + 1, name.length], wasm.length);
  result.set(payload, wasm.length + 3);
  return result;
}

if (import.meta.main) {
  try {
    const { rebuilt, bytes, hashing, compiling } = await build();
    const size = `${(bytes / 1024).toFixed(1)} KiB`;
    console.log(
      rebuilt
        ? `kernels.wasm: compiled in ${Math.round(compiling)} ms (${size})`
        : `kernels.wasm: up to date, checked in ${Math.round(hashing)} ms (${size})`,
    );
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    console.error(error.message);
    Deno.exit(error.exitCode);
  }
}
