/** What the colours and dashes of a chart stand for. */

import { type Colour, type Dash, DASHES, paint } from "./colours.ts";
import { element, type Markup } from "./markup.ts";

export type LegendEntry =
  & { label: string; colour: Colour }
  & ({ symbol: "line"; dash: Dash; filled?: boolean } | { symbol: "dot" | "area" });

const WIDTH = 28;
const HEIGHT = 12;

export function legend(entries: readonly LegendEntry[]): Markup {
  return element(
    "ul",
    {
      class: "legend",
      style:
        "list-style:none;margin:10px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px",
    },
    entries.map((entry) =>
      element(
        "li",
        { style: "display:flex;align-items:center;gap:7px" },
        element(
          "svg",
          { width: WIDTH, height: HEIGHT, "aria-hidden": "true", style: "flex:none" },
          symbolOf(entry),
        ),
        entry.label,
      )
    ),
  );
}

function symbolOf(entry: LegendEntry): Markup[] {
  const colour = paint(entry.colour);
  const middle = HEIGHT / 2;
  const area = (opacity: number) =>
    element("rect", { width: WIDTH, height: HEIGHT, rx: 2, fill: colour, "fill-opacity": opacity });
  switch (entry.symbol) {
    case "dot":
      return [element("circle", { cx: WIDTH / 2, cy: middle, r: 3.5, fill: colour })];
    case "area":
      return [area(0.25)];
    case "line": {
      const line = element("line", {
        x1: 0,
        x2: WIDTH,
        y1: middle,
        y2: middle,
        stroke: colour,
        "stroke-width": 2,
        "stroke-dasharray": DASHES[entry.dash],
      });
      return entry.filled === true ? [area(0.14), line] : [line];
    }
  }
}
