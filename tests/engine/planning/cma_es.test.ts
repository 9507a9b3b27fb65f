import { describe, expect, test } from "vitest";
import { CmaEs, type CmaEsOptions } from "../../../engine/planning/cma_es.ts";
import { SearchDraws } from "../../../engine/planning/search_draws.ts";

/** The mean after `generations`, maximising `objective`. */
function maximise(
  objective: (x: Float64Array) => number,
  options: CmaEsOptions,
  generations: number,
): Float64Array {
  const search = new CmaEs(options);
  const { dimensions: n, population } = search;
  const draws = new SearchDraws(20261121);
  for (let g = 0; g < generations; g++) {
    draws.nextGeneration();
    const normals = new Float64Array(population * n);
    for (let k = 0; k < population; k++) draws.normals(k, normals, k * n, n);
    const candidates = search.ask(normals);
    search.tell(
      Array.from({ length: population }, (_, k) => objective(candidates.subarray(k * n, (k + 1) * n))),
    );
  }
  return search.mean;
}

const sphere = (x: Float64Array) => -x.reduce((sum, value) => sum + (value - 1) ** 2, 0);

function rosenbrock(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) sum += 100 * (x[i + 1]! - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2;
  return -sum;
}

/** Axes whose curvatures differ by 10^4: only an adapted covariance gets along them. */
const cigar = (x: Float64Array) =>
  -x.reduce((sum, value, i) => sum + (i === 0 ? 1 : 1e4) * (value - 1) ** 2, 0);

describe("CMA-ES", () => {
  test.each([
    ["sphere, 10 dimensions", sphere, 10, 150, false],
    ["sphere, separable, 10 dimensions", sphere, 10, 150, true],
    ["cigar, 6 dimensions", cigar, 6, 300, false],
    ["cigar, separable, 6 dimensions", cigar, 6, 300, true],
    ["Rosenbrock, 4 dimensions", rosenbrock, 4, 400, false],
  ])("finds the maximum of the %s", (_, objective, n, generations, separable) => {
    const found = maximise(
      objective,
      { mean: new Float64Array(n).fill(-2), sigma: 1, separable },
      generations,
    );
    for (const value of found) expect(Math.abs(value - 1)).toBeLessThan(1e-3);
  });
});
