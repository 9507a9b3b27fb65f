/** HTML and SVG as text that cannot go wrong: what is not markup already is escaped. */

/** Text that is markup. Only `element` and `verbatim` make it. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Child = Markup | string | number | undefined | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Written `<br/>` where they hold nothing: elements of HTML that never do, and of SVG. */
const EMPTY = new Set(["br", "col", "meta", "circle", "line", "path", "rect"]);

/**
 * An element, closed, as well-formed XML too.
 *
 * @param attributes undefined ones are left out
 * @param children markup as it is, text escaped, undefined left out
 */
export function element(name: string, attributes: Attributes = {}, ...children: Child[]): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeText(String(value))}"`]
  ).join("");
  if (children.length === 0 && EMPTY.has(name)) return new Markup(`<${name}${written}/>`);
  return new Markup(`<${name}${written}>${children.map(sourceOf).join("")}</${name}>`);
}

/** Text of ours that needs no escaping and must not have it: a style sheet. */
export function verbatim(source: string): Markup {
  return new Markup(source);
}

/**
 * For text and quoted attributes. What no document may hold (control characters, halves of pairs) becomes
 * U+FFFD.
 */
export function escapeText(text: string): string {
  return text.toWellFormed()
    .replaceAll(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function sourceOf(child: Child): string {
  if (child === undefined) return "";
  if (child instanceof Markup) return child.source;
  if (typeof child === "object") return child.map(sourceOf).join("");
  return escapeText(String(child));
}
