import { describe, expect, test, vi } from "vitest";
import type { MetricRow, Progress } from "../../../../engine/experiment/mod.ts";
import { DISPLAY, type DisplayOptions, type MimeBundle } from "../../../../engine/report/show/kernel.ts";
import { liveCurve, REDRAW_MS } from "../../../../engine/report/show/live_curve.ts";
import { messageOf } from "../../../setup/messages.ts";

describe("a live learning curve", () => {
  interface Shown {
    bundle: MimeBundle;
    options: DisplayOptions;
  }

  /** A training whose iterations take `milliseconds` each, on a clock that only they move. */
  function training(iterations: number, milliseconds: number, failure?: Error) {
    const clock = { now: 0 };
    const progress = async function* (): AsyncGenerator<Progress> {
      for (let i = 1; i <= iterations; i++) {
        clock.now += milliseconds;
        await Promise.resolve();
        const metrics = { steps: 100 * i, "charts/episodicReturn": i } as MetricRow;
        yield { seed: 0, iterations, metrics, done: i, total: iterations };
      }
      if (failure !== undefined) throw failure;
    };
    const result = failure === undefined ? Promise.resolve([]) : Promise.reject(failure);
    result.catch(() => {});
    return { clock, source: { [Symbol.asyncIterator]: progress, result: result as Promise<never[]> } };
  }

  function screen() {
    const shown: Shown[] = [];
    const display = vi.fn((bundle: MimeBundle, options: DisplayOptions) => {
      shown.push({ bundle, options });
      return Promise.resolve();
    });
    return { shown, kernel: { display } };
  }

  const textOf = ({ bundle }: Shown) => bundle["text/plain"] as string;

  test("is displayed at once and redrawn in its place, twice a second at most", async () => {
    const { clock, source } = training(20, REDRAW_MS / 5);
    const { shown, kernel } = screen();
    const picture = await liveCurve(source, {}, { kernel, now: () => clock.now });
    const placed = shown.filter(({ options }) => options.display_id !== undefined);
    expect(new Set(placed.map(({ options }) => options.display_id)).size).toBe(1);
    expect(placed.map(({ options }) => options.update ?? false)).toEqual([
      false,
      ...placed.slice(1).map(() => true),
    ]);
    expect(textOf(placed[0]!)).toBe("The training starts.");
    // Before the first iteration, four redraws in 20 fifths of the interval, the whole at the end.
    expect(placed).toHaveLength(1 + 1 + 4 + 1);
    expect(placed.at(-1)!.bundle["image/svg+xml"]).toBe(picture.toSvg());
    expect(textOf(placed.at(-1)!)).toMatch(/ends at 20$/);
    // Plotly has a place of its own, and what is redrawn is small.
    expect(shown.filter(({ bundle }) => (bundle["text/html"] as string).length > 1e6)).toHaveLength(1);
    expect(placed.every(({ bundle }) => (bundle["text/html"] as string).length < 60_000)).toBe(true);
  });

  test("leaves its place to the picture that its own cell shows, and stays for a later one", async () => {
    const { clock, source } = training(3, 100);
    const { shown, kernel } = screen();
    const picture = await liveCurve(source, {}, { kernel, now: () => clock.now });
    const before = shown.length;
    const bundle = await picture[DISPLAY]();
    expect(bundle["image/svg+xml"]).toBe(picture.toSvg());
    expect(shown).toHaveLength(before + 1);
    expect(shown.at(-1)!.bundle["image/svg+xml"]).toBeUndefined();
    await picture[DISPLAY]();
    expect(shown).toHaveLength(before + 1);

    const other = training(3, 100);
    const late = await liveCurve(other.source, {}, { kernel, now: () => other.clock.now });
    other.clock.now += 60_000;
    const count = shown.length;
    await late[DISPLAY]();
    expect(shown).toHaveLength(count);
  });

  test("outside a notebook waits, and returns the picture", async () => {
    const { clock, source } = training(3, 100);
    const picture = await liveCurve(source, { title: "Profit" }, { kernel: undefined, now: () => clock.now });
    expect(picture.bundle()["text/plain"]).toBe(
      "Profit: profit per episode over environment steps; it ends at 3",
    );
  });

  test("passes on what ends the training, and says what to do where nothing was left to train", async () => {
    const failed = training(2, 100, new Error("a loss is not finite"));
    const surroundings = { kernel: undefined, now: () => 0 };
    await expect(liveCurve(failed.source, {}, surroundings)).rejects.toThrow("a loss is not finite");
    expect(await messageOf(() => liveCurve(training(0, 1).source, {}, surroundings))).toBe(
      "show.learningCurve: the training had no iteration left to do; `await loadRuns(folder)` gives the runs of a " +
        "finished one",
    );
  });
});
