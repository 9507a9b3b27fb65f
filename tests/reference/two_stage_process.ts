/**
 * Two stages in a line as one decision maker's Markov decision process: the least cost of any policy, for
 * checking echelon base-stock policies. Each period: both stages receive, stage 2 ships to stage 1 what the
 * decision maker wants (at most what it has) and orders outside, demand is served or owed at stage 1, and
 * on-hand stock and backorders are paid for. Goods in transit are free.
 */

export interface TwoStages {
  /** Probability of a demand of 0, 1, 2, ... units in a period. */
  demand: readonly number[];
  /** Per unit on hand and period: upstream, downstream. */
  holdingCosts: [number, number];
  backorderCost: number;
  /**
   * Periods from shipping to use: upstream at least 1, downstream at least 0. Each at most 1 more than that.
   */
  leadTimes: [number, number];
  /** Bounds of the state, out of an optimal policy's reach. */
  mostUpstream: number;
  downstream: [number, number];
  mostOrder: number;
}

/** Cost a period of the best policy, as an interval. */
export function twoStageOptimum(system: TwoStages): [number, number] {
  const { demand, holdingCosts: [upstreamCost, downstreamCost], backorderCost, leadTimes } = system;
  const [lowest, highest] = system.downstream;
  const orders = system.mostOrder + 1;
  // State: stock ready upstream, level downstream, and what arrives next period at either where that is on
  // its way.
  const stocks = system.mostUpstream + 1;
  const levels = highest - lowest + 1;
  const comingUp = leadTimes[0] === 2 ? orders : 1;
  const comingDown = leadTimes[1] === 1 ? orders : 1;
  const index = (stock: number, level: number, up: number, down: number) =>
    ((stock * levels + level - lowest) * comingUp + up) * comingDown + down;
  let values = new Float64Array(stocks * levels * comingUp * comingDown);

  const best = (stock: number, level: number, up: number, down: number): number => {
    let least = Infinity;
    for (let ship = 0; ship <= Math.min(stock, system.mostOrder); ship++) {
      const usable = level + (leadTimes[1] === 1 ? down : ship);
      if (usable > highest) continue;
      for (let order = 0; order <= system.mostOrder; order++) {
        const nextStock = stock - ship + (leadTimes[0] === 2 ? up : order);
        if (nextStock > system.mostUpstream) continue;
        let cost = upstreamCost * (stock - ship);
        demand.forEach((p, d) => {
          const left = Math.max(lowest, usable - d);
          cost += p * (downstreamCost * Math.max(0, usable - d) + backorderCost * Math.max(0, d - usable));
          cost += p *
            values[index(nextStock, left, leadTimes[0] === 2 ? order : 0, leadTimes[1] === 1 ? ship : 0)];
        });
        least = Math.min(least, cost);
      }
    }
    return least;
  };

  for (let iteration = 0; iteration < 10_000; iteration++) {
    const next = new Float64Array(values.length);
    let [low, high] = [Infinity, -Infinity];
    for (let stock = 0; stock < stocks; stock++) {
      for (let level = lowest; level <= highest; level++) {
        for (let up = 0; up < comingUp; up++) {
          for (let down = 0; down < comingDown; down++) {
            const i = index(stock, level, up, down);
            next[i] = best(stock, level, up, down);
            if (next[i] === Infinity) continue;
            low = Math.min(low, next[i] - values[i]);
            high = Math.max(high, next[i] - values[i]);
          }
        }
      }
    }
    const shift = next[0];
    values = next.map((value) => value - shift);
    if (high - low < 1e-5) return [low, high];
  }
  throw new RangeError("value iteration has not converged");
}
