/** What executes notebooks fails when it must, on notebooks made here. */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench } from "../../scripts/jupyter/execute.ts";
import {
  type CodeCell,
  codeCells,
  NOTEBOOKS,
  readNotebook,
  textOf,
} from "../../scripts/jupyter/notebook_files.ts";
import { writeNotebook } from "../setup/notebooks.ts";
import { available } from "../setup/requires.ts";
import { runScript } from "./run_script.ts";

const SCRIPT = "scripts/notebooks_run.ts";
/** Milliseconds; a kernel takes two to four seconds to start, on a machine that does nothing else. */
const PATIENCE = 240_000;

/** Within the repository: a kernel finds its deno.json from the notebook's folder upward. */
let folder: string;
beforeAll(async () => {
  const ignored = join(NOTEBOOKS, "out");
  await Deno.mkdir(ignored, { recursive: true });
  folder = await Deno.makeTempDir({ dir: ignored, prefix: "test-" });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

test("wrong usage is one line, before anything runs", async () => {
  const good = await writeNotebook(folder, "unused", "1");
  const missing = await runScript(SCRIPT, good, "nowhere.ipynb");
  expect([missing.code, missing.stderr]).toEqual([
    2,
    "deno task notebooks:run: nowhere.ipynb: no such file; expected a file that can be read\n",
  ]);
  await Deno.writeTextFile(join(folder, "old.ipynb"), `{"nbformat":3,"worksheets":[]}`);
  const old = await runScript(SCRIPT, join(folder, "old.ipynb"));
  expect(old.stderr).toMatch(/old\.ipynb: expected a notebook of nbformat 4\n$/);
  expect((await runScript(SCRIPT, good, "--html")).stderr).toMatch(/--html: expected --out DIR/);
});

test("without Jupyter it says in one line what to install", async () => {
  const good = await writeNotebook(folder, "unused", "1");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", SCRIPT, good],
    env: { PATH: folder },
  }).output();
  expect([code, new TextDecoder().decode(stderr)]).toEqual([
    1,
    expect.stringMatching(/^deno task notebooks:run: jupyter nbconvert is not installed; get it with .*\n$/),
  ]);
});

describe.skipIf(!available("jupyter"))("with Jupyter", () => {
  test("every problem is a line, and the exit code is 1", async () => {
    const shows = "1 + 1";
    const paths = [
      await writeNotebook(folder, "good", { source: "const a = 1;", tags: ["quiet"] }, "a"),
      await writeNotebook(folder, "silent", shows, "const a = 1;", "void 0"),
      await writeNotebook(folder, "error", shows, "throw new RangeError('too far');", "const b = 2;"),
      await writeNotebook(folder, "syntax", shows, { source: "const = 4;", tags: ["quiet"] }, shows),
      await writeNotebook(folder, "slow", shows, "await new Promise((done) => setTimeout(done, 60_000));"),
      await writeNotebook(folder, "dies", shows, "Deno.exit(3);"),
    ];
    const { code, stdout, stderr } = await runScript(SCRIPT, "--json", "--timeout", "10", ...paths);
    const shown = 'shows nothing (it should, or have the tag "quiet")';
    const expected: [name: string, cell: number, what: string][] = [
      ["silent", 2, `${shown}: const a = 1;`],
      ["silent", 3, `${shown}: void 0`],
      ["error", 2, "fails with RangeError: too far: throw new RangeError('too far');"],
      ["syntax", 2, "fails with Error: Execution failed (it does not parse, or was stopped): const = 4;"],
      ["slow", 2, "took longer than 10 s: await new Promise((done) => setTimeout(done, 60_000));"],
      ["dies", 2, "ended the kernel: Deno.exit(3);"],
    ];
    expect(stderr.trim().split("\n")).toEqual([
      ...expected.map(([name, cell, what]) => `${join(folder, name)}.ipynb, cell [${cell}] ${what}`),
      "deno task notebooks:run: 5 of 6 notebooks have problems",
    ]);
    const { notebooks } = JSON.parse(stdout) as { notebooks: { path: string; problems: unknown[] }[] };
    expect(notebooks.map(({ path, problems }) => [path, problems])).toEqual(
      paths.map((path) => [
        path,
        expected.filter(([name]) => path === `${join(folder, name)}.ipynb`).map(([, cell, what]) => ({
          cell,
          what,
        })),
      ]),
    );
    expect(code).toBe(1);
  }, PATIENCE);

  test(
    "outputs are kept where they were asked for, the same ones every time, and none gets lost",
    async () => {
      // The kernel says that it is done before it shows the last output: each cell is a chance to lose one.
      const cells = Array.from({ length: 20 }, (_, k) => k % 2 === 0 ? `console.log("${k}");` : `${k}`);
      const path = await writeNotebook(
        folder,
        "kept",
        ...cells,
        'import { VERSION } from "bullwhip"; [VERSION, Deno.env.get("BULLWHIP_QUICK"), Deno.env.get("BULLWHIP_STATIC")].length',
        '["QUICK", "STATIC"].map((name) => Deno.env.get(`BULLWHIP_${name}`)).join(" ")',
      );
      const before = await Deno.readTextFile(path);
      const out = join(folder, "out");
      const first = await runScript(SCRIPT, path, "--out", out, "--html", "--quick", "--static");
      expect([first.code, first.stderr]).toEqual([0, ""]);
      expect(await Deno.readTextFile(path)).toBe(before);
      const kept = await Deno.readTextFile(join(out, "kept.ipynb"));
      const shown = codeCells(await readNotebook(join(out, "kept.ipynb"))).map(outputText);
      expect(shown).toEqual([...cells.map((_, k) => `${k}`), "3", `"1 1"`]);
      expect(await Deno.readTextFile(join(out, "kept.html"))).toContain("A notebook");
      const second = await runScript(SCRIPT, path, "--in-place", "--quick", "--static");
      expect([second.code, second.stderr]).toEqual([0, ""]);
      expect(await Deno.readTextFile(path)).toBe(kept);
    },
    PATIENCE,
  );

  test("Stop ends a training, and the kernel goes on", async () => {
    const path = await writeNotebook(
      folder,
      "stopped",
      `import { train } from "bullwhip"; let iterations = 0;`,
      `for await (const _ of train({ network: "kotecha-6", method: "ippo", seeds: [0], hyperparameters: { iterations: 100_000 } })) {
        iterations++;
      }`,
      // Without our configuration one of them may lose its output.
      ...new Array(6).fill("iterations > 0"),
    );
    const bench = await Bench.create();
    try {
      // nbconvert presses Stop where a cell takes longer than the time that it is given.
      const { success } = await bench.nbconvert([
        "--to=notebook",
        "--execute",
        "--allow-errors",
        "--ExecutePreprocessor.timeout=20",
        "--ExecutePreprocessor.interrupt_on_timeout=True",
        path,
      ], {});
      expect(success).toBe(true);
      const [, stopped, ...after] = codeCells(await readNotebook(join(bench.folder, "stopped.ipynb")));
      expect(stopped!.outputs).toMatchObject([{
        output_type: "error",
        ename: "RunError",
        evalue: "stopped",
      }]);
      expect(new Set(after.map(outputText).filter((text) => text !== ""))).toEqual(new Set(["true"]));
    } finally {
      await bench.close();
    }
  }, PATIENCE);
});

function outputText({ outputs }: CodeCell): string {
  return outputs.map(({ text, data }) => textOf(text) + textOf(data?.["text/plain"])).join("").trim();
}
