/**
 * Pictures as HTML that any notebook shows: a static image that needs no script, and where scripts run a live Plotly
 * chart in its place.
 *
 * The image is an `<img>` with the SVG in it and no inline `<svg>`: sanitizers let it pass (JupyterLab shows notebooks
 * that it does not trust yet that way), and its ids and styles stay apart from the page's.
 */

import type { Figure } from "./figure.ts";
import { plotlySource } from "./plotly_svg.ts";

/** What all pictures of a page share: Plotly, once it is there, and those that wait for it. */
const SHARED = "window.bullwhipPictures = window.bullwhipPictures || { waiting: [] }";

/** Whether pictures are to have no scripts: for notebooks that are committed with their outputs. */
export function isStatic(): boolean {
  return Deno.env.get("BULLWHIP_STATIC") === "1";
}

export function imageHtml(svg: string, text: string): string {
  const [width, height] = [/ width="([\d.]+)"/, / height="([\d.]+)"/].map((size) => size.exec(svg)?.[1]);
  const size = width === undefined || height === undefined ? "" : ` width="${width}" height="${height}"`;
  return `<img${size} alt="${escapeAttribute(text)}" style="max-width:100%;height:auto;background:#fff" ` +
    `src="data:image/svg+xml;base64,${base64(svg)}"/>`;
}

/** A picture without scripts. */
export function staticHtml(content: string): string {
  return `<div class="bullwhip-picture" style="background:#fff;overflow-x:auto">${content}</div>`;
}

/**
 * A picture whose image gives way to a chart as soon as Plotly is on the page.
 *
 * @param id tells it from the other pictures of a page
 */
export function liveHtml(
  image: string,
  { data, layout }: Pick<Figure, "data" | "layout">,
  id: string,
): string {
  return `<div class="bullwhip-picture tex2jax_ignore mathjax_ignore" data-bullwhip="${id}" ` +
    `style="background:#fff;overflow-x:auto">${image}</div>\n<script>${LIVE_SCRIPT}(${quoted(id)}, ${
      quoted({ data, layout })
    });</script>`;
}

/** Makes Plotly known to the pictures of the page, those before it and those after it. */
export async function plotlyHtml(): Promise<string> {
  const source = (await plotlySource()).replaceAll(/<(?=\/script|!--|script)/gi, "\\x3C");
  return `<script>(function () {
var shared = ${SHARED};
if (!shared.plotly) {
var before = window.Plotly;
// Without a module system in sight it is a plain script, whatever the page has loaded.
(function (define, module, exports, require) {
${source}
}).call(window);
shared.plotly = window.Plotly;
if (before) window.Plotly = before;
}
shared.waiting.splice(0).forEach(function (draw) { draw(shared.plotly); });
})();</script>`;
}

/** A page may show an output twice, or put it into the document only after its script has run. */
const LIVE_SCRIPT = `(function (id, figure) {
var shared = ${SHARED};
function draw(plotly, attempt) {
var places = document.querySelectorAll('[data-bullwhip="' + id + '"]:not([data-live])');
if (places.length === 0 && attempt < 50) setTimeout(function () { draw(plotly, attempt + 1); }, 100);
places.forEach(function (place) {
var chart = document.createElement("div");
chart.style.cssText = "position:absolute;visibility:hidden";
place.setAttribute("data-live", "");
place.appendChild(chart);
var copy = JSON.parse(JSON.stringify(figure));
plotly.newPlot(chart, copy.data, copy.layout, { displayModeBar: "hover", displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"] })
.then(function () { place.replaceChildren(chart); chart.style.cssText = ""; })
.catch(function () { chart.remove(); });
});
}
function start(plotly) { draw(plotly, 0); }
if (shared.plotly) start(shared.plotly); else shared.waiting.push(start);
})`;

/** JSON inside a script: no tag in it can end the script. */
function quoted(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll(
    "\u2029",
    "\\u2029",
  );
}

export function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  );
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
