/**
 * One stage with lost sales, solved as a Markov decision process: what no policy can beat, and what the best
 * base-stock level costs. Each period: order, receive what was ordered `leadTime` periods ago, serve demand,
 * pay `holdingCost` on what is left and `lostSaleCost` on what was lost.
 *
 * Zipkin, "Old and new methods for lost-sales inventory systems", Operations Research 56 (2008), 1256-1263,
 * has the same systems: Poisson(5), holding 1, lost sale 4, optimum 4.04, 4.40, 4.60, 4.73 for lead times 1
 * to 4.
 */

export interface LostSales {
  /** Probability of a demand of 0, 1, 2, ... units in a period. */
  demand: readonly number[];
  /** At least 1. */
  leadTime: number;
  holdingCost: number;
  lostSaleCost: number;
  /**
   * No state has more units ready for sale, and no order is larger: both out of an optimal policy's reach.
   */
  mostStock: number;
  mostOrder: number;
}

/** Cost a period of the best policy, as an interval that holds it. */
export function lostSalesOptimum(system: LostSales): [number, number] {
  return averageCost(system, (_, mostOrder) => [0, mostOrder]);
}

/** Cost a period of ordering the inventory position (on-hand and on order) up to `level`, as an interval. */
export function lostSalesBaseStock(system: LostSales, level: number): [number, number] {
  return averageCost(system, (position, mostOrder) => {
    const order = Math.min(mostOrder, Math.max(0, level - position));
    return [order, order];
  });
}

export function poissonMasses(mean: number, most: number): number[] {
  const masses = [Math.exp(-mean)];
  for (let k = 1; k < most; k++) masses.push((masses[k - 1] * mean) / k);
  return [...masses, 1 - masses.reduce((sum, mass) => sum + mass, 0)];
}

/**
 * Relative value iteration. A state is what is ready for sale once this period's receipts are in, and the
 * orders of the `leadTime - 1` periods before, the oldest first; index = ready + orders in mixed radix.
 */
function averageCost(
  system: LostSales,
  choices: (position: number, mostOrder: number) => [number, number],
): [number, number] {
  const { demand, leadTime, holdingCost, lostSaleCost, mostStock, mostOrder } = system;
  const stocks = mostStock + 1;
  const orders = mostOrder + 1;
  const pipelines = orders ** (leadTime - 1);
  const oldestWeight = orders ** (leadTime - 2);
  const periodCost = Array.from(
    { length: stocks },
    (_, ready) =>
      demand.reduce(
        (sum, p, d) =>
          sum + p * (holdingCost * Math.max(0, ready - d) + lostSaleCost * Math.max(0, d - ready)),
        0,
      ),
  );
  let values = new Float64Array(stocks * pipelines);
  const expected = (ready: number, arriving: number, pipeline: number) => {
    let sum = 0;
    for (let d = 0; d < demand.length; d++) {
      const next = Math.min(mostStock, Math.max(0, ready - d) + arriving);
      sum += demand[d] * values[next + stocks * pipeline];
    }
    return sum;
  };
  for (let iteration = 0; iteration < 10_000; iteration++) {
    const next = new Float64Array(values.length);
    let [low, high] = [Infinity, -Infinity];
    for (let pipeline = 0; pipeline < pipelines; pipeline++) {
      let inPipeline = 0;
      for (let rest = pipeline; rest > 0; rest = Math.floor(rest / orders)) inPipeline += rest % orders;
      const oldest = leadTime > 1 ? Math.floor(pipeline / oldestWeight) : 0;
      const younger = leadTime > 1 ? pipeline % oldestWeight : 0;
      for (let ready = 0; ready < stocks; ready++) {
        const [least, most] = choices(ready + inPipeline, mostOrder);
        let best = Infinity;
        for (let order = least; order <= most; order++) {
          const value = leadTime === 1
            ? expected(ready, order, 0)
            : expected(ready, oldest, younger * orders + order);
          best = Math.min(best, value);
        }
        const index = ready + stocks * pipeline;
        next[index] = periodCost[ready] + best;
        low = Math.min(low, next[index] - values[index]);
        high = Math.max(high, next[index] - values[index]);
      }
    }
    const shift = next[0];
    values = next.map((value) => value - shift);
    if (high - low < 1e-6) return [low, high];
  }
  throw new RangeError("value iteration has not converged");
}
