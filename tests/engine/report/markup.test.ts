import fc from "fast-check";
import { expect, test } from "vitest";
import { element, escapeText, verbatim } from "../../../engine/report/markup.ts";
import { all, parseMarkup, textOf } from "../../setup/markup.ts";
import { anyText } from "../../setup/strings.ts";

test("elements, attributes, lists of children and what is left out", () => {
  const list = ["a", 1, undefined, [element("b", {}, "c")]];
  expect(element("p", { id: "x", hidden: undefined, width: 3 }, list, "d").source)
    .toBe('<p id="x" width="3">a1<b>c</b>d</p>');
  expect(element("br").source).toBe("<br/>");
  expect(element("p").source).toBe("<p></p>");
  expect(element("circle", { r: 1 }, element("title", {}, "t")).source)
    .toBe('<circle r="1"><title>t</title></circle>');
  expect(element("style", {}, verbatim("a>b{}")).source).toBe("<style>a>b{}</style>");
});

test("text is escaped wherever it stands", () => {
  expect(element("p", { title: `"><script>'&` }, "</p><script>alert(1)</script>&amp;").source).toBe(
    '<p title="&quot;&gt;&lt;script&gt;&#39;&amp;">&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;</p>',
  );
});

test("characters that no document may hold are replaced", () => {
  expect(escapeText("a\0b\x1b[31m\ud800c\u0085\uffff\td\ne")).toBe(
    "a\ufffdb\ufffd[31m\ufffdc\ufffd\ufffd\td\ne",
  );
});

test("any text and attribute reads back as it was", () => {
  const text = anyText();
  fc.assert(
    fc.property(text, text, (inside, value) => {
      const [node] = all(parseMarkup(element("p", { title: value }, inside).source), "p");
      const clean = (text: string) =>
        text.toWellFormed().replaceAll(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, "\ufffd");
      expect(textOf(node!)).toBe(clean(inside));
      expect(node!.attributes.get("title")).toBe(clean(value));
    }),
    { seed: 1, numRuns: 200, endOnFailure: true },
  );
});
