/** The mean over agents in float64. One column: the value of agent a's row r is element a * rows + r. */

export function pool(agents: number, x: Float64Array): Float64Array {
  const rows = x.length / agents;
  const y = new Float64Array(rows);
  for (const [k, value] of x.entries()) y[k % rows]! += value / agents;
  return y;
}

/** The gradient for x, given that for the mean. */
export function poolBackward(agents: number, dy: Float64Array): Float64Array {
  return Float64Array.from({ length: agents * dy.length }, (_, k) => dy[k % dy.length]! / agents);
}
