import { expect, test } from "vitest";
import { networkPath, oneOf, quote, show, suggestion } from "../../../engine/network/messages.ts";

test.each<[unknown, string]>([
  ["a", '"a"'],
  ["x".repeat(41), `"${"x".repeat(40)}..."`],
  ["a\n\u2028\u0085b", String.raw`"a\n  b"`],
  [1e21, "1e+21"],
  [-0, "0"],
  [10n, "10n"],
  [null, "null"],
  [undefined, "nothing"],
  [[1, "a", null], '[1, "a", null]'],
  [[[1]], "a list of 1"],
  [new Date(0), "an object"],
  [Symbol("x"), "a symbol"],
])("show(%o)", (value, expected) => {
  expect(show(value)).toBe(expected);
});

test("suggestion finds what is near, by letters or by case", () => {
  const words = ["holdingCost", "holdingTarget", "price", "id"];
  expect(suggestion("holdingcosts", words)).toBe('; did you mean "holdingCost"?');
  expect(suggestion("HOLDINGTARGET", words)).toBe('; did you mean "holdingTarget"?');
  expect(suggestion("ID", words)).toBe('; did you mean "id"?');
  expect(suggestion("ip", words)).toBe("");
  expect(suggestion("pirce", words)).toBe('; did you mean "price"?');
  expect(suggestion("picre", words)).toBe("");
  expect(suggestion("cost", words)).toBe("");
  expect(suggestion("x".repeat(1_000_000), words)).toBe("");
});

test("oneOf names a dozen at most", () => {
  expect(oneOf(["a"])).toBe('"a"');
  expect(oneOf(["a", "b", "c"])).toBe('"a", "b" or "c"');
  expect(oneOf(Array(13).fill("a"))).toBe(`${'"a", '.repeat(12)}...`);
});

test("networkPath names the items of nodes and arcs", () => {
  const network = { nodes: [{ id: "r 1" }], arcs: [{ from: "a", to: 5 }] };
  expect(networkPath(["nodes", 0, "initialInTransit", "a b", 3], network))
    .toBe('nodes[0] ("r 1").initialInTransit["a b"][3]');
  expect(networkPath(["arcs", 0, "to"], network)).toBe("arcs[0].to");
  expect(networkPath([], network)).toBe("");
  expect(networkPath(["control", "bounds"], network)).toBe("control.bounds");
  expect(quote("a".repeat(50))).toHaveLength(45);
});
