import { expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import { messageOf } from "../../setup/messages.ts";

/** A network that a test makes wrong. */
export interface Draft extends Record<string, unknown> {
  nodes: Record<string, unknown>[];
  arcs: Record<string, unknown>[];
}

/** A line that parsing ends with, and what has to be changed in `valid()` for it. */
export type Refusal = [message: string, change: (network: Draft) => void];

/** A network that is accepted. */
export function valid(): Draft {
  return {
    horizon: 50,
    nodes: [{ id: "w" }, { id: "r1", demand: { kind: "poisson", mean: 5 } }, { id: "r2" }],
    arcs: [{ from: "supply", to: "w" }, { from: "w", to: "r1" }, { from: "w", to: "r2" }],
  };
}

/** One test a row. */
export function testRefusals(rows: Refusal[]): void {
  test.each(rows)("%s", async (message, change) => {
    const network = valid();
    change(network);
    expect(await messageOf(() => parseNetworkSync(network, { where: "n.json" }))).toBe(`n.json: ${message}`);
  });
}

/** The change that puts any value under a key. */
export function set(key: string, value: unknown): (network: Draft) => void {
  return (network) => Object.assign(network, { [key]: value });
}
