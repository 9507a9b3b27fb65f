/** Numbers as people read them: grouped digits, a true minus sign, no more digits than they mean. */

/** What stands where there is no number. */
export const NOTHING = "–";

/**
 * To at least `digits` significant digits, without zeros at the end; digits before the point are never cut.
 */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return NOTHING;
  if (value !== 0 && Math.abs(value) < 1e-4) return minus(String(Number(value.toPrecision(digits))));
  return formatFixed(value, Number.isInteger(value) ? 0 : decimalsFor(value, digits)).replace(
    /(\.\d*?)0+$/,
    "$1",
  )
    .replace(/\.$/, "");
}

/** With so many decimals. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  if (Math.abs(value) >= 1e15) return minus(value.toExponential(3));
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".") as [string, string?];
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/**
 * A mean with its standard error, `17.661 ± 0.028`: the error with two significant digits, the mean with as
 * many decimals. Without an error that means anything (one replication: NaN) the mean alone.
 */
export function formatMean(mean: number, stderr: number): string {
  const { text, error } = meanParts(mean, stderr);
  return error === undefined ? text : `${text} ± ${error}`;
}

/** The two numbers of `formatMean`. @param most decimals at most */
export function meanParts(mean: number, stderr: number, most = 9): { text: string; error?: string } {
  if (!Number.isFinite(mean) || !Number.isFinite(stderr)) return { text: formatNumber(mean) };
  // What rounding leaves where nothing varies is no error.
  if (stderr <= 1e-9 * Math.abs(mean)) return { text: formatNumber(mean) };
  const decimals = Math.min(most, decimalsFor(stderr, 2));
  return { text: formatFixed(mean, decimals), error: formatFixed(stderr, decimals) };
}

/** A share in percent, which says 100 only where it is. */
export function formatShare(share: number): string {
  const text = formatFixed(share * 100, 1);
  return share < 1 && text === "100.0"
    ? ">99.9%"
    : share === 1
    ? "100%"
    : `${text}${Number.isFinite(share) ? "%" : ""}`;
}

const SUFFIXES: readonly [number, string][] = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]];

/** The labels of an axis, all with the same suffix and decimals: `0`, `0.5M`, `1.0M`. */
export function formatTicks(ticks: readonly number[]): string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs));
  if (largest > 0 && (largest < 1e-3 || largest >= 1e15)) {
    return ticks.map((tick) => tick === 0 ? "0" : minus(tick.toExponential(1)));
  }
  const [divisor, suffix] = largest >= 10_000 ? SUFFIXES.find(([size]) => largest >= size)! : [1, ""];
  const scaled = ticks.map((tick) => tick / divisor);
  const decimals = Math.max(0, ...scaled.map(decimalsOf));
  return scaled.map((tick) => tick === 0 ? "0" : `${formatFixed(tick, decimals)}${suffix}`);
}

/** Decimals that a tick needs; ticks are short, what follows the sixth digit is rounding. */
function decimalsOf(value: number): number {
  const [, fraction = ""] = String(Number(value.toPrecision(6))).split(".");
  return /e/.test(fraction) ? 6 : fraction.length;
}

function decimalsFor(value: number, digits: number): number {
  if (value === 0) return 0;
  return Math.min(9, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)))));
}

function minus(text: string): string {
  return text.replaceAll("-", "−");
}
