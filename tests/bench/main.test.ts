import { describe, expect, test } from "vitest";
import { measure } from "../../bench/measure.ts";
import { RunError } from "../../engine/errors.ts";
import { runScript } from "../scripts/run_script.ts";

describe("deno task bench", () => {
  test("--json prints name, value and unit of each case and nothing else", async () => {
    const { code, stdout, stderr } = await runScript(
      "bench/main.ts",
      "--json",
      "--filter",
      "kotecha-6 x1024",
      "--time",
      "1",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { results } = JSON.parse(stdout);
    expect(results.map(({ name, unit }: { name: string; unit: string }) => [name, unit])).toEqual([
      ["env_step kotecha-6 x1024", "Mnode-steps/s"],
      ["env_step kotecha-6 x1024 reference", "Mnode-steps/s"],
    ]);
    for (const { value } of results) expect(value).toBeGreaterThan(0);
  });

  test("names its cases where the filter fits none", async () => {
    const { code, stdout, stderr } = await runScript("bench/main.ts", "--filter", "nothing");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task bench: --filter: no case contains "nothing"; the cases are .*\n$/);
    for (
      const name of [
        "env_step kotecha-6 x1024",
        "env_step ziegner-d1 x1024",
        "env_step kotecha-6 x1024 reference",
        "env_step ziegner-d1 x1024 reference",
        "simulate kotecha-6 all-cores",
      ]
    ) expect(stderr).toContain(`"${name}"`);
  });
});

describe("measure", () => {
  const one = { name: "sleep", unit: "Mnaps/s", doc: "" };

  test("divides the work of a run by the time of a run", async () => {
    const prepare = () =>
      Promise.resolve({ work: 3, run: () => new Promise<void>((done) => setTimeout(done, 20)) });
    const { name, unit, value, runs } = await measure({ ...one, prepare }, 60);
    expect({ name, unit }).toEqual({ name: "sleep", unit: "Mnaps/s" });
    // A timer of 20 ms never takes less than 19.
    expect(value).toBeLessThan(3 / 0.019);
    expect(value).toBeGreaterThan(0);
    expect(runs).toBeGreaterThanOrEqual(3);
  });

  test("a case that throws is a failure with its name", async () => {
    const prepare = () => Promise.resolve({ work: 1, run: () => Promise.reject(new Error("out of naps")) });
    await expect(measure({ ...one, prepare }, 1)).rejects.toThrow(new RunError("sleep: out of naps"));
  });
});
