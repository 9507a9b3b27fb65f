@inline
export function inverse_normal(u: v128): v128 {
  return u;
}
