import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../../engine/errors.ts";
import { expandSweep } from "../../../../engine/experiment/sweep/expand.ts";
import {
  loadSweepFile,
  parseSweep,
  type SweepInput,
} from "../../../../engine/experiment/sweep/sweep_file.ts";

const SIMULATE = { networks: "kotecha-6", policies: { kind: "base-stock", levels: 10 } };

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  const error = await work().then(() => undefined, (error) => error);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).not.toContain("\n");
  return error.message;
}

describe("a sweep's blocks", () => {
  test("take what stands above them, and say what is theirs", () => {
    const { blocks } = parseSweep({
      networks: ["kotecha-6"],
      seeds: "0..4",
      preset: "paper",
      hyperparameters: { lambda: 0.9, clip: 0.1 },
      blocks: [
        { methods: "mappo" },
        { methods: ["ppo"], networks: "kotecha-12", seeds: 7, hyperparameters: { clip: [0.2, 0.3] } },
        { planners: "search", seeds: undefined },
      ],
    }, "x.json");
    expect(blocks).toEqual([
      {
        networks: ["kotecha-6"],
        seeds: "0..4",
        preset: ["paper"],
        hyperparameters: { lambda: 0.9, clip: 0.1 },
        methods: ["mappo"],
      },
      {
        networks: ["kotecha-12"],
        seeds: 7,
        preset: ["paper"],
        hyperparameters: { lambda: 0.9, clip: [0.2, 0.3] },
        methods: ["ppo"],
      },
      {
        networks: ["kotecha-6"],
        seeds: "0..4",
        preset: ["paper"],
        hyperparameters: { lambda: 0.9, clip: 0.1 },
        planners: ["search"],
      },
    ]);
  });

  test("are one where there are none", () => {
    const { blocks, evaluation } = parseSweep(SIMULATE, "x.json");
    expect(blocks).toEqual([
      { networks: ["kotecha-6"], policies: [{ kind: "base-stock", levels: 10 }], hyperparameters: {} },
    ]);
    expect(evaluation).toEqual({});
  });

  test.each([
    ["sweeps/kotecha.json", "kotecha"],
    ["a b.config.ts", "a-b.config"],
    ["C:\\sweeps\\x.json", "x"],
    [".json", "sweep"],
    ["..json", "sweep"],
  ])("of %s are called %s", (path, name) => {
    expect(parseSweep(SIMULATE, path).name).toBe(name);
    expect(parseSweep({ ...SIMULATE, name: "mine" }, path).name).toBe("mine");
  });
});

describe("files", () => {
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };

  test("in JSON and in TypeScript, as a value, a promise and functions, are the same", async () => {
    const json = JSON.stringify({ ...SIMULATE, seeds: "0..2" });
    const files = [
      await write("value.json", json),
      await write("value.ts", `const seeds: string = "0..2"; export default { ...${json}, seeds };`),
      await write("promise.mts", `export default Promise.resolve(${json});`),
      await write("function.js", `export default () => (${json});`),
      await write("later.ts", `export default async () => { await Promise.resolve(); return ${json}; };`),
    ];
    const blocks = await Promise.all(files.map(async (file) => (await loadSweepFile(file)).blocks));
    expect(new Set(blocks.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(blocks[0]).toMatchObject([{ networks: ["kotecha-6"], seeds: "0..2" }]);
  });

  test("may be typed as what they are", async () => {
    const typed = {
      networks: ["kotecha-6", { network: "kotecha-6", name: "busy", set: "demand.mean=7" }],
      planners: [{ method: "search", policy: "s-S", basis: "on-hand" }, "search"],
      policies: { kind: "base-stock", levels: [10, 20] },
      methods: "mappo",
      hyperparameters: { actorWidths: [[64], [64, 64]] },
      seeds: [1, "3..4"],
      evaluation: { changes: ["demand.mean=3", ["demand.mean=4", "horizon=20"]] },
    } satisfies SweepInput;
    const { trials } = await expandSweep(parseSweep(typed, "typed.ts"));
    expect(trials).toHaveLength(2 * 3 * (2 + 2 + 2));
  });

  test.each<[name: string, text: string, message: RegExp]>([
    ["cut.json", '{"networks": ', /cut\.json:1:14: expected a value /],
    ["syntax.ts", "export default {", /syntax\.ts: cannot be run \(.*syntax\.ts.*\)$/],
    ["throws.ts", "throw new Error('no\\nluck');", /throws\.ts: cannot be run \(no luck\)$/],
    [
      "fails.ts",
      "export default () => { throw new Error('no luck'); };",
      /fails\.ts: cannot be run \(no luck\)$/,
    ],
    [
      "rejects.ts",
      "export default async () => await Promise.reject('no luck');",
      /rejects\.ts: cannot be run \(no l/,
    ],
    [
      "named.ts",
      "export const sweep = {};",
      /named\.ts: exports no sweep; expected one by default, or a func/,
    ],
    ["void.ts", "export default () => {};", /void\.ts: exports no sweep; expected one by default, or a func/],
    ["wrong.ts", "export default { seeds: 3 };", /wrong\.ts: expected networks$/],
    [
      "imports.ts",
      "import './nowhere.ts'; export default {};",
      /imports\.ts: cannot be run \(.*nowhere\.ts.*\)$/,
    ],
  ])("%s is refused", async (name, text, message) => {
    const path = await write(name, text);
    expect(await refusalOf(() => loadSweepFile(path))).toMatch(message);
  });

  test("that are not there are refused", async () => {
    for (const name of ["nowhere.json", "nowhere.ts"]) {
      const path = `${folder}/${name}`;
      expect(await refusalOf(() => loadSweepFile(path))).toMatch(
        /^.*nowhere\.(json|ts): no such file; expected /,
      );
    }
  });
});
