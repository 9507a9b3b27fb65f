import { JSDOM } from "jsdom";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { show } from "../../../../engine/mod.ts";
import { DISPLAY, kernel } from "../../../../engine/report/show/kernel.ts";
import { liveHtml, plotlyHtml } from "../../../../engine/report/show/page.ts";
import type { Picture } from "../../../../engine/report/show/picture.ts";
import { type PlotlyWindow, prepareWindow } from "../../../../engine/report/show/plotly_svg.ts";
import { svgInHtml, textsOf } from "../../../setup/pictures.ts";

const HOSTILE =
  `</script><script>alert("1")</script><img src=x onerror=alert(2)><b>bold</b><a href="x">link</a> & $x$ %{y} 'quoted'`;
const ROWS = [{ method: "ppo", profit: 3 }, { method: "mappo", profit: 5 }];

/** The first bundle of a process holds Plotly itself. */
let first: Picture;
let firstHtml: string;
let second: Picture;
beforeAll(async () => {
  first = await show.bars(ROWS, { x: "method", y: "profit", title: "First" });
  firstHtml = htmlOf(first);
  second = await show.bars(ROWS, { x: "method", y: "profit", title: "Second" });
});
afterEach(() => {
  Deno.env.delete("BULLWHIP_STATIC");
  vi.restoreAllMocks();
});

function htmlOf(picture: Picture): string {
  return picture.bundle()["text/html"] as string;
}

describe("a picture's bundle", () => {
  test("has HTML with an image, SVG and one line of text", () => {
    const bundle = second.bundle();
    expect(Object.keys(bundle).sort()).toEqual(["image/svg+xml", "text/html", "text/plain"]);
    expect(bundle["text/plain"]).toBe("Second: bars of Profit (money) for ppo, mappo");
    expect(bundle["image/svg+xml"]).toBe(second.toSvg());
    expect(svgInHtml(bundle["text/html"] as string)).toBe(second.toSvg());
    expect(bundle["text/html"]).toContain('alt="Second: bars of Profit (money) for ppo, mappo"');
  });

  test("carries Plotly with the first picture of a process alone", () => {
    expect(firstHtml.length).toBeGreaterThan(1e6);
    expect(firstHtml.match(/plotly\.js \(cartesian/g)).toHaveLength(1);
    for (const again of [first, second]) expect(htmlOf(again).length).toBeLessThan(30_000);
  });

  test("has no script and no Plotly with BULLWHIP_STATIC=1", async () => {
    Deno.env.set("BULLWHIP_STATIC", "1");
    const picture = await show.lines([{ x: 1, y: 2 }, { x: 2, y: 3 }], { x: "x", y: "y" });
    const html = htmlOf(picture);
    expect(html).not.toContain("<script");
    expect(html).toBe(picture.toHtml());
    expect(svgInHtml(html)).toBe(picture.toSvg());
  });

  test("is the same for the same picture, so that a committed notebook does not change", async () => {
    const again = await show.bars(ROWS, { x: "method", y: "profit", title: "Second" });
    expect(again.toSvg()).toBe(second.toSvg());
    expect(again.toHtml()).toBe(second.toHtml());
  });

  test("shows hostile names as they are, everywhere", async () => {
    const picture = await show.bars(
      [{ method: HOSTILE, group: HOSTILE, profit: 3 }, { method: "b", group: "c", profit: 1 }],
      { x: "method", y: "profit", group: "group", title: HOSTILE, yLabel: HOSTILE },
    );
    const texts = textsOf(picture).map((text) => text.replaceAll(/\s+/g, " "));
    // In the legend whole; elsewhere broken into lines.
    expect(texts).toContain(HOSTILE);
    const html = htmlOf(picture);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain("<img src=x");
    expect(picture.toSvg()).not.toContain("<script");
    expect(picture.toSvg()).not.toMatch(/<img|<a /);
  });
});

test("a live picture's data cannot end its script", () => {
  const html = liveHtml("", { data: [{ name: "</script><script>" }], layout: { width: 1, height: 1 } }, "id");
  expect(html.match(/<\/?script/g)).toEqual(["<script", "</script"]);
  expect(html).toContain('"name":"\\u003c/script>\\u003cscript>"');
});

describe("on a page with require.js", () => {
  function page(parts: readonly string[]) {
    const defined = vi.fn();
    const dom = new JSDOM(`<!doctype html><body>${parts.join("\n")}</body>`, {
      runScripts: "dangerously",
      pretendToBeVisual: true,
      beforeParse(window: PlotlyWindow & { define: unknown }) {
        prepareWindow(window);
        window.define = Object.assign(defined, { amd: {} });
      },
    });
    return { document: dom.window.document, window: dom.window, defined };
  }

  test("charts take the place of their images, wherever Plotly comes", async () => {
    const { document, window, defined } = page([
      htmlOf(second),
      htmlOf(first),
      await plotlyHtml(),
      htmlOf(second),
    ]);
    await vi.waitFor(() => expect(document.querySelectorAll(".bullwhip-picture img")).toHaveLength(0));
    expect(document.querySelectorAll(".js-plotly-plot")).toHaveLength(3);
    expect(document.querySelectorAll(".bars .point")).toHaveLength(6);
    expect(defined).not.toHaveBeenCalled();
    window.close();
  });

  test("a second Plotly, as after a restart of the kernel, changes nothing", async () => {
    const { document, window } = page([
      await plotlyHtml(),
      htmlOf(second),
      "<script>window.before = window.bullwhipPictures.plotly;</script>",
      await plotlyHtml(),
      htmlOf(first),
    ]);
    await vi.waitFor(() => expect(document.querySelectorAll(".bullwhip-picture img")).toHaveLength(0));
    expect(document.querySelectorAll(".js-plotly-plot")).toHaveLength(2);
    const { before, bullwhipPictures } = window as unknown as Record<string, { plotly: unknown }>;
    expect(before !== undefined && before === bullwhipPictures!.plotly).toBe(true);
    window.close();
  });

  test("without Plotly the images stay", () => {
    const { document, window } = page([htmlOf(second), htmlOf(first)]);
    expect(document.querySelectorAll(".bullwhip-picture img")).toHaveLength(2);
    window.close();
  });
});

describe("showing", () => {
  test("a promise of a picture can be a cell's value as well", async () => {
    const making = show.bars(ROWS, { x: "method", y: "profit", title: "Second" });
    const shown = await (making as unknown as Picture)[DISPLAY]();
    expect(shown["text/plain"]).toBe(second.bundle()["text/plain"]);
  });

  test("outside a notebook, display writes the text", async () => {
    expect(kernel()).toBeUndefined();
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await second.display();
    expect(log).toHaveBeenCalledExactlyOnceWith("Second: bars of Profit (money) for ppo, mappo");
  });
});
