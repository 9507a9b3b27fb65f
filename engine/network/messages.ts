/** The parts of a one-line message about a network: where, what was there, what may have been meant. */

/** Longest piece of the input that a message quotes, in characters. */
const LONGEST = 40;

/** A value of any kind in a few words. Looks at the value and, where it is a short list, one level down. */
export function show(value: unknown): string {
  if (Array.isArray(value)) {
    const short = value.length <= 4 && value.every((item) => item === null || typeof item !== "object");
    return short ? `[${value.map(show).join(", ")}]` : `a list of ${value.length}`;
  }
  switch (typeof value) {
    case "string":
      return quote(value);
    case "undefined":
      return "nothing";
    case "bigint":
      return `${shorten(String(value))}n`;
    case "object":
      return value === null ? "null" : "an object";
    case "function":
    case "symbol":
      return `a ${typeof value}`;
    default:
      return shorten(String(value));
  }
}

/** A text in double quotes, shortened, on one line. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text)).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, " ");
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** `"a", "b" or "c"`, of the first dozen words. */
export function oneOf(words: readonly string[]): string {
  const shown = words.slice(0, 12).map(quote);
  if (words.length > shown.length) return `${shown.join(", ")}, ...`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}

/** `; did you mean "X"?` where one of the words is near what was written, else nothing. */
export function suggestion(written: string, words: Iterable<string>): string {
  let nearest = "";
  let least = Infinity;
  for (const word of words) {
    const most = Math.floor(Math.min(written.length, word.length) / 3);
    if (Math.abs(word.length - written.length) > most) continue;
    const distance = editDistance(written.toLowerCase(), word.toLowerCase());
    if (distance > most || distance >= least) continue;
    nearest = word;
    least = distance;
  }
  return least === Infinity ? "" : `; did you mean ${quote(nearest)}?`;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that make one word the other (optimal string alignment;
 * Damerau 1964). O(|a| |b|).
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : Infinity;
      next.push(Math.min(replaced, swapped, row[j] + 1, next[j - 1] + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}

/** Two parts of a place, such as a file and a path in it, either of which may be empty. */
export function at(where: string, path: string): string {
  return where === "" || path === "" ? where + path : `${where}: ${path}`;
}

/** `nodes[2] ("r1")` */
export function nodePath(index: number, id: unknown): string {
  return `nodes[${index}]${typeof id === "string" ? ` (${quote(id)})` : ""}`;
}

/** `arcs[0] ("supply" -> "r1")` */
export function arcPath(index: number, arc: { from?: unknown; to?: unknown }): string {
  const { from, to } = arc;
  const ends = typeof from === "string" && typeof to === "string" ? ` (${quote(from)} -> ${quote(to)})` : "";
  return `arcs[${index}]${ends}`;
}

/** A path into the JSON of a network as a reader finds it: `nodes[2] ("r1").demand.mean`. */
export function networkPath(path: readonly PropertyKey[], network: unknown): string {
  const [list, index, ...rest] = path;
  if (typeof index !== "number") return path.map((key, i) => step(key, i === 0)).join("");
  const item = valueAt(network, path.slice(0, 2));
  const start = list === "nodes"
    ? nodePath(index, valueAt(item, ["id"]))
    : list === "arcs"
    ? arcPath(index, { from: valueAt(item, ["from"]), to: valueAt(item, ["to"]) })
    : step(list, true) + step(index, false);
  return start + rest.map((key) => step(key, false)).join("");
}

function step(key: PropertyKey, first: boolean): string {
  if (typeof key === "number") return `[${key}]`;
  const name = String(key);
  if (!/^[A-Za-z_$][\w$]{0,63}$/.test(name)) return `[${quote(name)}]`;
  return first ? name : `.${name}`;
}

/** What lies at a path, following own properties only; undefined where it ends early. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}
