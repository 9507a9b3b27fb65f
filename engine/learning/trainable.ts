/** What a trainer would refuse, without a device. */

import type { Network } from "../network/types.ts";
import { actorShape } from "./actor_shape.ts";
import { criticInputs } from "./agents.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Method } from "./methods.ts";
import { criticPlan } from "./plans.ts";
import { compileForTraining } from "./training_network.ts";

/** @throws InputError where the method or its hyperparameters do not fit the network */
export function requireTrainable(network: Network, method: Method, h: Hyperparameters): void {
  const compiled = compileForTraining(network, method, h);
  actorShape(compiled, method, h);
  criticPlan(method, criticInputs(method, compiled), 1, h);
}
