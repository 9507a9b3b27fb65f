/** Classical policies as data. */

export { POLICY_KINDS, type PolicyKind, type PolicyKindRow } from "./kinds.ts";
export {
  parsePolicy,
  type Policy,
  policyFromParameters,
  type PolicyInput,
  policyKinds,
  policyParameters,
  policyToJson,
} from "./policy.ts";
