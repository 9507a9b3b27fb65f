/**
 * WebGPU without a GPU: SwiftShader, a Vulkan driver in software, out of the npm package @sparticuz/chromium. It makes
 * the tests of WGSL kernels run on any x86-64 Linux, with the same results everywhere.
 */

import { brotliDecompressSync } from "node:zlib";
import { packagesFolder } from "./packages.ts";

const packageFolder = new URL("@sparticuz/chromium/", packagesFolder);
const LOADER = "libvulkan.so.1";
const DRIVER = "vk_swiftshader_icd.json";
const FILES = [LOADER, DRIVER, "libvk_swiftshader.so"];

/** Set to "system" to test on the machine's own adapter, a GPU for example. */
const CHOICE = "BULLWHIP_TEST_ADAPTER";

/**
 * Makes `navigator.gpu` find SwiftShader; to be called before the process asks for its first adapter. Elsewhere than on
 * x86-64 Linux the adapter is the system's.
 */
export function useSwiftShader(): void {
  if (Deno.env.get(CHOICE) === "system" || Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return;
  const folder = unpacked();
  Deno.env.set("VK_DRIVER_FILES", new URL(DRIVER, folder).pathname);
  Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
  // The driver is found by the library's name once some copy of it is loaded.
  Deno.dlopen(new URL(LOADER, folder), {});
}

/** The folder with the driver's files, unpacked once for each version of the package. */
function unpacked(): URL {
  const { version } = JSON.parse(Deno.readTextFileSync(new URL("package.json", packageFolder))) as {
    version: string;
  };
  const folder = new URL(`.cache/swiftshader-${version}/`, packagesFolder);
  if (exists(new URL(LOADER, folder))) return folder;
  const tar = brotliDecompressSync(Deno.readFileSync(new URL("bin/swiftshader.tar.br", packageFolder)));
  const beside = new URL(`.cache/swiftshader-${crypto.randomUUID()}/`, packagesFolder);
  Deno.mkdirSync(beside, { recursive: true });
  for (const { name, content } of filesOf(tar)) {
    if (FILES.includes(name)) Deno.writeFileSync(new URL(name, beside), content);
  }
  try {
    Deno.renameSync(beside, folder);
  } catch (error) {
    Deno.removeSync(beside, { recursive: true });
    // Another process may have been faster.
    if (!exists(new URL(LOADER, folder))) throw error;
  }
  return folder;
}

function exists(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The files of a tar archive: a header of 512 bytes each, then the content in whole blocks of 512. */
function* filesOf(tar: Uint8Array): Generator<{ name: string; content: Uint8Array }> {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, "");
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    yield { name: text(at, 100), content: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
