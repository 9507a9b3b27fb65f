import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyActor, type LoadedRun, loadRun, parseNetworkSync } from "../../engine/mod.ts";
import * as exporting from "../../scripts/export.ts";
import { noise, observationOf } from "../setup/actors.ts";
import { type OnnxRuntime, openOnnxRuntime } from "../setup/onnx_runtime.ts";
import { tinyConfig, trainIn } from "../setup/runs.ts";
import { runInProcess } from "./in_process.ts";

let folder: string;
let run: LoadedRun;
let ort: OnnxRuntime;
beforeAll(async () => {
  ort = await openOnnxRuntime();
  folder = await Deno.makeTempDir();
  for (const seed of [0, 1]) {
    await trainIn(`${folder}/group/seed-${seed}`, await tinyConfig({ method: "mappo", seed }));
  }
  run = await loadRun(`${folder}/group/seed-1`);
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const namesIn = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

describe("deno task export", () => {
  test("writes a model and a card an agent; the models decide as the actors", async () => {
    const out = `${folder}/actors`;
    const { code, stdout, stderr } = await runInProcess(exporting, run.path, "--out", out, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ run: run.path, iteration: 6 });
    expect(result.files.map(({ agent }: { agent: string }) => agent)).toEqual(
      run.policy.actors.map(({ id }) => id),
    );
    expect(namesIn(out)).toHaveLength(2 * run.policy.actors.length);

    for (const [k, actor] of run.policy.actors.entries()) {
      const { model, card } = result.files[k];
      const described = JSON.parse(await Deno.readTextFile(card));
      expect(JSON.stringify(described)).toContain(`"${actor.id}"`);
      const random = noise(k + 1);
      const observations = Array.from({ length: 5 }, () => observationOf(actor, random));
      const session = await ort.InferenceSession.create(await Deno.readFile(model));
      const input = new ort.Tensor("float32", Float32Array.from(observations.flat()), [
        5,
        actor.inputs.length,
      ]);
      const { action } = await session.run({ observation: input });
      await session.release();
      const found = action!.data as Float32Array;
      const expected = observations.flatMap((observation) => [...applyActor(actor, observation)]);
      const largest = Math.max(...expected.map(Math.abs));
      expected.forEach((value, i) => expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1e-5 * largest));
    }
  });

  test("says what it wrote", async () => {
    const { code, stdout } = await runInProcess(exporting, run.path, "--out", `${folder}/said`);
    expect(code).toBe(0);
    expect(stdout).toContain(`6 actors of ${run.path} (mappo, 6 iterations) in ${folder}/said:`);
    for (const name of namesIn(`${folder}/said`).filter((one) => one.endsWith(".onnx"))) {
      expect(stdout).toContain(`  ${folder}/said/${name}\n`);
    }
  });

  test("agents whose names no file system tells apart have files of their own", async () => {
    const ids = ["a/b", "a b", "A b", "c"];
    const network = parseNetworkSync({
      name: "odd",
      horizon: 9,
      quantities: "integer",
      nodes: ids.map((id) => ({ id, holdingCost: 1, demand: { kind: "poisson", mean: 5 } })),
      arcs: ids.map((id) => ({ from: "supply", to: id })),
      control: { rule: "base-stock", basis: "inventory-position", bounds: [0, 40] },
    }, { where: "odd" });
    await trainIn(`${folder}/odd-run`, { ...await tinyConfig({ method: "mappo" }), network });
    const out = `${folder}/odd`;
    const { code, stdout } = await runInProcess(exporting, `${folder}/odd-run`, "--out", out, "--json");
    expect(code).toBe(0);
    const { files } = JSON.parse(stdout);
    expect(files.map(({ agent }: { agent: string }) => agent)).toEqual(ids);
    expect(new Set(files.map(({ model }: { model: string }) => model.toLowerCase())).size).toBe(4);
    expect(namesIn(out)).toHaveLength(8);
  });
});

describe("is refused in one line", () => {
  test.each<[what: string, line: () => string[], message: RegExp]>([
    ["no run", () => [], /^expected RUN \(/],
    [
      "several runs",
      () => [`${folder}/group`],
      /group: holds 2 runs; expected one, such as \S+\/group\/seed-0$/,
    ],
    ["a folder that is not there", () => [`${folder}/nowhere`], /nowhere: no such folder; expected a run's/],
    [
      "a folder that is a file",
      () => [run.path, "--out", `${run.path}/config.json`],
      /config\.json.*lies under a file/,
    ],
    ["two operands", () => [run.path, run.path], /^expected only RUN, got /],
  ])("%s", async (_, line, message) => {
    const { code, stdout, stderr } = await runInProcess(exporting, ...line());
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task export: [^\n]*\n$/);
    expect(stderr.slice("deno task export: ".length, -1)).toMatch(message);
  });
});
