import { describe, expect, test } from "vitest";
import { type Command, type FlagTable, parseArguments } from "../../scripts/cli/arguments.ts";
import * as plan from "../../scripts/plan.ts";
import * as scenarios from "../../scripts/scenarios.ts";
import * as simulate from "../../scripts/simulate.ts";
import * as start from "../../scripts/start.ts";
import { runInProcess } from "./in_process.ts";

const QUICK = ["--budget", "3e6", "--episodes", "200"];

describe("deno task start", () => {
  test("--json compares three policies on the same episodes", async () => {
    const { code, stdout, stderr } = await runInProcess(start, ...QUICK, "--seed", "4", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { policies, ...run } = JSON.parse(stdout);
    expect(run).toEqual({ scenario: "kotecha-6", episodes: 200, periods: 50, warmup: 0, seed: 4 });
    const kinds = policies.map(({ policy }: { policy: { kind: string; basis?: string } }) => [
      policy.kind,
      policy.basis,
    ]);
    expect(kinds).toEqual([["base-stock", undefined], ["s-S", "inventory-position"], ["s-S", "on-hand"]]);
    const [first, second] = policies;
    expect(first.differenceToFirst).toEqual({ mean: 0, stderr: 0 });
    expect(second.differenceToFirst.mean).toBeCloseTo(
      second.profitPerEpisode.mean - first.profitPerEpisode.mean,
      6,
    );
    // Two policies on the same demand: the paired error is below that of either profit.
    expect(second.differenceToFirst.stderr).toBeLessThan(first.profitPerEpisode.stderr);
  });

  test("prints a table, what it means, and commands that exist", async () => {
    const { code, stdout, stderr } = await runInProcess(start, ...QUICK);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^profit per episode( +\d+(\.\d+)? ± \d+(\.\d+)?){3}$/m);
    expect(stdout).toMatch(/^difference to base-stock +-( +-?\d+(\.\d+)? ± \d+(\.\d+)?){2}$/m);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
    const commands: Record<string, Command<FlagTable>> = {
      plan: plan.command,
      scenarios: scenarios.command,
      simulate: simulate.command,
    };
    const lines = stdout.split("\n").flatMap((line) => /^ {2}deno task (.*)$/.exec(line)?.[1] ?? []);
    expect(lines.length).toBe(3);
    for (const line of lines) {
      const [name, ...rest] = line.split(" ");
      expect(() => parseArguments(commands[name!]!, rest), line).not.toThrow();
    }
  });
});
