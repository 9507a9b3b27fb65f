/** What was run: the command and every setting. */

import { element, type Markup } from "./markup.ts";
import { formatNumber } from "./numbers.ts";

export function configSection(command: string, config: Readonly<Record<string, unknown>>): Markup {
  return element(
    "section",
    { id: "run" },
    element("h2", {}, "What was run"),
    element("p", { class: "muted" }, "The same command with the same version gives the same results."),
    element("pre", {}, command),
    element("div", { class: "groups" }, groupsOf(config).map(groupTable)),
  );
}

interface Group {
  /** Absent: the settings that are in no group. */
  name?: string;
  entries: [name: string, value: string][];
}

/** Scalars and lists first, then a group an object. */
function groupsOf(config: Readonly<Record<string, unknown>>): Group[] {
  const plain: Group = { entries: [] };
  const groups: Group[] = [];
  for (const [name, value] of Object.entries(config)) {
    if (isObject(value)) groups.push({ name, entries: flatten(value, "") });
    else plain.entries.push([name, textOf(value)]);
  }
  return [plain, ...groups].filter(({ entries }) => entries.length > 0);
}

function flatten(value: Readonly<Record<string, unknown>>, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, entry]): [string, string][] =>
    isObject(entry) ? flatten(entry, `${prefix}${name}.`) : [[`${prefix}${name}`, textOf(entry)]]
  );
}

/** Lists and texts may be long: a demand trace, say. */
const MOST_CHARACTERS = 160;

function textOf(value: unknown): string {
  const text = typeof value === "number"
    ? formatNumber(value, 6)
    : typeof value === "string"
    ? value
    : value === null || value === undefined
    ? "none"
    : Array.isArray(value) && value.every((entry) => !isObject(entry) && !Array.isArray(entry))
    ? value.map(textOf).join(", ")
    : JSON.stringify(value) ?? "none";
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function groupTable({ name, entries }: Group): Markup {
  return element(
    "div",
    { class: "group" },
    name === undefined ? undefined : element("h3", {}, name),
    element(
      "table",
      {},
      element(
        "tbody",
        {},
        entries.map(([name, value]) =>
          element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value))
        ),
      ),
    ),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
