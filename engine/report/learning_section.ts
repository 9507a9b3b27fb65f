/** How the profit rose: mean and band over seeds, evaluations, the baselines as lines. */

import { focusOf, niceDomain } from "./axes.ts";
import { lineChart, type Reference, type Series } from "./chart.ts";
import type { Colour, Dash } from "./colours.ts";
import type { Comparison, ComparisonRow, LearningCurve } from "./data.ts";
import { element, type Markup } from "./markup.ts";
import { measureOf } from "./measure.ts";
import { formatMean, formatNumber } from "./numbers.ts";

/** Lines that can still be told apart. */
const MOST_BASELINES = 4;
const BASELINE_STYLES: readonly [Colour, Dash][] = [
  ["orange", "dashed"],
  ["teal", "dash-dot"],
  ["violet", "dotted"],
  ["grey", "dashed"],
];

export function learningSection(curve: LearningCurve, comparison: Comparison | undefined): Markup {
  const rows = comparison?.rows ?? [];
  const sells = comparison === undefined || measureOf(comparison).better === "higher";
  const { steps, mean, low, high, band, evaluations } = curve;
  const references = baselinesOf(rows);
  const counting = [
    // The start of a training may lie far below everything that matters.
    ...[mean, low, high].flatMap((values) => values.slice(Math.floor(values.length / 4))),
    ...references.map(({ value }) => value),
    ...evaluations?.mean.slice(Math.floor(evaluations.mean.length / 4)) ?? [],
  ];
  const all = [...mean, ...low, ...high, ...evaluations?.mean ?? []];
  const domain = niceDomain(focusOf(all, counting), 5);
  const below = mean.filter((value) => value < domain[0]).length;
  const series: Series[] = [{
    label: "while training, mean",
    x: steps,
    y: mean,
    colour: "blue",
    shape: "line",
    band: { label: band, low, high },
  }];
  if (evaluations !== undefined) {
    series.push({
      label: "evaluated without exploration",
      x: evaluations.steps,
      y: evaluations.mean,
      colour: "blue",
      shape: "dots",
      errors: evaluations.stderr,
    });
  }
  return element(
    "section",
    { id: "learning" },
    element("h2", {}, "Learning curve"),
    element("p", { class: "muted" }, captionOf(sells, references, below, mean.length)),
    lineChart({
      title: `Profit per episode over ${curve.across}`,
      x: { label: curve.across },
      y: { label: "Profit per episode", unit: "money", domain },
      series,
      references,
      height: 320,
    }),
    evaluations === undefined ? undefined : evaluationTable(curve.across, evaluations),
  );
}

function baselinesOf(rows: readonly ComparisonRow[]): Reference[] {
  return rows.filter(({ learned }) => !learned)
    .toSorted((a, b) => b.profitPerEpisode.mean - a.profitPerEpisode.mean)
    .slice(0, MOST_BASELINES)
    .map(({ policy, profitPerEpisode }, k) => {
      const [colour, dash] = BASELINE_STYLES[k]!;
      return { label: policy, value: profitPerEpisode.mean, colour, dash };
    });
}

function captionOf(
  sells: boolean,
  references: readonly Reference[],
  below: number,
  points: number,
): string {
  const lines = references.length === 0
    ? ""
    : " Horizontal lines: what the baselines earn on the evaluation's episodes.";
  const hidden = below === 0
    ? ""
    : ` The first ${below === 1 ? "point" : `${below} of ${points} points`} of the mean lie${
      below === 1 ? "s" : ""
    } below the chart.`;
  const costs = sells ? "" : " Nothing is sold here: it is cost with a minus sign.";
  return `Profit of an episode, summed over all nodes.${costs}${lines}${hidden}`;
}

function evaluationTable(
  across: string,
  { steps, mean, stderr }: NonNullable<LearningCurve["evaluations"]>,
): Markup {
  return element(
    "details",
    {},
    element("summary", {}, "Evaluations as a table"),
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("th", { scope: "col", class: "number" }, across),
          element("th", { scope: "col", class: "number" }, "profit per episode ± standard error"),
        ),
      ),
      element(
        "tbody",
        {},
        steps.map((step, i) =>
          element(
            "tr",
            {},
            element("td", { class: "number" }, formatNumber(step)),
            element("td", { class: "number" }, formatMean(mean[i]!, stderr[i]!)),
          )
        ),
      ),
    ),
  );
}
