/** Trained actors as a policy, with what it takes to use them elsewhere. */

import type { Observation } from "../network/types.ts";
import { type CompiledNetwork, explicitObservation, type NodeRule } from "../simulation/mod.ts";
import type { ActorNetwork } from "./actor_network.ts";
import type { ActorShape } from "./actor_shape.ts";
import { type ActorWeights, extractActors } from "./extract_actors.ts";

/** What it takes to use actors on a network other than the one that they were trained on. */
export interface TrainedPolicy {
  readonly name: string;
  readonly actors: readonly ActorNetwork[];
  /** How their actions become orders, by node. */
  readonly rules: readonly NodeRule[];
  /** What they observe, every bound stated. */
  readonly observation: Observation;
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
