import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { SUPPLY } from "../../../engine/network/types.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { sharedData } from "./shared_data.ts";

/** Rows of a CSV file without quotes, header left out. */
async function rows(path: string): Promise<string[][]> {
  const [, ...lines] = (await readFile(path, "utf8")).trim().split(/\r?\n/);
  return lines.map((line) => line.split(","));
}

describe("the networks of Zhang et al.", () => {
  // Tables 1 and 2: nodes, edges, retailers, demand, action space.
  test.each([
    ["zhang-bg", 4, 3, 1, 32, [-8, 24]],
    ["zhang-r1", 17, 18, 4, 8, [-4, 10]],
    ["zhang-r2", 22, 39, 9, 32 / 9, [-3, 6]],
    ["zhang-r3", 27, 31, 8, 4, [-3, 6]],
  ])("%s: %i nodes, %i edges, %i retailers", async (name, nodes, edges, retailers, mean, actions) => {
    const network = await loadNetwork(name);
    expect(network.nodes.length).toBe(nodes);
    expect(network.arcs.filter(({ from }) => from !== SUPPLY).length).toBe(edges);
    const facing = network.nodes.filter(({ demand }) => demand !== undefined);
    expect(facing.map(({ demand }) => demand)).toEqual(
      Array.from({ length: retailers }, () => ({ kind: "poisson", mean })),
    );
    expect(network.control).toMatchObject({ rule: "demand-plus", bounds: actions });
    for (const { id } of network.nodes) {
      const suppliers = network.arcs.filter(({ to }) => to === id).map(({ from }) => from);
      expect(suppliers.length).toBeGreaterThan(0);
      expect(suppliers.includes(SUPPLY)).toBe(suppliers.length === 1 && suppliers[0] === SUPPLY);
    }
  });

  test("costs, lead times, lags, window and evaluation", async () => {
    const network = await loadNetwork("zhang-r1", { leadTime: 2 });
    for (const node of network.nodes) {
      expect(node).toMatchObject({ holdingCost: 0.5, backorderCost: 1, sourcing: "split" });
    }
    for (const arc of network.arcs) {
      expect(arc).toMatchObject({ orderLeadTime: 1, leadTime: { kind: "constant", value: 2 }, share: 1 });
    }
    expect(network.observation?.lags).toBe(5);
    expect(network.observation?.features).toEqual(["backorders", "onHand", "onOrder", "received", "demand"]);
    expect(network.reward).toMatchObject({ scheme: "own", window: { lag: 3 } });
    expect(network.evaluation).toEqual({ periods: 50, warmup: 5, episodes: 100 });
  });

  test("initial stock covers the mean demand of order lead time, shipment lead time and a period", async () => {
    const stock = async (name: string, leadTime?: number) =>
      Object.fromEntries(
        (await loadNetwork(name, { leadTime })).nodes.map(({ id, initialOnHand }) => [id, initialOnHand]),
      );
    expect(await stock("zhang-bg")).toEqual({
      manufacturer: 96,
      distributor: 96,
      wholesaler: 96,
      retailer: 96,
    });
    expect((await stock("zhang-bg", 3))["retailer"]).toBe(160);
    const r1 = await stock("zhang-r1");
    expect(r1["Dist_0001"]).toBe(24);
    // Trans_0004 has all of Dist_0001's demand and half of Manuf_0004's, which is that of two distributors
    expect(r1["Trans_0004"]).toBe(3 * (8 + 16 / 2));
    // Part_0005: Trans_0002 (half of Manuf_0003's 8) and Trans_0003 (half of Manuf_0004's 16)
    expect(r1["Part_0005"]).toBe(3 * (4 + 8));
    // every part of R2 has a quarter of everything
    expect((await stock("zhang-r2"))["Part_0003"]).toBe(3 * 8);
  });

  test("refuses other lead times", async () => {
    await expect(loadNetwork("zhang-bg", { leadTime: 4 }))
      .rejects.toThrow("zhang-bg: --lead-time (leadTime) must be 1, 2 or 3, got 4");
    await expect(loadNetwork("zhang-bg", { leadTime: "poisson" })).rejects.toThrow("must be 1, 2 or 3");
  });
});

describe("Willems' data set", () => {
  const chains = [["zhang-r1", "03"], ["zhang-r2", "04"], ["zhang-r3", "05"]].map(([name, chain]) => ({
    name: name as string,
    links: sharedData(`willems/willems_${chain}_LL.csv`),
    stages: sharedData(`willems/willems_${chain}_SD.csv`),
  }));
  const present = chains.every(({ links, stages }) => links !== undefined && stages !== undefined);

  test.skipIf(!present).each(chains)(
    "has $name's arcs and demand stages",
    async ({ name, links, stages }) => {
      const network = await loadNetwork(name);
      const sorted = (arcs: string[][]) => arcs.map(([from, to]) => `${from} ${to}`).sort();
      expect(sorted(network.arcs.filter(({ from }) => from !== SUPPLY).map(({ from, to }) => [from, to])))
        .toEqual(sorted(await rows(links as string)));
      const table = await rows(stages as string);
      expect(network.nodes.map(({ id }) => id).sort()).toEqual(table.map(([stage]) => stage).sort());
      expect(network.nodes.filter(({ demand }) => demand !== undefined).map(({ id }) => id).sort())
        .toEqual(table.filter((row) => row[4] !== "").map(([stage]) => stage).sort());
    },
  );
});
