/** Where the figures of a sample lie: one environment and period of a rollout, sample-major. */

/** Word offsets within a sample; agents and values are consecutive words. */
export interface SampleLayout {
  readonly observations: number;
  readonly actions: number;
  readonly distribution: number;
  readonly logProbability: number;
  readonly value: number;
  readonly reward: number;
  readonly advantage: number;
  readonly target: number;
  /** Words of a sample: a multiple of 4, as the transposition wants it. */
  readonly width: number;
}

export interface SampleSizes {
  observations: number;
  /** Action rows and distribution rows of all agents. */
  actions: number;
  distribution: number;
  agents: number;
  values: number;
}

export function sampleLayout(sizes: SampleSizes): SampleLayout {
  let next = 0;
  const take = (words: number) => {
    const at = next;
    next += words;
    return at;
  };
  const layout = {
    observations: take(sizes.observations),
    actions: take(sizes.actions),
    distribution: take(sizes.distribution),
    logProbability: take(sizes.agents),
    value: take(sizes.values),
    advantage: take(sizes.values),
    target: take(sizes.values),
    reward: take(sizes.values),
  };
  return { ...layout, width: Math.ceil(next / 4) * 4 };
}
