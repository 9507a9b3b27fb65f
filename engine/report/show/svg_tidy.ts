/** Plotly's SVG in half the text: without what says nothing, and with numbers that a screen can show. */

import { FONT_FAMILY } from "./text_width.ts";

const EMPTY = /<(?:g|path|defs)(?: (?:class|id|transform|clip-path)="[^"]*")*(?:\/>|><\/(?:g|path|defs)>)/g;
/** What holds without being said. */
const USUAL =
  /\b(?:(?:fill-|stroke-)?opacity: 1|vector-effect: none|stroke-miterlimit: 2|white-space: pre)(?:;\s*|$)/g;
const COLOUR = /rgb\((\d+), (\d+), (\d+)\)/g;
const LONG_NUMBER = /-?\d+\.\d{3,}(?:e-?\d+)?/g;

/** @param svg as Plotly writes it: one font, `<svg ` first. Texts stay as they are */
export function tidySvg(svg: string): string {
  const tidy = withoutEmpty(svg.replaceAll(/<[^>]+>/g, tidyTag));
  return tidy.replaceAll(' style=""', "").replace("<svg ", `<svg font-family="${FONT_FAMILY}" `);
}

function tidyTag(tag: string): string {
  return tag
    .replaceAll(`font-family: ${FONT_FAMILY};`, "")
    .replaceAll(/style="([^"]*)"/g, (_, style: string) => `style="${style.replaceAll(USUAL, "").trim()}"`)
    .replaceAll(
      COLOUR,
      (_, ...parts: string[]) =>
        `#${parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`,
    )
    .replaceAll(LONG_NUMBER, (number) => String(Math.round(Number(number) * 100) / 100));
}

/** Groups may hold nothing but empty groups. */
function withoutEmpty(svg: string): string {
  const shorter = svg.replaceAll(EMPTY, "");
  return shorter === svg ? svg : withoutEmpty(shorter);
}
