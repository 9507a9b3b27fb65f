import { expect, test } from "vitest";
import { stop, stopSignal } from "../../../engine/device/stop.ts";
import { loadNetwork, parsePolicy, search, simulate, train } from "../../../engine/mod.ts";
import { shortNetwork, TINY } from "../../setup/runs.ts";

const network = await loadNetwork("kotecha-6");
const policy = parsePolicy({ kind: "base-stock", levels: 20 }, network);
/** Hours of work. */
const ENDLESS = { episodes: 2 ** 22, periods: 1000 };

test("what begins after a stop is not meant by it", () => {
  const before = stopSignal();
  stop();
  expect([before.aborted, stopSignal().aborted]).toEqual([true, false]);
});

test.each([1, 2])("a simulation on %d threads ends, and the next one works", async (workers) => {
  const endless = simulate(network, policy, { ...ENDLESS, workers });
  setTimeout(stop, 100);
  await expect(endless).rejects.toThrow(/^stopped$/);
  expect((await simulate(network, policy, { episodes: 10, workers })).episodes).toBe(10);
});

test("a search ends", async () => {
  const endless = search(network, { policy: "base-stock", budget: 1e15, workers: 2 });
  setTimeout(stop, 100);
  await expect(endless).rejects.toThrow(/^stopped$/);
});

test("a training ends with a checkpoint, and goes on from it", async () => {
  const out = await Deno.makeTempDir();
  const options = { network: await shortNetwork(), method: "ippo", seeds: [0], out };
  const hyperparameters = { ...TINY, iterations: 20_000 };
  const training = train({ ...options, hyperparameters });
  const work = async () => {
    for await (const { metrics } of training) if (metrics.iteration === 3) stop();
  };
  await expect(work()).rejects.toThrow(/^stopped$/);
  await expect(training.result).rejects.toThrow(/^stopped$/);
  const controller = new AbortController();
  const again = train({ ...options, hyperparameters, signal: controller.signal });
  let first: number | undefined;
  for await (const { metrics } of again) {
    first ??= metrics.iteration;
    controller.abort();
  }
  expect(first).toBeGreaterThan(3);
  expect(await again.result).toEqual(["stopped"]);
});
