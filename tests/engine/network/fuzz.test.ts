import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { parseNetwork, parseNetworkSync } from "../../../engine/network/schema.ts";
import type { Network } from "../../../engine/network/types.ts";
import { messageOf } from "../../setup/messages.ts";

const SEED = 20261121;

/** A network, or nothing where it was refused with an InputError of one line. */
function tryParse(value: unknown): Network | undefined {
  try {
    return parseNetworkSync(value);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as InputError;
    expect(message).not.toMatch(/[\n\r\u2028\u2029]/);
    expect(message.length).toBeLessThan(1000);
    return undefined;
  }
}

test("any value is a network or an InputError", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  fc.assert(fc.property(fc.oneof(anything, fc.jsonValue()), (value) => void tryParse(value)), {
    seed: SEED,
    numRuns: 1000,
  });
});

const WORDS = [
  "id",
  "demand",
  "kind",
  "values",
  "bounds",
  "supply",
  "w",
  "r",
  "trace",
  "empirical",
  "poisson",
  "normal",
  "uniform-integer",
  "negative-binomial",
  "s-S",
  "onHand",
  "__proto__",
  "constructor",
  "toString",
  "\u2028\n",
];

const leaf = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.constantFrom(
    0,
    -0,
    1,
    2,
    0.5,
    -1,
    5e-324,
    1e-7,
    2 ** 20,
    2 ** 24,
    1e39,
    1e308,
    NaN,
    Infinity,
    null,
    true,
    undefined,
  ),
  fc.integer(),
  fc.double(),
  fc.string(),
);

const piece: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...WORDS), fc.string()), tie("value"), { maxKeys: 3 }),
  ),
})).value;

const whole = JSON.stringify({
  name: "x",
  horizon: 10,
  quantities: "integer",
  nodes: [
    { id: "w", maxOrder: 5, initialInTransit: [1], sourcing: "available" },
    {
      id: "r",
      maxOrder: 5,
      initialInTransit: { w: [1] },
      demand: { kind: "poisson", mean: 5, profile: [1, 2] },
    },
    { id: "q", maxOrder: 5, demand: { kind: "empirical", values: [1, 2], probabilities: [0.5, 0.5] } },
    { id: "p", maxOrder: 5, demand: { kind: "negative-binomial", mean: 5, dispersion: 2 } },
  ],
  arcs: [
    { from: "supply", to: "w", leadTime: { kind: "uniform-integer", low: 1, high: 2 } },
    { from: "w", to: "r", leadTime: { kind: "normal", mean: 2, stdDev: 1 }, share: 2 },
    { from: "supply", to: "q", leadTime: { kind: "poisson-uniform", low: 1, high: 2 } },
    { from: "r", to: "p", leadTime: { kind: "trace", values: [1, 2], repeat: true } },
  ],
  control: { rule: "quantity", basis: "on-hand", bounds: [0, 5] },
  observation: { features: ["onHand", "time"], lags: { onHand: 1 }, bounds: { onHand: [0, 5] } },
  reward: { scheme: "own", scale: 1, window: { lag: 1, length: 2, discount: 0.9 } },
  evaluation: { periods: 10, warmup: 2, episodes: 3 },
});

/** Walks down `steps` and puts a piece there: in place of a value, or under a new key. */
function mutate(value: unknown, steps: readonly number[], key: string, put: unknown): unknown {
  if (typeof value !== "object" || value === null || steps.length === 0) return put;
  const [step, ...rest] = steps;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const keys = [...Object.keys(copy), key];
  const at = keys[step % keys.length];
  const inner = (copy as Record<string, unknown>)[at];
  Object.defineProperty(copy, at, {
    value: mutate(inner, rest, key, put),
    configurable: true,
    enumerable: true,
    writable: true,
  });
  return copy;
}

test("a network with pieces replaced is a network or an InputError, and what is accepted is accepted again", () => {
  let accepted = 0;
  const change = fc.tuple(
    fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    fc.constantFrom(...WORDS),
    piece,
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
      const value = changes.reduce<unknown>(
        (network, [steps, key, put]) => mutate(network, steps, key, put),
        JSON.parse(whole),
      );
      const network = tryParse(value);
      if (network === undefined) return;
      accepted++;
      expect(parseNetworkSync(network)).toEqual(network);
    }),
    { seed: SEED, numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(20);
});

test("deep nesting and long lists of faults end in an InputError", async () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { nodes: deep };
  const network = () => JSON.parse(whole);
  for (const key of ["nodes", "arcs", "control", "observation", "name"]) {
    expect(await messageOf(() => parseNetwork({ ...network(), [key]: deep }))).toContain("network: ");
  }
  const faults = Array(300_000).fill("x");
  for (const field of ["initialInTransit", "demand"]) {
    const value = network();
    value.nodes[0][field] = field === "demand" ? { kind: "trace", values: faults } : faults;
    expect(await messageOf(() => parseNetwork(value))).toContain('[0]: expected a number >= 0, got "x"');
  }
  const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]));
  expect(await messageOf(() => parseNetwork({ ...network(), ...keys }))).toContain(
    'unknown key "k0"; expected',
  );
});
