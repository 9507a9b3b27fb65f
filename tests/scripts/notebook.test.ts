import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

let home: string;
beforeEach(async () => {
  home = await Deno.makeTempDir();
});

/** As a new user without Jupyter runs it. */
async function notebook(...line: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "scripts/notebook.ts", ...line],
    cwd: root,
    clearEnv: true,
    env: { HOME: home, PATH: home, ...denoFolder() },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Deno keeps packages there; without it they would be looked for in the new home. */
function denoFolder(): Record<string, string> {
  const folder = Deno.env.get("DENO_DIR");
  if (folder !== undefined) return { DENO_DIR: folder };
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME")!, ".cache");
  return { DENO_DIR: join(cache, "deno") };
}

test("--install-only installs the kernel for the user", async () => {
  const { code, stdout, stderr } = await notebook("--install-only");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const path = join(home, ".local", "share", "jupyter", "kernels", "deno", "kernel.json");
  expect(stdout).toBe(`The kernel "Deno" is installed: ${path}\n`);
  const { argv } = JSON.parse(await Deno.readTextFile(path)) as { argv: string[] };
  const deno = argv.find((word) => word.endsWith("deno"))!;
  expect(await Deno.realPath(deno)).toBe(await Deno.realPath(Deno.execPath()));
});

test("without Jupyter it says in one line what to install", async () => {
  const { code, stdout, stderr } = await notebook("--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ jupyter: null });
  expect(stderr).toMatch(
    /^deno task notebook: Jupyter is not installed; get it with `apt install .*`pip install .*`conda install .*\n$/,
  );
});

test("it lists the notebooks, and refuses one that is not there before it does anything", async () => {
  expect((await notebook("--list")).stdout).toMatch(/^01_quickstart\.ipynb\n02_your_own_network\.ipynb\n/);
  const { code, stderr } = await notebook("03_quick");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "deno task notebook: NOTEBOOK: no such notebook: 03_quick; see deno task notebook --list\n",
  });
  expect([...Deno.readDirSync(home)]).toEqual([]);
});
