/** Distributions in a few characters, for drawings. */

import { type Distribution, mean } from "../../network/mod.ts";
import { formatNumber } from "../numbers.ts";

/** `Poisson(5)`, `1–5` for whole numbers of equal chance, `2` for a constant. */
export function distributionWords(distribution: Distribution): string {
  const seasonal = distribution.profile === undefined ? "" : ", seasonal";
  return `${kindWords(distribution)}${seasonal}`;
}

function kindWords(distribution: Distribution): string {
  const number = (value: number) => formatNumber(value, 3);
  switch (distribution.kind) {
    case "constant":
      return number(distribution.value);
    case "poisson":
      return `Poisson(${number(distribution.mean)})`;
    case "poisson-uniform":
      return `Poisson(${number(distribution.low)}–${number(distribution.high)})`;
    case "uniform-integer":
      return `${number(distribution.low)}–${number(distribution.high)}`;
    case "normal":
      return `N(${number(distribution.mean)}, ${number(distribution.stdDev)}²)`;
    case "negative-binomial":
      return `neg. bin. ${number(distribution.mean)}`;
    case "empirical":
    case "trace":
      return `data, mean ${number(mean(distribution))}`;
  }
}
