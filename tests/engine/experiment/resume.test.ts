/**
 * A run that is killed, at whatever moment, and started again ends as one left alone. A kill leaves the files as they
 * stand: so the files are kept as they stood before and after everything that a run does to them, and the run is gone
 * on with from each of these.
 */

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunConfig } from "../../../engine/experiment/mod.ts";
import { methods } from "../../../engine/learning/mod.ts";
import {
  after,
  type FolderState,
  outcomeOf,
  readFolder,
  tinyConfig,
  trainIn,
  writeFolder,
} from "../../setup/runs.ts";

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

/** What the engine changes files by. */
const CHANGES = ["mkdir", "open", "rename", "remove", "truncate"] as const;

/** The states of a folder around every change to a file while `work` is done. */
async function statesDuring(path: string, work: () => Promise<unknown>): Promise<FolderState[]> {
  const states: FolderState[] = [];
  const look = () => {
    try {
      states.push(readFolder(path));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const around = <A extends unknown[], R>(change: (...given: A) => Promise<R>) =>
    async function (this: unknown, ...given: A): Promise<R> {
      look();
      const result = await change.apply(this, given);
      look();
      return result;
    };
  const write = around(Deno.FsFile.prototype.write);
  const spies = [
    ...CHANGES.map((name) => {
      const change = around(Deno[name] as (...given: unknown[]) => Promise<unknown>);
      return vi.spyOn(Deno, name).mockImplementation(change as never);
    }),
    vi.spyOn(Deno.FsFile.prototype, "write").mockImplementation(write),
  ];
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  look();
  return states;
}

/** Also with the file that grew last written by half. */
function torn(states: readonly FolderState[]): FolderState[] {
  return states.flatMap((state, k) => {
    const before = states[k - 1];
    const halves = [...state].flatMap(([name, bytes]): FolderState[] => {
      const length = before?.get(name)?.length ?? 0;
      if (bytes.length < length + 2 || !/csv$|partial$/.test(name)) return [];
      return [new Map([...state, [name, bytes.slice(0, Math.floor((length + bytes.length) / 2))]])];
    });
    return [...halves, state];
  });
}

function different(states: readonly FolderState[]): FolderState[] {
  const key = (state: FolderState) => JSON.stringify([...state].map(([name, bytes]) => [name, hash(bytes)]));
  return [...new Map(states.map((state) => [key(state), state])).values()];
}

function hash(bytes: Uint8Array): number {
  let value = bytes.length;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}

describe("a killed run ends as one left alone", () => {
  let config: RunConfig;
  let states: FolderState[];
  let alone: Awaited<ReturnType<typeof outcomeOf>>;

  beforeAll(async () => {
    config = await tinyConfig();
    const path = `${folder}/alone`;
    states = different(torn(await statesDuring(path, () => trainIn(path, config))));
    alone = await outcomeOf(path);
  });

  test("the states are those that matter", () => {
    const names = states.map((state) => [...state.keys()].join(" "));
    const leftover = (file: string) =>
      names.filter((one) => one.includes(`.${file}.`) && one.includes(".partial")).length;
    expect(names[0]).toBe("");
    expect(names[1]).toMatch(/^\.config\.json\.\d+-0\.partial$/);
    expect(names).toContain("config.json");
    expect(names).toContain("config.json metrics.csv");
    expect(names).toContain("checkpoint.safetensors config.json metrics.csv");
    expect(names.at(-1)).toBe("checkpoint.safetensors config.json metrics.csv summary.json");
    expect(leftover("metrics.csv")).toBeGreaterThanOrEqual(3);
    expect(leftover("checkpoint.safetensors")).toBeGreaterThanOrEqual(3 * 6);
    expect(leftover("summary.json")).toBeGreaterThanOrEqual(3);
    expect(states.length).toBeGreaterThan(40);
  });

  test("from every state that its folder was in", async () => {
    for (const [k, state] of states.entries()) {
      const path = `${folder}/state-${k}`;
      await writeFolder(path, state);
      await trainIn(path, config);
      expect(await outcomeOf(path), `state ${k}: ${[...state.keys()].join(" ")}`).toEqual(alone);
    }
  });

  test("killed again and again, at every change to a file", async () => {
    const path = `${folder}/again`;
    await writeFolder(path, states[0]!);
    for (let kills = 0;; kills++) {
      const before = await outcomeOf(path).catch(() => undefined);
      if (before?.iteration === "6") break;
      expect(kills).toBeLessThan(100);
      const next = different(
        torn(await statesDuring(path, () => trainIn(path, config, { stops: after(2) }))),
      );
      const checkpoints = next.map((state) => hash(state.get("checkpoint.safetensors") ?? new Uint8Array()));
      // One checkpoint further, and each time a little more of what follows it.
      const first = checkpoints.findIndex((checkpoint) => checkpoint !== checkpoints[0]);
      await Deno.remove(path, { recursive: true });
      await writeFolder(path, next[Math.min(next.length - 1, first + kills)]!);
    }
    await trainIn(path, config);
    expect(await outcomeOf(path)).toEqual(alone);
  });
});

describe.each(methods.map(({ name }) => name))("%s", (method) => {
  test("stopped and gone on with ends with the same bits", async () => {
    const config = await tinyConfig({ method, seed: 5 });
    const [alone, stopped] = [`${folder}/${method}-alone`, `${folder}/${method}-stopped`];
    expect(await trainIn(alone, config)).toBe(false);
    expect(await trainIn(stopped, config, { stops: after(3) })).toBe(true);
    expect((await outcomeOf(stopped)).iteration).toBe("3");
    expect(await trainIn(stopped, config)).toBe(false);
    expect(await outcomeOf(stopped)).toEqual(await outcomeOf(alone));
  });
});

test("how often checkpoints are written changes no result", async () => {
  const config = await tinyConfig();
  const [often, once] = [`${folder}/often`, `${folder}/once`];
  const written = async (path: string, checkpointSeconds: number) => {
    const states = await statesDuring(path, () => trainIn(path, config, { checkpointSeconds }));
    return different(states.map((state) => new Map([...state].filter(([name]) => name.startsWith("check")))))
      .filter((state) => state.size > 0).length;
  };
  expect(await written(often, 0)).toBe(6);
  expect(await written(once, 1000)).toBe(1);
  expect((await outcomeOf(often)).tensors).toEqual((await outcomeOf(once)).tensors);
});
