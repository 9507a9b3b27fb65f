/** What every function of `show` returns. */

import type { Figure } from "./figure.ts";
import { DISPLAY, kernel, type MimeBundle } from "./kernel.ts";
import { imageHtml, isStatic, liveHtml, plotlyHtml, staticHtml } from "./page.ts";
import { plotlySvg } from "./plotly_svg.ts";

/** A picture or a table. As the last expression of a notebook's cell it is shown. */
export interface Picture {
  /**
   * The picture in every form that a notebook may want: `text/html`, `image/svg+xml`, `text/plain`. The HTML of the
   * first Plotly chart of a process holds Plotly itself (1.4 MB), for all charts of the page; with the environment
   * variable BULLWHIP_STATIC=1 there are no scripts at all.
   */
  bundle(): MimeBundle;
  /** HTML that needs no script and nothing else on the page. */
  toHtml(): string;
  /** An SVG document. */
  toSvg(): string;
  /** Shows it in the cell that runs; outside a notebook, writes its text to the console. */
  display(): Promise<void>;
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

/** The forms of a picture that is drawn. */
export interface Drawn {
  /** A document, with `width` and `height` in pixels. */
  svg: string;
  /** One line that says what is shown; a table's is the table. */
  text: string;
  /** Shown instead of the SVG. */
  html?: string;
  /** What is live where scripts run. */
  figure?: Figure;
}

/** Plotly's script until a bundle has carried it to the page. */
let unsent: string | undefined;
let sent = false;

/** A picture of a Plotly figure. */
export async function chart(figure: Figure): Promise<Picture> {
  const svg = await plotlySvg(figure);
  if (!isStatic()) await preparePlotly();
  return picture({ svg, text: figure.text, figure });
}

export function picture(drawn: Drawn): Picture {
  const { svg, text, html, figure } = drawn;
  const image = () => html ?? imageHtml(svg, text);
  const made: Picture = {
    bundle() {
      if (html !== undefined) return { "text/html": html, "text/plain": text };
      const forms = { "image/svg+xml": svg, "text/plain": text };
      if (figure === undefined || isStatic()) return { "text/html": staticHtml(image()), ...forms };
      const script = takePlotly();
      const live = liveHtml(image(), figure, crypto.randomUUID());
      return { "text/html": script === undefined ? live : `${live}\n${script}`, ...forms };
    },
    toHtml: () => html ?? staticHtml(image()),
    toSvg: () => svg,
    async display() {
      const notebook = kernel();
      if (notebook === undefined) console.log(text);
      else await notebook.display(made.bundle(), { raw: true });
    },
    [DISPLAY]: () => made.bundle(),
  };
  return made;
}

/**
 * A picture that is still to be drawn: a promise of it that a cell shows as well, where somebody forgot to await it.
 */
export function pending(making: Promise<Picture>): Promise<Picture> {
  return Object.assign(making, { [DISPLAY]: async () => await (await making)[DISPLAY]() });
}

/** Reads Plotly's script, so that a bundle, which cannot wait, can take it. */
export async function preparePlotly(): Promise<void> {
  if (!sent) unsent ??= await plotlyHtml();
}

/** Plotly's script, for the first who asks. */
export function takePlotly(): string | undefined {
  const script = unsent;
  if (script !== undefined) sent = true;
  unsent = undefined;
  return script;
}
