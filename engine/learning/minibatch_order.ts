/** Which samples each minibatch takes. */

import { counter0, key1, PHASES, STREAMS, threefryInto } from "../random/mod.ts";

/**
 * For every epoch a permutation of the samples (Fisher-Yates), of which the first `perEpoch` are used: (epochs,
 * perEpoch), minibatch after minibatch.
 */
export function minibatchOrder(
  seed: number,
  iteration: number,
  { count, epochs, perEpoch }: { count: number; epochs: number; perEpoch: number },
): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(epochs * perEpoch);
  const samples = new Uint32Array(count);
  const words = new Uint32Array(2);
  const k1 = key1(PHASES.train, STREAMS.minibatchOrder, iteration);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const c0 = counter0(epoch);
    for (let k = 0; k < count; k++) samples[k] = k;
    for (let k = 0; k < perEpoch; k++) {
      threefryInto(words, seed, k1, c0, k);
      // The high half of word * (count - k): as even as 32 bits allow.
      const other = k + Math.floor(words[0]! * (count - k) / 2 ** 32);
      const sample = samples[other]!;
      samples[other] = samples[k]!;
      samples[k] = sample;
      order[epoch * perEpoch + k] = sample;
    }
  }
  return order;
}
