import { describe, expect, expectTypeOf, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { helpText, parseArguments } from "../../../scripts/cli/arguments.ts";
import { choice, integer, real, seedFlag, text, toggle } from "../../../scripts/cli/flags.ts";

const command = {
  name: "simulate",
  doc: "Simulate a network under a policy",
  operands: [{ name: "NETWORK", doc: "a scenario's name or a JSON file" }, {
    name: "OUT",
    doc: "a folder",
    optional: true,
  }],
  flags: {
    episodes: integer({ default: 100, min: 1, doc: "Replications", unit: "episodes" }),
    warmup: integer({ doc: "Periods left out of the figures", unit: "periods", otherwise: "the network's" }),
    maxOrder: real({ min: 0, max: 1e6, doc: "Cap on an order", unit: "units" }),
    basis: choice(["on-hand", "inventory-position"], { default: "on-hand", doc: "What s is compared with" }),
    policy: text({ doc: "A policy", placeholder: "FILE|JSON" }),
    quick: toggle({ doc: "Fewer of everything" }),
    seed: seedFlag,
  },
  example: "simulate kotecha-6 --episodes 1000",
} as const;

describe("parseArguments", () => {
  test("fills in the defaults", () => {
    const given = read("kotecha-6");
    expect(given).toEqual({
      operands: ["kotecha-6"],
      flags: {
        episodes: 100,
        warmup: undefined,
        maxOrder: undefined,
        basis: "on-hand",
        policy: undefined,
        quick: false,
        seed: 0,
      },
      json: false,
    });
  });

  test("gives values with the types of the table", () => {
    const { flags } = read("kotecha-6");
    expectTypeOf(flags.episodes).toEqualTypeOf<number>();
    expectTypeOf(flags.warmup).toEqualTypeOf<number | undefined>();
    expectTypeOf(flags.basis).toEqualTypeOf<"on-hand" | "inventory-position">();
    expectTypeOf(flags.policy).toEqualTypeOf<string | undefined>();
    expectTypeOf(flags.quick).toEqualTypeOf<boolean>();
  });

  test("reads flags before, between and after operands, with a space or =", () => {
    const line = [
      "--episodes=7",
      "a.json",
      "--max-order",
      "1.5e2",
      "out",
      "--quick",
      "--seed",
      "4294967295",
      "--json",
    ];
    const given = read(...line);
    expect(given.operands).toEqual(["a.json", "out"]);
    expect(given.flags).toMatchObject({ episodes: 7, maxOrder: 150, quick: true, seed: 4294967295 });
    expect(given.json).toBe(true);
  });

  test("takes what follows a flag as it is: JSON, a negative number, with = even dashes", () => {
    expect(read("n", "--policy", '{"kind":"constant","quantity":1}').flags.policy).toBe(
      '{"kind":"constant","quantity":1}',
    );
    expect(read("n", "--warmup", "-3").flags.warmup).toBe(-3);
    expect(read("n", "--policy=--x").flags.policy).toBe("--x");
    expect(read("--quick", "--", "--n").operands).toEqual(["--n"]);
  });

  test.each(["--help", "-h"])("%s wins over what is wrong with the line", (flag) => {
    expect(parseArguments(command, ["--nonsense", flag, "--seed"])).toBe("help");
  });

  test.each<[string, string[], string]>([
    [
      "an unknown flag near a known one",
      ["n", "--episode", "3"],
      "--episode: unknown flag; did you mean --episodes?",
    ],
    [
      "one near the key in the table",
      ["n", "--maxOrder", "3"],
      "--maxOrder: unknown flag; did you mean --max-order?",
    ],
    ["one near nothing", ["n", "--colour", "3"], "--colour: unknown flag; see deno task simulate --help"],
    ["a short flag", ["n", "-x"], "-x: unknown flag; see deno task simulate --help"],
    ["a flag given twice", ["n", "--seed", "3", "--seed=3"], "--seed: given twice, expected once"],
    ["a flag without its value", ["n", "--seed"], "--seed: expected N after it, got nothing"],
    [
      "a flag followed by a flag",
      ["n", "--policy", "--seed", "3"],
      "--policy: expected FILE|JSON after it, got nothing",
    ],
    ["an empty text", ["n", "--policy="], "--policy: expected a value, got an empty one"],
    ["a toggle with a value", ["n", "--quick=no"], `--quick: takes no value, got "no"`],
    ["no integer", ["n", "--episodes", "1.5"], `--episodes: expected an integer of at least 1, got "1.5"`],
    [
      "an integer below its least",
      ["n", "--episodes", "0"],
      `--episodes: expected an integer of at least 1, got "0"`,
    ],
    [
      "an integer beyond exact ones",
      ["n", "--warmup", "9007199254740993"],
      `--warmup: expected an integer, got "9007199254740993"`,
    ],
    ["hexadecimal digits", ["n", "--warmup", "0x10"], `--warmup: expected an integer, got "0x10"`],
    [
      "no number",
      ["n", "--max-order", "many"],
      `--max-order: expected a number from 0 to 1000000, got "many"`,
    ],
    [
      "an infinite number",
      ["n", "--max-order", "1e999"],
      `--max-order: expected a number from 0 to 1000000, got "1e999"`,
    ],
    [
      "a seed over 32 bits",
      ["n", "--seed", "4294967296"],
      `--seed: expected an integer from 0 to 4294967295, got "4294967296"`,
    ],
    [
      "a word that is no choice",
      ["n", "--basis", "onhand"],
      `--basis: expected on-hand or inventory-position, got "onhand"; did you mean on-hand?`,
    ],
    [
      "a missing operand",
      ["--quick"],
      "expected NETWORK (a scenario's name or a JSON file); see deno task simulate --help",
    ],
    [
      "a surplus operand",
      ["a", "b", "c"],
      `expected only NETWORK OUT, got "c" too; see deno task simulate --help`,
    ],
  ])("refuses %s in one line", (_, line, message) => {
    let error: unknown;
    try {
      read(...line);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toBe(message);
  });
});

test("the help names usage, operands, every flag with its default and unit, and an example", () => {
  expect(helpText(command)).toBe(`Simulate a network under a policy

Usage: deno task simulate NETWORK [OUT] [flags]

  NETWORK             a scenario's name or a JSON file
  OUT                 a folder

  --episodes N        Replications, in episodes (default: 100)
  --warmup N          Periods left out of the figures, in periods (default: the network's)
  --max-order N       Cap on an order, in units (default: none)
  --basis on-hand|inventory-position
                      What s is compared with (default: on-hand)
  --policy FILE|JSON  A policy (default: none)
  --quick             Fewer of everything
  --seed N            Seed of every random draw: same seed, same result (default: 0)
  --json              Print one JSON object on stdout and nothing else
  --help              Print this text

Example:
  deno task simulate kotecha-6 --episodes 1000`);
});

function read(...line: string[]) {
  const given = parseArguments(command, line);
  if (given === "help") throw new Error("no help was asked for");
  return given;
}
