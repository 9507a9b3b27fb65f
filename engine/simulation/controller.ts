/** What decides: the interface that classical policies and trained actors share. */

import type { Network, Observation } from "../network/types.ts";
import type { Policy } from "../policies/mod.ts";
import type { BatchEnvironment } from "./environment.ts";
import { type NodeRule, rulesOfControl, rulesOfPolicy } from "./order_rules.ts";

export interface Controller {
  /** What tables and results call it. */
  readonly name: string;
  /** How its actions become orders. */
  readonly rules: readonly NodeRule[];
  /** Actions that never change, one a row of the environment's actions; absent where `act` writes them. */
  readonly fixedActions?: Float32Array;
  /** What `act` reads; without, what the network's `observation` says. */
  readonly observation?: Observation;
  /** Writes `env.actions` from `env.observations` before each period. */
  act?(env: BatchEnvironment): void;
}

/** A classical policy as a controller: its parameters, node by node, are the actions of every period. */
export function policyController(policy: Policy, network: Network): Controller {
  const nodes = network.nodes.length;
  const rules = rulesOfPolicy(policy, nodes);
  const fixedActions = new Float32Array(nodes * policy.parameters.length);
  let row = 0;
  for (let n = 0; n < nodes; n++) {
    for (const values of policy.parameters) fixedActions[row++] = values[n]!;
  }
  return { name: policy.kind, rules, fixedActions };
}

/** A controller from a function that writes actions, as the network's `control` reads them. */
export function functionController(
  name: string,
  network: Network,
  act: (env: BatchEnvironment) => void,
): Controller {
  return { name, rules: rulesOfControl(network), act };
}

/** The network with the observations that a controller reads. */
export function observedBy({ observation }: Controller, network: Network): Network {
  return observation === undefined ? network : { ...network, observation };
}

export function isPolicy(value: Policy | Controller): value is Policy {
  return !("rules" in value);
}
