/** What was run: the command and every setting. */

import { element, type Markup } from "./markup.ts";

export function configSection(command: string, config: Readonly<Record<string, unknown>>): Markup {
  const groups = groupsOf(config);
  const count = groups.reduce((sum, { entries }) => sum + entries.length, 0);
  return element(
    "section",
    { id: "run" },
    element("h2", {}, "What was run"),
    element("p", { class: "muted" }, "The same command with the same version gives the same results."),
    element("pre", {}, command),
    count === 0 ? undefined : element(
      "details",
      {},
      element("summary", {}, `All settings (${count})`),
      element("div", { class: "groups" }, groups.map(groupTable)),
    ),
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

/** Settings below a group's own that are shown one by one; more, such as bounds by node, are only counted. */
const MOST_NESTED = 8;

function flatten(value: Readonly<Record<string, unknown>>, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, entry]): [string, string][] => {
    if (!isObject(entry)) return [[`${prefix}${name}`, textOf(entry)]];
    const nested = flatten(entry, `${prefix}${name}.`);
    return nested.length <= MOST_NESTED ? nested : [[`${prefix}${name}`, entriesText(nested.length)]];
  });
}

function entriesText(count: number): string {
  return `${count} ${count === 1 ? "entry" : "entries"}`;
}

/** Lists and texts may be long: a demand trace, say. */
const MOST_CHARACTERS = 160;

function textOf(value: unknown): string {
  const text = typeof value === "number"
    ? String(value)
    : typeof value === "string"
    ? value
    : value === null || value === undefined
    ? "none"
    : Array.isArray(value) && value.every((entry) => !isObject(entry) && !Array.isArray(entry))
    ? value.map(textOf).join(", ")
    : Array.isArray(value) && value.length > 0 && value.every(isObject)
    ? entriesText(value.length)
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
