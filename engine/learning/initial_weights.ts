/** Weights at the start of a training: orthogonal, drawn by address. */

import { counter0, inverseNormal, key1, PHASES, STREAMS, threefryWord, uniform } from "../random/mod.ts";
import type { NetworkSpec } from "./network_spec.ts";

/** Numbers of the tensors of a run, in the order in which they are drawn. */
export interface TensorNumbers {
  next: number;
}

/**
 * Fills one seed's weights of a network: W with orthonormal rows or columns times the layer's gain (Saxe et al. 2014),
 * biases as the layer says, attention vectors uniform as Glorot and Bengio (2010).
 *
 * @param weights (a seed's words), written in place
 */
export function initialise(
  weights: Float32Array,
  spec: NetworkSpec,
  seed: number,
  numbers: TensorNumbers,
): void {
  const k1 = key1(PHASES.train, STREAMS.weightInit, 0);
  for (let group = 0; group < spec.groupCount; group++) {
    const base = spec.base + group * spec.groupSize;
    for (const layer of [...spec.layers, ...spec.heads]) {
      if (layer.kind !== "dense" && layer.kind !== "attention") continue;
      const c0 = counter0(numbers.next++);
      const word = (element: number) => threefryWord(seed, k1, c0, element);
      if (layer.kind === "attention") {
        const limit = Math.sqrt(6 / (2 * layer.features + 1));
        for (let e = 0; e < 2 * layer.heads * layer.features; e++) {
          weights[base + layer.at + e] = limit * (2 * uniform(word(e)) - 1);
        }
        continue;
      }
      const { inputs, outputs, gain, bias, at } = layer;
      const size = inputs * outputs;
      if (size > 0) {
        const drawn = Float64Array.from({ length: size }, (_, e) => inverseNormal(uniform(word(e))));
        weights.set(orthogonal(drawn, outputs, inputs).map((value) => gain * value), base + at);
      }
      weights.fill(bias, base + at + size, base + at + size + outputs);
    }
  }
}

/**
 * The nearest thing to orthogonal: rows (or columns, of which there are fewer) made orthonormal by modified
 * Gram-Schmidt.
 *
 * @param matrix (rows, columns) row-major
 */
export function orthogonal(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const byRows = rows <= columns;
  const count = byRows ? rows : columns;
  const length = byRows ? columns : rows;
  const index = (vector: number, element: number) =>
    byRows ? vector * columns + element : element * columns + vector;
  const q = matrix.slice();
  for (let v = 0; v < count; v++) {
    for (let u = 0; u < v; u++) {
      let dot = 0;
      for (let e = 0; e < length; e++) dot += q[index(u, e)]! * q[index(v, e)]!;
      for (let e = 0; e < length; e++) q[index(v, e)]! -= dot * q[index(u, e)]!;
    }
    let square = 0;
    for (let e = 0; e < length; e++) square += q[index(v, e)]! ** 2;
    const scale = 1 / Math.sqrt(square);
    for (let e = 0; e < length; e++) q[index(v, e)]! *= scale;
  }
  return q;
}
