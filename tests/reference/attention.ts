/**
 * Scaled dot-product attention over agents in float64 (Vaswani et al. 2017, eq. 1). Everything is about one
 * column: feature f of agent a's head h is element (a * heads + h) * features + f.
 */

export interface Heads {
  /** [agent]: the agents that it attends to. */
  neighbours: readonly (readonly number[])[];
  heads: number;
}

interface Operands {
  q: Float64Array;
  k: Float64Array;
  v: Float64Array;
}

export function attention({ neighbours, heads }: Heads, { q, k, v }: Operands): Float64Array {
  const size = q.length / neighbours.length / heads;
  const y = new Float64Array(q.length);
  for (const [i, row] of neighbours.entries()) {
    for (let h = 0; h < heads; h++) {
      const part = (x: Float64Array, a: number) =>
        x.subarray((a * heads + h) * size, (a * heads + h + 1) * size);
      const weights = softmax(row.map((j) => product(part(q, i), part(k, j)) / Math.sqrt(size)));
      for (const [n, j] of row.entries()) addTo(part(y, i), weights[n]!, part(v, j));
    }
  }
  return y;
}

/** The gradients for q, k and v. */
export function attentionBackward(
  { neighbours, heads }: Heads,
  { q, k, v }: Operands,
  dy: Float64Array,
): { dq: Float64Array; dk: Float64Array; dv: Float64Array } {
  const size = q.length / neighbours.length / heads;
  const [dq, dk, dv] = [q, k, v].map((x) => new Float64Array(x.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (const [i, row] of neighbours.entries()) {
    for (let h = 0; h < heads; h++) {
      const part = (x: Float64Array, a: number) =>
        x.subarray((a * heads + h) * size, (a * heads + h + 1) * size);
      const weights = softmax(row.map((j) => product(part(q, i), part(k, j)) / Math.sqrt(size)));
      const dLogits = softmaxBackward(weights, row.map((j) => product(part(dy, i), part(v, j))));
      for (const [n, j] of row.entries()) {
        addTo(part(dv, j), weights[n]!, part(dy, i));
        addTo(part(dq, i), dLogits[n]! / Math.sqrt(size), part(k, j));
        addTo(part(dk, j), dLogits[n]! / Math.sqrt(size), part(q, i));
      }
    }
  }
  return { dq, dk, dv };
}

export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The gradients for the logits, from those for the weights that they give. */
export function softmaxBackward(weights: readonly number[], gradients: readonly number[]): number[] {
  const mean = weights.reduce((sum, weight, n) => sum + weight * gradients[n]!, 0);
  return weights.map((weight, n) => weight * (gradients[n]! - mean));
}

export function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, f) => sum + value * b[f]!, 0);
}

export function addTo(sum: Float64Array, factor: number, x: Float64Array): void {
  for (const [f, value] of x.entries()) sum[f]! += factor * value;
}
