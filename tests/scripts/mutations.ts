/** Inputs that are almost right: what people's mistakes look like, and what none would write. */
import fc from "fast-check";

/** Values that programs trip over. */
const ODD = fc.constantFrom<unknown>(
  null,
  true,
  "",
  "supply",
  "__proto__",
  "constructor",
  0,
  -0,
  -1,
  0.5,
  1e-320,
  1e-7,
  99_999,
  2 ** 20,
  2 ** 24,
  2 ** 31,
  2 ** 53,
  1e30,
  -1e30,
  1e308,
  [],
  {},
  [[]],
  { kind: "poisson", mean: 1e6 },
  { kind: "negative-binomial", mean: 5, dispersion: 1e-6 },
  { kind: "uniform-integer", low: 0, high: 100_000 },
  { kind: "trace", values: [1] },
  { kind: "trace", file: "nosuch.csv", column: "x" },
);

const NUMBERS = fc.constantFrom(0, 0.25, 1, 2, 3, 7, 10, 40, 1000);
const WORDS = fc.constantFrom(
  "lost",
  "backorder",
  "fair",
  "proportional",
  "lowest-position",
  "priority",
  "split",
  "random",
  "available",
  "all",
  "integer",
  "real",
  "on-hand",
  "inventory-position",
);
const DISTRIBUTIONS = fc.constantFrom(
  { kind: "constant", value: 2 },
  { kind: "poisson", mean: 3 },
  { kind: "poisson-uniform", low: 1, high: 3 },
  { kind: "uniform-integer", low: 0, high: 2 },
  { kind: "normal", mean: 0, stdDev: 0 },
  { kind: "negative-binomial", mean: 2, dispersion: 0.5 },
  { kind: "empirical", values: [0, 3], probabilities: [0.9, 0.1] },
  { kind: "trace", values: [0, 3], repeat: true },
);
const FIELDS = fc.tuple(
  fc.constantFrom(
    "holdingTarget",
    "fixedOrderCost",
    "orderChangeCost",
    "lostSaleCost",
    "capacity",
    "maxBackorder",
    "maxOrder",
    "demandLeadTime",
    "orderLeadTime",
    "share",
    "inTransitHoldingCost",
    "horizon",
  ),
  NUMBERS,
);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Path = (string | number)[];

/** Paths to all values within a value, itself included. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const keys: (string | number)[] = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return [
    path,
    ...keys.flatMap((key) => pathsOf((value as Record<string | number, unknown>)[key], [...path, key])),
  ];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}

/** A copy with the value at a path changed; `undefined` takes it away. */
function withValue(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  if (path.length === 0) return change(value);
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const parent = valueAt(copy, path.slice(0, -1));
  const key = path.at(-1)!;
  if (typeof parent !== "object" || parent === null) return copy;
  const changed = change((parent as Record<string | number, unknown>)[key]);
  if (changed === undefined && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (changed === undefined) delete (parent as Record<string | number, unknown>)[key];
  else (parent as Record<string | number, unknown>)[key] = changed;
  return copy;
}

/** The JSON text of a value after one to eight changes: values replaced, scaled, left out, added or copied. */
export function mutatedJson(valid: unknown): fc.Arbitrary<string> {
  const paths = pathsOf(valid);
  const path = fc.nat(paths.length - 1).map((i) => paths[i]!);
  // Changes that leave a valid input now and then.
  const mild = fc.oneof(
    NUMBERS.map((value) => (old: unknown) => typeof old === "number" ? value : old),
    WORDS.map((word) => (old: unknown) => typeof old === "string" ? word : old),
    DISTRIBUTIONS.map((value) => (old: unknown) => isObject(old) && "kind" in old ? value : old),
    FIELDS.map(([field, value]) => (old: unknown) => isObject(old) ? { ...old, [field]: value } : old),
    fc.double({ noNaN: true, min: 0, max: 3 }).map((factor) => (old: unknown) =>
      typeof old === "number" ? old * factor : old
    ),
    fc.constant((old: unknown) => typeof old === "boolean" ? !old : old),
  );
  const wild = fc.oneof(
    ODD.map((value) => () => value),
    fc.jsonValue({ maxDepth: 2 }).map((value) => () => value),
    fc.constant(() => undefined),
    path.map((other) => () => structuredClone(valueAt(valid, other))),
    fc.string({ maxLength: 4 }).map((key) => (old: unknown) => isObject(old) ? { ...old, [key]: 1 } : old),
  );
  const change = fc.oneof({ weight: 9, arbitrary: mild }, { weight: 1, arbitrary: wild });
  return fc.array(fc.tuple(path, change), { minLength: 1, maxLength: 8 }).map((changes) => {
    const changed = changes.reduce(
      (value, [at, by]) => valueAt(value, at) === undefined ? value : withValue(value, at, by),
      valid,
    );
    return JSON.stringify(changed) ?? "";
  });
}

/** One to six edits of a text: characters taken out, put in or repeated. */
export function mutatedText(valid: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.constantFrom(
      ",",
      '"',
      "\n",
      "\r\n",
      "{",
      "}",
      "[",
      "]",
      ":",
      "-",
      "e",
      "1e999",
      " ",
      "\u0000",
      "\ufeff",
      "0",
    ),
  );
  const edit = fc.tuple(fc.nat(valid.length), fc.nat(6), piece);
  return fc.array(edit, { minLength: 1, maxLength: 6 }).map((edits) =>
    edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), valid)
  );
}
