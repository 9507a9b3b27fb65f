import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plain } from "../../../../engine/report/show/figure.ts";
import { tidySvg } from "../../../../engine/report/show/svg_tidy.ts";
import { FONT_FAMILY, shortened, textWidth, wrapped } from "../../../../engine/report/show/text_width.ts";
import { wordsFor } from "../../../../engine/report/show/words.ts";
import { anyText } from "../../../setup/strings.ts";

const SEED = 20261126;

describe("the width of text", () => {
  test("is that of Helvetica", () => {
    // Adobe's font metrics: W 944, i 222, l 222, space 278, 5 556.
    expect(textWidth("Will 5", 1000)).toBe(944 + 3 * 222 + 278 + 556);
    expect(textWidth("ab", 10, true)).toBeCloseTo(1.07 * 11.12, 9);
  });

  test("shortened text fits, and text that fits stays", () => {
    fc.assert(
      fc.property(anyText(40), fc.integer({ min: 20, max: 200 }), (text, width) => {
        const short = shortened(text, width, 12);
        if (textWidth(text, 12) <= width) expect(short).toBe(text);
        else expect(textWidth(short, 12) <= width || [...short].length <= 2).toBe(true);
      }),
      { seed: SEED },
    );
  });

  test("wrapped text keeps its words, and breaks only where it must", () => {
    expect(wrapped("mean of 5 seeds", 1000, 12)).toEqual(["mean of 5 seeds"]);
    expect(wrapped("mean of 5 seeds", 1, 12)).toEqual(["mean", "of", "5", "seeds"]);
    expect(wrapped("one two", textWidth("one two", 12), 12)).toEqual(["one two"]);
  });
});

describe("tidying an SVG", () => {
  test("drops what says nothing and keeps texts", () => {
    const svg = '<svg class="main-svg"><g class="a"><g id="b"/></g>' +
      `<text x="1.23456" style="font-family: ${FONT_FAMILY}; fill: rgb(31, 111, 235); fill-opacity: 1; opacity: 0.5;">` +
      "1.23456 opacity: 1</text></svg>";
    expect(tidySvg(svg)).toBe(
      `<svg font-family="${FONT_FAMILY}" class="main-svg">` +
        '<text x="1.23" style="fill: #1f6feb; opacity: 0.5;">1.23456 opacity: 1</text></svg>',
    );
  });
});

describe("words", () => {
  test("of known columns have units; others are taken apart; what is given goes first", () => {
    expect(wordsFor("profitPerEpisode")).toEqual({ label: "Profit per episode", unit: "money" });
    expect(wordsFor("stockCoverDays_max")).toEqual({ label: "Stock cover days max" });
    expect(wordsFor("constructor")).toEqual({ label: "Constructor" });
    expect(wordsFor("onHand", "Stock", "pallets")).toEqual({ label: "Stock", unit: "pallets" });
    expect(wordsFor("onHand", "Stock")).toEqual({ label: "Stock" });
    expect(wordsFor("onHand", undefined, "pallets")).toEqual({ label: "On hand", unit: "pallets" });
  });

  test("for Plotly have none of its tags, entities or formulas", () => {
    expect(plain("<b>5 & 6</b> $x$")).toBe("&lt;b&gt;5 &amp; 6&lt;/b&gt; &#36;x&#36;");
  });
});
