/**
 * Sharing out too little stock, for whole quantities: `claims` and `gets` hold `count` numbers, their sum
 * exceeds `stock`.
 */

/**
 * Max-min: no claim gets more than another that is not served in full; what is left over goes one each to
 * lower ones.
 */
export function shareFairly(claims: Float64Array, gets: Float64Array, count: number, stock: number): void {
  let active = 0;
  for (let c = 0; c < count; c++) {
    gets[c] = -1;
    if (claims[c] > 0) active++;
    else gets[c] = 0;
  }
  let left = stock;
  for (;;) {
    const fill = Math.floor(left / active);
    let served = 0;
    for (let c = 0; c < count; c++) {
      if (gets[c] >= 0 || claims[c] > fill) continue;
      gets[c] = claims[c];
      left -= claims[c];
      served++;
    }
    active -= served;
    if (served > 0) continue;
    let over = left - fill * active;
    for (let c = 0; c < count; c++) {
      if (gets[c] >= 0) continue;
      gets[c] = fill + (over > 0 ? 1 : 0);
      over--;
    }
    return;
  }
}

/** Serves claims one after another, as much as there is. `ranked` holds the order. */
export function shareInOrder(
  claims: Float64Array,
  gets: Float64Array,
  ranked: Int32Array,
  count: number,
  stock: number,
): void {
  let left = stock;
  for (let r = 0; r < count; r++) {
    const c = ranked[r];
    gets[c] = Math.min(claims[c], left);
    left -= gets[c];
  }
}
