/** The shape of a method's actors on a network: what it takes to read their weights, without a device. */

import type { Network } from "../network/types.ts";
import {
  type CompiledNetwork,
  compileNetwork,
  explicitObservation,
  rulesOfControl,
} from "../simulation/mod.ts";
import { type Agents, agentsOf, learningRules } from "./agents.ts";
import type { TrainedPolicy } from "./controller.ts";
import { type ActorWeights, extractActors } from "./extract_actors.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Method } from "./methods.ts";
import { type NetworkSpec, specify } from "./network_spec.ts";
import { actorPlan } from "./plans.ts";
import { trainingNetwork } from "./training_network.ts";

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

/** The network as the trainer compiles it. */
export function compileForTraining(network: Network, method: Method, h: Hyperparameters): CompiledNetwork {
  const trained = trainingNetwork(network, method, h);
  return compileNetwork(trained, {
    rules: learningRules(rulesOfControl(trained)),
    recordsAll: false,
    observes: true,
    horizon: trained.horizon,
  });
}

/** The policy that one seed's weights hold. */
export function policyOf(
  name: string,
  compiled: CompiledNetwork,
  shape: ActorShape,
  weights: ActorWeights,
): TrainedPolicy {
  return {
    name,
    actors: extractActors(shape, compiled, weights),
    rules: compiled.rules,
    observation: explicitObservation(compiled.network, compiled.observations),
  };
}
