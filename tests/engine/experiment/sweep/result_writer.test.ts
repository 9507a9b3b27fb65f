import { afterAll, beforeAll, expect, test } from "vitest";
import { RunError } from "../../../../engine/errors.ts";
import { ResultWriter } from "../../../../engine/experiment/sweep/result_writer.ts";
import { failedTrial, readTrialResult } from "../../../../engine/experiment/sweep/trial_result.ts";

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

test("results are there when they are said to be, in their order", async () => {
  const writer = new ResultWriter(folder);
  const heard: string[] = [];
  for (let k = 0; k < 30; k++) {
    const result = failedTrial(`trial-${k}`, new RunError(`error ${k}`), k);
    writer.add(result, () => {
      expect(Deno.statSync(`${folder}/trial-${k}.json`).size).toBeGreaterThan(0);
      heard.push(result.id);
    });
    // Some come while others are written.
    if (k % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await writer.finish();
  expect(heard).toEqual(Array.from({ length: 30 }, (_, k) => `trial-${k}`));
  expect(await readTrialResult(`${folder}/trial-7.json`)).toMatchObject({ seconds: 7, error: "error 7" });
  await writer.finish();
});

test("a disk that refuses is met at once, and by whoever finishes", async () => {
  const writer = new ResultWriter(`${folder}/nowhere`);
  const heard: string[] = [];
  writer.add(failedTrial("a", new RunError("b"), 0), () => heard.push("a"));
  await expect(writer.failure).rejects.toThrow(RunError);
  await expect(writer.failure).rejects.toThrow(/nowhere: [^\n]*$/);
  writer.add(failedTrial("b", new RunError("b"), 0), () => heard.push("b"));
  await expect(writer.finish()).rejects.toThrow(RunError);
  expect(heard).toEqual([]);
});
