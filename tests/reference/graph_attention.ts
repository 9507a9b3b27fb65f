/**
 * Graph attention (Velickovic et al. 2018, eq. 1-4, after the multiplication by W and before the activation)
 * in float64. Everything is about one column: feature f of agent a's head h is element (a * heads + h) *
 * features + f.
 */

import { addTo, type Heads, product, softmax, softmaxBackward } from "./attention.ts";

const SLOPE = 0.2;

/** @param vectors [heads][own, neighbour][features] */
export function graphAttention(
  { neighbours, heads }: Heads,
  x: Float64Array,
  vectors: Float64Array,
): Float64Array {
  const size = x.length / neighbours.length / heads;
  const y = new Float64Array(x.length);
  for (const [i, row] of neighbours.entries()) {
    for (let h = 0; h < heads; h++) {
      const part = (from: Float64Array, n: number) => from.subarray(n * size, (n + 1) * size);
      const own = product(part(vectors, 2 * h), part(x, i * heads + h));
      const scores = row.map((j) => own + product(part(vectors, 2 * h + 1), part(x, j * heads + h)));
      const weights = softmax(scores.map((score) => score > 0 ? score : SLOPE * score));
      for (const [n, j] of row.entries()) addTo(part(y, i * heads + h), weights[n]!, part(x, j * heads + h));
    }
  }
  return y;
}

/** The gradients for x and for the vectors. */
export function graphAttentionBackward(
  { neighbours, heads }: Heads,
  x: Float64Array,
  vectors: Float64Array,
  dy: Float64Array,
): { dx: Float64Array; dVectors: Float64Array } {
  const size = x.length / neighbours.length / heads;
  const dx = new Float64Array(x.length);
  const dVectors = new Float64Array(vectors.length);
  for (const [i, row] of neighbours.entries()) {
    for (let h = 0; h < heads; h++) {
      const part = (from: Float64Array, n: number) => from.subarray(n * size, (n + 1) * size);
      const [a, b] = [2 * h, 2 * h + 1];
      const own = product(part(vectors, a), part(x, i * heads + h));
      const scores = row.map((j) => own + product(part(vectors, b), part(x, j * heads + h)));
      const weights = softmax(scores.map((score) => score > 0 ? score : SLOPE * score));
      const dWeights = row.map((j) => product(part(dy, i * heads + h), part(x, j * heads + h)));
      const dScores = softmaxBackward(weights, dWeights).map((d, n) => scores[n]! > 0 ? d : SLOPE * d);
      for (const [n, j] of row.entries()) {
        addTo(part(dx, j * heads + h), weights[n]!, part(dy, i * heads + h));
        addTo(part(dx, j * heads + h), dScores[n]!, part(vectors, b));
        addTo(part(dx, i * heads + h), dScores[n]!, part(vectors, a));
        addTo(part(dVectors, a), dScores[n]!, part(x, i * heads + h));
        addTo(part(dVectors, b), dScores[n]!, part(x, j * heads + h));
      }
    }
  }
  return { dx, dVectors };
}
