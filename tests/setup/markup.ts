/** A strict reader of the HTML and SVG that reports are made of: what is not well-formed throws. */

export interface Node {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: (Node | string)[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

export function parseMarkup(source: string): Node {
  const root: Node = { name: "", attributes: new Map(), children: [] };
  const open = [root];
  const tag = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  while (tag.lastIndex < source.length) {
    const at = tag.lastIndex;
    const match = tag.exec(source);
    if (match === null) throw new Error(`no markup: ${JSON.stringify(source.slice(at, at + 60))}`);
    const [, closes, name, attributes, empty, text] = match;
    const parent = open.at(-1)!;
    if (text !== undefined) {
      parent.children.push(unescape(text));
    } else if (closes === "/") {
      if (parent.name !== name) throw new Error(`</${name}> closes <${parent.name}>`);
      open.pop();
    } else {
      const node: Node = { name: name!, attributes: attributesOf(attributes!), children: [] };
      parent.children.push(node);
      if (empty !== "/") open.push(node);
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)!.name}> is not closed`);
  return root;
}

/** Every element of a name below a node, in order. */
export function all(node: Node, name: string): Node[] {
  return node.children.flatMap((child) =>
    typeof child === "string" ? [] : [...(child.name === name ? [child] : []), ...all(child, name)]
  );
}

/** The text below a node, as a reader sees it. */
export function textOf(node: Node): string {
  return node.children.map((child) => typeof child === "string" ? child : textOf(child)).join("");
}

export function numberOf(node: Node, attribute: string): number {
  return Number(node.attributes.get(attribute)?.replace("%", ""));
}

function attributesOf(source: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, key, value] of source.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (attributes.has(key!)) throw new Error(`attribute ${key} twice`);
    attributes.set(key!, unescape(value!));
  }
  return attributes;
}

function unescape(text: string): string {
  return text.replaceAll(/&([^;&]*);?/g, (whole, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(";")) throw new Error(`no entity: ${whole}`);
    return character;
  });
}
