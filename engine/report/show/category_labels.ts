/** Names of categories below an axis. */

import { AXIS_TITLE_SIZE, plain, WIDTH } from "./figure.ts";
import { textWidth, wrapped } from "./text_width.ts";

export interface CategoryLabels {
  /** Room below the plot for the names and the axis title, in pixels. */
  bottom: number;
  /** The parts of an axis with the categories 0, 1, 2, ... */
  axis(title: string): Record<string, unknown>;
}

const SIZE = 12;
const SLANT = 35;
/** Longer names are cut by the picture's edge. */
const MOST_WIDTH = 220;

/** Side by side on up to three lines each where they fit, else slanted. */
export function categoryLabels(names: readonly string[], width = WIDTH - 100): CategoryLabels {
  const room = width / names.length - 6;
  const lines = names.map((name) => wrapped(name, room, SIZE));
  const fits = lines.every((own) => own.length <= 3 && own.every((line) => textWidth(line, SIZE) <= room));
  const longest = Math.min(MOST_WIDTH, Math.max(...names.map((name) => textWidth(name, SIZE))));
  const height = fits
    ? 16 * Math.max(...lines.map((own) => own.length))
    : Math.ceil(longest * Math.sin(SLANT * Math.PI / 180) + SIZE);
  return {
    bottom: 40 + height,
    axis: (title) => ({
      tickmode: "array",
      tickvals: names.map((_, i) => i),
      ticktext: fits ? lines.map((own) => own.map(plain).join("<br>")) : names.map(plain),
      tickangle: fits ? 0 : -SLANT,
      range: [-0.5, names.length - 0.5],
      showgrid: false,
      zeroline: false,
      automargin: false,
      title: { text: title, standoff: 10, font: { size: AXIS_TITLE_SIZE } },
    }),
  };
}
