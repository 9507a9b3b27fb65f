import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestAdapter } from "../../engine/device/adapter.ts";
import type { Kernel } from "../../engine/device/kernel.ts";
import * as descriptors from "../../engine/device/kernels.ts";
import { kernelModule } from "../../engine/device/wasm.ts";
import { Pipelines } from "../../engine/device/webgpu_pipelines.ts";
import { wgslConstants, wgslSource } from "../../engine/device/wgsl.ts";
import { useSwiftShader } from "../setup/swiftshader.ts";
import { openTint } from "../setup/tint.ts";

const folder = new URL("../../kernels/", import.meta.url);

const kernels = (Object.values(descriptors) as unknown[]).filter((value): value is Kernel =>
  typeof value === "object" && value !== null && "workgroups" in value
).map((kernel) => ({ label: `${kernel.source}.wgsl: ${kernel.name}`, kernel }));

/** Paths of .wgsl files below kernels/, without their ending. */
function wgslFiles(below = ""): string[] {
  return [...Deno.readDirSync(new URL(below, folder))].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? wgslFiles(`${below}${name}/`)
      : name.endsWith(".wgsl")
      ? [`${below}${name.slice(0, -".wgsl".length)}`]
      : []
  );
}

/** What Naga says against a kernel's file. The driver is left out: its own tests compile the kernel there. */
async function nagaFaultOf(device: GPUDevice, kernel: Kernel): Promise<string | undefined> {
  device.pushErrorScope("validation");
  device.createShaderModule({ code: wgslSource(kernel) });
  return (await device.popErrorScope())?.message;
}

/** What Tint says against a kernel and its bindings, with all parameters 8. */
function tintFaultOf(device: GPUDevice, kernel: Kernel): Promise<string | undefined> {
  const params = Object.fromEntries(Object.keys(kernel.params).map((name) => [name, 8]));
  return new Pipelines(device).of({ kernel, params, arrays: [], label: kernel.name }).fault;
}

async function openNaga(): Promise<GPUDevice> {
  useSwiftShader();
  const adapter = await requestAdapter();
  if (adapter === undefined) throw new Error("no WebGPU adapter was found, not even SwiftShader");
  return await adapter.requestDevice();
}

/** Each refuses what the other lets through. */
const compilers = [
  {
    name: "Naga",
    open: openNaga,
    faultOf: nagaFaultOf,
    refuses: "enable subgroups; @compute @workgroup_size(8) fn main() {}",
  },
  {
    name: "Tint",
    open: openTint,
    faultOf: tintFaultOf,
    refuses: `var<workgroup> w: array<u32, 8>;
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        w[i] = i;
        if (w[i] > 3u) { workgroupBarrier(); }
      }`,
  },
];

describe.each(compilers)("$name", ({ open, faultOf, refuses }) => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device?.destroy());

  test.each(kernels)("compiles $label", async ({ kernel }) => {
    expect(await faultOf(device, kernel)).toBeUndefined();
  });

  test("refuses what is wrong", async () => {
    device.pushErrorScope("validation");
    device.createShaderModule({ code: refuses });
    expect(await device.popErrorScope()).not.toBeNull();
  });
});

describe("twins", () => {
  test.each(kernels)("$label has one in WebAssembly", async ({ kernel }) => {
    const names = WebAssembly.Module.exports(await kernelModule()).map(({ name }) => name);
    expect(names).toContain(kernel.name);
  });

  test("kernels have names of their own", () => {
    const names = kernels.map(({ kernel }) => kernel.name);
    expect(names.length).toBeGreaterThan(10);
    expect(new Set(names).size).toBe(names.length);
  });

  test("every .wgsl file is some kernel's source, or a library of one", () => {
    const files = wgslFiles();
    const used = new Set(
      kernels.flatMap(({ kernel: { source, libraries = [] } }) => [
        source,
        ...libraries.map((library) => library.includes("/") ? library : `lib/${library}`),
      ]),
    );
    expect(files).toContain("env_step/ship");
    expect(files.filter((file) => !used.has(file))).toEqual([]);
  });
});

describe("constants", () => {
  test("are written with their type, under names in capitals", () => {
    expect(wgslConstants({ BLOCK_COLUMNS: 256, tableKind: 0, RARE: 0xffffffff }, "u32")).toBe(
      "const BLOCK_COLUMNS: u32 = 256u;\nconst TABLE_KIND: u32 = 0u;\nconst RARE: u32 = 4294967295u;\n",
    );
    expect(wgslConstants({ ln2High: 1, exp3: -1.5, log2E: 2 ** -30, tanhP4: 0.1 }, "f32")).toBe(
      "const LN2_HIGH: f32 = 1f;\nconst EXP3: f32 = -1.5f;\nconst LOG2_E: f32 = 9.313225746154785e-10f;\n" +
        "const TANH_P4: f32 = 0.10000000149011612f;\n",
    );
  });

  test("that their type does not hold are refused", () => {
    for (const value of [-1, 0.5, 2 ** 32, NaN, "1"]) {
      expect(() => wgslConstants({ value }, "u32"), String(value)).toThrow(TypeError);
    }
    for (const value of [1e39, NaN, "1"]) {
      expect(() => wgslConstants({ value }, "f32"), String(value)).toThrow(TypeError);
    }
  });

  test("stand before the text that uses them", () => {
    const text = wgslSource({ source: "random", libraries: ["control", "layout", "math", "random"] });
    expect(text).toContain("const STEP: u32 = 2u;");
    expect(text).toContain("const ROW_COLUMNS: u32 = 272u;");
    expect(text.indexOf("const LN2_HIGH")).toBeLessThan(text.indexOf("fn exp("));
    expect(text.indexOf("fn exp(")).toBeLessThan(text.indexOf("fn threefry_word("));
    expect(text.indexOf("fn threefry_word(")).toBeLessThan(text.indexOf("fn draw_words("));
  });

  test("and files that are missing or defined twice are refused in one line", () => {
    expect(() => wgslSource({ source: "no_such_kernel" })).toThrow("kernels/no_such_kernel.wgsl is missing");
    expect(() => wgslSource({ source: "math", libraries: ["no_such"] })).toThrow(
      "kernels/lib/no_such.wgsl is",
    );
    expect(() => wgslSource({ source: "math", libraries: ["control", "control"] })).toThrow(
      "math.wgsl: CONTROL_STRIDE is in both control and control",
    );
  });
});
