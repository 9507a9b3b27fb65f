/** How action rows become orders: the rule of each node, from a network's `control` or from a classical policy. */

import { InputError } from "../errors.ts";
import type { Basis, Bounds, Network, OrderRule } from "../network/types.ts";
import { POLICY_KINDS } from "../policies/kinds.ts";
import type { Policy } from "../policies/policy.ts";

/** The rules of the kernel: those of `control`, and s-Q. */
export type KernelRule = OrderRule | "s-Q";

export interface NodeRule {
  readonly rule: KernelRule;
  readonly basis: Basis;
  /** Action rows of the node: 2 for s-S and s-Q, else 1. */
  readonly actions: number;
  /** Where present, actions are clipped to [low, high], then scaled; else they are raw quantities and levels. */
  readonly decode?: {
    readonly clip: readonly [number, number];
    readonly scale: number;
    readonly offset: number;
  };
  /** The quantities of the rule "choice". */
  readonly choices?: readonly number[];
}

const ACTION_ROWS: Readonly<Record<KernelRule, number>> = {
  "quantity": 1,
  "base-stock": 1,
  "demand-plus": 1,
  "choice": 1,
  "s-S": 2,
  "s-Q": 2,
};

/**
 * The rules of a network's `control`. Actions of `quantity`, `s-S` and `base-stock` lie in [-1, 1] and are scaled to
 * the bounds (`quantity`: [0, maxOrder] by default); those of `demand-plus` are integers within the bounds, those of
 * `choice` indices. Without `control`, actions are order quantities as they are.
 *
 * @throws InputError where a rule lacks the bounds or choices that it needs
 */
export function rulesOfControl(network: Network): NodeRule[] {
  const control = network.control;
  return network.nodes.map((node): NodeRule => {
    if (control === undefined) return { rule: "quantity", basis: "inventory-position", actions: 1 };
    const { rule, basis } = control;
    const actions = ACTION_ROWS[rule];
    if (rule === "choice") {
      const choices = control.choices;
      if (choices === undefined) {
        throw new InputError("control.choices", "the rule choice needs its list of quantities");
      }
      const clip = [0, choices.length - 1] as const;
      return { rule, basis, actions, choices, decode: { clip, scale: 1, offset: 0 } };
    }
    const stated = boundsOf(control.bounds, node.id);
    const capped: Bounds | undefined = node.maxOrder === undefined ? undefined : [0, node.maxOrder];
    const bounds = stated ?? (rule === "quantity" ? capped : undefined);
    if (bounds === undefined) {
      const what = rule === "quantity" ? "control.bounds or maxOrder" : "control.bounds";
      throw new InputError("control", `the rule ${rule} needs ${what} for node "${node.id}"`);
    }
    const [low, high] = bounds;
    if (rule === "demand-plus") {
      return { rule, basis, actions, decode: { clip: [low, high], scale: 1, offset: 0 } };
    }
    return {
      rule,
      basis,
      actions,
      decode: { clip: [-1, 1], scale: (high - low) / 2, offset: (high + low) / 2 },
    };
  });
}

/** Bounds for all nodes, or those of one; an id may be the name of an object's own method. */
export function boundsOf(
  bounds: Bounds | Record<string, Bounds> | undefined,
  id: string,
): Bounds | undefined {
  if (bounds === undefined || Array.isArray(bounds)) return bounds;
  return Object.hasOwn(bounds, id) ? bounds[id] : undefined;
}

/** The rules that apply a classical policy: its parameters are the actions, raw and the same in every period. */
export function rulesOfPolicy(policy: Pick<Policy, "kind" | "basis">, nodes: number): NodeRule[] {
  const { rule } = POLICY_KINDS[policy.kind];
  const kernelRule = rule === "constant" ? "quantity" : rule;
  const one: NodeRule = { rule: kernelRule, basis: policy.basis, actions: ACTION_ROWS[kernelRule] };
  return Array.from({ length: nodes }, () => one);
}

/** First action row of each node, and the number of rows: node-major, then the rule's parameters. */
export function actionRows(rules: readonly NodeRule[]): { first: number[]; rows: number } {
  const first: number[] = [];
  let rows = 0;
  for (const rule of rules) {
    first.push(rows);
    rows += rule.actions;
  }
  return { first, rows };
}
