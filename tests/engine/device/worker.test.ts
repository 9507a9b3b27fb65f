import { expect, test } from "vitest";
import { WorkerPool } from "../../../engine/device/worker.ts";
import { InputError } from "../../../engine/errors.ts";

const HELPER = new URL("../../../engine/device/worker.ts", import.meta.url);

/** A module that serves tasks: squares numbers, refuses negative ones, never answers 0. */
function squaring(): URL {
  const code = `
    import { serveTasks } from ${JSON.stringify(HELPER.href)};
    import { InputError } from ${JSON.stringify(new URL("../errors.ts", HELPER).href)};
    serveTasks(async (power) => (task) => {
      if (task < 0) throw new InputError("task", "expected no negative number, got " + task);
      if (task === 0) while (true) {}
      return { value: task ** power };
    }, () => []);
  `;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

test("results come in the tasks' order, errors as they were thrown", async () => {
  const pool = new WorkerPool<number, { value: number }>(squaring(), 2, 2);
  try {
    const results = await pool.run([5, 1, 4, 2, 3]);
    expect(results.map(({ value }) => value)).toEqual([25, 1, 16, 4, 9]);
    const error = await pool.run([-2]).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect([error.where, error.message]).toEqual(["task", "task: expected no negative number, got -2"]);
    expect((await pool.run([3]))[0]!.value).toBe(9);
  } finally {
    pool.close();
  }
});

test("closing rejects what runs and what comes later", async () => {
  const pool = new WorkerPool<number, { value: number }>(squaring(), 1, 2);
  const running = pool.run([0]);
  pool.close();
  await expect(running).rejects.toThrow("the workers were closed");
  await expect(pool.run([1])).rejects.toThrow("the workers were closed");
});

test("a module that cannot be loaded rejects", async () => {
  const pool = new WorkerPool<number, number>(new URL("./no_such_module.ts", import.meta.url), 1, 0);
  await expect(pool.run([1])).rejects.toThrow("a worker stopped");
  pool.close();
});
