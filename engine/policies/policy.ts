import * as z from "zod";
import { InputError } from "../errors.ts";
import type { Basis, Network } from "../network/types.ts";
import { policyError } from "./issues.ts";
import { type ParameterName, POLICY_KINDS, type PolicyKind } from "./kinds.ts";

/** Above this a quantity is no longer exact in the kernels' f32. */
const LARGEST = 2 ** 24;

const level = z.number().min(-LARGEST).max(LARGEST);
const quantity = z.number().min(0).max(LARGEST);
const levelPerNode = z.union([level, z.record(z.string(), level)]);
const quantityPerNode = z.union([quantity, z.record(z.string(), quantity)]);
const localBasis = z.enum(["inventory-position", "on-hand"]).optional();

/** The JSON form of every policy (design section 7), before its node ids are held against a network. */
export const policySchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("base-stock"), levels: levelPerNode }),
  z.strictObject({ kind: z.literal("echelon-base-stock"), levels: levelPerNode }),
  z.strictObject({
    kind: z.literal("s-S"),
    reorderPoint: levelPerNode,
    orderUpTo: levelPerNode,
    basis: localBasis,
  }),
  z.strictObject({
    kind: z.literal("s-Q"),
    reorderPoint: levelPerNode,
    quantity: quantityPerNode,
    basis: localBasis,
  }),
  z.strictObject({ kind: z.literal("constant"), quantity: quantityPerNode }),
  z.strictObject({ kind: z.literal("learned"), run: z.string().min(1) }),
]);

/** A policy as a user writes it. */
export type PolicyInput = z.input<typeof policySchema>;

/** One number for all nodes, or a number for every node by its id. */
export type PerNode = number | Record<string, number>;

/** A classical policy with a number for every node: what simulations, searches and kernels take. */
export interface Policy {
  readonly kind: PolicyKind;
  readonly basis: Basis;
  /** [parameter][node]: parameters in the order of `POLICY_KINDS[kind].parameters`, nodes in network order. */
  readonly parameters: readonly Float64Array[];
}

/**
 * Holds a policy's JSON form against a network.
 *
 * @param value what `JSON.parse` returned, or a `PolicyInput`
 * @param where what messages call it: a file name, `--policy`
 * @throws InputError, one line, on an unknown kind, key or node, a node left out, a value that is no finite number
 *   of at most 2^24, `orderUpTo` below `reorderPoint`, a negative quantity, and on `learned` (no actor can run yet)
 */
export function parsePolicy(value: unknown, network: Network, where = "policy"): Policy {
  const result = policySchema.safeParse(value);
  if (!result.success) throw policyError(result.error.issues, value, where);
  const input = result.data;
  if (input.kind === "learned") {
    throw new InputError(
      where,
      `learned policies (run "${input.run}") cannot be simulated yet; expected one of ${
        policyKinds.join(", ")
      }`,
    );
  }
  const row = POLICY_KINDS[input.kind];
  const given: Partial<Record<ParameterName, PerNode>> = input;
  const parameters = row.parameters.map((name) => byNode(given[name] ?? {}, network, `${where}.${name}`));
  if (input.kind === "s-S") checkOrderUpTo(parameters, network, `${where}.orderUpTo`);
  const basis = "basis" in input && input.basis !== undefined ? input.basis : row.basis;
  return { kind: input.kind, basis, parameters };
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
    throw new InputError("policy.basis", `${kind} takes ${bases.join(" or ")}, got ${basis}`);
  }
  const json: Record<string, unknown> = { kind };
  row.parameters.forEach((name, p) => {
    json[name] = Object.fromEntries(network.nodes.map((node, n) => [node.id, values[p * nodes + n]]));
  });
  if (row.bases.length > 0) json["basis"] = basis ?? row.basis;
  return parsePolicy(json, network);
}

/** All parameters of a policy in one vector, parameter-major: what `policyFromParameters` takes. */
export function policyParameters(policy: Policy): Float64Array {
  return Float64Array.from(policy.parameters.flatMap((column) => Array.from(column)));
}

/** The JSON form of a policy, with every node named: `parsePolicy` of it gives the policy back. */
export function policyToJson(policy: Policy, network: Network): PolicyInput {
  const row = POLICY_KINDS[policy.kind];
  const json: Record<string, unknown> = { kind: policy.kind };
  row.parameters.forEach((name, p) => {
    json[name] = Object.fromEntries(network.nodes.map((node, n) => [node.id, policy.parameters[p]?.[n]]));
  });
  if (row.bases.length > 0) json["basis"] = policy.basis;
  return policySchema.parse(json);
}

/** The names of the classical kinds, as in the table. */
export const policyKinds = Object.keys(POLICY_KINDS) as readonly PolicyKind[];

function byNode(given: PerNode, network: Network, where: string): Float64Array {
  const { nodes, name } = network;
  if (typeof given === "number") return new Float64Array(nodes.length).fill(given);
  const ids = nodes.map((node) => node.id);
  const unknown = Object.keys(given).find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    throw new InputError(where, `"${name}" has no node "${unknown}"; expected ${some(ids)}`);
  }
  const missing = ids.filter((id) => !Object.hasOwn(given, id));
  if (missing.length > 0) {
    throw new InputError(
      where,
      `nothing for ${some(missing)}; expected a number for every node of "${name}"`,
    );
  }
  return Float64Array.from(ids, (id) => given[id] ?? NaN);
}

function checkOrderUpTo(parameters: readonly Float64Array[], network: Network, where: string): void {
  const [s, S] = parameters as [Float64Array, Float64Array];
  const wrong = S.findIndex((value, n) => value < (s[n] ?? NaN));
  if (wrong < 0) return;
  const id = network.nodes[wrong]?.id;
  throw new InputError(
    `${where}["${id}"]`,
    `expected at least the reorder point ${s[wrong]}, got ${S[wrong]}`,
  );
}

/** The first few of a list of ids, quoted. */
function some(ids: readonly string[]): string {
  const shown = ids.slice(0, 8).map((id) => `"${id}"`).join(", ");
  return ids.length > 8 ? `${shown}, ... (${ids.length} nodes)` : shown;
}
