import { describe, expect, test } from "vitest";
import { describeOrigin, findOrigin } from "../../bench/machine.ts";
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
    const { results, ...origin } = JSON.parse(stdout);
    expect(results.map(({ name, unit }: { name: string; unit: string }) => [name, unit])).toEqual([
      ["env_step kotecha-6 x1024", "Mnode-steps/s"],
      ["env_step kotecha-6 x1024 reference", "Mnode-steps/s"],
    ]);
    for (const { value } of results) expect(value).toBeGreaterThan(0);
    expect(origin).toEqual(await findOrigin());
  });

  test("--compare takes what --json printed, and shows ratios, what differs and what is missing", async () => {
    const folder = await Deno.makeTempDir();
    const [file, other] = [`${folder}/before.json`, `${folder}/other.json`];
    const line = ["--filter", "kotecha-6 x1024", "--time", "1"];
    try {
      const before = await runScript("bench/main.ts", "--json", ...line);
      await Deno.writeTextFile(file, before.stdout);
      const same = await runScript("bench/main.ts", ...line, "--compare", file);
      expect({ code: same.code, stderr: same.stderr }).toEqual({ code: 0, stderr: "" });
      expect(same.stdout.split("\n")[0]).toBe(describeOrigin(await findOrigin()));
      expect(same.stdout).toMatch(/^case +value +unit +± % +runs +ratio$/m);
      expect(same.stdout).toMatch(/^env_step kotecha-6 x1024 .* \d+\.\d\d ± \d+\.\d\d$/m);
      expect(same.stdout).not.toMatch(/about the program alone|^Not in |^In /m);

      const { machine, results, ...rest } = JSON.parse(before.stdout);
      const changed = {
        ...rest,
        machine: { ...machine, cores: 4096 },
        results: [{ ...results[0], value: results[0].value / 1e6 }, {
          ...results[1],
          name: "kotecha-6 x1024 gone",
        }],
      };
      await Deno.writeTextFile(other, JSON.stringify(changed));
      const shown = await runScript("bench/main.ts", ...line, "--compare", other);
      expect(shown.stdout).toContain(`  another machine: cores ${machine.cores}, then 4096\n`);
      expect(shown.stdout).toContain(`Not in ${other}:\n  env_step kotecha-6 x1024 reference\n`);
      expect(shown.stdout).toContain(`In ${other}, not measured now:\n  kotecha-6 x1024 gone\n`);
      const asJson = await runScript("bench/main.ts", "--json", ...line, "--compare", other);
      const { comparison } = JSON.parse(asJson.stdout);
      expect(comparison).toMatchObject({
        remarks: [`another machine: cores ${machine.cores}, then 4096`],
        ratios: [{ name: "env_step kotecha-6 x1024", spread: expect.any(Number) }],
        onlyNow: ["env_step kotecha-6 x1024 reference"],
        onlyThen: ["kotecha-6 x1024 gone"],
      });
      // A millionth of what was measured: whatever the machine does meanwhile, the ratio is large.
      expect(comparison.ratios[0].ratio).toBeGreaterThan(1e3);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  test("--compare refuses another file before anything is measured", async () => {
    const { code, stdout, stderr } = await runScript("bench/main.ts", "--compare", "deno.json");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^deno task bench: deno\.json: is nothing that `deno task bench --json` prints .*\n$/,
    );
  });

  test("--without leaves cases out", async () => {
    const line = ["--json", "--filter", "kotecha-6 x1024", "--without", "reference", "--time", "1"];
    const { stdout } = await runScript("bench/main.ts", ...line);
    expect(JSON.parse(stdout).results.map(({ name }: { name: string }) => name)).toEqual([
      "env_step kotecha-6 x1024",
    ]);
    const none = await runScript("bench/main.ts", "--filter", "kotecha-6", "--without", "6");
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain(`no case contains "kotecha-6" without "6"; the cases are `);
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
