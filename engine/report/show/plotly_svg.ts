/** Plotly figures drawn as SVG, without a browser: Plotly in jsdom, with text measured by `text_width.ts`. */

import { createRequire } from "node:module";
import type { Figure } from "./figure.ts";
import { boxOf, boxOnPage, type Shape } from "./svg_boxes.ts";
import { tidySvg } from "./svg_tidy.ts";

/** Of Plotly, what is used here. */
interface Plotly {
  newPlot(place: unknown, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  purge(place: unknown): void;
  Snapshot: { toSVG(place: unknown, format: "svg"): string };
}

interface Page {
  plotly: Plotly;
  window: PlotlyWindow;
}

/** Of jsdom's window, what is used here. */
export interface PlotlyWindow {
  Plotly: Plotly;
  Math: { random(): number };
  URL: { createObjectURL?: () => string };
  SVGElement: { prototype: Record<string, unknown> };
  HTMLCanvasElement: { prototype: Record<string, unknown> };
  document: { createElement(name: string): TestElement; body: { append(child: unknown): void } };
  eval(source: string): void;
}

interface TestElement {
  remove(): void;
}

let opened: Promise<Page> | undefined;
/** One drawing after another: they share a page. */
let last: Promise<unknown> = Promise.resolve();

/** @returns a document of its own, with the same bits for the same figure */
export function plotlySvg(figure: Pick<Figure, "data" | "layout">): Promise<string> {
  const drawn = last.then(() => draw(figure));
  last = drawn.catch(() => {});
  return drawn;
}

async function draw({ data, layout }: Pick<Figure, "data" | "layout">): Promise<string> {
  const { plotly, window } = await (opened ??= openPage());
  const place = window.document.createElement("div");
  window.document.body.append(place);
  // Ids of clip paths are drawn at random: as few as they are, they must not differ between two runs of a notebook.
  window.Math.random = sequence(hash(JSON.stringify([data, layout])));
  try {
    // Plotly writes into what it is given. On a page, too, it gets what JSON makes of the figure.
    const copy = JSON.parse(JSON.stringify({ data, layout })) as Pick<Figure, "data" | "layout">;
    await plotly.newPlot(place, copy.data, copy.layout, { staticPlot: true });
    return tidySvg(plotly.Snapshot.toSVG(place, "svg"));
  } finally {
    plotly.purge(place);
    place.remove();
  }
}

/** Plotly's own source, as one script. */
export async function plotlySource(): Promise<string> {
  return await Deno.readTextFile(createRequire(import.meta.url).resolve("plotly.js-cartesian-dist-min"));
}

async function openPage(): Promise<Page> {
  const { JSDOM } = await import("jsdom") as unknown as {
    JSDOM: new (html: string, options: unknown) => { window: PlotlyWindow };
  };
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  });
  prepareWindow(window);
  window.eval(await plotlySource());
  return { plotly: window.Plotly, window };
}

/** Gives jsdom's window what Plotly asks a browser for. */
export function prepareWindow(window: PlotlyWindow): void {
  window.URL.createObjectURL = () => "";
  window.HTMLCanvasElement.prototype.getContext = () => null;
  window.SVGElement.prototype.getBoundingClientRect = function (this: Shape) {
    return boxOnPage(this);
  };
  window.SVGElement.prototype.getBBox = function (this: Shape) {
    return boxOf(this);
  };
  window.SVGElement.prototype.getComputedTextLength = function (this: Shape) {
    return boxOf(this).width;
  };
}

/** FNV-1a, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

/** Numbers in [0, 1) for names: they decide nothing (Marsaglia's xorshift32, 2003). */
function sequence(start: number): () => number {
  let state = start || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ state << 5) >>> 0;
    return state / 2 ** 32;
  };
}
