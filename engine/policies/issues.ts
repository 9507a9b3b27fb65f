import type * as z from "zod";
import { InputError } from "../errors.ts";
import { POLICY_KINDS, type PolicyKind } from "./kinds.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The first of zod's findings about a policy as one line: where, what was expected, what was there. */
export function policyError(issues: readonly Issue[], value: unknown, root: string): InputError {
  const { issue, path } = innermost(issues[0] as Issue, []);
  const where = root + path.map(step).join("");
  const got = `got ${show(path.reduce(child, value))}`;
  switch (issue.code) {
    case "invalid_type":
      return new InputError(where, `expected ${expectation(issue.expected, path)}, ${got}`);
    case "unrecognized_keys":
      return new InputError(where, `unknown key "${issue.keys[0]}"; expected ${keysFor(value)}`);
    case "too_small":
      return new InputError(where, `expected at least ${issue.minimum}, ${got}`);
    case "too_big":
      return new InputError(where, `expected at most ${issue.maximum}, ${got}`);
    case "invalid_value":
      return new InputError(
        where,
        `expected ${issue.values.map((v) => `"${String(v)}"`).join(" or ")}, ${got}`,
      );
    case "invalid_union":
      return new InputError(where, `expected one of ${kindNames().join(", ")}, ${got}`);
    default:
      return new InputError(where, `${issue.message}, ${got}`);
  }
}

/** Where every alternative of a union failed, the one that got furthest into the value tells most. */
function innermost(issue: Issue, prefix: Path): { issue: Issue; path: Path } {
  const path = [...prefix, ...issue.path];
  if (issue.code !== "invalid_union") return { issue, path };
  const inner = issue.errors.map((issues) => issues[0]).filter((first) => first !== undefined)
    .map((first) => innermost(first, path));
  const best = inner.reduce<{ issue: Issue; path: Path } | undefined>(
    (a, b) => a === undefined || b.path.length > a.path.length ? b : a,
    undefined,
  );
  return best ?? { issue, path };
}

function expectation(type: string, path: Path): string {
  if (path.length === 0) return `an object such as {"kind":"base-stock","levels":10}`;
  if (path.length === 1 && type !== "string") return "a number or an object of numbers by node id";
  return `a ${type}`;
}

function keysFor(value: unknown): string {
  const kind = child(value, "kind");
  if (kind === "learned") return "kind, run";
  const row = POLICY_KINDS[kind as PolicyKind];
  return ["kind", ...row.parameters, ...(row.bases.length > 0 ? ["basis"] : [])].join(", ");
}

function kindNames(): string[] {
  return [...Object.keys(POLICY_KINDS), "learned"];
}

function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function step(key: PropertyKey): string {
  const name = String(key);
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `["${name}"]`;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? typeof value;
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
