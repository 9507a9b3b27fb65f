/** Boxes: the spread of values by category. */

import { categoriesIn, type CategoryOptions } from "./categories.ts";
import { axis, axisTitle, faded, type Figure, layout, plain, seriesStyle } from "./figure.ts";
import { panelled, type PanelPlace } from "./panels.ts";
import { grouped, numbersIn, rounded, type Rows } from "./rows.ts";

export type BoxOptions = CategoryOptions;

/** Up to so many values a box is shown with every value beside it. */
const MOST_POINTS = 50;

/**
 * The median, the quartiles (interpolated), whiskers to the last value within 1.5 times their distance (Tukey 1977).
 *
 * @throws InputError where there is no row, or a column is missing or holds no number
 */
export function boxFigure(source: Rows, options: BoxOptions): Figure {
  return panelled(source, options, WHERE, boxesOfRows);
}

const WHERE = "show.box";

function boxesOfRows(source: Rows, options: BoxOptions, place?: PanelPlace): Figure {
  const { rows, keys, groups, categories, labels, byGroup, x, y, title } = categoriesIn(
    source,
    options,
    WHERE,
    place,
  );
  const values = numbersIn(rows, options.y, WHERE);
  const most = Math.max(
    ...[...grouped(keys.map((key, i) => `${key}\n${groups[i]}`)).values()].map((own) => own.length),
  );
  const names = byGroup.map(([group]) => String(group)).filter((name) => name !== "");
  const note = "line: median; box: middle half" +
    (most <= MOST_POINTS ? "; points: every value" : "; points: outliers");
  const head = { title, note: options.note ?? note, legend: names };
  return {
    data: byGroup.map(([group, positions], k) => {
      const { colour } = seriesStyle(k);
      const drawn = positions.filter((i) => !Number.isNaN(values[i]));
      return {
        type: "box",
        name: plain(String(group)),
        showlegend: group !== "",
        offsetgroup: String(k),
        x: drawn.map((i) => categories.indexOf(keys[i]!)),
        y: drawn.map((i) => rounded(values[i]!)),
        boxpoints: most <= MOST_POINTS ? "all" : "outliers",
        pointpos: 0,
        jitter: 0.35,
        line: { color: colour, width: 1.6 },
        fillcolor: faded(colour, 0.16),
        marker: { color: faded(colour, 0.75), size: 4 },
      };
    }),
    head,
    layout: layout(head, {
      boxmode: "group",
      bottom: labels.bottom,
      xaxis: axis(x, labels.axis(plain(axisTitle(x)))),
      yaxis: axis(y),
    }),
    text: `${title}: boxes of ${axisTitle(y)} for ${categories.map(String).join(", ")}${
      names.length === 0 ? "" : `, each for ${names.join(", ")}`
    }`,
  };
}
