/** JSON with errors that say where: `network.json:3:14: expected "," or "}", got "x"`. */

import { InputError } from "../errors.ts";
import { readTextFile } from "./atomic.ts";

/**
 * The value of a JSON file.
 *
 * @throws InputError, one line: as `readTextFile`, and with `path:line:column` where the text is no JSON
 */
export async function readJsonFile(path: string): Promise<unknown> {
  return parseJson(await readTextFile(path), path);
}

/**
 * The value of a JSON text.
 *
 * @param where what messages call the text: a file name, a flag
 * @throws InputError with `where:line:column`, both from 1, where the text is no JSON
 */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { offset, expected } = locateError(text);
    const line = text.slice(0, offset).split(/\r\n|\r|\n/);
    const column = [...line.at(-1) as string].length + 1;
    throw new InputError(`${where}:${line.length}:${column}`, `expected ${expected}, ${found(text, offset)}`);
  }
}

function found(text: string, offset: number): string {
  const character = text.codePointAt(offset);
  return character === undefined ? "got the end" : `got ${JSON.stringify(String.fromCodePoint(character))}`;
}

interface SyntaxFault {
  /** Into the text, in UTF-16 units; its length where the text ends too early. */
  offset: number;
  expected: string;
}

const VALUE = "a value (an object, a list, a string in double quotes, a number, true, false or null)";
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\n\r]*/y;

/**
 * Where a text stops being JSON (RFC 8259), found with a stack of open brackets of its own: V8 gives a position with
 * some of its messages only, and recursion would overflow on deep nesting. O(length).
 */
function locateError(text: string): SyntaxFault {
  const open: ("[" | "{")[] = [];
  let offset = 0;
  /** What may come next; `first` right after an opening bracket, where the closing one may follow. */
  let state: "value" | "key" | "colon" | "after" = "value";
  let first = false;
  for (;;) {
    offset = match(BLANK, text, offset) ?? offset;
    const character = text[offset];
    const within = open.at(-1);
    const close = within === "[" ? "]" : "}";
    if (state === "after") {
      if (within === undefined) return { offset, expected: "the end" };
      if (character !== "," && character !== close) return { offset, expected: `"," or "${close}"` };
      if (character === close) open.pop();
      else state = within === "[" ? "value" : "key";
      first = false;
      offset++;
    } else if (state === "colon") {
      if (character !== ":") return { offset, expected: `":"` };
      state = "value";
      offset++;
    } else if (first && character === close) {
      open.pop();
      first = false;
      state = "after";
      offset++;
    } else if (state === "key") {
      if (character !== `"`) return { offset, expected: `a key in double quotes${first ? ' or "}"' : ""}` };
      const string = scanString(text, offset);
      if (typeof string !== "number") return string;
      offset = string;
      state = "colon";
      first = false;
    } else if (character === "[" || character === "{") {
      open.push(character);
      state = character === "[" ? "value" : "key";
      first = true;
      offset++;
    } else {
      const end = character === `"`
        ? scanString(text, offset)
        : match(WORD, text, offset) ?? match(NUMBER, text, offset);
      if (end === undefined) return { offset, expected: VALUE };
      if (typeof end !== "number") return end;
      offset = end;
      state = "after";
      first = false;
    }
  }
}

function match(pattern: RegExp, text: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** The offset behind the string that starts at `offset`. */
function scanString(text: string, offset: number): number | SyntaxFault {
  for (let i = offset + 1; i < text.length; i++) {
    const character = text[i];
    if (character === `"`) return i + 1;
    if (character < " ") {
      return { offset: i, expected: "no line break or control character inside a string" };
    }
    if (character !== "\\") continue;
    i++;
    if (text[i] === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) i += 4;
    else if (i < text.length && !`"\\/bfnrt`.includes(text[i])) {
      return { offset: i, expected: String.raw`an escape such as \n or \u00e9` };
    }
  }
  return { offset: text.length, expected: "a closing double quote" };
}
