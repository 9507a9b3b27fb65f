/**
 * Graph convolution in float64 and with whole matrices. Everything is about one column: the value of agent
 * a's row r is element a * rows + r.
 */

/** D^-1/2 (A + I) D^-1/2 X, D the degrees of A + I (Kotecha, eq. 24, without the dense layer). */
export function graphConvolution(neighbours: readonly (readonly number[])[], x: Float64Array): Float64Array {
  const rows = x.length / neighbours.length;
  const matrix = normalised(neighbours);
  return Float64Array.from(x, (_, k) => {
    const [i, r] = [Math.floor(k / rows), k % rows];
    return matrix[i]!.reduce((sum, weight, j) => sum + weight * x[j * rows + r]!, 0);
  });
}

/** The gradient for x, given that for the result. */
export function graphConvolutionBackward(
  neighbours: readonly (readonly number[])[],
  dy: Float64Array,
): Float64Array {
  const rows = dy.length / neighbours.length;
  const matrix = normalised(neighbours);
  return Float64Array.from(dy, (_, k) => {
    const [j, r] = [Math.floor(k / rows), k % rows];
    return matrix.reduce((sum, row, i) => sum + row[j]! * dy[i * rows + r]!, 0);
  });
}

function normalised(neighbours: readonly (readonly number[])[]): number[][] {
  const withSelf = neighbours.map((row, i) => neighbours.map((_, j) => i === j || row.includes(j) ? 1 : 0));
  const degrees = withSelf.map((row) => row.reduce<number>((sum, entry) => sum + entry, 0));
  return withSelf.map((row, i) => row.map((entry, j) => entry / Math.sqrt(degrees[i]! * degrees[j]!)));
}
