/** The learning curve of a training under way: displayed at once, redrawn in place while it trains. */

import { InputError } from "../../errors.ts";
import type { MetricRow, Progress, Training } from "../../experiment/mod.ts";
import { type Curve, curveOf, titleOfRuns } from "./curves.ts";
import { curveFigure, type CurveOptions } from "./learning_curve.ts";
import { DISPLAY, type Kernel, type MimeBundle } from "./kernel.ts";
import { chart, type Picture, preparePlotly, takePlotly } from "./picture.ts";
import { isStatic, staticHtml } from "./page.ts";

/** Milliseconds between two redraws: about two a second. */
export const REDRAW_MS = 500;
/** A redraw takes at most this share of the time: the training's workers need the cores. */
const DRAWING_SHARE = 0.2;
/** How soon after its end a cell shows what it evaluated to, in milliseconds. */
const SAME_CELL_MS = 1000;

/** What the live curve needs of its surroundings. */
export interface Surroundings {
  /** Undefined outside a notebook. */
  kernel: Pick<Kernel, "display"> | undefined;
  /** Milliseconds. */
  now(): number;
}

/** @throws what the training throws; InputError where it ended before its first iteration */
export async function liveCurve(
  training: Pick<Training, "result"> & AsyncIterable<Progress>,
  options: CurveOptions,
  { kernel, now }: Surroundings,
): Promise<Picture> {
  const metrics = new Map<number, MetricRow[]>();
  const screen = kernel === undefined ? undefined : await openScreen(kernel);
  let next = -Infinity;
  let latest: Progress | undefined;
  const figure = (state?: string) => curveFigure(curvesOf(metrics), options, state);
  await screen?.update(await staticBundle(figure("waiting for the first iteration")));
  for await (const progress of training) {
    latest = progress;
    if (!metrics.has(progress.seed)) metrics.set(progress.seed, []);
    metrics.get(progress.seed)!.push(progress.metrics);
    const start = now();
    if (screen === undefined || start < next) continue;
    await screen.update(await staticBundle(figure(stateOf(progress))));
    const took = now() - start;
    next = start + Math.max(REDRAW_MS, took / DRAWING_SHARE);
  }
  if (latest === undefined) {
    throw new InputError(
      "show.learningCurve",
      "the training had no iteration left to do; `await loadRuns(folder)` gives the runs of a finished one",
    );
  }
  const configs = (await training.result).flatMap((run) => run === "stopped" ? [] : [run.config]);
  const whole = await chart(curveFigure(curvesOf(metrics), { title: titleOfRuns(configs), ...options }));
  if (screen === undefined) return whole;
  await screen.update(whole.bundle());
  return shownAlready(whole, screen, now);
}

function curvesOf(metrics: ReadonlyMap<number, readonly MetricRow[]>): Curve[] {
  const seeds = [...metrics.keys()].toSorted((a, b) => a - b);
  return seeds.length === 0
    ? [curveOf("", "0", [])]
    : seeds.map((seed) => curveOf("", String(seed), metrics.get(seed)!));
}

function stateOf({ done, total }: Progress): string {
  return `training: ${Math.floor(100 * done / total)}% (${done} of ${total} iterations)`;
}

interface Screen {
  update(bundle: MimeBundle): Promise<void>;
}

/**
 * One place in the cell's output, with something in it at once: Plotly takes a moment to start. Plotly's script has a
 * place of its own, so that no update carries it again.
 */
async function openScreen(kernel: Pick<Kernel, "display">): Promise<Screen> {
  const id = { raw: true, display_id: crypto.randomUUID() } as const;
  const start = "The training starts.";
  await kernel.display({ "text/html": staticHtml(start), "text/plain": start }, id);
  if (!isStatic()) {
    await preparePlotly();
    const script = takePlotly();
    if (script !== undefined) {
      await kernel.display({ "text/html": script, "text/plain": "" }, { raw: true });
    }
  }
  return { update: (bundle) => kernel.display(bundle, { ...id, update: true }) };
}

/** Without a script: what is redrawn twice a second is to be quick to show. */
async function staticBundle(figure: Parameters<typeof chart>[0]): Promise<MimeBundle> {
  const drawn = await chart(figure);
  return {
    "text/html": drawn.toHtml(),
    "image/svg+xml": drawn.toSvg(),
    "text/plain": figure.text,
  };
}

/**
 * The picture as a cell's value, without showing it twice: where the cell that trained shows it, the live one leaves
 * its place to it.
 */
function shownAlready(picture: Picture, screen: Screen, now: () => number): Picture {
  let ended: number | undefined = now();
  return {
    ...picture,
    async [DISPLAY]() {
      if (ended !== undefined && now() - ended < SAME_CELL_MS) {
        await screen.update({ "text/html": staticHtml(""), "text/plain": "" });
      }
      ended = undefined;
      return picture.bundle();
    },
  };
}
