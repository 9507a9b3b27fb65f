import { expect, test } from "vitest";
import { SUPPLY } from "../../../engine/network/types.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";

test("three tiers in five regions, a year of days", async () => {
  const network = await loadNetwork("abdulraheem");
  expect(network.horizon).toBe(365);
  expect(network.evaluation?.periods).toBe(365);
  const of = (tier: string) => network.nodes.filter(({ id }) => id.includes(tier));
  expect([of("supplier"), of("manufacturer"), of("distributor")].map((nodes) => nodes.length)).toEqual([
    10,
    5,
    10,
  ]);
  expect(network.nodes.filter(({ demand }) => demand !== undefined)).toEqual(of("distributor"));
  expect(new Set(network.nodes.map(({ id }) => id.slice(0, 2)))).toEqual(
    new Set(["r1", "r2", "r3", "r4", "r5"]),
  );
});

test("goods go from tier to tier, across regions from suppliers to manufacturers only", async () => {
  const { arcs } = await loadNetwork("abdulraheem");
  const tier = (id: string) => id === SUPPLY ? SUPPLY : id.split("-")[1];
  expect(new Set(arcs.map(({ from, to }) => `${tier(from)} ${tier(to)}`))).toEqual(
    new Set(["supply supplier", "supplier manufacturer", "manufacturer distributor"]),
  );
  const abroad = arcs.filter(({ from, to }) => from !== SUPPLY && from.slice(0, 2) !== to.slice(0, 2));
  expect(abroad.map(({ from, to }) => `${from} ${to}`)).toEqual([
    "r2-supplier-1 r1-manufacturer",
    "r3-supplier-1 r2-manufacturer",
    "r4-supplier-1 r3-manufacturer",
    "r5-supplier-1 r4-manufacturer",
    "r1-supplier-1 r5-manufacturer",
  ]);
});

test("orders come from a finite set, none above a node's largest order", async () => {
  const { control, nodes } = await loadNetwork("abdulraheem");
  expect(control?.rule).toBe("choice");
  expect(control?.choices).toEqual([0, 5, 10, 15, 20, 30, 40, 60, 80]);
  for (const { maxOrder } of nodes) expect(maxOrder).toBe(80);
});

test("initial stock is mean demand over the mean lead time and three days", async () => {
  const stock = Object.fromEntries(
    (await loadNetwork("abdulraheem")).nodes.map(({ id, initialOnHand }) => [id, initialOnHand]),
  );
  expect(stock["r1-distributor-1"]).toBe(20 * (1.5 + 3));
  // 4/5 of the order waits 2 days, 1/5 waits 6
  expect(stock["r1-manufacturer"]).toBe(Math.ceil(40 * (2.8 + 3)));
  // two fifths of region 1's 40 a day and one fifth of region 5's 16
  expect(stock["r1-supplier-1"]).toBe(Math.ceil(19.2 * (4 + 3)));
});

test("three days' demand on hand everywhere costs about what table 3 reports a month", async () => {
  const { nodes } = await loadNetwork("abdulraheem");
  const perUnit = ["supplier", "manufacturer", "distributor"]
    .map((tier) => nodes.find(({ id }) => id.includes(tier))?.holdingCost ?? 0);
  const unitsADay = 2 * (20 + 16 + 12 + 10 + 8);
  const month = 30 * 3 * unitsADay * perUnit.reduce((sum, cost) => sum + cost, 0);
  expect(month / 1000).toBeCloseTo(14.3, 1);
});
