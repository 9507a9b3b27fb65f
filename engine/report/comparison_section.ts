/** The learned policies beside the baselines: bars of profit, and a table of everything that was measured. */

import type { Estimate } from "../simulation/mod.ts";
import { barChart } from "./bar_chart.ts";
import type { Comparison, ComparisonRow } from "./data.ts";
import { type Child, element, type Markup } from "./markup.ts";
import { bestRow, type Measure, measureOf } from "./measure.ts";
import { formatNumber, meanParts, NOTHING } from "./numbers.ts";

export function comparisonSection(comparison: Comparison): Markup {
  const { rows } = comparison;
  const { title, better, of } = measureOf(comparison);
  return element(
    "section",
    { id: "comparison" },
    element("h2", {}, "Comparison"),
    element("p", { class: "muted" }, captionOf(comparison)),
    barChart({
      title: `${title} of ${rows.map(({ policy }) => policy).join(", ")}`,
      x: { label: `${title}, mean and standard error`, unit: `money, ${better} is better` },
      bars: rows.map((row) => ({
        label: row.policy,
        value: of(row).mean,
        error: of(row).stderr,
        colour: row.learned ? "blue" : "grey",
      })),
    }),
    element("div", { class: "scroll", style: "margin-top:18px" }, table(comparison)),
  );
}

function captionOf({ episodes, periods, warmup, seed, reference }: Comparison): string {
  const counted = warmup === 0 ? "" : `, the first ${warmup} not counted`;
  const paired = reference === undefined ? "" : ` Differences are from ${reference}, episode by episode.`;
  return `Means ± standard errors over ${formatNumber(episodes)} episodes of ${
    formatNumber(periods)
  } periods${counted}; the same demand and lead times for every policy (seed ${seed}). ` +
    "Costs are per period, over all nodes; the fill rate is the share of customer demand shipped when it was due." +
    paired;
}

interface Column {
  title: string;
  of: (row: ComparisonRow) => Estimate | undefined;
  /** Absent where neither is. */
  better?: Measure["better"];
  /** Shown as percent. */
  share?: true;
}

function columnsOf({ rows, reference }: Comparison): Column[] {
  const echelons = Math.max(0, ...rows.map(({ bullwhip }) => bullwhip.length));
  return [
    { title: "Profit per episode", of: (row) => row.profitPerEpisode, better: "higher" },
    ...(reference === undefined
      ? []
      : [{ title: "Difference", of: (row: ComparisonRow) => row.difference } satisfies Column]),
    { title: "Cost per period", of: (row) => row.costPerPeriod, better: "lower" },
    { title: "Fill rate, %", of: (row) => row.fillRate, better: "higher", share: true },
    { title: "Units on hand", of: (row) => row.onHand },
    { title: "Units owed", of: (row) => row.backorders },
    ...Array.from({ length: echelons }, (_, k): Column => ({
      title: echelons === 1 ? "Bullwhip" : `Bullwhip, echelon ${k + 1}`,
      of: (row) => row.bullwhip[k],
    })),
  ];
}

function table(comparison: Comparison): Markup {
  const columns = columnsOf(comparison);
  const { rows } = comparison;
  const best = columns.map(({ better, of }) =>
    better === undefined || rows.length < 2 ? undefined : bestRow(rows, { better, of })
  );
  return element(
    "table",
    {},
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col" }, "Policy"),
        columns.map(({ title }) => element("th", { scope: "col", class: "number" }, title)),
      ),
    ),
    element(
      "tbody",
      {},
      rows.map((row) =>
        element(
          "tr",
          { class: row.learned ? "learned" : undefined },
          element("th", { scope: "row" }, row.policy),
          columns.map((column, c) =>
            element(
              "td",
              { class: isBest(column, row, best[c]) ? "number best" : "number" },
              cell(column, row),
            )
          ),
        )
      ),
    ),
  );
}

/** The mean, and below it the standard error. */
function cell({ of, share }: Column, row: ComparisonRow): Child[] {
  const figure = of(row);
  if (figure === undefined) return [NOTHING];
  const { text, error } = share === true
    ? meanParts(figure.mean * 100, figure.stderr * 100, 3)
    : meanParts(figure.mean, figure.stderr);
  return error === undefined ? [text] : [text, element("span", { class: "error" }, ` ± ${error}`)];
}

function isBest({ of }: Column, row: ComparisonRow, best: ComparisonRow | undefined): boolean {
  return best !== undefined && of(row)?.mean === of(best)?.mean;
}
