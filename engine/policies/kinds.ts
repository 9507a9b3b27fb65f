import type { Basis } from "../network/types.ts";

export type PolicyKind = "base-stock" | "echelon-base-stock" | "s-S" | "s-Q" | "constant";

/** A parameter of a policy, one number a node: its key in the JSON form. */
export type ParameterName = "levels" | "reorderPoint" | "orderUpTo" | "quantity";

/**
 * How a node's parameters and its level (what the basis counts) become an order:
 * - `base-stock`: max(0, S - level)
 * - `s-S`: S - level when level <= s, else 0
 * - `s-Q`: Q when level <= s, else 0 (one lot, however far below s the level is)
 * - `constant`: Q
 */
export type PolicyRule = "base-stock" | "s-S" | "s-Q" | "constant";

export interface PolicyKindRow {
  /** In the order in which tables, searches and kernels store them. */
  parameters: readonly ParameterName[];
  rule: PolicyRule;
  /** What the rule compares with its parameters where the policy does not say. */
  basis: Basis;
  /** What a user may set as `basis`; empty where the kind fixes it. */
  bases: readonly Basis[];
  /** The kind in words, for tables and help. */
  doc: string;
}

const LOCAL_BASES: readonly Basis[] = ["inventory-position", "on-hand"];

/**
 * Every classical policy, one row a kind. A trained actor ("learned") is no row: it is a run folder, not
 * parameters. Names as in Snyder and Shen, Fundamentals of Supply Chain Theory (2019), chapters 4-6.
 */
export const POLICY_KINDS: Readonly<Record<PolicyKind, PolicyKindRow>> = {
  "base-stock": {
    parameters: ["levels"],
    rule: "base-stock",
    basis: "inventory-position",
    bases: [],
    doc: "order up to a level, every period",
  },
  "echelon-base-stock": {
    parameters: ["levels"],
    rule: "base-stock",
    basis: "echelon-position",
    bases: [],
    doc: "order the echelon position up to a level, every period",
  },
  "s-S": {
    parameters: ["reorderPoint", "orderUpTo"],
    rule: "s-S",
    basis: "inventory-position",
    bases: LOCAL_BASES,
    doc: "at or below s, order up to S",
  },
  "s-Q": {
    parameters: ["reorderPoint", "quantity"],
    rule: "s-Q",
    basis: "inventory-position",
    bases: LOCAL_BASES,
    doc: "at or below s, order Q",
  },
  "constant": {
    parameters: ["quantity"],
    rule: "constant",
    basis: "inventory-position",
    bases: [],
    doc: "order Q, every period",
  },
};
