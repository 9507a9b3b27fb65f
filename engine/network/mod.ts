/** Supply networks: the format, its validation, distributions and topology. */

export { maximum, mean, pmf, variance } from "./distributions.ts";
export { withDemandTraces } from "./demand_traces.ts";
export { fitDemand, type FitOptions } from "./fit_demand.ts";
export { loadNetworkFile } from "./load.ts";
export { FRACTION, quantise, roundHalfEven } from "./rounding.ts";
export { type DistributionInput, type NetworkInput, parseNetwork, parseNetworkSync } from "./schema.ts";
export { type Topology, topology } from "./topology.ts";
export * from "./types.ts";
