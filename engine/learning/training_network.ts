/** A network as a method trains on it. */

import type { Network, Observation, Reward } from "../network/types.ts";
import {
  type CompiledNetwork,
  compileNetwork,
  DEFAULT_OBSERVATION,
  rulesOfControl,
} from "../simulation/mod.ts";
import { learningRules } from "./agents.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Method } from "./methods.ts";

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

/** Rewards by the method, observations with the time where agents are to see it. */
export function trainingNetwork(network: Network, method: Method, h: Hyperparameters): Network {
  return { ...network, reward: rewardOf(network, method, h), observation: observationOf(network, h) };
}

function rewardOf({ reward }: Network, method: Method, { rewardScale }: Hyperparameters): Reward {
  const scheme = reward?.scheme ?? "total";
  const scale = rewardScale ?? reward?.scale ?? 1;
  // A single value has a single reward: everybody's.
  const shared = scheme === "team-mean" ? scheme : "total";
  return { ...reward, scale, scheme: method.values === "one" ? shared : method.reward ?? scheme };
}

function observationOf({ observation }: Network, { observesTime }: Hyperparameters): Observation {
  const given = observation ?? DEFAULT_OBSERVATION;
  if (!observesTime || given.features.includes("time")) return given;
  return { ...given, features: [...given.features, "time"] };
}
