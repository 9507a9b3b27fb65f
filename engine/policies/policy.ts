import * as z from "zod";
import { InputError } from "../errors.ts";
import { choice, either, number, object, parseShape, recordOf } from "../network/fields.ts";
import { at, oneOf, quote, suggestion } from "../network/messages.ts";
import type { Basis, Network } from "../network/types.ts";
import { type ParameterName, POLICY_KINDS, type PolicyKind } from "./kinds.ts";

/** The names of the classical kinds, as in the table. */
export const policyKinds = Object.keys(POLICY_KINDS) as readonly PolicyKind[];

/** Above this a quantity is no longer exact in the kernels' f32. */
const LARGEST = 2 ** 24;

/** One number for all nodes, or a number for every node by its id. */
function perNode(value: z.ZodNumber) {
  const byId = recordOf(value, "a number, or an object of numbers by node id");
  return either((given) => typeof given === "number", value, byId);
}

const levels = perNode(number({ min: -LARGEST, max: LARGEST }));
const quantity = perNode(number({ min: 0, max: LARGEST }));
const basis = choice(["inventory-position", "on-hand"]).optional();

/** The JSON form of every policy (design section 7), before its node ids are held against a network. */
export const policySchema = z.discriminatedUnion("kind", [
  object({ kind: z.literal("base-stock"), levels }),
  object({ kind: z.literal("echelon-base-stock"), levels }),
  object({ kind: z.literal("s-S"), reorderPoint: levels, orderUpTo: levels, basis }),
  object({ kind: z.literal("s-Q"), reorderPoint: levels, quantity, basis }),
  object({ kind: z.literal("constant"), quantity }),
  object({ kind: z.literal("learned"), run: z.string({ error: "the folder of a run" }) }),
], {
  error: ({ code }) =>
    code === "invalid_union"
      ? oneOf([...policyKinds, "learned"])
      : `an object such as {"kind":"base-stock","levels":10}`,
});

/** A policy as a user writes it. */
export type PolicyInput = z.input<typeof policySchema>;

/** A classical policy with a number for every node: what simulations, searches and kernels take. */
export interface Policy {
  readonly kind: PolicyKind;
  readonly basis: Basis;
  /**
   * [parameter][node]: parameters in the order of `POLICY_KINDS[kind].parameters`, nodes in network order.
   */
  readonly parameters: readonly Float64Array[];
}

/**
 * Holds a policy's JSON form against a network.
 *
 * @param value what `JSON.parse` returned, or a `PolicyInput`
 * @param where what messages call it: a file name, `--policy`
 * @throws InputError, one line, on an unknown kind, key or node, a node left out, a value that is no finite
 *   number of at most 2^24, `orderUpTo` below `reorderPoint`, a negative quantity, and on `learned`, which is a run's
 *   folder (engine/experiment/policy_files.ts)
 */
export function parsePolicy(value: unknown, network: Network, where = "policy"): Policy {
  const input = parseShape(policySchema, value, where);
  if (input.kind === "learned") {
    throw new InputError(
      where,
      `a learned policy (run ${quote(input.run)}) is not one of the kinds with parameters; expected ${
        oneOf(policyKinds)
      }`,
    );
  }
  const row = POLICY_KINDS[input.kind];
  const given: Partial<Record<ParameterName, number | Record<string, number>>> = input;
  const parameters = row.parameters.map((name) => byNode(given[name] ?? {}, network, at(where, name)));
  if (input.kind === "s-S") checkOrderUpTo(parameters, network, at(where, "orderUpTo"));
  return { kind: input.kind, basis: ("basis" in input ? input.basis : undefined) ?? row.basis, parameters };
}

/**
 * A policy from a flat vector, as a search moves through it.
 *
 * @param values (parameters * nodes), parameter-major: all nodes of parameter 0, then all of parameter 1
 * @param basis of the kinds that let one choose; the kind's own by default
 * @throws InputError as `parsePolicy`, and where the kind does not take this `basis`
 */
export function policyFromParameters(
  kind: PolicyKind,
  network: Network,
  values: ArrayLike<number>,
  basis?: Basis,
): Policy {
  const row = POLICY_KINDS[kind];
  const nodes = network.nodes.length;
  const expected = row.parameters.length * nodes;
  if (values.length !== expected) {
    throw new InputError(
      "policy",
      `${kind} for ${nodes} nodes takes ${expected} values, got ${values.length}`,
    );
  }
  const bases = row.bases.length > 0 ? row.bases : [row.basis];
  if (basis !== undefined && !bases.includes(basis)) {
    throw new InputError("policy: basis", `${kind} takes ${oneOf(bases)}, got ${quote(basis)}`);
  }
  const columns = row.parameters.map((_, p) =>
    Array.from({ length: nodes }, (_, n) => values[p * nodes + n])
  );
  return parsePolicy(toJson(kind, basis ?? row.basis, columns, network), network);
}

/** All parameters of a policy in one vector, parameter-major: what `policyFromParameters` takes. */
export function policyParameters(policy: Policy): Float64Array {
  return Float64Array.from(policy.parameters.flatMap((column) => Array.from(column)));
}

/** The JSON form of a policy, with every node named: `parsePolicy` of it gives the policy back. */
export function policyToJson({ kind, basis, parameters }: Policy, network: Network): PolicyInput {
  return toJson(kind, basis, parameters, network) as PolicyInput;
}

function toJson(
  kind: PolicyKind,
  basis: Basis,
  columns: readonly ArrayLike<number>[],
  network: Network,
): Record<string, unknown> {
  const row = POLICY_KINDS[kind];
  const byId = (column: ArrayLike<number>) =>
    Object.fromEntries(network.nodes.map((node, n) => [node.id, column[n]]));
  return {
    kind,
    ...Object.fromEntries(row.parameters.map((name, p) => [name, byId(columns[p])])),
    ...(row.bases.length > 0 ? { basis } : {}),
  };
}

function byNode(given: number | Record<string, number>, network: Network, where: string): Float64Array {
  const { nodes, name } = network;
  if (typeof given === "number") return new Float64Array(nodes.length).fill(given);
  const ids = nodes.map((node) => node.id);
  const unknown = Object.keys(given).find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    const right = suggestion(unknown, ids) || `; its nodes are ${oneOf(ids)}`;
    throw new InputError(where, `network ${quote(name)} has no node ${quote(unknown)}${right}`);
  }
  const missing = ids.filter((id) => !Object.hasOwn(given, id));
  if (missing.length > 0) {
    throw new InputError(
      where,
      `expected a number for every node of ${quote(name)}, got none for ${oneOf(missing)}`,
    );
  }
  return Float64Array.from(ids, (id) => given[id]);
}

function checkOrderUpTo([s, S]: readonly Float64Array[], network: Network, where: string): void {
  const wrong = S.findIndex((value, n) => value < s[n]);
  if (wrong < 0) return;
  const { id } = network.nodes[wrong];
  throw new InputError(
    `${where}[${quote(id)}]`,
    `expected at least the reorder point ${s[wrong]}, got ${S[wrong]}`,
  );
}
