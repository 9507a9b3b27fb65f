import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadNetworkFile } from "../../../engine/network/load.ts";
import { type NetworkInput, parseNetwork, parseNetworkSync } from "../../../engine/network/schema.ts";
import { messageOf } from "../../setup/messages.ts";

const folder = await Deno.makeTempDir();
afterAll(() => Deno.remove(folder, { recursive: true }));

/** The example of the design, section 2. */
const SERIAL: NetworkInput = {
  name: "serial-3",
  horizon: 100,
  quantities: "real",
  nodes: [
    { id: "3", holdingCost: 2, initialOnHand: 10 },
    { id: "2", holdingCost: 4 },
    { id: "1", holdingCost: 7, backorderCost: 37.12, demand: { kind: "normal", mean: 5, stdDev: 1 } },
  ],
  arcs: [
    { from: "supply", to: "3", leadTime: 1 },
    { from: "3", to: "2", leadTime: 0 },
    { from: "2", to: "1", leadTime: 0 },
  ],
};

const NODE_DEFAULTS = {
  price: 0,
  orderCost: 0,
  fixedOrderCost: 0,
  orderChangeCost: 0,
  holdingCost: 0,
  holdingTarget: 0,
  backorderCost: 0,
  lostSaleCost: 0,
  unmetDemand: "backorder",
  initialOnHand: 0,
  initialInTransit: {},
  demandLeadTime: 0,
  seesOrders: false,
  allocation: "fair",
  sourcing: "split",
};

const ARC_DEFAULTS = { orderLeadTime: 0, share: 1, yield: 1, inTransitHoldingCost: 0 };

/** Every field, every kind of distribution, every block. */
const FULL: NetworkInput = {
  name: "full",
  horizon: 52,
  quantities: "integer",
  nodes: [
    { id: "plant", initialInTransit: [4, 0, 2], capacity: 1000, maxOrder: 50, allocation: "proportional" },
    { id: "depot", initialInTransit: { supply: [1] }, sourcing: "available", maxOrder: 40 },
    {
      id: "shop",
      price: 9.5,
      orderCost: 1,
      fixedOrderCost: 2,
      orderChangeCost: 3,
      holdingCost: 0.5,
      holdingTarget: 10,
      backorderCost: 4,
      lostSaleCost: 5,
      unmetDemand: "lost",
      capacity: 80,
      maxBackorder: 30,
      maxOrder: 20,
      initialOnHand: 12,
      initialInTransit: { plant: [3], depot: [] },
      demand: { kind: "empirical", values: [0, 7, 3], probabilities: [0.5, 0.25, 0.25], profile: [1, 0.5] },
      demandLeadTime: 1,
      seesOrders: true,
      allocation: "lowest-position",
      sourcing: "random",
    },
    { id: "kiosk", maxOrder: 5, demand: { kind: "trace", values: [1.5, 2], repeat: true } },
    { id: "stall", maxOrder: 5, demand: { kind: "negative-binomial", mean: 3, dispersion: 2 } },
  ],
  arcs: [
    { from: "supply", to: "plant", leadTime: { kind: "uniform-integer", low: 1, high: 4 } },
    { from: "supply", to: "depot", leadTime: { kind: "poisson-uniform", low: 0, high: 3 }, yield: 0.9 },
    { from: "plant", to: "depot", leadTime: { kind: "poisson", mean: 2 }, orderLeadTime: 1 },
    { from: "plant", to: "shop", share: 2, inTransitHoldingCost: 0.1 },
    { from: "depot", to: "shop", leadTime: { kind: "normal", mean: 2, stdDev: 0.7 } },
    { from: "depot", to: "kiosk", leadTime: 0 },
    { from: "shop", to: "stall", leadTime: { kind: "trace", values: [1, 2, 3] } },
  ],
  control: { rule: "quantity", basis: "on-hand" },
  observation: {
    features: ["onHand", "order", "fillRate", "time"],
    lags: { onHand: 3 },
    bounds: {
      onHand: [0, 100],
      order: { plant: [0, 50], depot: [0, 40], shop: [0, 20], kiosk: [0, 5], stall: [0, 5] },
    },
  },
  reward: { scheme: "own", scale: 0.1, window: { lag: 2, length: 5, discount: 0.99 } },
  evaluation: { periods: 60, warmup: 8, episodes: 30 },
};

describe("parseNetwork", () => {
  test("fills in the defaults of the design's example", async () => {
    expect(await parseNetwork(SERIAL)).toEqual({
      name: "serial-3",
      horizon: 100,
      quantities: "real",
      nodes: [
        { ...NODE_DEFAULTS, id: "3", holdingCost: 2, initialOnHand: 10 },
        { ...NODE_DEFAULTS, id: "2", holdingCost: 4 },
        { ...NODE_DEFAULTS, ...SERIAL.nodes[2] },
      ],
      arcs: [
        { ...ARC_DEFAULTS, from: "supply", to: "3", leadTime: { kind: "constant", value: 1 } },
        { ...ARC_DEFAULTS, from: "3", to: "2", leadTime: { kind: "constant", value: 0 } },
        { ...ARC_DEFAULTS, from: "2", to: "1", leadTime: { kind: "constant", value: 0 } },
      ],
    });
  });

  test("the smallest network", async () => {
    const network = await parseNetwork({
      nodes: [{ id: "a", demand: 3 }],
      arcs: [{ from: "supply", to: "a" }],
    });
    expect(network).toEqual({
      name: "unnamed",
      horizon: 100,
      quantities: "real",
      nodes: [{ ...NODE_DEFAULTS, id: "a", demand: { kind: "constant", value: 3 } }],
      arcs: [{ ...ARC_DEFAULTS, from: "supply", to: "a", leadTime: { kind: "constant", value: 1 } }],
    });
  });

  test("keeps every field of a network that has them all", async () => {
    const network = await parseNetwork(FULL);
    const [plant, depot, shop, kiosk] = network.nodes;
    expect(network).toMatchObject({ name: "full", horizon: 52, quantities: "integer" });
    expect(plant).toMatchObject({
      initialInTransit: { supply: [4, 0, 2] },
      capacity: 1000,
      allocation: "proportional",
    });
    expect(depot).toMatchObject({ initialInTransit: { supply: [1] }, sourcing: "available" });
    expect(shop).toEqual(FULL.nodes[2]);
    expect(kiosk.demand).toEqual({ kind: "trace", values: [1.5, 2], repeat: true });
    expect(network.arcs.map(({ leadTime }) => leadTime)).toEqual([
      { kind: "uniform-integer", low: 1, high: 4 },
      { kind: "poisson-uniform", low: 0, high: 3 },
      { kind: "poisson", mean: 2 },
      { kind: "constant", value: 1 },
      { kind: "normal", mean: 2, stdDev: 0.7 },
      { kind: "constant", value: 0 },
      { kind: "trace", values: [1, 2, 3], repeat: false },
    ]);
    expect(network.arcs[1].yield).toBe(0.9);
    expect(network.arcs[2].orderLeadTime).toBe(1);
    expect(network.arcs[3]).toMatchObject({ share: 2, inTransitHoldingCost: 0.1 });
    expect(network.control).toEqual(FULL.control);
    expect(network.reward).toEqual(FULL.reward);
    expect(network.evaluation).toEqual(FULL.evaluation);
    expect(network.observation).toEqual({
      ...FULL.observation,
      bounds: { ...FULL.observation?.bounds, fillRate: [0, 1], time: [0, 1] },
    });
  });

  test("fills in the blocks for learning and evaluation", async () => {
    const blocks = {
      control: { rule: "base-stock", bounds: { "1": [0, 9], "2": [-5, 9], "3": [0.5, 9] } },
      observation: { features: ["time"] },
      reward: { window: { length: 4 } },
      evaluation: {},
    };
    expect(await parseNetwork({ ...SERIAL, horizon: 77, ...blocks })).toMatchObject({
      control: { ...blocks.control, basis: "inventory-position" },
      observation: { features: ["time"], lags: 0, bounds: { time: [0, 1] } },
      reward: { scheme: "total", scale: 1, window: { lag: 0, length: 4, discount: 1 } },
      evaluation: { periods: 77, warmup: 0, episodes: 100 },
    });
  });

  test("has no key for what is absent, undefined as input among it", async () => {
    const network = await parseNetwork({ ...SERIAL, control: undefined });
    expect(Object.keys(network)).toEqual(["name", "horizon", "quantities", "nodes", "arcs"]);
    expect(network.nodes[0]).not.toHaveProperty("demand");
    expect(network.nodes[0]).not.toHaveProperty("capacity");
  });

  test.each([["serial", SERIAL], ["full", FULL]])(
    "parsing the result gives it again: %s",
    async (_, input) => {
      const network = await parseNetwork(input);
      const again = await parseNetwork(JSON.parse(JSON.stringify(network)));
      expect(again).toEqual(network);
      expect(JSON.stringify(again)).toBe(JSON.stringify(network));
    },
  );

  test("the result shares nothing with the input, and the input stays as it was", async () => {
    const input = structuredClone(FULL);
    const network = await parseNetwork(input);
    expect(input).toEqual(FULL);
    const before = structuredClone(network);
    for (const node of input.nodes) {
      if (Array.isArray(node.initialInTransit)) node.initialInTransit.push(1);
      if (typeof node.demand === "object" && "values" in node.demand) node.demand.values?.fill(0);
    }
    (input.observation?.bounds?.onHand as unknown as number[])[0] = 50;
    expect(network).toEqual(before);
  });

  test("ids may be the names of object properties", async () => {
    const network = await parseNetwork(JSON.parse(`{
      "nodes": [
        { "id": "__proto__", "initialInTransit": { "supply": [1] } },
        { "id": "constructor", "demand": 1, "initialInTransit": { "__proto__": [5, 6] } }
      ],
      "arcs": [{ "from": "supply", "to": "__proto__" }, { "from": "__proto__", "to": "constructor" }],
      "control": { "rule": "base-stock", "bounds": { "__proto__": [0, 1], "constructor": [2, 3] } }
    }`));
    expect(network.nodes[1].initialInTransit["__proto__"]).toEqual([5, 6]);
    const bounds = network.control?.bounds as Record<string, unknown>;
    expect([bounds["__proto__"], bounds["constructor"]]).toEqual([[0, 1], [2, 3]]);
    expect(({} as Record<string, unknown>)["0"]).toBeUndefined();
  });

  test("4096 nodes in a line, a million values in a trace", async () => {
    const nodes = Array.from({ length: 4096 }, (_, i) => ({ id: `n${i}` }));
    const arcs = nodes.map(({ id }, i) => ({ from: i === 0 ? "supply" : `n${i - 1}`, to: id }));
    const values = Array<number>(1_000_000).fill(2);
    const network = await parseNetwork({
      nodes: nodes.with(4095, { ...nodes[4095], demand: { kind: "trace", values } } as { id: string }),
      arcs,
    });
    expect(network.nodes).toHaveLength(4096);
    expect(network.nodes[4095].demand).toMatchObject({ values: { length: 1_000_000 } });
  });

  test("parseNetworkSync gives the same", async () => {
    expect(parseNetworkSync(FULL)).toEqual(await parseNetwork(FULL));
  });
});

describe("traces in files", () => {
  beforeAll(async () => {
    await Deno.mkdir(`${folder}/data`);
    await Deno.writeTextFile(`${folder}/data/d.csv`, "day,r1,r2\n1,4,0.5\n2,6.25,-1\n3,0,x\n");
    await Deno.writeTextFile(`${folder}/data/empty.csv`, "day,r1\n");
    await Deno.writeTextFile(
      `${folder}/n.json`,
      JSON.stringify(network({ file: "data/d.csv", column: "r1" })),
    );
    await Deno.writeTextFile(`${folder}/bad.json`, '{"nodes": [}');
  });

  const network = (trace: object) => ({
    nodes: [{ id: "r1", demand: { kind: "trace", ...trace } }],
    arcs: [{ from: "supply", to: "r1" }],
  });

  test("are relative to the folder of the network's file", async () => {
    const loaded = await loadNetworkFile(`${folder}/n.json`);
    expect(loaded.nodes[0].demand).toEqual({ kind: "trace", values: [4, 6.25, 0], repeat: false });
  });

  test("may have absolute paths, and a profile", async () => {
    const trace = { file: `${folder}/data/d.csv`, column: "day", repeat: true, profile: [1, 2] };
    expect((await parseNetwork(network(trace))).nodes[0].demand)
      .toEqual({ kind: "trace", values: [1, 2, 3], repeat: true, profile: [1, 2] });
  });

  const WHERE = 'n: nodes[0] ("r1").demand';

  test.each<[object, string]>([
    [{}, `${WHERE}: expected either "values" or "file" and "column", got neither`],
    [
      { values: [1], file: "d.csv", column: "r1" },
      `${WHERE}: expected either "values" or "file" and "column", got both`,
    ],
    [{ values: [1], column: "r1" }, `${WHERE}: expected either "values" or "file" and "column", got both`],
    [{ file: "data/d.csv" }, `${WHERE}.column: expected the name of a column of the file, got nothing`],
    [{ file: "", column: "r1" }, `${WHERE}.file: expected the path of a CSV file, got ""`],
    [{ file: 5, column: "r1" }, `${WHERE}.file: expected the path of a CSV file, got 5`],
    [
      { file: "data/none.csv", column: "r1" },
      `${WHERE}.file: ${folder}/data/none.csv: no such file; expected a file that can be read`,
    ],
    [
      { file: "data", column: "r1" },
      `${WHERE}.file: ${folder}/data: is a folder; expected a file that can be read`,
    ],
    [
      { file: "data/d.csv", column: "r3" },
      `${WHERE}.file: ${folder}/data/d.csv: no column "r3"; expected one of "day", "r1", "r2"`,
    ],
    [
      { file: "data/d.csv", column: "r2" },
      `${WHERE}.file: ${folder}/data/d.csv: line 4, column "r2": expected a number, got "x"`,
    ],
    [
      { file: "data/empty.csv", column: "r1" },
      `${WHERE}.file: ${folder}/data/empty.csv: holds no rows; expected one value or more`,
    ],
  ])("refuse %j", async (trace, message) => {
    expect(await messageOf(() => parseNetwork(network(trace), { where: "n", baseDir: folder }))).toBe(
      message,
    );
  });

  test("refuse values below 0", async () => {
    await Deno.writeTextFile(`${folder}/data/negative.csv`, "d\n1\n-2\n");
    const value = network({ file: "data/negative.csv", column: "d" });
    expect(await messageOf(() => parseNetwork(value, { where: "n", baseDir: folder }))).toBe(
      `${WHERE}.file: ${folder}/data/negative.csv: line 3, column "d": expected a number >= 0, got -2`,
    );
  });

  test("are refused without a file system", async () => {
    expect(await messageOf(() => parseNetworkSync(network({ file: "d.csv", column: "d" }), { where: "n" })))
      .toBe(`${WHERE}.file: a file cannot be loaded here; expected "values"`);
  });

  test("loadNetworkFile says where a file is no JSON", async () => {
    expect(await messageOf(() => loadNetworkFile(`${folder}/bad.json`)))
      .toBe(
        `${folder}/bad.json:1:12: expected a value (an object, a list, a string in double quotes, ` +
          'a number, true, false or null), got "}"',
      );
    expect(await messageOf(() => loadNetworkFile(`${folder}/none.json`)))
      .toBe(`${folder}/none.json: no such file; expected a file that can be read`);
  });
});
