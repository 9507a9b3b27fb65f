import { describe, expect, test } from "vitest";
import { loadNetwork, scenarios } from "../../engine/scenarios/registry.ts";
import { parseNetworkSync } from "../../engine/network/mod.ts";
import { runScript } from "./run_script.ts";

describe("deno task scenarios", () => {
  test("lists every scenario with its size, under its source", async () => {
    const { code, stdout, stderr } = await runScript("scripts/scenarios.ts");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    const names = lines.slice(2).map((line) => line.split(" ")[0]);
    expect(names.filter((name) => scenarios.some((scenario) => scenario.name === name))).toEqual(
      scenarios.map(({ name }) => name),
    );
    const first = lines.findIndex((line) => line.startsWith("kotecha-6 "));
    expect(lines[first]).toMatch(/^kotecha-6 +6 +7 +\w/);
    expect(lines[first - 1]).toBe("Kotecha and del Rio Chanona 2024");
    expect(lines.find((line) => line.startsWith("ziegner-a2 "))).toContain("(your data)");
  });

  test("--json lists them as one object", async () => {
    const { stdout } = await runScript("scripts/scenarios.ts", "--json");
    const listed = JSON.parse(stdout).scenarios;
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(scenarios.map(({ name }) => name));
    expect(listed[0]).toEqual(JSON.parse(JSON.stringify(scenarios[0])));
  });

  test("NAME --json prints a network that parses to the scenario's", async () => {
    const { stdout } = await runScript("scripts/scenarios.ts", "zhang-r1", "--lead-time", "3", "--json");
    expect(parseNetworkSync(JSON.parse(stdout))).toEqual(await loadNetwork("zhang-r1", { leadTime: 3 }));
  });

  test("NAME shows its nodes", async () => {
    const { stdout } = await runScript("scripts/scenarios.ts", "kotecha-6");
    expect(stdout).toMatch(/^kotecha-6: .*\nKotecha.*\n6 nodes, 7 arcs, 50 periods, integer quantities\n/);
    expect(stdout).toMatch(/^ *4 +1 2 +1 +poisson\(5\) +100 +8 +1\.5 +0\.5 +2\.5$/m);
  });

  test.each([
    [["kotecha-7"], /^deno task scenarios: unknown scenario "kotecha-7"; did you mean .*\n$/],
    [["ziegner-a2"], /^deno task scenarios: ziegner-a2: needs --demand-data .*\n$/],
    [["kotecha-6", "--lead-time", "2"], /^deno task scenarios: kotecha-6: --lead-time .*\n$/],
    [
      ["zhang-r1", "--lead-time", "long"],
      /^deno task scenarios: --lead-time: expected a number of periods or poisson/,
    ],
  ])("%j is refused in one line with exit code 2", async (line, message) => {
    const { code, stdout, stderr } = await runScript("scripts/scenarios.ts", ...line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });
});
