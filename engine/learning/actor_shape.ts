/** The shape of a method's actors on a network: what it takes to read their weights, without a device. */

import type { CompiledNetwork } from "../simulation/mod.ts";
import { type Agents, agentsOf } from "./agents.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Method } from "./methods.ts";
import { type NetworkSpec, specify } from "./network_spec.ts";
import { actorPlan } from "./plans.ts";

/** Bound of a normalised observation, in deviations. */
export const OBSERVATION_CLIP = 10;

export interface ActorShape {
  readonly agents: Agents;
  /** Its weights are the first ones of a seed. */
  readonly spec: NetworkSpec;
  /** Whether observations are normalised. */
  readonly normalises: boolean;
}

/** @throws InputError where the method does not fit the network's control */
export function actorShape(compiled: CompiledNetwork, method: Method, h: Hyperparameters): ActorShape {
  const agents = agentsOf(method, compiled);
  return { agents, spec: specify(actorPlan(agents, h), 0), normalises: h.normalisesObservations };
}
