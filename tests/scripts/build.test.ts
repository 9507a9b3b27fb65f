import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureKernelsBuilt } from "../../scripts/build.ts";

const root = new URL("../../", import.meta.url);

/** A copy of the build script in a folder of its own, with one small kernel. */
describe("the build script", () => {
  let folder: URL;

  beforeAll(async () => {
    folder = new URL(`file://${await Deno.makeTempDir()}/`);
    for (const directory of ["scripts", "engine", "kernels/lib"]) {
      await Deno.mkdir(new URL(directory, folder), { recursive: true });
    }
    for (const file of ["deno.json", "scripts/build.ts", "engine/errors.ts"]) {
      await Deno.copyFile(new URL(file, root), new URL(file, folder));
    }
    await Deno.symlink(new URL("node_modules", root), new URL("node_modules", folder));
    await write("kernels/index.as.ts", `export * from "./lib/add.as";`);
    await write("kernels/lib/shared.ts", "export const step = 1;\n");
    await write(
      "kernels/lib/add.as.ts",
      `import { step } from "./shared";\nexport function next(a: i32): i32 {\n  return a + step;\n}\n`,
    );
  });

  afterAll(() => Deno.remove(folder, { recursive: true }));

  const write = (path: string, text: string) => Deno.writeTextFile(new URL(path, folder), text);

  async function build() {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--node-modules-dir=manual", "scripts/build.ts"],
      cwd: folder,
    }).output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  }

  async function next(a: number): Promise<number> {
    const bytes = await Deno.readFile(new URL("kernels/build/kernels.wasm", folder));
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    return (instance.exports.next as (a: number) => number)(a);
  }

  test("compiles what has changed, several at a time, and nothing else", async () => {
    const first = await Promise.all([build(), build()]);
    expect(first.map(({ code }) => code)).toEqual([0, 0]);
    expect(first[0].out).toMatch(/^kernels\.wasm: compiled in \d+ ms \(.* KiB\)\n$/);
    expect(await next(5)).toBe(6);
    const files = [...Deno.readDirSync(new URL("kernels/build", folder))].map(({ name }) => name);
    expect(files).toEqual(["kernels.wasm"]);

    expect((await build()).out).toContain("up to date");

    await write("kernels/lib/shared.ts", "export const step = 10;\n");
    expect((await build()).out).toContain("compiled");
    expect(await next(5)).toBe(15);
  });

  test("says what is wrong and where, and leaves the last good module", async () => {
    await build();
    await write("kernels/lib/add.as.ts", `export function next(a: i32): i32 {\n  return a + "x";\n}\n`);
    const { code, out, err } = await build();
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain("kernels/lib/add.as.ts(2,10)");
    expect(err).toContain("the kernels do not compile");
    expect(err).not.toContain("at async");
    expect(await next(1)).toBeGreaterThan(1);
  });
});

test("an up-to-date module is left alone", async () => {
  const module = new URL("kernels/build/kernels.wasm", root);
  await ensureKernelsBuilt();
  const before = await Deno.stat(module);
  await ensureKernelsBuilt();
  expect((await Deno.stat(module)).mtime).toEqual(before.mtime);
});
