import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { parseNetwork } from "../../../engine/network/schema.ts";
import { findScenario, loadNetwork, scenarios } from "../../../engine/scenarios/registry.ts";

const names = scenarios.map(({ name }) => name);

/** The message of the InputError that a promise ends with. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

describe("the list of scenarios", () => {
  test("has the design's names, each once", () => {
    const sizes = [6, 12, 18, 24];
    expect(names).toEqual([
      ...sizes.map((size) => `kotecha-${size}`),
      ...sizes.map((size) => `kotecha-${size}-published`),
      ...["a", "b", "c", "d", "s"].flatMap((s) => [1, 2, 3, 4].map((p) => `ziegner-${s}${p}`)),
      ...["bg", "r1", "r2", "r3"].map((n) => `zhang-${n}`),
      "abdulraheem",
      ...[1, 2, 3, 4].map((leadTime) => `lost-sales-${leadTime}`),
      "backorders-2",
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("says which ones need data", () => {
    expect(scenarios.filter(({ needsData }) => needsData).map(({ name }) => name))
      .toEqual(names.filter((name) => /^ziegner-.[24]$/.test(name)));
  });

  test("describes each on one line", () => {
    for (const { summary, source } of scenarios) {
      expect(summary).toMatch(/^.{10,130}$/);
      expect(source).toMatch(/^.{5,60}$/);
    }
  });

  test.each(scenarios.filter(({ needsData }) => !needsData))(
    "$name validates, has the size it states, and what learning and evaluation need",
    async (scenario) => {
      const network = await loadNetwork(scenario.name);
      expect(network.name).toBe(scenario.name);
      expect(network.nodes.length).toBe(scenario.nodes);
      expect(network.arcs.length).toBe(scenario.arcs);
      expect(network.quantities).toBe("integer");
      expect(network.control).toBeDefined();
      expect(network.observation).toBeDefined();
      expect(network.reward).toBeDefined();
      expect(network.evaluation).toBeDefined();
    },
  );

  test("builds plain JSON: what is written to a file reads back as the same network", async () => {
    for (const scenario of scenarios.filter(({ needsData }) => !needsData)) {
      const written = JSON.parse(JSON.stringify(await scenario.build()));
      expect(await parseNetwork(written)).toEqual(await loadNetwork(scenario.name));
    }
  });
});

describe("findScenario", () => {
  test("by exact name", () => {
    expect(findScenario("zhang-r2")?.nodes).toBe(22);
    expect(findScenario("zhang-r4")).toBeUndefined();
    expect(findScenario("toString")).toBeUndefined();
  });
});

describe("loadNetwork", () => {
  test("of an unknown name suggests near ones and says where they are listed", async () => {
    expect(await refusal(loadNetwork("kotecha6"))).toBe(
      'unknown scenario "kotecha6"; did you mean "kotecha-6"? `deno task scenarios` lists them, ' +
        "and a file with a network ends in .json",
    );
    expect(await refusal(loadNetwork("Zhang"))).toContain(
      "did you mean zhang-bg, zhang-r1, zhang-r2, zhang-r3?",
    );
    expect(await refusal(loadNetwork("ziegner"))).toContain(
      "did you mean ziegner-a1, ziegner-a2, ziegner-a3, ziegner-a4, ziegner-b1, ...?",
    );
    expect(await refusal(loadNetwork("qqq"))).toMatch(/^unknown scenario "qqq"; `deno task scenarios` lists/);
    expect(await refusal(loadNetwork(""))).toMatch(/^unknown scenario ""; `deno task scenarios` lists/);
  });

  test("refuses options that the scenario does not take", async () => {
    expect(await refusal(loadNetwork("abdulraheem", { leadTime: 1 })))
      .toBe("abdulraheem: takes no --lead-time (leadTime); it takes no options");
    expect(await refusal(loadNetwork("ziegner-a2", { leadTimeData: "x.csv" })))
      .toBe("ziegner-a2: takes no --lead-time-data (leadTimeData); it takes only --demand-data");
  });

  test("takes an option that is undefined as not given", async () => {
    expect((await loadNetwork("abdulraheem", { leadTime: undefined })).nodes.length).toBe(25);
  });
});

describe("loadNetwork of a file", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bullwhip-scenarios-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const network = (demand: unknown) =>
    JSON.stringify({ name: "one", nodes: [{ id: "a", demand }], arcs: [{ from: "supply", to: "a" }] });

  test("reads JSON, and traces beside it", async () => {
    const path = join(folder, "one.json");
    await writeFile(path, network({ kind: "trace", file: "demand.csv", column: "a", repeat: true }));
    await writeFile(join(folder, "demand.csv"), "a\n3\n4\n");
    expect((await loadNetwork(path)).nodes[0]?.demand).toMatchObject({ kind: "trace", values: [3, 4] });
  });

  test("names the file in errors", async () => {
    const path = join(folder, "bad.json");
    await writeFile(path, network({ kind: "poisson", mean: -1 }));
    expect(await refusal(loadNetwork(path))).toContain(path);
    expect(await refusal(loadNetwork(join(folder, "missing.json")))).toContain("missing.json");
  });

  test("takes no scenario options", async () => {
    const path = join(folder, "plain.json");
    await writeFile(path, network(5));
    expect(await refusal(loadNetwork(path, { leadTime: "poisson" })))
      .toBe(`${path}: --lead-time (leadTime) is for scenarios, not for files`);
  });
});
