/**
 * The colours and dashes of series: told apart in light and dark, in print and by people who see few colours.
 */

export const COLOURS = ["blue", "orange", "teal", "violet", "red", "grey"] as const;
export type Colour = (typeof COLOURS)[number];

/** [on white, on dark]; after Okabe and Ito, with the contrast that thin lines need. */
export const SHADES: Readonly<Record<Colour, readonly [light: string, dark: string]>> = {
  blue: ["#1f6feb", "#6cb0ff"],
  orange: ["#c2570c", "#ffa657"],
  teal: ["#0b8a78", "#3fd0bb"],
  violet: ["#9a3fc4", "#d7a1f5"],
  red: ["#c9273a", "#ff8182"],
  grey: ["#667282", "#9aa7b6"],
};

/**
 * A colour for `stroke` and `fill`: the page's own where it defines one (`report_css.ts`), else the light
 * one.
 */
export function paint(colour: Colour): string {
  return `var(--chart-${colour}, ${SHADES[colour][0]})`;
}

export type Dash = "solid" | "dashed" | "dotted" | "dash-dot";

export const DASHES: Readonly<Record<Dash, string | undefined>> = {
  solid: undefined,
  dashed: "7 4",
  dotted: "2 4",
  "dash-dot": "9 3 2 3",
};
