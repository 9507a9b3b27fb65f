import { join } from "node:path";
import { expect, test } from "vitest";
import { denoPath, installKernel, kernelSpec } from "../../../scripts/jupyter/kernelspec.ts";

test("the kernel's entry starts an absolute path, and Stop does not end it", () => {
  const start = ["/opt/deno", "jupyter", "--kernel", "--conn", "{connection_file}"];
  expect(kernelSpec("/opt/deno", "linux")).toEqual({
    argv: ["sh", "-c", 'trap "" INT; exec "$0" "$@"', ...start],
    display_name: "Deno",
    language: "typescript",
    interrupt_mode: "signal",
  });
  expect(kernelSpec("C:\\deno.exe", "windows")).toMatchObject({
    argv: ["C:\\deno.exe", ...start.slice(1)],
    interrupt_mode: "message",
  });
});

test("the entry is where Jupyter looks for it, the second time as the first", async () => {
  const data = await Deno.makeTempDir();
  for (const deno of ["/old/deno", "/new/deno"]) {
    const path = await installKernel(data, kernelSpec(deno, "linux"));
    expect(path).toBe(join(data, "kernels", "deno", "kernel.json"));
    expect(JSON.parse(await Deno.readTextFile(path))).toEqual(kernelSpec(deno, "linux"));
  }
});

test("the path of Deno is the one on PATH if that is the one that runs, npm's own folders left out", async () => {
  const folder = await Deno.makeTempDir();
  const real = await Deno.realPath(Deno.execPath());
  const path = Deno.env.get("PATH")!;
  const npm = join(folder, "node_modules", ".bin");
  const other = join(folder, "other");
  const same = join(folder, "same");
  for (const each of [npm, other, same]) await Deno.mkdir(each, { recursive: true });
  await Deno.symlink(real, join(npm, "deno"));
  await Deno.writeTextFile(join(other, "deno"), "another program");
  try {
    Deno.env.set("PATH", [npm, other, same].join(":"));
    expect(await denoPath()).toBe(real);
    await Deno.symlink(real, join(same, "deno"));
    expect(await denoPath()).toBe(join(same, "deno"));
  } finally {
    Deno.env.set("PATH", path);
  }
});
