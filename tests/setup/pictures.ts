/** What a picture shows, as a reader of its SVG sees it. */

import type { Picture } from "../../engine/report/show/picture.ts";
import { all, type Node, parseMarkup, textOf } from "./markup.ts";

/** @throws where the SVG is not well-formed */
export function drawingOf(picture: Picture): Node {
  // As Plotly writes them.
  return parseMarkup(picture.toSvg().replaceAll("&#60;", "&lt;").replaceAll("&#62;", "&gt;"));
}

/** Every text in the SVG, in order. */
export function textsOf(picture: Picture): string[] {
  return all(drawingOf(picture), "text").map(textOf);
}

/** Elements of a name with a word in their class. */
export function ofClass(node: Node, name: string, word: string): Node[] {
  return all(node, name).filter(({ attributes }) =>
    (attributes.get("class") ?? "").split(" ").includes(word)
  );
}

/** The SVG that a bundle's HTML has in its image. */
export function svgInHtml(html: string): string {
  const source = /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(html)?.[1];
  if (source === undefined) throw new Error("no image in the HTML");
  return new TextDecoder().decode(Uint8Array.fromBase64(source));
}
