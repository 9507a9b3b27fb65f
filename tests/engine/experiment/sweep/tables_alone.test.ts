import { expect, test } from "vitest";
import { sweepIn, timelessTables } from "../../../setup/sweeps.ts";

test("a folder that holds a sweep's tables and nothing else is one to run the sweep in again", async () => {
  const folder = await Deno.makeTempDir();
  const sweep = {
    networks: "kotecha-6",
    policies: { kind: "base-stock", levels: [10, 20] },
    evaluation: { episodes: 5 },
  };
  await sweepIn(folder, sweep);
  const before = await timelessTables(folder);
  for (const name of ["manifest.json", ".lock"]) await Deno.remove(`${folder}/${name}`);
  for (const name of ["trials", "runs"]) await Deno.remove(`${folder}/${name}`, { recursive: true });
  expect((await sweepIn(folder, sweep)).outcome).toMatchObject({ before: 0, done: 2 });
  expect(await timelessTables(folder)).toEqual(before);
  await Deno.remove(folder, { recursive: true });
});
