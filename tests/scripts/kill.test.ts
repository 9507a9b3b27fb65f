/**
 * `deno task train` killed, for real, at many points of its progress, and started again each time, ends with the same
 * bits as a run left alone.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcomeOf, TINY_FLAGS } from "../setup/runs.ts";
import { appears, changes, runUntil, type Trigger } from "./run_until.ts";

const SCRIPT = "scripts/train.ts";

/** More than the kills leave time for. */
const ITERATIONS = 120;

/** A checkpoint after every iteration; iterations of some 10 ms, so that there is time to see where the run is. */
const FLAGS = [
  "kotecha-6",
  ...TINY_FLAGS,
  ...["--method", "reg-p-gcn-mappo", "--device", "wasm", "--checkpoint", "0"],
  ...["--workers", "2"],
];
const LONGER = ["--iterations", String(ITERATIONS), "--epochs", "40"];

function flags(out: string, seeds: string): string[] {
  const given = [...FLAGS, ...["--seeds", seeds, "--out", out, "--json"]];
  for (let k = 0; k < LONGER.length; k += 2) given[given.indexOf(LONGER[k]!) + 1] = LONGER[k + 1]!;
  return given;
}

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

/** Kills the run at each trigger, then lets it come to its end. @returns how often it was killed before it */
async function killAt(line: readonly string[], triggers: readonly (() => Trigger)[]): Promise<number> {
  let kills = 0;
  for (const trigger of triggers) if (await runUntil(SCRIPT, line, trigger()) === true) kills++;
  const stdout = await runUntil(SCRIPT, line);
  for (const { iterations } of JSON.parse(stdout as string).runs) expect(iterations).toBe(ITERATIONS);
  return kills;
}

describe("killed and started again", () => {
  test("a run ends as one left alone", async () => {
    const run = `${folder}/one/seed-3`;
    const metrics = `${run}/metrics.csv`;
    const checkpoint = `${run}/checkpoint.safetensors`;
    const [kills] = await Promise.all([
      killAt(flags(`${folder}/one`, "3"), [
        appears(`${run}/config.json`),
        appears(metrics),
        changes(metrics, 2),
        appears(checkpoint),
        ...[1, 2, 3, 5].map((times) => changes(checkpoint, times)),
        ...[1, 2, 4].map((times) => changes(metrics, times)),
        appears(`${run}/summary.json`),
      ]),
      killAt(flags(`${folder}/one-alone`, "3"), []),
    ]);
    expect(kills).toBeGreaterThanOrEqual(8);
    expect(await outcomeOf(run)).toEqual(await outcomeOf(`${folder}/one-alone/seed-3`));
  });

  test("two seeds each do", async () => {
    const [first, second] = [`${folder}/two/seed-3`, `${folder}/two/seed-4`];
    const checkpoint = (run: string) => `${run}/checkpoint.safetensors`;
    const [kills] = await Promise.all([
      killAt(flags(`${folder}/two`, "3..4"), [
        appears(`${first}/config.json`),
        appears(`${second}/config.json`),
        appears(checkpoint(first)),
        appears(checkpoint(second)),
        ...[first, second, first].map((run, k) => changes(checkpoint(run), k + 1)),
        appears(`${second}/summary.json`),
      ]),
      killAt(flags(`${folder}/two-alone`, "3..4"), []),
    ]);
    expect(kills).toBeGreaterThanOrEqual(5);
    for (const seed of [3, 4]) {
      const outcome = await outcomeOf(`${folder}/two/seed-${seed}`);
      expect(outcome).toEqual(await outcomeOf(`${folder}/two-alone/seed-${seed}`));
    }
  });
});
