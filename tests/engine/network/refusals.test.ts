import { describe, expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import { messageOf } from "../../setup/messages.ts";
import { set, testRefusals, valid } from "./refusals.ts";

const NAME = "expected a text of 1 to 100 characters on one line, without blanks at its ends";

test("what the changes start from is accepted", () => {
  expect(parseNetworkSync(valid()).nodes).toHaveLength(3);
});

describe("the whole", () => {
  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["5", 5],
    ['"text"', "text"],
    ["[1, 2]", [1, 2]],
    ["a list of 5", [1, 2, 3, 4, 5]],
    ["a function", () => {}],
  ])("cannot be %s", async (got, value) => {
    expect(await messageOf(() => parseNetworkSync(value)))
      .toBe(`network: expected an object such as {"nodes":[...],"arcs":[...]}, got ${got}`);
  });

  testRefusals([
    ['unknown key "nods"; did you mean "nodes"?', set("nods", [])],
    ['unknown key "nods"; did you mean "nodes"?', (n) => {
      n.nods = n.nodes;
      Object.assign(n, { nodes: undefined });
    }],
    [
      'unknown key "x"; expected "name", "horizon", "quantities", "nodes", "arcs", "control", "observation", ' +
      '"reward", "evaluation"',
      set("x", 1),
    ],
    ["nodes: expected a list of 1 to 4096 nodes, got nothing", set("nodes", undefined)],
    ["nodes: expected a list of 1 to 4096 nodes, got []", set("nodes", [])],
    ["nodes: expected a list of 1 to 4096 nodes, got a list of 4097", set("nodes", Array(4097).fill({}))],
    ["arcs: expected a list of 1 to 4096 arcs, got an object", set("arcs", {})],
    ["arcs: expected a list of 1 to 4096 arcs, got a list of 4097", set("arcs", Array(4097).fill(null))],
    ["nodes[1]: expected an object, got null", (n) => Reflect.set(n.nodes, 1, null)],
    [`name: ${NAME}, got ""`, set("name", "")],
    [`name: ${NAME}, got "a\\nb"`, set("name", "a\nb")],
    [`name: ${NAME}, got "${"x".repeat(40)}..."`, set("name", "x".repeat(101))],
    ["horizon: expected an integer from 1 to 1048575, got 0", set("horizon", 0)],
    ["horizon: expected an integer from 1 to 1048575, got 1048576", set("horizon", 2 ** 20)],
    ["horizon: expected an integer from 1 to 1048575, got 1.5", set("horizon", 1.5)],
    ['horizon: expected an integer from 1 to 1048575, got "50"', set("horizon", "50")],
    ['quantities: expected "integer" or "real", got "whole"', set("quantities", "whole")],
  ]);
});

describe("nodes", () => {
  testRefusals([
    [`nodes[1].id: ${NAME}, got nothing`, (n) => delete n.nodes[1].id],
    [`nodes[1].id: ${NAME}, got 1`, (n) => n.nodes[1].id = 1],
    [`nodes[1] (" r1").id: ${NAME}, got " r1"`, (n) => n.nodes[1].id = " r1"],
    ['nodes[1].id: "supply" is the external supplier; expected another id', (n) => n.nodes[1].id = "supply"],
    ['nodes[2].id: "w" is the id of nodes[0]; expected one of its own', (n) => n.nodes[2].id = "w"],
    [
      'nodes[2] ("r2"): unknown key "holdingcost"; did you mean "holdingCost"?',
      (n) => n.nodes[2].holdingcost = 1,
    ],
    [
      'nodes[2] ("r2"): unknown key "__proto__"; expected "id", "price", "orderCost", "fixedOrderCost", ' +
      '"orderChangeCost", "holdingCost", "holdingTarget", "backorderCost", "lostSaleCost", "unmetDemand", ' +
      '"capacity", "maxBackorder", "maxOrder", "initialOnHand", "initialInTransit", "demand", "demandLeadTime", ' +
      '"seesOrders", "allocation", "sourcing"',
      (n) => n.nodes[2] = JSON.parse('{"id":"r2","__proto__":{"holdingCost":1}}'),
    ],
    ['nodes[0] ("w").price: expected a number >= 0, got -1', (n) => n.nodes[0].price = -1],
    ['nodes[0] ("w").orderCost: expected a number >= 0, got "1"', (n) => n.nodes[0].orderCost = "1"],
    [
      'nodes[0] ("w").fixedOrderCost: expected a number >= 0, got null',
      (n) => n.nodes[0].fixedOrderCost = null,
    ],
    [
      'nodes[0] ("w").orderChangeCost: expected a number >= 0, got true',
      (n) => n.nodes[0].orderChangeCost = true,
    ],
    ['nodes[0] ("w").holdingCost: expected a number >= 0, got -3', (n) => n.nodes[0].holdingCost = -3],
    ['nodes[0] ("w").holdingTarget: expected a number >= 0, got -3', (n) => n.nodes[0].holdingTarget = -3],
    ['nodes[0] ("w").backorderCost: expected a number >= 0, got NaN', (n) => n.nodes[0].backorderCost = NaN],
    [
      'nodes[0] ("w").lostSaleCost: expected a number >= 0, got Infinity',
      (n) => n.nodes[0].lostSaleCost = Infinity,
    ],
    [
      'nodes[0] ("w").price: expected a number that 32-bit floats can hold (up to 3.4e38), got 1e+39',
      (n) => n.nodes[0].price = 1e39,
    ],
    [
      'nodes[0] ("w").unmetDemand: expected "backorder" or "lost", got "loss"',
      (n) => n.nodes[0].unmetDemand = "loss",
    ],
    ['nodes[0] ("w").capacity: expected a number >= 0, got -1', (n) => n.nodes[0].capacity = -1],
    [
      'nodes[0] ("w").maxBackorder: expected a number >= 0, got an object',
      (n) => n.nodes[0].maxBackorder = {},
    ],
    ['nodes[0] ("w").maxOrder: expected a number >= 0, got [5]', (n) => n.nodes[0].maxOrder = [5]],
    ['nodes[0] ("w").initialOnHand: expected a number >= 0, got -1', (n) => n.nodes[0].initialOnHand = -1],
    [
      'nodes[0] ("w").demandLeadTime: expected an integer from 0 to 1048575, got 0.5',
      (n) => n.nodes[0].demandLeadTime = 0.5,
    ],
    ['nodes[0] ("w").seesOrders: expected true or false, got 1', (n) => n.nodes[0].seesOrders = 1],
    [
      'nodes[0] ("w").allocation: expected "fair", "proportional", "lowest-position" or "priority", got "first"',
      (n) => n.nodes[0].allocation = "first",
    ],
    [
      'nodes[0] ("w").sourcing: expected "split", "random", "available" or "all", got "any"',
      (n) => n.nodes[0].sourcing = "any",
    ],
    [
      'nodes[0] ("w").initialInTransit: expected a list of quantities by period, or an object of such lists by ' +
      "supplier id, got 5",
      (n) => n.nodes[0].initialInTransit = 5,
    ],
    [
      'nodes[0] ("w").initialInTransit[1]: expected a number >= 0, got -1',
      (n) => n.nodes[0].initialInTransit = [0, -1],
    ],
    [
      'nodes[1] ("r1").initialInTransit.w[1]: expected a number >= 0, got "x"',
      (n) => n.nodes[1].initialInTransit = { w: [0, "x"] },
    ],
    [
      'nodes[1] ("r1").initialInTransit.w: expected a list of quantities by period, got 5',
      (n) => n.nodes[1].initialInTransit = { w: 5 },
    ],
    [
      'nodes[1] ("r1").initialInTransit: expected ids of its suppliers ("w"), got "r2"',
      (n) => n.nodes[1].initialInTransit = { r2: [1] },
    ],
    [
      'nodes[1] ("r1").initialInTransit: expected an object of lists by supplier id ("w" or "supply"), got [1]',
      (n) => {
        n.arcs.push({ from: "supply", to: "r1" });
        n.nodes[1].initialInTransit = [1];
      },
    ],
    [
      'nodes: expected "demand" at one node or more, got no customers anywhere',
      (n) => delete n.nodes[1].demand,
    ],
    [
      'nodes[2] ("r2"): nobody supplies it; expected an arc to it, from "supply" or from another node',
      (n) => n.arcs.pop(),
    ],
  ]);
});

describe("arcs", () => {
  testRefusals([
    [`arcs[1].from: ${NAME}, got nothing`, (n) => delete n.arcs[1].from],
    [
      'arcs[1] ("w" -> "r1"): unknown key "leadtime"; did you mean "leadTime"?',
      (n) => n.arcs[1].leadtime = 1,
    ],
    [
      'arcs[0] ("suply" -> "w").from: expected the id of a node or "supply", got "suply"; did you mean "supply"?',
      (n) => n.arcs[0].from = "suply",
    ],
    [
      'arcs[1] ("x" -> "r1").from: expected the id of a node or "supply", got "x"',
      (n) => n.arcs[1].from = "x",
    ],
    [
      'arcs[1] ("__proto__" -> "r1").from: expected the id of a node or "supply", got "__proto__"',
      (n) => n.arcs[1].from = "__proto__",
    ],
    [
      'arcs[1] ("w" -> "R1").to: expected the id of a node, got "R1"; did you mean "r1"?',
      (n) => n.arcs[1].to = "R1",
    ],
    [
      'arcs[1] ("w" -> "supply").to: expected the id of a node, got "supply", which takes no goods',
      (n) => n.arcs[1].to = "supply",
    ],
    [
      'arcs[1] ("r1" -> "r1"): expected an arc between two different nodes, got one from a node to itself',
      (n) => n.arcs[1].from = "r1",
    ],
    [
      'arcs[3] ("w" -> "r2"): arcs[2] joins the same two; expected one arc between them',
      (n) => n.arcs.push({ from: "w", to: "r2", leadTime: 3 }),
    ],
    [
      'arcs[3] ("supply" -> "w"): arcs[0] joins the same two; expected one arc between them',
      (n) => n.arcs.push({ from: "supply", to: "w" }),
    ],
    ["arcs: expected no cycle, got r1 -> r2 -> r1", (n) => {
      n.arcs.push({ from: "r1", to: "r2" }, { from: "r2", to: "r1" });
    }],
    // Nobody supplies w either; the cycle explains more. It starts at its lowest node and leaves out what hangs on it.
    ["arcs: expected no cycle, got w -> r2 -> w", (n) => n.arcs[0].from = "r2"],
    [
      'arcs[1] ("w" -> "r1").orderLeadTime: expected an integer from 0 to 1048575, got -1',
      (n) => n.arcs[1].orderLeadTime = -1,
    ],
    ['arcs[1] ("w" -> "r1").share: expected a number > 0, got 0', (n) => n.arcs[1].share = 0],
    ['arcs[1] ("w" -> "r1").yield: expected a number from 0 to 1, got 1.01', (n) => n.arcs[1].yield = 1.01],
    ['arcs[1] ("w" -> "r1").yield: expected a number from 0 to 1, got -0.1', (n) => n.arcs[1].yield = -0.1],
    [
      'arcs[1] ("w" -> "r1").inTransitHoldingCost: expected a number >= 0, got -1',
      (n) => n.arcs[1].inTransitHoldingCost = -1,
    ],
    [
      'arcs[3] ("supply" -> "r1").share: expected at least 1/20000 of the largest share into "r1" (2), got 0.00009',
      (n) => {
        n.arcs[1].share = 2;
        n.arcs.push({ from: "supply", to: "r1", share: 0.00009 });
      },
    ],
  ]);

  test("a share that rounds to 1 part in 10,000 is accepted", () => {
    const network = valid();
    network.arcs.push({ from: "supply", to: "r1", share: 0.00005 });
    expect(parseNetworkSync(network).arcs[3].share).toBe(0.00005);
  });

  test("a long cycle is shortened", async () => {
    const ids = Array.from({ length: 4096 }, (_, i) => `n${i}`);
    const network = {
      nodes: ids.map((id) => ({ id })),
      arcs: ids.map((id, i) => ({ from: ids.at(i - 1), to: id })),
    };
    expect(await messageOf(() => parseNetworkSync(network))).toBe(
      "network: arcs: expected no cycle, got n0 -> n1 -> n2 -> n3 -> n4 -> n5 -> n6 -> n7 -> (4088 more) -> n0",
    );
  });
});
