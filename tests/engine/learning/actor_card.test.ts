import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actorCard } from "../../../engine/learning/actor_card.ts";
import { type ActorNetwork, applyActor } from "../../../engine/learning/actor_network.ts";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import type { Network } from "../../../engine/network/types.ts";
import { arbitraryActor } from "../../setup/actors.ts";
import { messageOf } from "../../setup/messages.ts";

const SOURCE = { version: "0.1.0", run: "runs/ppo-serial-0" };

function network(changes: object, nodeChanges: object = {}): Network {
  return parseNetworkSync({
    name: "pair",
    horizon: 20,
    quantities: "integer",
    nodes: [
      { id: "1", demand: { kind: "poisson", mean: 5 }, ...nodeChanges },
      { id: "2" },
    ],
    arcs: [{ from: "2", to: "1" }, { from: "supply", to: "2" }],
    ...changes,
  });
}

const ACTOR: ActorNetwork = {
  id: "1",
  nodes: ["1"],
  inputs: [
    { node: "1", feature: "onHand", lag: 0, ahead: 0, low: 0, high: 20 },
    { constant: 1 },
    { node: "1", feature: "order", lag: 2, ahead: 0, low: 0, high: 50 },
    { node: "1", feature: "inTransitSlots", lag: 0, ahead: 1, low: 0, high: 50 },
    { node: "1", feature: "inventoryPosition", lag: 0, ahead: 0, low: 0, high: 1 },
    { node: "1", feature: "weather", lag: 0, ahead: 0, low: 0, high: 1 },
  ],
  layers: [{
    inputs: 6,
    outputs: 2,
    activation: "none",
    weights: Float32Array.of(0.5, 1, 0, 0, 0, 0, 0, 0.25, 0, 0, 0, 0),
    bias: Float32Array.of(-1, 0.25),
  }],
  head: { kind: "gaussian", actions: 2 },
  outputs: [
    { node: "1", parameter: "reorder point", clip: [-1, 1], scale: 10, offset: 10 },
    { node: "1", parameter: "order-up-to level", clip: [-1, 1], scale: 10, offset: 10 },
  ],
};

function withOutput(parameter: string, choices?: number[]): ActorNetwork {
  return {
    ...ACTOR,
    head: { kind: "gaussian", actions: 1 },
    outputs: [{ ...ACTOR.outputs[0]!, parameter, ...(choices === undefined ? {} : { choices }) }],
  };
}

function orderOf(actor: ActorNetwork, changes: object, nodeChanges: object = {}) {
  const { orders } = actorCard(actor, network(changes, nodeChanges), SOURCE);
  expect(orders).toHaveLength(1);
  return orders[0]!;
}

describe("actorCard", () => {
  const control = { rule: "s-S", basis: "on-hand", bounds: [0, 20] };
  const card = actorCard(ACTOR, network({ control }, { maxOrder: 50 }), SOURCE);

  test("says where the actor comes from and what its model takes and gives", () => {
    expect(card).toMatchObject({
      version: "0.1.0",
      run: "runs/ppo-serial-0",
      agent: "1",
      network: "pair",
      nodes: ["1"],
      model: { input: { shape: ["batch", 5] }, output: { shape: ["batch", 2] } },
    });
    expect(JSON.parse(JSON.stringify(card))).toEqual(card);
  });

  test("says what each column of the observation is, constants left out", () => {
    expect(card.inputs.map(({ index, name, unit, bounds, meaning }) => [index, name, unit, bounds, meaning]))
      .toEqual([
        [0, "1.onHand", "units", [0, 20], "stock on hand, at the end of the last completed period"],
        [
          1,
          "1.order.lag2",
          "units",
          [0, 50],
          "what the node ordered, in the period 2 periods before the last completed one",
        ],
        [
          2,
          "1.inTransitSlots.ahead1",
          "units",
          [0, 50],
          "goods on their way to the node that arrive 1 period after the last completed one",
        ],
        [
          3,
          "1.inventoryPosition",
          "units",
          [0, 1],
          "the node's inventory position, at the end of the last completed period: on hand + on order (in transit to " +
          "the node, owed by its suppliers, its orders on their way) - owed to customers and other nodes",
        ],
        [4, "1.weather", "as observed", [0, 1], "weather, of the last completed period"],
      ]);
  });

  test("says what each column of the action is", () => {
    expect(card.outputs).toEqual([
      {
        index: 0,
        name: "1.reorder point",
        node: "1",
        parameter: "reorder point",
        unit: "units",
        range: [0, 20],
      },
      {
        index: 1,
        name: "1.order-up-to level",
        node: "1",
        parameter: "order-up-to level",
        unit: "units",
        range: [0, 20],
      },
    ]);
    expect(actorCard(withOutput("order quantity", [40, 0, 7, 7]), network({}), SOURCE).outputs[0]!.range)
      .toEqual({ oneOf: [0, 7, 40] });
  });

  test("holds an example that applyActor repeats", () => {
    expect(card.example.observation).toEqual([10, 25, 25, 0.5, 0.5]);
    expect(card.example.action).toEqual([10, 15]);
    expect(applyActor(ACTOR, card.example.observation)).toEqual(card.example.action);
  });

  test("refuses an actor of another network or rule", async () => {
    const changes = { control: { rule: "base-stock", bounds: [0, 20] } };
    expect(await messageOf(() => actorCard(ACTOR, network(changes), SOURCE)))
      .toBe('actor "1": gives node "1" 2 parameters; its rule base-stock takes 1');
    const outputs = ACTOR.outputs.map((output) => ({ ...output, node: "9" }));
    expect(await messageOf(() => actorCard({ ...ACTOR, outputs }, network(changes), SOURCE)))
      .toBe('actor "1": network pair has no node "9"');
  });

  test("of any actor can be written and read back", () => {
    fc.assert(
      fc.property(arbitraryActor, (actor) => {
        fc.pre(actor.outputs.length === 1);
        const card = actorCard(actor, network({}), SOURCE);
        expect(JSON.parse(JSON.stringify(card))).toEqual(card);
        expect(new Set(card.inputs.map(({ index }) => index)).size).toBe(card.inputs.length);
      }),
      { seed: 1, numRuns: 50, endOnFailure: true },
    );
  });
});

describe("orders", () => {
  test("of (s, S) on stock on hand, rounded and capped", () => {
    const control = { rule: "s-S", basis: "on-hand", bounds: [0, 20] };
    expect(orderOf(ACTOR, { control }, { maxOrder: 50 })).toEqual({
      node: "1",
      rule: "s-S",
      basis: "on-hand",
      words:
        "Where the level is at or below [1.reorder point], order up to [1.order-up-to level]; else nothing. " +
        "The order is rounded to a whole number. It is at most 50. It is never below 0.",
      formula:
        "order = max(0, min(50, round(level <= [1.reorder point] ? [1.order-up-to level] - level : 0)))",
      where: {
        level: "the node's stock on hand",
        round: "to the nearest whole number, halves to the even one",
      },
      suppliers: "the whole order to 2",
    });
  });

  test("of base stock, on what the network's position counts", () => {
    const actor = withOutput("order-up-to level");
    const real = { quantities: "real", control: { rule: "base-stock", bounds: [0, 20] } };
    expect(orderOf(actor, real)).toMatchObject({
      basis: "inventory-position",
      formula: "order = max(0, [1.order-up-to level] - level)",
      where: {
        level:
          "on hand + on order (in transit to the node, owed by its suppliers, its orders on their way) " +
          "- owed to customers and other nodes",
      },
    });
    expect(orderOf(actor, real, { demandLeadTime: 1, seesOrders: true }).where.level).toMatch(
      /- customer demand that is known and not due - orders of other nodes on their way to it$/,
    );
    const echelon = { ...real, control: { ...real.control, basis: "echelon-position" } };
    expect(orderOf(actor, echelon).where.level).toContain("everything downstream");
  });

  test("of the last demand plus a number", () => {
    const control = { rule: "demand-plus", bounds: [-8, 24] };
    expect(orderOf(withOutput("order adjustment"), { control })).toMatchObject({
      basis: null,
      formula: "order = max(0, round(demand + round([1.order adjustment])))",
      where: { demand: "customer demand plus orders that came in at the node in the last completed period" },
    });
  });

  test("of a quantity, and of one without a control", () => {
    const expected = { basis: null, formula: "order = max(0, round([1.order quantity]))" };
    const choices = [0, 5, 10];
    expect(orderOf(withOutput("order quantity", choices), { control: { rule: "choice", choices } }))
      .toMatchObject({ ...expected, rule: "choice" });
    expect(orderOf(withOutput("order quantity"), {})).toMatchObject({ ...expected, rule: "quantity" });
  });

  test("say which supplier gets what", () => {
    const arcs = [{ from: "2", to: "1", share: 3 }, { from: "supply", to: "1" }, { from: "supply", to: "2" }];
    const actor = withOutput("order quantity");
    const suppliers = (sourcing: string) => orderOf(actor, { arcs }, { sourcing }).suppliers;
    expect(suppliers("split")).toBe("split by share over 2 (3), the external supply (1)");
    expect(suppliers("random")).toBe(
      "the whole order to one, drawn by share, of 2 (3), the external supply (1)",
    );
    expect(suppliers("available")).toBe(
      "split in proportion to their stock on hand over 2, the external supply",
    );
    expect(suppliers("all")).toBe("the whole order to each of 2, the external supply");
  });
});
