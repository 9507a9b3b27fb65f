/** Rows by category and group: what bars and boxes stand on. */

import { InputError } from "../../errors.ts";
import { categoryLabels } from "./category_labels.ts";
import { type AxisText, lowerFirst } from "./figure.ts";
import type { ChartText } from "./lines.ts";
import type { PanelOptions, PanelPlace } from "./panels.ts";
import { chosen, distinct, grouped, type Key, keysIn, type Row, type Rows, rowsOf } from "./rows.ts";
import { wordsFor } from "./words.ts";

export interface CategoryOptions extends ChartText, PanelOptions {
  /** Column of the categories. */
  x: string;
  y: string;
  /** Column of what stands side by side within a category. */
  group?: string;
  /** Which groups, and in which order. */
  groups?: readonly Key[];
}

export interface Categories {
  rows: readonly Row[];
  /** (rows) The category of each, and its group: "" where there are none. */
  keys: readonly Key[];
  groups: readonly Key[];
  categories: readonly Key[];
  labels: ReturnType<typeof categoryLabels>;
  /** Positions of the rows of each group. */
  byGroup: readonly (readonly [Key, readonly number[]])[];
  x: AxisText;
  y: AxisText;
  title: string;
}

/** @throws InputError where there is no row, or a column is missing */
export function categoriesIn(
  source: Rows,
  options: CategoryOptions,
  where: string,
  place: PanelPlace | undefined,
): Categories {
  const rows = rowsOf(source, where);
  if (options?.x === undefined || options.y === undefined) {
    throw new InputError(
      where,
      'expected the columns x and y, such as { x: "method", y: "profitPerEpisode" }',
    );
  }
  const keys = keysIn(rows, options.x, where);
  const groups = options.group === undefined ? rows.map((): Key => "") : keysIn(rows, options.group, where);
  const categories = distinct(keys);
  const x = wordsFor(options.x, options.xLabel, options.xUnit);
  const y = wordsFor(options.y, options.yLabel, options.unit);
  return {
    rows,
    keys,
    groups,
    categories,
    labels: categoryLabels(categories.map(String), place?.width),
    byGroup: chosen(grouped(groups), options.groups, where, place && []),
    x,
    y,
    title: options.title ?? `${y.label} by ${lowerFirst(x.label)}`,
  };
}
