/** The learned policies beside the baselines: bars of profit, and a table of everything that was measured. */

import type { Estimate } from "../simulation/mod.ts";
import { barChart } from "./bar_chart.ts";
import type { Comparison, ComparisonRow } from "./data.ts";
import { element, type Markup } from "./markup.ts";
import { formatMean, formatNumber, NOTHING } from "./numbers.ts";

export function comparisonSection(comparison: Comparison): Markup {
  const { rows } = comparison;
  return element(
    "section",
    { id: "comparison" },
    element("h2", {}, "Comparison"),
    element("p", { class: "muted" }, captionOf(comparison)),
    barChart({
      title: `Profit per episode of ${rows.map(({ policy }) => policy).join(", ")}`,
      x: { label: "Profit per episode", unit: "money, mean and standard error" },
      bars: rows.map(({ policy, learned, profitPerEpisode }) => ({
        label: policy,
        value: profitPerEpisode.mean,
        error: profitPerEpisode.stderr,
        colour: learned ? "blue" : "grey",
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
    `Costs are per period, over all nodes; the fill rate is the share of customer demand shipped when it was due.${paired}`;
}

interface Column {
  title: string;
  of: (row: ComparisonRow) => Estimate | undefined;
  /** Which value is best, where one is. */
  best?: "highest" | "lowest";
}

function columnsOf({ rows, reference }: Comparison): Column[] {
  const echelons = Math.max(0, ...rows.map(({ bullwhip }) => bullwhip.length));
  return [
    { title: "Profit per episode", of: (row) => row.profitPerEpisode, best: "highest" },
    ...(reference === undefined
      ? []
      : [{ title: "Difference", of: (row: ComparisonRow) => row.difference } satisfies Column]),
    { title: "Cost per period", of: (row) => row.costPerPeriod, best: "lowest" },
    { title: "Fill rate", of: (row) => row.fillRate, best: "highest" },
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
  const best = columns.map((column) => bestOf(column, rows));
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
          columns.map(({ of }, c) => {
            const figure = of(row);
            const text = figure === undefined ? NOTHING : formatMean(figure.mean, figure.stderr);
            return element("td", { class: best[c] === row ? "number best" : "number" }, text);
          }),
        )
      ),
    ),
  );
}

function bestOf({ of, best }: Column, rows: readonly ComparisonRow[]): ComparisonRow | undefined {
  if (best === undefined || rows.length < 2) return undefined;
  const sign = best === "highest" ? 1 : -1;
  const score = (row: ComparisonRow) => sign * (of(row)?.mean ?? NaN);
  return rows.filter((row) => Number.isFinite(score(row)))
    .reduce<ComparisonRow | undefined>((a, b) => a === undefined || score(b) > score(a) ? b : a, undefined);
}
