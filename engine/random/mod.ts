/** Random numbers by address: the generator, the addresses of draws, and the samplers. */

export { counter0, counter1, key0, key1, type Phase, PHASES, type Stream, STREAMS } from "./address.ts";
export {
  type DiscreteTable,
  discreteTable,
  encodeConstantTable,
  encodeDiscreteTable,
  encodeNormalTable,
  type Pmf,
} from "./discrete.ts";
export { threefry2x32, threefryInto, threefryWord } from "./threefry.ts";
export { inverseNormal } from "./inverse_normal.ts";
export { sampleNormal, sampleTable, scaleExact, uniform } from "./samplers.ts";
