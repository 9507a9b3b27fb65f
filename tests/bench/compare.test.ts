import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareTo, type Earlier, readEarlier } from "../../bench/compare.ts";
import { describeOrigin, findOrigin, type Origin } from "../../bench/machine.ts";

const origin: Origin = {
  machine: { cpu: "Abacus", cores: 4, memory: 15.5, os: "Linux 6.1 x86_64" },
  adapter: null,
  versions: { bullwhip: "0.1.0", deno: "2.9.6", v8: "15.0" },
};
const one = (name: string, value: number, deviation = 0) => ({
  name,
  unit: "steps/s",
  value,
  deviation,
  runs: 9,
});

describe("compareTo", () => {
  test("the ratio of new to old, with the spread of both", () => {
    const earlier: Earlier = { ...origin, results: [one("a", 200, 3), one("b", 10)] };
    const { remarks, ratios, onlyNow, onlyThen } = compareTo(earlier, origin, [
      one("a", 300, 4),
      one("b", 5),
    ]);
    // 5% of 1.5: the deviations are independent.
    expect(ratios).toEqual([{ name: "a", ratio: 1.5, spread: expect.closeTo(0.075, 12) }, {
      name: "b",
      ratio: 0.5,
      spread: 0,
    }]);
    expect({ remarks, onlyNow, onlyThen }).toEqual({ remarks: [], onlyNow: [], onlyThen: [] });
  });

  test("cases that one side lacks are named, those that the filter left out are not", () => {
    const earlier: Earlier = { ...origin, results: [one("env a", 1), one("env b", 1), one("dense", 1)] };
    const results = [one("env a", 1), one("env c", 1)];
    const of = (isWanted?: (name: string) => boolean) => compareTo(earlier, origin, results, isWanted);
    expect(of()).toMatchObject({ onlyNow: ["env c"], onlyThen: ["env b", "dense"] });
    expect(of((name) => name.includes("env"))).toMatchObject({ onlyNow: ["env c"], onlyThen: ["env b"] });
  });

  test("a case in another unit is another case", () => {
    const earlier: Earlier = { ...origin, results: [{ ...one("a", 1), unit: "GFLOP/s" }] };
    expect(compareTo(earlier, origin, [one("a", 1)])).toMatchObject({
      ratios: [],
      onlyNow: ["a"],
      onlyThen: ["a"],
    });
  });

  test("another machine, adapter or version is said, with both values", () => {
    const earlier: Earlier = {
      machine: { ...origin.machine, cpu: "Sand clock", cores: 2 },
      adapter: "llvmpipe",
      versions: { ...origin.versions, deno: "2.8.0" },
      results: [one("a", 1)],
    };
    const { remarks, ratios } = compareTo(earlier, origin, [one("a", 2)]);
    expect(remarks).toEqual([
      "another machine: cpu Abacus, then Sand clock; cores 4, then 2",
      "another adapter: WebGPU on nothing, then llvmpipe",
      "other versions: deno 2.9.6, then 2.8.0",
    ]);
    expect(ratios).toMatchObject([{ ratio: 2 }]);
  });
});

describe("describeOrigin", () => {
  test("one line", () => {
    expect(describeOrigin(origin)).toBe(
      "Abacus, 4 cores, 15.5 GiB, Linux 6.1 x86_64; no WebGPU adapter; bullwhip 0.1.0, Deno 2.9.6, V8 15.0",
    );
    const small = { ...origin, machine: { ...origin.machine, cores: 1 }, adapter: "llvmpipe" };
    expect(describeOrigin(small)).toContain(", 1 core, 15.5 GiB, Linux 6.1 x86_64; WebGPU on llvmpipe; ");
  });
});

describe("readEarlier", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await Deno.makeTempDir();
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  async function read(value: unknown): Promise<Earlier> {
    const path = `${folder}/file.json`;
    await Deno.writeTextFile(path, JSON.stringify(value));
    return await readEarlier(path);
  }

  test("takes what a measurement of this machine prints", async () => {
    const printed = { ...await findOrigin(), results: [{ ...one("a", 1, 2), kernels: { dense: 1 } }] };
    const earlier = await read(printed);
    expect(compareTo(earlier, await findOrigin(), [one("a", 1)])).toMatchObject({
      remarks: [],
      ratios: [{ ratio: 1 }],
    });
  });

  test.each([
    [
      "no object",
      [],
      /^\/.*\/file\.json: is nothing that `deno task bench --json` prints \(it: .*\); expected such a file$/,
    ],
    ["a network", { name: "serial-3", nodes: [] }, /prints \(machine: /],
    [
      "results without values",
      { ...origin, results: [{ name: "a", unit: "s" }] },
      /prints \(results\.0\.value: /,
    ],
    ["a speed of 0", { ...origin, results: [one("a", 0)] }, /prints \(results\.0\.value: /],
  ])("refuses %s", async (_, value, message) => {
    await expect(read(value)).rejects.toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringMatching(message) }),
    );
  });
});
