import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { parseJson, readJsonFile } from "../../../engine/files/json.ts";
import { messageOf } from "../../setup/messages.ts";

const SEED = 20261121;
const folder = await Deno.makeTempDir();
afterAll(() => Deno.remove(folder, { recursive: true }));

const VALUE = "a value (an object, a list, a string in double quotes, a number, true, false or null)";

describe("parseJson", () => {
  test("gives the value", () => {
    expect(parseJson(' {"a": [1, -2.5e3, "\\u00e9\\n", true, false, null, {}, []]} ', "x"))
      .toEqual({ a: [1, -2500, "é\n", true, false, null, {}, []] });
  });

  test.each([
    ["", `1:1: expected ${VALUE}, got the end`],
    ["nul", `1:1: expected ${VALUE}, got "n"`],
    ["{", '1:2: expected a key in double quotes or "}", got the end'],
    ['{"a" 1}', '1:6: expected ":", got "1"'],
    ['{"a":1,}', '1:8: expected a key in double quotes, got "}"'],
    ["{a:1}", '1:2: expected a key in double quotes or "}", got "a"'],
    ['{\n  "a": 1\r\n  "b": 2\n}', '3:3: expected "," or "}", got "\\""'],
    ["[1, 2,]", `1:7: expected ${VALUE}, got "]"`],
    ["[1 2]", '1:4: expected "," or "]", got "2"'],
    ["[1}", '1:3: expected "," or "]", got "}"'],
    ["[01]", '1:3: expected "," or "]", got "1"'],
    ["[NaN]", `1:2: expected ${VALUE}, got "N"`],
    ["1 2", '1:3: expected the end, got "2"'],
    ['"abc', "1:5: expected a closing double quote, got the end"],
    ['"é\nb"', '1:3: expected no line break or control character inside a string, got "\\n"'],
    [String.raw`"a\x"`, String.raw`1:4: expected an escape such as \n or \u00e9, got "x"`],
    [String.raw`"a\u12g4"`, String.raw`1:4: expected an escape such as \n or \u00e9, got "u"`],
    ["[1, 😀]", `1:5: expected ${VALUE}, got "😀"`],
    ["['a']", `1:2: expected ${VALUE}, got "'"`],
  ])("refuses %j", async (text, message) => {
    expect(await messageOf(() => parseJson(text, "n.json"))).toBe(`n.json:${message}`);
  });

  test("deep nesting does not overflow the stack", async () => {
    const depth = 300_000;
    expect(await messageOf(() => parseJson('[{"a":'.repeat(depth), "n.json")))
      .toBe(`n.json:1:${depth * 6 + 1}: expected ${VALUE}, got the end`);
  });

  test("text with a fault anywhere is an InputError with a position within it", () => {
    const broken = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom("", ",", '"', "{", "]", "x", "\n", "\\", "0"),
    )
      .map(([json, cut, piece]) => {
        const middle = cut % (json.length + 1);
        return json.slice(0, middle) + piece + json.slice(middle + 1);
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.string()), (text) => {
        try {
          parseJson(text, "n.json");
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          const [, line, column] =
            /^n\.json:(\d+):(\d+): expected .+, got ./.exec((error as Error).message) ?? [];
          const lines = text.split(/\r\n|\r|\n/);
          expect(Number(line)).toBeLessThanOrEqual(lines.length);
          expect(Number(column)).toBeLessThanOrEqual([...lines[Number(line) - 1]].length + 1);
        }
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });
});

test("readJsonFile names file, line and column", async () => {
  await Deno.writeTextFile(`${folder}/n.json`, '{\n "a": tru }');
  expect(await messageOf(() => readJsonFile(`${folder}/n.json`)))
    .toBe(`${folder}/n.json:2:7: expected ${VALUE}, got "t"`);
  await Deno.writeTextFile(`${folder}/ok.json`, "\ufeff[1]");
  expect(await readJsonFile(`${folder}/ok.json`)).toEqual([1]);
});
