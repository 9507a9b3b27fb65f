import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Distribution, SUPPLY } from "../../../engine/network/types.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { sharedData } from "./shared_data.ts";

const STRUCTURES = ["a", "b", "c", "d", "s"];

const meanOf = (distribution: Distribution | undefined): number => {
  if (distribution?.kind !== "empirical") throw new Error("expected an empirical distribution");
  return distribution.values.reduce((sum, value, i) => sum + value * (distribution.probabilities[i] ?? 0), 0);
};

describe("structures", () => {
  test.each([
    // nodes; supply arcs; arcs between nodes; retailers
    ["a", 4, 1, 3, 3],
    ["b", 9, 4, 14, 5],
    ["c", 13, 1, 12, 9],
    ["d", 18, 4, 32, 9],
    ["s", 4, 1, 3, 1],
  ])(
    "%s: %i points, %i of them supplied from outside, %i arcs, %i retailers",
    async (s, nodes, tops, arcs, r) => {
      const network = await loadNetwork(`ziegner-${s}1`);
      expect(network.nodes.length).toBe(nodes);
      expect(network.arcs.filter(({ from }) => from === SUPPLY).length).toBe(tops);
      expect(network.arcs.filter(({ from }) => from !== SUPPLY).length).toBe(arcs);
      expect(network.nodes.filter(({ demand }) => demand !== undefined).length).toBe(r);
      const leaves = network.nodes.filter(({ id }) => network.arcs.every(({ from }) => from !== id));
      expect(leaves).toEqual(network.nodes.filter(({ demand }) => demand !== undefined));
    },
  );

  const customers = async (scenario: string, from: string) =>
    (await loadNetwork(scenario)).arcs.filter((arc) => arc.from === from).map(({ to }) => to);
  const suppliers = async (scenario: string, to: string) =>
    (await loadNetwork(scenario)).arcs.filter((arc) => arc.to === to).map(({ from }) => from).sort();

  test("B's warehouses serve the retailers of figure 2", async () => {
    expect(await customers("ziegner-b1", "w1")).toEqual(["r1", "r2", "r3"]);
    expect(await customers("ziegner-b1", "w2")).toEqual(["r1", "r2", "r3", "r4"]);
    expect(await customers("ziegner-b1", "w3")).toEqual(["r4", "r5"]);
    expect(await customers("ziegner-b1", "w4")).toEqual(["r1", "r2", "r3", "r4", "r5"]);
  });

  test("D has B's arcs above and two middle points for each retailer", async () => {
    expect(await customers("ziegner-d1", "c3")).toEqual(["w4", "w5"]);
    expect(await suppliers("ziegner-d1", "r1")).toEqual(["w1", "w2"]);
    expect(await suppliers("ziegner-d1", "r5")).toEqual(["w1", "w5"]);
    expect(await suppliers("ziegner-d1", "r9")).toEqual(["w4", "w5"]);
  });

  test("C is a tree", async () => {
    expect(await customers("ziegner-c1", "c1")).toEqual(["w1", "w2", "w3"]);
    expect(await customers("ziegner-c1", "w3")).toEqual(["r7", "r8", "r9"]);
  });

  test("S is a line", async () => {
    const { arcs } = await loadNetwork("ziegner-s1");
    expect(arcs.map(({ from, to }) => `${from} ${to}`)).toEqual([`${SUPPLY} s4`, "s4 s3", "s3 s2", "s2 s1"]);
  });
});

describe("what is the same everywhere", () => {
  test.each(STRUCTURES)("%s: costs, rules and timing", async (structure) => {
    const network = await loadNetwork(`ziegner-${structure}3`);
    expect(network.horizon).toBe(128);
    expect(network.evaluation).toEqual({ periods: 75, warmup: 25, episodes: 100 });
    expect(network.control?.rule).toBe("quantity");
    expect(network.reward).toMatchObject({ scheme: "total", scale: 0.001 });
    for (const node of network.nodes) {
      expect(node).toMatchObject({ seesOrders: true, allocation: "lowest-position", sourcing: "random" });
      expect(node.backorderCost).toBe(node.demand === undefined ? 0 : 19);
      expect(node.demandLeadTime).toBe(node.demand === undefined ? 0 : 1);
      expect(node.demand ?? { kind: "poisson-uniform", low: 5, high: 15 })
        .toEqual({ kind: "poisson-uniform", low: 5, high: 15 });
    }
    for (const arc of network.arcs) {
      expect(arc).toMatchObject({ orderLeadTime: 1, leadTime: { kind: "uniform-integer", low: 1, high: 5 } });
    }
  });

  test("table 4 by echelon", async () => {
    const { nodes, observation } = await loadNetwork("ziegner-d1");
    const bounds = observation?.bounds.inventoryPosition as Record<string, [number, number]>;
    const table = { c: [0.4, 500, -1000], w: [0.6, 150, -300], r: [1, 50, -100] };
    for (const { id, holdingCost, maxOrder, initialOnHand } of nodes) {
      const [holding, order, lowest] = table[id[0] as "c" | "w" | "r"];
      expect([holdingCost, maxOrder]).toEqual([holding, order]);
      expect(bounds[id]).toEqual([lowest, initialOnHand + (order as number)]);
    }
  });

  test("lead time 1 in the scenarios numbered 1", async () => {
    for (const { leadTime } of (await loadNetwork("ziegner-b1")).arcs) {
      expect(leadTime).toEqual({ kind: "constant", value: 1 });
    }
  });
});

describe("missing data", () => {
  test("names the option and the layout", async () => {
    await expect(loadNetwork("ziegner-c2")).rejects.toThrow(
      "ziegner-c2: needs --demand-data (demandData): a CSV file with a Date column, then one column a product, " +
        "one row a day (MABIM's sku2778.demand.csv)",
    );
    await expect(loadNetwork("ziegner-a4")).rejects.toThrow("ziegner-a4: needs --demand-data");
  });
});

describe("data from files", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bullwhip-ziegner-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  test("each retailer has a product of its own, scaled to mean 10 and kept there", async () => {
    const demandData = await file("demand.csv", "Date,x,y,z\n1,1,2,0\n2,3,2,9\n3,2,2,0\n4,2,2,1\n");
    const { nodes } = await loadNetwork("ziegner-a2", { demandData });
    const [, first, second, third] = nodes.map(({ demand }) => demand);
    expect(first).toMatchObject({ kind: "empirical", values: [5, 10, 15], probabilities: [0.25, 0.5, 0.25] });
    expect(second).toMatchObject({ kind: "empirical", values: [10], probabilities: [1] });
    expect(third).toMatchObject({ kind: "empirical", values: [0, 4, 36], probabilities: [0.5, 0.25, 0.25] });
  });

  test("what scales to a fraction lies on both sides of it", async () => {
    const demandData = await file("thirds.csv", "Date,a,b,c\n1,1,1,1\n2,2,1,1\n3,6,1,1\n");
    const { nodes } = await loadNetwork("ziegner-a2", { demandData });
    // mean 3: 10/3, 20/3 and 20
    const demand = nodes[1]?.demand;
    expect(demand).toMatchObject({ values: [3, 4, 6, 7, 20] });
    const probabilities = demand?.kind === "empirical" ? demand.probabilities : [];
    [2 / 9, 1 / 9, 1 / 9, 2 / 9, 1 / 3].forEach((p, i) => expect(probabilities[i]).toBeCloseTo(p, 12));
    expect(meanOf(demand)).toBeCloseTo(10, 12);
  });

  test("initial stock covers a lead time and a period: 98% of it at retailers, its mean upstream", async () => {
    const demandData = await file("two.csv", "Date,a,b,c\n1,1,1,1\n2,3,1,1\n");
    const stock = (await loadNetwork("ziegner-a2", { demandData })).nodes.map(({ initialOnHand }) =>
      initialOnHand
    );
    // a: 5 or 15 in each of two periods, so 30 with probability 1/4
    expect(stock).toEqual([60, 30, 20, 20]);
    const leadTimeData = await file("lead.csv", "SKU,init_stock,vlt\np,0,1\nq,0,2\n");
    const { nodes, arcs } = await loadNetwork("ziegner-a4", { demandData, leadTimeData });
    expect(arcs[3]?.leadTime).toMatchObject({ kind: "empirical", values: [2, 4], probabilities: [0.5, 0.5] });
    // 3 or 5 periods: of a, all five are 15 with probability 1/64, below 2%, and one 5 leaves 65; of b and c 50 at most
    expect(nodes.map(({ initialOnHand }) => initialOnHand)).toEqual([120, 65, 50, 50]);
  });

  test("a buyer of several suppliers counts at each by its share", async () => {
    const header = "Date,a,b,c,d,e\n1,1,1,1,1,1\n";
    const demandData = await file("five.csv", header);
    const stock = Object.fromEntries(
      (await loadNetwork("ziegner-b2", { demandData })).nodes.map((
        { id, initialOnHand },
      ) => [id, initialOnHand]),
    );
    // r1 to r3 have 3 suppliers each, r4 has 3, r5 has 2
    expect(stock).toMatchObject({ w1: 20, w2: 27, w3: 17, w4: 37, r5: 20 });
  });

  test("lead times in the layout of demand: a product each receiving point, none below a day", async () => {
    const demandData = await file("d3.csv", "Date,a,b,c\n1,1,1,1\n");
    const leadTimeData = await file("l4.csv", "Date,a,b,c,d\n1,0,1,2,3\n2,6,1,4,3\n");
    const { arcs } = await loadNetwork("ziegner-a4", { demandData, leadTimeData });
    expect(arcs.map(({ leadTime }) => leadTime)).toMatchObject([
      { values: [1, 6], probabilities: [0.5, 0.5] },
      { values: [3], probabilities: [1] },
      { values: [2, 4], probabilities: [0.5, 0.5] },
      { values: [3], probabilities: [1] },
    ]);
  });

  test("files that do not fit are refused in one line", async () => {
    const good = await file("good.csv", "Date,a,b,c\n1,1,1,1\n");
    const refused = async (text: string, message: string) => {
      const demandData = await file("bad.csv", text);
      await expect(loadNetwork("ziegner-a2", { demandData })).rejects.toThrow(`${demandData}: ${message}`);
    };
    await refused(
      "SKU,vlt\na,1\n",
      'expected a Date column and then one column a product, got "SKU" as the first',
    );
    await refused("Date,a,b\n1,1,1\n", "expected at least 3 products (columns after Date), got 2");
    await refused("Date,a,b,c\n1,1,0,1\n", 'column "b": expected a series with a mean above 0');
    await refused("Date,a,b,c\n", 'column "a": expected a series with a mean above 0');
    await refused("Date,a,b,c\n1,1,-2,1\n", 'column "b": expected numbers of at least 0, got -2');
    await refused("Date,a,b,c\n1,1,x,1\n", 'line 2, column "b"');
    await expect(loadNetwork("ziegner-a2", { demandData: join(folder, "none.csv") })).rejects.toThrow(
      "none.csv",
    );
    await expect(loadNetwork("ziegner-a4", { demandData: good })).rejects.toThrow(
      "ziegner-a4: needs --lead-time-data (leadTimeData): a CSV file of lead times",
    );
    await expect(loadNetwork("ziegner-a4", { demandData: good, leadTimeData: good }))
      .rejects.toThrow("expected at least 4 products (columns after Date), got 3");
  });
});

describe("MABIM's data", () => {
  const demandData = sharedData("mabim/sku58.demand.csv");
  const leadTimeData = sharedData("mabim/sku2778.store1.info.csv");
  const here = test.skipIf(demandData === undefined || leadTimeData === undefined);

  here.each(STRUCTURES)("%s2 and %s4: demand of mean 10, lead times of mean 3", async (structure) => {
    const second = await loadNetwork(`ziegner-${structure}2`, { demandData });
    const fourth = await loadNetwork(`ziegner-${structure}4`, { demandData, leadTimeData });
    const retailers = second.nodes.filter(({ demand }) => demand !== undefined);
    for (const { demand } of retailers) expect(meanOf(demand)).toBeCloseTo(10, 9);
    expect(new Set(retailers.map(({ demand }) => JSON.stringify(demand))).size).toBe(retailers.length);
    expect(fourth.nodes.map(({ demand }) => demand)).toEqual(second.nodes.map(({ demand }) => demand));
    for (const { leadTime } of fourth.arcs) {
      expect(meanOf(leadTime)).toBeCloseTo(3, 9);
      expect(leadTime).toEqual(fourth.arcs[0]?.leadTime);
    }
    for (const { leadTime } of second.arcs) expect(leadTime).toEqual({ kind: "constant", value: 1 });
  });

  here("the pooled lead times: 1 day of 2778 products becomes 1 or 2", async () => {
    const { arcs } = await loadNetwork("ziegner-s4", { demandData, leadTimeData });
    const leadTime = arcs[0]?.leadTime;
    if (leadTime?.kind !== "empirical") throw new Error("expected an empirical distribution");
    const [shortest, next] = leadTime.probabilities;
    expect(leadTime.values.slice(0, 2)).toEqual([1, 2]);
    // 1740 of 2778 products have a vlt of 1; the vlts sum to 4969
    const scaledDay = 3 * 2778 / 4969;
    expect(shortest).toBeCloseTo(1740 / 2778 * (2 - scaledDay), 12);
    expect(next).toBeCloseTo(1740 / 2778 * (scaledDay - 1), 12);
  });
});
