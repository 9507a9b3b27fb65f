/** Performance profiles: the share of runs above every score. */

import { InputError } from "../../errors.ts";
import type { Figure } from "./figure.ts";
import { type ChartText, linesFigure } from "./lines.ts";

/** (thresholds) each. */
export interface Profile {
  thresholds: readonly number[];
  /** Share of runs whose score lies above the threshold. */
  shares: readonly number[];
  low?: readonly number[];
  high?: readonly number[];
}

export interface ProfileOptions extends ChartText {
  /** What the bands are. Default: "areas: bootstrap intervals". */
  note?: string;
}

/**
 * The picture of rliable (Agarwal et al. 2021, figure 3).
 *
 * @param profiles by group, such as methods
 * @throws InputError where there is none, or its lists differ in length
 */
export function profilesFigure(
  profiles: Readonly<Record<string, Profile>>,
  options: ProfileOptions = {},
): Figure {
  const where = "show.profiles";
  const named = Object.entries(profiles ?? {});
  if (named.length === 0) throw new InputError(where, "expected at least one profile, got none");
  const banded = named.some(([, { low, high }]) => low !== undefined && high !== undefined);
  const lines = named.map(([label, { thresholds, shares, low, high }]) => {
    if (!Array.isArray(thresholds) || !Array.isArray(shares)) {
      throw new InputError(`${where}: ${label}`, "expected a profile with lists of thresholds and shares");
    }
    const order = thresholds.map((_, i) => i).toSorted((a, b) => thresholds[a]! - thresholds[b]!);
    const sorted = (values: readonly number[]) => order.map((i) => values[i]!);
    return {
      label,
      x: sorted(thresholds),
      y: sorted(shares),
      ...(low === undefined || high === undefined ? {} : { band: { low: sorted(low), high: sorted(high) } }),
    };
  });
  return linesFigure(lines, {
    title: "Performance profiles",
    xLabel: "Score τ",
    yLabel: "Share of runs with a score above τ",
    markers: false,
    ...(banded ? { note: "areas: bootstrap intervals" } : {}),
    ...options,
    yRange: [0, 1.02],
  });
}
