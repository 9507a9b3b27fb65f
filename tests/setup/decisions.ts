/** Environments under the reference's decisions: what the kernel tests and the property tests share. */

import fc from "fast-check";
import type { Network } from "../../engine/network/types.ts";
import { BatchEnvironment, type EnvironmentOptions, type NodeRule } from "../../engine/simulation/mod.ts";
import type { Decision } from "../reference/orders.ts";
import { arbitraryDecisions, arbitraryNetwork } from "./networks.ts";

/** A decision of the reference as a rule of the kernel with raw parameters, and those parameters. */
export function ruleOf(decision: Decision): { rule: NodeRule; parameters: number[] } {
  const one = (rule: NodeRule["rule"], basis: NodeRule["basis"], ...parameters: number[]) => ({
    rule: { rule, basis, actions: parameters.length },
    parameters,
  });
  switch (decision.rule) {
    case "quantity":
      return one("quantity", "inventory-position", decision.quantity);
    case "base-stock":
      return one("base-stock", decision.basis, decision.level);
    case "s-S":
      return one("s-S", decision.basis, decision.reorderPoint, decision.orderUpTo);
    case "s-Q":
      return one("s-Q", decision.basis, decision.reorderPoint, decision.quantity);
    case "demand-plus":
      return one("demand-plus", "inventory-position", decision.extra);
  }
}

/** Environments that apply `decisions` in every period, in the phase "tests", with all records and metrics. */
export async function environmentFor(
  network: Network,
  decisions: readonly Decision[],
  environments: number,
  seed: number,
  options: EnvironmentOptions = {},
): Promise<BatchEnvironment> {
  const rules = decisions.map(ruleOf);
  const env = await BatchEnvironment.create(network, {
    environments,
    seed,
    phase: "tests",
    rules: rules.map(({ rule }) => rule),
    horizon: 100,
    recordsAll: true,
    metrics: "all",
    ...options,
  });
  env.fillActions(rules.flatMap(({ parameters }) => parameters));
  return env;
}

export interface Case {
  network: Network;
  decisions: Decision[];
  seed: number;
}

/** A random network, a decision for each of its nodes, and a seed. */
export function arbitraryCase(quantities: Network["quantities"]): fc.Arbitrary<Case> {
  return arbitraryNetwork({ quantities }).chain((network) =>
    fc.record({
      network: fc.constant(network),
      decisions: arbitraryDecisions(network),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    })
  );
}
