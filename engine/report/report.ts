/** One HTML file that says what a run did: no script, no network, readable on paper and on a telephone. */

import { configSection } from "./config_section.ts";
import { comparisonSection } from "./comparison_section.ts";
import type { Comparison, ComparisonRow, ReportData } from "./data.ts";
import { episodeSection } from "./episode_section.ts";
import { learningSection } from "./learning_section.ts";
import { element, type Markup, verbatim } from "./markup.ts";
import { bestRow, type Measure, measureOf } from "./measure.ts";
import { formatFixed, formatNumber, formatShare, meanParts } from "./numbers.ts";
import { REPORT_CSS } from "./report_css.ts";

/** Nothing may be loaded from anywhere, and no script may run. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The text of report.html. */
export function reportHtml(data: ReportData): string {
  const { title, version, command, config, notes = [], learning, comparison, episodes = [] } = data;
  const rows = comparison?.rows ?? [];
  const page = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { "http-equiv": "Content-Security-Policy", content: POLICY }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("meta", { name: "generator", content: `Bullwhip ${version}` }),
      element("title", {}, title),
      element("style", {}, verbatim(REPORT_CSS)),
    ),
    element(
      "body",
      {},
      element(
        "main",
        {},
        element("header", {}, element("h1", {}, title), notes.map((note) => element("p", {}, note))),
        tiles(comparison),
        configSection(command, config),
        learning === undefined ? undefined : learningSection(learning, comparison),
        rows.length === 0 ? undefined : comparisonSection(comparison!),
        episodes.length === 0 ? undefined : episodeSection(episodes),
        element("footer", {}, `Made by Bullwhip ${version}.`),
      ),
    ),
  );
  return `<!doctype html>\n${page.source}\n`;
}

/** The few figures that one looks for first: the best learned policy beside the best baseline. */
function tiles(comparison: Comparison | undefined): Markup | undefined {
  if (comparison === undefined) return undefined;
  const { rows } = comparison;
  const measure = measureOf(comparison);
  const learned = bestRow(rows.filter((row) => row.learned), measure);
  const baseline = bestRow(rows.filter((row) => !row.learned), measure);
  const main = learned ?? baseline;
  if (main === undefined) return undefined;
  const figure = (row: ComparisonRow) => {
    const { mean, stderr } = measure.of(row);
    const { text, error } = meanParts(mean, stderr);
    return tile(text, `${measure.title.toLowerCase()}, ${row.policy}`, error);
  };
  const both = learned !== undefined && baseline !== undefined;
  return element(
    "div",
    { class: "tiles" },
    figure(main),
    both ? figure(baseline) : undefined,
    both ? change(measure, learned, baseline) : undefined,
    tile(formatShare(main.fillRate.mean), `fill rate, ${main.policy}`),
    tile(formatNumber(main.onHand.mean), `units on hand, ${main.policy}`),
  );
}

function change({ title, of }: Measure, learned: ComparisonRow, baseline: ComparisonRow): Markup | undefined {
  const base = Math.abs(of(baseline).mean);
  if (!(base > 0)) return undefined;
  const share = (of(learned).mean - of(baseline).mean) / base;
  const text = `${share > 0 ? "+" : ""}${formatFixed(share * 100, 1)}%`;
  return tile(text, `${title.split(" ")[0]!.toLowerCase()} against the best baseline, ${baseline.policy}`);
}

function tile(figure: string, label: string, error?: string): Markup {
  const small = error === undefined ? undefined : element("small", {}, ` ± ${error}`);
  return element("div", { class: "tile" }, element("b", {}, figure, small), element("span", {}, label));
}
