/** The mean of a column by two others, with the figures in the cells. */

import { InputError } from "../../errors.ts";
import { formatFixed } from "../numbers.ts";
import { categoryLabels } from "./category_labels.ts";
import { axis, axisTitle, type Figure, layout, lowerFirst, plain, WIDTH } from "./figure.ts";
import type { ChartText } from "./lines.ts";
import { distinct, keysIn, numbersIn, type Rows, rowsOf } from "./rows.ts";
import { shortened, textWidth } from "./text_width.ts";
import { wordsFor } from "./words.ts";

export interface HeatmapOptions extends Omit<ChartText, "yLabel"> {
  /** Columns. */
  x: string;
  y: string;
  value: string;
  yLabel?: string;
  /** Of the value. */
  valueLabel?: string;
  /** In the cells. Default: three significant digits of the largest value. */
  decimals?: number;
}

/** Cells that the text alternative names. */
const MOST_SAID = 40;

/** Pixels. */
const ROW = 34;
const LEAST_HEIGHT = 120;

type Rgb = readonly [red: number, green: number, blue: number];

/** Light to dark, so that print keeps it; and from orange over white to blue where values have two signs. */
const LIGHT: Rgb = [240, 246, 253];
const DARK: Rgb = [11, 74, 158];
const WHITE: Rgb = [255, 255, 255];
const ORANGE: Rgb = [168, 72, 10];

/** @throws InputError where there is no row, or a column is missing or holds no number */
export function heatmapFigure(source: Rows, options: HeatmapOptions): Figure {
  const where = "show.heatmap";
  const rows = rowsOf(source, where);
  if (options?.x === undefined || options.y === undefined || options.value === undefined) {
    throw new InputError(
      where,
      'expected the columns x, y and value, such as { x: "network", y: "method", value: "profitPerEpisode" }',
    );
  }
  const [xKeys, yKeys] = [keysIn(rows, options.x, where), keysIn(rows, options.y, where)];
  const values = numbersIn(rows, options.value, where);
  const [columns, lines] = [distinct(xKeys), distinct(yKeys)];
  const z = lines.map((line) =>
    columns.map((column) => meanOf(values.filter((_, i) => xKeys[i] === column && yKeys[i] === line)))
  );
  const all = z.flat().filter(Number.isFinite);
  const decimals = options.decimals ?? decimalsFor(all);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const signs = low < 0 && high > 0;
  const largest = Math.max(-low, high);
  const x = wordsFor(options.x, options.xLabel, options.xUnit);
  const y = wordsFor(options.y, options.yLabel);
  const value = wordsFor(options.value, options.valueLabel, options.unit);
  const names = lines.map((line) => shortened(String(line), 180, 12));
  const left = Math.ceil(Math.max(...names.map((name) => textWidth(name, 12)))) + 48;
  const labels = categoryLabels(columns.map(String), WIDTH - left - 18);
  const title = options.title ?? `${value.label} by ${lowerFirst(y.label)} and ${lowerFirst(x.label)}`;
  const several = rows.length > all.length;
  const measured = axisTitle(value);
  const cells = z.flatMap((line, r) =>
    line.map((one, c) => ({ r, c, one, share: (one - low) / (high - low || 1) }))
  );
  const colours = cells.map(({ one, share }): Rgb => {
    if (Number.isNaN(one)) return WHITE;
    if (!signs) return mixed(LIGHT, DARK, share);
    return mixed(WHITE, one < 0 ? ORANGE : DARK, Math.abs(one) / largest);
  });
  return {
    // Figures on rectangles: Plotly's own heatmap is a bitmap, which takes a browser.
    data: [{
      type: "scatter",
      mode: "text",
      x: cells.map(({ c }) => c),
      y: cells.map(({ r }) => r),
      text: cells.map(({ one }) => Number.isNaN(one) ? "" : formatFixed(one, decimals)),
      textfont: {
        size: 12,
        color: colours.map((colour) => brightness(colour) > 0.55 ? "#1f2733" : "#ffffff"),
      },
      hoverinfo: "skip",
      showlegend: false,
    }],
    layout: layout(
      { title, note: options.note ?? (several ? `mean of ${lowerFirst(measured)}` : measured) },
      {
        shapes: cells.flatMap(({ r, c, one }, k) =>
          Number.isNaN(one) ? [] : [{
            type: "rect",
            layer: "below",
            x0: c - 0.49,
            x1: c + 0.49,
            y0: r - 0.48,
            y1: r + 0.48,
            fillcolor: `rgb(${colours[k]!.map(Math.round).join(", ")})`,
            line: { width: 0 },
          }]
        ),
        plotHeight: Math.max(LEAST_HEIGHT, ROW * lines.length),
        bottom: labels.bottom,
        left,
        xaxis: axis(x, { ...labels.axis(plain(axisTitle(x))), ticks: "" }),
        yaxis: axis(y, {
          tickmode: "array",
          tickvals: lines.map((_, i) => i),
          ticktext: names.map(plain),
          // The first one on top.
          range: [lines.length - 0.5, -0.5],
          showgrid: false,
          zeroline: false,
          ticks: "",
        }),
      },
    ),
    text: `${title}: ${
      cells.map(({ r, c, one }) => `${lines[r]}, ${columns[c]}: ${formatFixed(one, decimals)}`).slice(
        0,
        MOST_SAID,
      )
        .join("; ")
    }`,
  };
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, k) => part + (to[k]! - part) * share) as unknown as Rgb;
}

/** Relative luminance without gamma: enough to tell light from dark. */
function brightness([red, green, blue]: Rgb): number {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function meanOf(values: readonly number[]): number {
  const there = values.filter((value) => !Number.isNaN(value));
  return there.length === 0 ? NaN : there.reduce((sum, value) => sum + value, 0) / there.length;
}

function decimalsFor(values: readonly number[]): number {
  if (values.every(Number.isInteger)) return 0;
  const largest = Math.max(...values.map(Math.abs));
  return largest === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(largest))));
}
