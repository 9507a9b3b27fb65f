import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Command, type FlagTable, parseArguments } from "../../scripts/cli/arguments.ts";
import * as evaluate from "../../scripts/evaluate.ts";
import * as plan from "../../scripts/plan.ts";
import * as scenarios from "../../scripts/scenarios.ts";
import * as start from "../../scripts/start.ts";
import * as train from "../../scripts/train.ts";
import { runInProcess } from "./in_process.ts";

const QUICK = ["--budget", "3e6", "--episodes", "200", "--iterations", "2"];

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

describe("deno task start", () => {
  test("--json compares two planned policies and a learned one on the same episodes", async () => {
    const out = `${folder}/json`;
    const { code, stdout, stderr } = await runInProcess(
      start,
      ...QUICK,
      "--seed",
      "4",
      "--out",
      out,
      "--json",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { policies, training, ...run } = JSON.parse(stdout);
    expect(run).toEqual({
      scenario: "kotecha-6",
      episodes: 200,
      periods: 50,
      warmup: 0,
      seed: 4,
      report: `${out}/report.html`,
    });
    expect(training).toMatchObject({ seed: 4, iterations: 2, network: "kotecha-6" });
    const kinds = policies.map(({ policy }: { policy: { kind: string; basis?: string } }) => [
      policy.kind,
      policy.basis,
    ]);
    expect(kinds).toEqual([["base-stock", undefined], ["s-S", "on-hand"], ["learned", undefined]]);
    const [first, second] = policies;
    expect(first.differenceToFirst).toEqual({ mean: 0, stderr: 0 });
    expect(second.differenceToFirst.mean).toBeCloseTo(
      second.profitPerEpisode.mean - first.profitPerEpisode.mean,
      6,
    );
    const html = await Deno.readTextFile(run.report);
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain(training.method);
  });

  test("prints a table, what it means, and commands that exist", async () => {
    const out = `${folder}/text`;
    const { code, stdout, stderr } = await runInProcess(start, ...QUICK, "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^profit per episode( +-?\d+(\.\d+)? ± \d+(\.\d+)?){3}$/m);
    expect(stdout).toMatch(/^difference to base-stock +-( +-?\d+(\.\d+)? ± \d+(\.\d+)?){2}$/m);
    const widest = stdout.split("\n").map((line) => line.replaceAll(out, "runs/start").length);
    expect(Math.max(...widest)).toBeLessThanOrEqual(110);
    const commands: Record<string, Command<FlagTable>> = {
      evaluate: evaluate.command,
      plan: plan.command,
      scenarios: scenarios.command,
      train: train.command,
    };
    const lines = stdout.split("\n").flatMap((line) => /^ {2}deno task (.*)$/.exec(line)?.[1] ?? []);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const line of lines) {
      const [name, ...rest] = line.split(" ");
      expect(() => parseArguments(commands[name!]!, rest), line).not.toThrow();
    }
  });

  test("a second time, with the same seed, takes the run as it is", async () => {
    const out = `${folder}/json`;
    const again = await runInProcess(start, ...QUICK, "--seed", "4", "--out", out, "--json");
    expect(again.code).toBe(0);
    const written = JSON.parse(await Deno.readTextFile(`${out}/seed-4/summary.json`));
    expect(JSON.parse(again.stdout).training).toEqual(written);
  });
});
