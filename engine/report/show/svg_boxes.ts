/** Boxes around the texts of an SVG, which jsdom does not lay out: what Plotly asks a browser for. */

import { textWidth } from "./text_width.ts";

/** Of an SVG element of jsdom, what measuring needs. */
export interface Shape {
  readonly tagName: string;
  readonly textContent: string;
  readonly style: { fontSize: string; fontWeight: string; textAnchor: string };
  readonly parentElement: Shape | null;
  readonly classList: { contains(name: string): boolean };
  readonly children: Iterable<Shape>;
  getAttribute(name: string): string | null;
}

/** Pixels; a DOMRect's. */
export interface Box {
  x: number;
  y: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  height: number;
}

/** Of a font's size: the distance of lines, and how far the first one reaches above its baseline. */
const LINE = 1.3;
const ASCENT = 0.9;

/** The box of a text, or of all texts in an element, in the element's own coordinates; other shapes have none. */
export function boxOf(element: Shape): Box {
  return boxAround(cornersIn(element));
}

/** The same in the coordinates of the outermost element. */
export function boxOnPage(element: Shape): Box {
  let corners = cornersIn(element);
  for (let at: Shape | null = element; at !== null; at = at.parentElement) corners = moved(corners, at);
  return boxAround(corners);
}

type Point = readonly [x: number, y: number];

function cornersIn(element: Shape): Point[] {
  if (element.tagName === "text" || element.tagName === "tspan") return textCorners(element);
  return [...element.children].flatMap((child) => moved(cornersIn(child), child));
}

function textCorners(element: Shape): Point[] {
  const size = sizeOf(element);
  const lines = [...element.children].filter((child) => child.classList.contains("line"));
  const width = Math.max(...(lines.length === 0 ? [element] : lines).map(widthOf));
  const height = lines.length === 0
    ? size * LINE
    : lines.reduce((sum, line) => sum + LINE * largest(line), 0);
  const x = Number(element.getAttribute("x")) || 0;
  const y = Number(element.getAttribute("y")) || 0;
  const anchor = element.getAttribute("text-anchor") ?? element.style.textAnchor;
  const left = x - width * (anchor === "middle" ? 0.5 : anchor === "end" ? 1 : 0);
  const top = y - ASCENT * size;
  const bottom = top + height - (LINE - 1.15) * size;
  return [[left, top], [left + width, top], [left, bottom], [left + width, bottom]];
}

function boxAround(corners: readonly Point[]): Box {
  if (corners.length === 0) return { x: 0, y: 0, left: 0, top: 0, right: 0, bottom: 0, width: 0, height: 0 };
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}

/** Through the `transform` of an element, the last of its parts first. */
function moved(corners: readonly Point[], element: Shape): Point[] {
  const parts = [...(element.getAttribute("transform") ?? "").matchAll(/(\w+)\(([^)]*)\)/g)].reverse();
  return parts.reduce<Point[]>((points, [, name, list]) => {
    const numbers = list!.split(/[\s,]+/).map(Number);
    return points.map((point) => movedBy(name!, numbers, point));
  }, [...corners]);
}

function movedBy(name: string, numbers: readonly number[], [x, y]: Point): Point {
  const [a = 0, b, c] = numbers;
  switch (name) {
    case "translate":
      return [x + a, y + (b ?? 0)];
    case "scale":
      return [x * a, y * (b ?? a)];
    case "rotate": {
      const [cx, cy] = [b ?? 0, c ?? 0];
      const [cos, sin] = [Math.cos(a * Math.PI / 180), Math.sin(a * Math.PI / 180)];
      return [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos];
    }
    default:
      return [x, y];
  }
}

/** Of one line, whose parts may have sizes of their own. */
function widthOf(element: Shape): number {
  const parts = [...element.children];
  if (parts.length === 0) return textWidth(element.textContent, sizeOf(element), isBold(element));
  return parts.reduce((sum, part) => sum + widthOf(part), 0);
}

function largest(line: Shape): number {
  const sizes = [...line.children].map(largest);
  return sizes.length === 0 ? sizeOf(line) : Math.max(...sizes);
}

function sizeOf(element: Shape): number {
  for (let at: Shape | null = element; at !== null; at = at.parentElement) {
    const size = parseFloat(at.style?.fontSize || at.getAttribute("font-size") || "");
    if (size > 0) return size;
  }
  return 12;
}

function isBold(element: Shape): boolean {
  for (let at: Shape | null = element; at !== null && at.tagName !== "svg"; at = at.parentElement) {
    if (/bold|[6-9]00/.test(at.style?.fontWeight ?? "")) return true;
  }
  return false;
}
