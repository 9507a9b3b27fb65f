import { parseArgs } from "node:util";
import { InputError } from "../../engine/mod.ts";
import { type Flag, toggle } from "./flags.ts";
import { suggestion } from "./suggest.ts";

/** Keys in camelCase: `maxOrder` is typed `--max-order`. */
export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

export interface Operand {
  /** As the usage shows it: `NETWORK`. */
  name: string;
  doc: string;
  optional?: boolean;
  /** Of the last one: any number of them. */
  repeats?: boolean;
}

/** A command as data: what its command line may hold, and what its help says. */
export interface Command<F extends FlagTable> {
  /** Of the task: `simulate` for `deno task simulate`. */
  name: string;
  doc: string;
  operands?: readonly Operand[];
  flags: F;
  /** Flags that the help lists after the others, under titles. */
  sections?: readonly Section[];
  /** Words that flags take, which the help explains after the flags. */
  glossary?: readonly Glossary[];
  /** What follows `deno task` in the help's example. */
  example: string;
}

export interface Section {
  title: string;
  /** Keys of the command's flags. */
  flags: readonly string[];
}

export interface Glossary {
  title: string;
  words: readonly { readonly name: string; readonly doc: string }[];
}

export type FlagValues<F extends FlagTable> = { readonly [K in keyof F]: F[K]["default"] };

export interface Arguments<F extends FlagTable> {
  operands: readonly string[];
  flags: FlagValues<F>;
  /** One JSON object on stdout and nothing else. */
  json: boolean;
}

const STANDARD = {
  json: toggle({ doc: "Print one JSON object on stdout and nothing else" }),
  help: toggle({ doc: "Print this text" }),
};

/**
 * Reads a command line by the command's table. `--json` and `--help` (`-h`) go with every command.
 *
 * @returns the values, defaults filled in, or "help" where `--help` is anywhere on the line
 * @throws InputError on an unknown flag (with the nearest known one), a flag given twice or without its
 *   value, a value that the flag does not take, a missing or a surplus operand
 */
export function parseArguments<F extends FlagTable>(
  command: Command<F>,
  line: readonly string[],
): Arguments<F> | "help" {
  const table: FlagTable = { ...command.flags, ...STANDARD };
  const byName = new Map(Object.entries(table).map(([key, flag]) => [flagName(key), { key, flag }]));
  const { tokens } = parseArgs({
    args: [...line],
    options: {
      ...Object.fromEntries([...byName].map(([name, { flag }]) => [name, { type: kindOf(flag) }])),
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  if (tokens.some((token) => token.kind === "option" && token.name === "help")) return "help";

  const operands: string[] = [];
  const values = new Map(Object.entries(table).map(([key, flag]) => [key, flag.default]));
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const known = byName.get(token.name);
    if (known === undefined) {
      const names = [...byName.keys()].map((name) => `--${name}`);
      throw new InputError(
        token.rawName,
        `unknown flag${suggestion(token.rawName, names) || seeHelp(command)}`,
      );
    }
    if (seen.has(token.name)) throw new InputError(token.rawName, "given twice, expected once");
    seen.add(token.name);
    values.set(known.key, known.flag.parse(valueOf(token, known.flag), token.rawName));
  }
  checkOperands(command, operands);
  const { json, help: _, ...flags } = Object.fromEntries(values);
  return { operands, flags: flags as FlagValues<F>, json: json === true };
}

/**
 * The help of a command: usage, operands, every flag with its default and unit, an example; then what is long: the
 * glossary, and the flags in sections.
 */
export function helpText<F extends FlagTable>(command: Command<F>): string {
  const { operands = [], sections = [], glossary = [] } = command;
  const usage = operands.map(({ name, optional, repeats }) => {
    const shown = repeats === true ? `${name} ...` : name;
    return optional === true ? ` [${shown}]` : ` ${shown}`;
  }).join("");
  const later = new Set(sections.flatMap(({ flags }) => flags));
  const first = Object.entries({ ...command.flags, ...STANDARD }).filter(([key]) => !later.has(key));
  const blocks: Block[] = [
    { rows: operands.map(({ name, doc }) => [name, doc]) },
    { rows: first.map(([key, flag]) => flagRow(key, flag)) },
    ...glossary.map(({ title, words }) => ({ title, rows: words.map(({ name, doc }): Row => [name, doc]) })),
    ...sections.map(({ title, flags }) => ({
      title,
      rows: flags.map((key) => flagRow(key, command.flags[key]!)),
    })),
  ];
  const names = blocks.flatMap(({ rows }) => rows.map(([name]) => name.length));
  const width = Math.max(...names.filter((length) => length <= MOST_NAME));
  const [given, flags, ...others] = blocks.map((block) => blockLines(block, width));
  return [
    command.doc,
    "",
    `Usage: deno task ${command.name}${usage} [flags]`,
    "",
    ...(operands.length === 0 ? [] : [...given!, ""]),
    ...flags!,
    "",
    "Example:",
    `  deno task ${command.example}`,
    ...others.flatMap((lines) => ["", ...lines]),
  ].join("\n");
}

type Row = readonly [name: string, doc: string];

interface Block {
  title?: string;
  rows: readonly Row[];
}

/** Two columns; a name that is longer than `width` stands on a line of its own. */
function blockLines({ title, rows }: Block, width: number): string[] {
  const lines = rows.flatMap(([name, doc]) => {
    const wrapped = wrap(doc, HELP_WIDTH - width - 4);
    const [first, rest] = name.length > width ? [[`  ${name}`], wrapped] : [
      [`  ${name.padEnd(width)}  ${wrapped[0]}`],
      wrapped.slice(1),
    ];
    return [...first, ...rest.map((line) => `  ${"".padEnd(width)}  ${line}`)];
  });
  return title === undefined ? lines : [`${title}:`, ...lines];
}

const HELP_WIDTH = 110;
/** Characters of the first column at most. */
const MOST_NAME = 32;
const NO_BREAK = "\u00a0";

/** A text in lines of at most `width` characters, but for words that are longer. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((line) => line.replaceAll(NO_BREAK, " "));
}

function flagRow(key: string, flag: Flag<unknown>): readonly [string, string] {
  const name = `--${flagName(key)}`;
  if (flag.placeholder === undefined) return [name, flag.doc];
  const fallback = flag.otherwise ?? (flag.default === undefined ? "none" : String(flag.default));
  const unit = flag.unit === undefined ? "" : `, in ${flag.unit}`;
  return [`${name} ${flag.placeholder}`, `${flag.doc}${unit} (default:${NO_BREAK}${fallback})`];
}

function valueOf(
  token: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  flag: Flag<unknown>,
): string {
  if (flag.placeholder === undefined) {
    if (token.inlineValue) throw new InputError(token.rawName, `takes no value, got "${token.value}"`);
    return "";
  }
  // `--episodes --seed 3`: the next flag is not the value of this one.
  if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--"))) {
    throw new InputError(token.rawName, `expected ${flag.placeholder} after it, got nothing`);
  }
  return token.value;
}

function checkOperands<F extends FlagTable>(command: Command<F>, given: readonly string[]): void {
  const operands = command.operands ?? [];
  const missing = operands.slice(given.length).find(({ optional }) => optional !== true);
  if (missing !== undefined) {
    throw new InputError("", `expected ${missing.name} (${missing.doc})${seeHelp(command)}`);
  }
  const surplus = given[operands.length];
  if (surplus !== undefined && operands.at(-1)?.repeats !== true) {
    const right = operands.length === 0 ? "no operand" : `only ${operands.map(({ name }) => name).join(" ")}`;
    throw new InputError("", `expected ${right}, got "${surplus}" too${seeHelp(command)}`);
  }
}

function seeHelp<F extends FlagTable>(command: Command<F>): string {
  return `; see deno task ${command.name} --help`;
}

function kindOf(flag: Flag<unknown>): "string" | "boolean" {
  return flag.placeholder === undefined ? "boolean" : "string";
}

/** `maxOrder` as it is typed, without the dashes. */
export function flagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}
