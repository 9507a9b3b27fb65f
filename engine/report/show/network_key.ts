/** What the shapes and figures in the drawing of a network stand for. */

import { SHADES } from "../colours.ts";
import { element, type Markup } from "../markup.ts";
import { textWidth } from "./text_width.ts";

export type KeyEntry =
  & { text: string }
  & ({ symbol: "supply" | "customers" | "none" } | { symbol: "bar" | "flow"; colour: string });

const SIZE = 12;
const SYMBOL = 26;
const BETWEEN = 20;
const LINE = 20;

/** Rows of entries that fit a width. */
function rowsOf(entries: readonly KeyEntry[], width: number): { entry: KeyEntry; x: number; row: number }[] {
  let x = 0;
  let row = 0;
  return entries.map((entry) => {
    const wide = symbolWidth(entry) + textWidth(entry.text, SIZE) * 1.04;
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    const placed = { entry, x, row };
    x += wide + BETWEEN;
    return placed;
  });
}

/** In pixels. */
export function keyHeight(entries: readonly KeyEntry[], width: number): number {
  return LINE * (1 + Math.max(0, ...rowsOf(entries, width).map(({ row }) => row)));
}

export function keyOf(entries: readonly KeyEntry[], width: number): Markup[] {
  return rowsOf(entries, width).map(({ entry, x, row }) =>
    element(
      "g",
      { transform: `translate(${Math.round(x)} ${row * LINE})` },
      symbol(entry),
      element("text", { x: symbolWidth(entry), y: 14, "font-size": SIZE, fill: "#1f2733" }, entry.text),
    )
  );
}

function symbolWidth(entry: KeyEntry): number {
  return entry.symbol === "none" ? 0 : SYMBOL;
}

function symbol(entry: KeyEntry): Markup | undefined {
  switch (entry.symbol) {
    case "none":
      return undefined;
    case "supply":
      return element("circle", {
        cx: 10,
        cy: 10,
        r: 7,
        fill: "#ffffff",
        stroke: "#586372",
        "stroke-width": 1.4,
        "stroke-dasharray": "3 2",
      });
    case "customers":
      return element("rect", {
        x: 0,
        y: 4,
        width: 20,
        height: 12,
        rx: 6,
        fill: "#fff4ea",
        stroke: SHADES.orange[0],
      });
    case "bar":
      return element("rect", { x: 0, y: 6, width: 20, height: 8, fill: entry.colour });
    case "flow":
      return element("path", {
        d: "M0 10H20",
        stroke: entry.colour,
        "stroke-width": 5,
        "stroke-opacity": 0.55,
      });
  }
}
