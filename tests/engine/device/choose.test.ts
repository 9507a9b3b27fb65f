import { describe, expect, test } from "vitest";
import { adapterName, isSoftware, requestAdapter } from "../../../engine/device/adapter.ts";
import { openDevice } from "../../../engine/device/choose.ts";
import { RunError } from "../../../engine/errors.ts";
import { useSwiftShader } from "../../setup/swiftshader.ts";

const info = (description: string, rest: Partial<GPUAdapterInfo> & { isFallbackAdapter?: boolean } = {}) => ({
  info: { vendor: "4318", architecture: "", device: "9013", description, ...rest } as GPUAdapterInfo,
});

/** The test machine's adapter under another name. */
async function named(description: string): Promise<GPUAdapter> {
  useSwiftShader();
  const adapter = (await requestAdapter())!;
  return new Proxy(adapter, {
    get(target, name) {
      if (name === "info") return info(description).info;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

test.each([
  "SwiftShader Device (Subzero)",
  "llvmpipe (LLVM 15.0.6, 256 bits)",
  "lavapipe (LLVM 17)",
  "Microsoft Basic Render Driver",
])("%s is a driver in software", (description) => {
  expect(isSoftware(info(description))).toBe(true);
});

test.each(["NVIDIA H200", "AMD Radeon RX 7900 XTX (RADV NAVI31)", "Apple M3", "Intel(R) Arc(TM) A770"])(
  "%s is a GPU",
  (description) => {
    expect(isSoftware(info(description, { isFallbackAdapter: false }))).toBe(false);
  },
);

test("an adapter that calls itself a fallback is one, whatever its name", () => {
  expect(isSoftware(info("Fast One", { isFallbackAdapter: true }))).toBe(true);
  expect(isSoftware(info("", { architecture: "swiftshader" }))).toBe(true);
});

test("adapters have names", () => {
  expect(adapterName(info("NVIDIA H200"))).toBe("NVIDIA H200");
  expect(adapterName(info("", { vendor: "amd", architecture: "rdna-3" }))).toBe("amd rdna-3");
  expect(adapterName(info("", { vendor: "" }))).toBe("a WebGPU adapter");
});

describe("openDevice", () => {
  const none = () => Promise.resolve(undefined);

  test("auto is WebAssembly where there is no adapter or one in software", async () => {
    expect(await openDevice("auto", none)).toMatchObject({ kind: "wasm", adapter: "wasm" });
    expect((await openDevice("auto", () => named("llvmpipe (LLVM 15.0.6)"))).kind).toBe("wasm");
  });

  test("auto is WebGPU on a GPU", async () => {
    const device = await openDevice("auto", () => named("NVIDIA H200"));
    expect(device).toMatchObject({ kind: "webgpu", adapter: "NVIDIA H200" });
    device.close();
  });

  test("webgpu takes an adapter in software, too", async () => {
    const device = await openDevice("webgpu", () => named("SwiftShader Device"));
    expect(device).toMatchObject({ kind: "webgpu", adapter: "SwiftShader Device" });
    device.close();
  });

  test("webgpu without an adapter is one line that says what helps", async () => {
    const error = await openDevice("webgpu", none).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(/^webgpu: no adapter was found; .*wasm$/);
  });

  test("wasm asks for no adapter", async () => {
    const device = await openDevice("wasm", () => Promise.reject(new Error("asked")));
    expect(device.kind).toBe("wasm");
  });
});
