/**
 * One stage with backorders and a fixed cost, without any theory: the inventory position as a Markov chain,
 * and as a decision process. The period's costs are those of what is left of the position `covered` demand
 * later.
 */

export interface FixedCostSystem {
  /** Probability of a demand of 0, 1, 2, ... units in a period. */
  demand: readonly number[];
  /** Probability of a demand of 0, 1, 2, ... units in the lead time and one period. */
  covered: readonly number[];
  holdingCost: number;
  backorderCost: number;
  fixedOrderCost: number;
}

function costAfterOrdering(
  { covered, holdingCost, backorderCost }: FixedCostSystem,
  position: number,
): number {
  return covered.reduce(
    (sum, p, d) =>
      sum + p * (holdingCost * Math.max(0, position - d) + backorderCost * Math.max(0, d - position)),
    0,
  );
}

/**
 * Cost a period of ordering up to S from s or below, by the stationary distribution of the position after
 * ordering.
 */
export function chainCost(system: FixedCostSystem, s: number, S: number): number {
  const positions = Array.from({ length: S - s }, (_, i) => s + 1 + i);
  let shares: number[] = positions.map((position) => position === S ? 1 : 0);
  let orders = 0;
  for (let change = 1; change > 1e-13;) {
    const next = positions.map(() => 0);
    orders = 0;
    positions.forEach((position, i) => {
      system.demand.forEach((p, d) => {
        const left = position - d;
        if (left <= s) orders += shares[i] * p;
        next[(left <= s ? S : left) - s - 1] += shares[i] * p;
      });
    });
    // Half a step at a time: a chain that alternates converges too.
    const mixed = next.map((share, i) => (share + shares[i]) / 2);
    change = Math.max(...mixed.map((share, i) => Math.abs(share - shares[i])));
    shares = mixed;
  }
  const holding = positions.reduce(
    (sum, position, i) => sum + shares[i] * costAfterOrdering(system, position),
    0,
  );
  return holding + orders * system.fixedOrderCost;
}

/**
 * Cost a period of the best of all policies that keep the position between `low` and `high`, as an interval.
 */
export function bestCost(system: FixedCostSystem, low: number, high: number): [number, number] {
  const width = high - low + 1;
  const costs = Array.from({ length: width }, (_, i) => costAfterOrdering(system, low + i));
  let values = new Float64Array(width);
  for (let iteration = 0; iteration < 100_000; iteration++) {
    const after = costs.map((cost, i) =>
      system.demand.reduce((sum, p, d) => sum + p * values[Math.max(0, i - d)], cost)
    );
    let cheapest = Infinity;
    const next = new Float64Array(width);
    for (let i = width - 1; i >= 0; i--) {
      cheapest = Math.min(cheapest, after[i]);
      next[i] = Math.min(after[i], system.fixedOrderCost + cheapest);
    }
    let [least, most] = [Infinity, -Infinity];
    next.forEach((value, i) => {
      // A step to the same state half the time keeps the span falling where the chain alternates.
      next[i] = (value + values[i]) / 2;
      least = Math.min(least, 2 * (next[i] - values[i]));
      most = Math.max(most, 2 * (next[i] - values[i]));
    });
    const shift = next[0];
    values = next.map((value) => value - shift);
    if (most - least < 1e-8) return [least, most];
  }
  throw new RangeError("value iteration has not converged");
}
