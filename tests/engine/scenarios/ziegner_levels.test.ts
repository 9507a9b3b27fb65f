import { describe, expect, test } from "vitest";
import type { Network } from "../../../engine/network/types.ts";
import { decompositionAggregation } from "../../../engine/planning/decomposition_aggregation.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { ZIEGNER_LEVELS } from "../../../engine/scenarios/ziegner_levels.ts";
import { sharedData } from "./shared_data.ts";

const STRUCTURES = ["a", "b", "c", "d", "s"];

const stockOf = (network: Network) =>
  Object.fromEntries(network.nodes.map(({ id, initialOnHand }) => [id, initialOnHand]));

describe("the table of planned levels", () => {
  test("has the scenarios with stated distributions", () => {
    expect(Object.keys(ZIEGNER_LEVELS).sort()).toEqual(
      STRUCTURES.flatMap((structure) => [1, 3].map((parameters) => `ziegner-${structure}${parameters}`))
        .sort(),
    );
  });

  test.each(Object.keys(ZIEGNER_LEVELS))("%s: what the planner finds is the initial stock", async (name) => {
    const network = await loadNetwork(name);
    const { levels } = decompositionAggregation(network);
    expect(ZIEGNER_LEVELS[name]).toEqual(levels);
    expect(stockOf(network)).toEqual(levels);
  });
});

describe("the rule for the user's data", () => {
  const demandData = sharedData("mabim/sku58.demand.csv");
  const leadTimeData = sharedData("mabim/sku2778.store1.info.csv");

  const here = test.skipIf(demandData === undefined || leadTimeData === undefined);

  here.each(STRUCTURES)("%s2 and %s4: the planner's levels at retailers", async (structure) => {
    const networks = [
      await loadNetwork(`ziegner-${structure}2`, { demandData }),
      await loadNetwork(`ziegner-${structure}4`, { demandData, leadTimeData }),
    ];
    for (const network of networks) {
      const { levels } = decompositionAggregation(network);
      const retailers = network.nodes.filter(({ demand }) => demand !== undefined);
      expect(retailers.length).toBeGreaterThan(0);
      for (const { id, initialOnHand } of retailers) expect([id, initialOnHand]).toEqual([id, levels[id]]);
    }
  });
});
