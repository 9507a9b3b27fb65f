/** One HTML file that says what a run did: no script, no network, readable on paper and on a telephone. */

import { configSection } from "./config_section.ts";
import { comparisonSection } from "./comparison_section.ts";
import type { ComparisonRow, ReportData } from "./data.ts";
import { episodeSection } from "./episode_section.ts";
import { learningSection } from "./learning_section.ts";
import { element, type Markup, verbatim } from "./markup.ts";
import { formatFixed, formatMean, formatNumber } from "./numbers.ts";
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
        tiles(rows),
        learning === undefined ? undefined : learningSection(learning, rows),
        rows.length === 0 ? undefined : comparisonSection(comparison!),
        episodes.length === 0 ? undefined : episodeSection(episodes),
        configSection(command, config),
        element("footer", {}, `Made by Bullwhip ${version}.`),
      ),
    ),
  );
  return `<!doctype html>\n${page.source}\n`;
}

/** The few figures that one looks for first: the best learned policy beside the best baseline. */
function tiles(rows: readonly ComparisonRow[]): Markup | undefined {
  const learned = bestOf(rows.filter((row) => row.learned));
  const baseline = bestOf(rows.filter((row) => !row.learned));
  const main = learned ?? baseline;
  if (main === undefined) return undefined;
  const profit = ({ policy, profitPerEpisode: { mean, stderr } }: ComparisonRow) =>
    tile(formatMean(mean, stderr), `profit per episode, ${policy}`);
  const both = learned !== undefined && baseline !== undefined;
  return element(
    "div",
    { class: "tiles" },
    profit(main),
    both ? profit(baseline) : undefined,
    both ? gain(learned, baseline) : undefined,
    tile(`${formatFixed(main.fillRate.mean * 100, 1)}%`, `fill rate, ${main.policy}`),
    tile(formatNumber(main.costPerPeriod.mean), `cost per period, ${main.policy}`),
  );
}

function gain(learned: ComparisonRow, baseline: ComparisonRow): Markup | undefined {
  const more = learned.profitPerEpisode.mean - baseline.profitPerEpisode.mean;
  const base = Math.abs(baseline.profitPerEpisode.mean);
  if (!(base > 0)) return undefined;
  const share = formatFixed(more / base * 100, 1);
  return tile(`${more > 0 ? "+" : ""}${share}%`, `profit against the best baseline, ${baseline.policy}`);
}

function tile(figure: string, label: string): Markup {
  return element("div", { class: "tile" }, element("b", {}, figure), element("span", {}, label));
}

function bestOf(rows: readonly ComparisonRow[]): ComparisonRow | undefined {
  return rows.reduce<ComparisonRow | undefined>(
    (a, b) => a === undefined || b.profitPerEpisode.mean > a.profitPerEpisode.mean ? b : a,
    undefined,
  );
}
