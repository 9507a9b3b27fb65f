import { describe, expect, test } from "vitest";
import { applyActor, checkActor, observedInputs } from "../../../engine/learning/actor_network.ts";
import { learnedController } from "../../../engine/learning/controller.ts";
import type { TrainedPolicy } from "../../../engine/learning/trained_policy.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import type { Network } from "../../../engine/network/types.ts";
import { BatchEnvironment, type NodeRule, simulate } from "../../../engine/simulation/mod.ts";
import { readState } from "../../../engine/simulation/state.ts";
import { messageOf } from "../../setup/messages.ts";
import { iterate, oneNode, tiny, trainerOf, twoShops } from "../../setup/training.ts";

async function policiesOf(
  network: Network,
  method: string,
  changes: Partial<Hyperparameters> = {},
  seeds = [3],
): Promise<TrainedPolicy[]> {
  // Long steps: actions differ from state to state.
  const h = tiny({ learningRate: 0.1, epochs: 4, ...changes });
  const { trainer } = await trainerOf(network, method, h, seeds);
  await iterate(trainer, 3);
  return await trainer.policies();
}

async function environmentOf(policy: TrainedPolicy, network: Network, environments = 24) {
  const controller = learnedController(policy, network);
  const env = await BatchEnvironment.create({ ...network, observation: controller.observation! }, {
    environments,
    seed: 17,
    phase: "tests",
    rules: controller.rules,
    recordsAll: true,
  });
  return { env, act: () => controller.act!(env) };
}

/** An action as the order rule of its node reads it, a parameter in units. */
function decoded(action: number, { decode, choices }: NodeRule): number {
  const { clip: [low, high], scale, offset } = decode!;
  const value = Math.min(Math.max(action, low), high) * scale + offset;
  return choices === undefined ? value : choices[value]!;
}

/** What the environment is about to do, and what the actors say, of one environment: parameters, node by node. */
function parametersOf(
  policy: TrainedPolicy,
  env: BatchEnvironment,
  e: number,
  rawOf: (row: number) => number,
): { taken: number[]; said: number[] } {
  const rows = env.compiled.actionRows;
  let first = 0;
  const taken = policy.rules.flatMap((rule) =>
    Array.from(
      { length: rule.actions },
      () => decoded(env.actions[env.column(rows, first++, e)]!, rule),
    )
  );
  const said = policy.actors.flatMap((actor) =>
    applyActor(
      actor,
      observedInputs(actor).map(({ node, feature, lag, ahead }) =>
        rawOf(env.observationRows.findIndex((row) =>
          env.network.nodes[row.node]!.id === node && row.feature === feature && row.lag === lag &&
          row.ahead === ahead
        ))
      ),
    )
  );
  return { taken, said };
}

const CASES: { name: string; method: string; network: Network; changes: Partial<Hyperparameters> }[] = [
  { name: "shared retailers", method: "marl", network: twoShops(), changes: {} },
  {
    name: "the central agent, two parameters a node",
    method: "ppo",
    network: twoShops({ control: { rule: "s-S", basis: "on-hand", bounds: [0, 30] } }),
    changes: {},
  },
  {
    name: "squashed means, nothing normalised",
    method: "mappo",
    network: twoShops({ control: { rule: "quantity" } }),
    changes: { actionSquash: "tanh", normalisesObservations: false, deviation: "state" },
  },
  {
    name: "choices",
    method: "ippo",
    network: twoShops({ control: { rule: "choice", choices: [0, 2, 5, 9] } }),
    changes: { observesTime: true },
  },
  {
    name: "demand plus a number",
    method: "mappo",
    network: twoShops({ control: { rule: "demand-plus", bounds: [-2, 3] } }),
    changes: {},
  },
];

describe("a trained policy", () => {
  test.each(CASES)("acts as its actors say: $name", async ({ method, network, changes }) => {
    const policies = await policiesOf(network, method, changes, [3, 9]);
    for (const policy of policies) {
      for (const actor of policy.actors) checkActor(actor);
      const { env, act } = await environmentOf(policy, network);
      const seen = new Set<number>();
      for (let period = 0; period < 12; period++) {
        act();
        for (let e = 0; e < env.environments; e++) {
          const { taken, said } = parametersOf(policy, env, e, (row) => {
            const [low, high] = env.observationRows[row]!.bounds;
            const value = env.observations[env.column(env.observationRows.length, row, e)]!;
            return low + (value + 1) / 2 * (high - low);
          });
          expect(taken.length).toBe(said.length);
          taken.forEach((value, k) => expect(Math.abs(value - said[k]!)).toBeLessThan(2e-3));
          seen.add(Math.round(taken[1]! * 1e3));
        }
        env.step();
      }
      // The comparison would say little of a policy that always does the same.
      expect(seen.size).toBeGreaterThan(1);
    }
    expect(policies[0]!.actors[0]!.layers[0]!.weights).not.toEqual(
      policies[1]!.actors[0]!.layers[0]!.weights,
    );
  });

  test("orders what its actors say", async () => {
    const network = twoShops({ control: { rule: "quantity" } });
    const [policy] = await policiesOf(network, "mappo");
    const { env, act } = await environmentOf(policy!, network);
    env.step();
    act();
    const before = env.observations.slice();
    const { observationRows } = env;
    const said = Array.from({ length: env.environments }, (_, e) =>
      parametersOf(policy!, env, e, (row) => {
        const [low, high] = observationRows[row]!.bounds;
        return low + (before[env.column(observationRows.length, row, e)]! + 1) / 2 * (high - low);
      }).said);
    env.step();
    said.forEach((quantities, e) =>
      readState(env, e).nodes.forEach(({ order }, n) => expect(order).toBeCloseTo(quantities[n]!, 2))
    );
  });

  test("takes its bounds along to another demand", async () => {
    const [policy] = await policiesOf(oneNode(), "mappo");
    const demand = { kind: "poisson", mean: 60 } as const;
    const other = { ...oneNode(), nodes: oneNode().nodes.map((node) => ({ ...node, demand })) };
    const { env, act } = await environmentOf(policy!, other);
    // 20 periods' flow of the network that it learned on.
    expect(env.observationRows.map(({ bounds }) => bounds)).toEqual(new Array(5).fill([0, 100]));
    let beyond = 0;
    for (let period = 0; period < 5; period++) {
      act();
      for (let e = 0; e < env.environments; e++) {
        const [node] = readState(env, e).nodes;
        const raw = { ...node! } as unknown as Record<string, number>;
        if (node!.backorders > 100) beyond++;
        const { taken, said } = parametersOf(
          policy!,
          env,
          e,
          (row) => raw[env.observationRows[row]!.feature]!,
        );
        expect(taken[0]).toBeCloseTo(said[0]!, 2);
      }
      env.step();
    }
    expect(beyond).toBeGreaterThan(0);
    // With this network's own bounds the same observation would mean something else.
    const options = { rules: policy!.rules, phase: "tests" } as const;
    const unaware = await BatchEnvironment.create(other, options);
    expect(unaware.observationRows[0]!.bounds).toEqual([0, 1200]);
    expect(await messageOf(() => learnedController(policy!, other).act!(unaware))).toBe(
      "mappo, seed 3: it observes onHand of node 1, which the network does not show",
    );
    const { policy: name, costPerPeriod } = await simulate(other, learnedController(policy!, other), {
      episodes: 50,
      workers: 1,
    });
    expect(name).toBe(policy!.name);
    expect(costPerPeriod.mean).toBeGreaterThan(0);
  });

  test("may act in one batch after another", async () => {
    const [policy] = await policiesOf(twoShops(), "mappo");
    const controller = learnedController(policy!, twoShops());
    const network = { ...twoShops(), observation: controller.observation! };
    const options = { rules: controller.rules, phase: "tests", seed: 4 } as const;
    const [small, large] = [
      await BatchEnvironment.create(network, { ...options, environments: 3 }),
      await BatchEnvironment.create(network, { ...options, environments: 300 }),
    ];
    for (const env of [small, large, small]) {
      controller.act!(env);
      env.step();
    }
    controller.act!(large);
    const action = (env: BatchEnvironment, e: number) =>
      [0, 1, 2].map((row) => env.actions[env.column(3, row, e)]);
    // In period 1 of the same chance, small did what large does now.
    const again = await BatchEnvironment.create(network, { ...options, environments: 3 });
    controller.act!(again);
    again.step();
    controller.act!(again);
    for (const e of [0, 1, 2]) expect(action(again, e)).toEqual(action(large, e));
  });

  test("fits no network with other nodes, nor one that does not show what it observes", async () => {
    const [policy] = await policiesOf(twoShops(), "mappo");
    expect(await messageOf(() => learnedController(policy!, oneNode()))).toBe(
      "mappo, seed 3: it decides for nodes w, a, b; the network one has 1",
    );
    const network = twoShops();
    const fast = {
      ...network,
      arcs: network.arcs.map((arc) => ({ ...arc, leadTime: { kind: "constant", value: 1 } as const })),
    };
    expect(
      await messageOf(async () => {
        const { act } = await environmentOf(policy!, fast);
        act();
      }),
    ).toBe("mappo, seed 3: it observes inTransitSlots of node w, which the network does not show");
  });
});

describe("actors of a model", () => {
  test("say whose they are, what they see and what they decide", async () => {
    const [policy] = await policiesOf(twoShops(), "marl");
    const [warehouse, a, b] = policy!.actors;
    expect(policy!.actors.map(({ id, nodes }) => [id, nodes])).toEqual([["w", ["w"]], ["a", ["a"]], ["b", [
      "b",
    ]]]);
    expect(a!.outputs).toEqual([{
      node: "a",
      parameter: "base-stock level",
      clip: [-1, 1],
      scale: 20,
      offset: 20,
    }]);
    expect(observedInputs(a!).every(({ node }) => node === "a")).toBe(true);
    // The shops share an actor and see through normalisers of their own; the warehouse has another one.
    expect(b!.layers).toEqual(a!.layers);
    expect(b!.normaliser).not.toEqual(a!.normaliser);
    expect(warehouse!.layers).not.toEqual(a!.layers);
    // Two slots of goods on their way to the warehouse, one to a shop: the shops' inputs are filled up.
    expect(observedInputs(warehouse!).length).toBe(warehouse!.inputs.length);
    expect(a!.inputs.at(-1)).toEqual({ constant: 0 });
    expect(observedInputs(a!).length).toBe(a!.inputs.length - 1);
    const slots = observedInputs(warehouse!).filter(({ feature }) => feature === "inTransitSlots");
    expect(slots.map(({ ahead }) => ahead)).toEqual([1, 2]);
  });

  test("of a method with one agent are one", async () => {
    const [policy] = await policiesOf(twoShops(), "sarl");
    expect(policy!.actors.map(({ id, nodes }) => [id, nodes])).toEqual([["all nodes", ["w", "a", "b"]]]);
    expect(policy!.actors[0]!.outputs.map(({ node }) => node)).toEqual(["w", "a", "b"]);
  });
});

describe("networks that cannot be learned on", () => {
  const refusal = (network: Network, method: string) => messageOf(() => trainerOf(network, method, tiny()));

  test("need an order rule", async () => {
    const { control: _, ...network } = oneNode();
    expect(await refusal(network, "mappo")).toMatch(/^control: expected the order rule to learn for/);
  });

  test("need an agent a node for whole actions, and equally many of them", async () => {
    const choice = twoShops({ control: { rule: "choice", choices: [0, 2] } });
    expect(await refusal(choice, "ppo")).toMatch(
      /^method: the order rule choice needs a method with one agent/,
    );
    const bounds: Record<string, [number, number]> = { w: [0, 3], a: [0, 3], b: [0, 4] };
    const uneven = twoShops({ control: { rule: "demand-plus", bounds } });
    expect(await refusal(uneven, "mappo")).toMatch(
      /^control.bounds: the order rule demand-plus needs equally/,
    );
  });

  test("of graph attention need heads that divide the widths", async () => {
    const h = tiny({ graphWidths: [6], attentionHeads: 4 });
    expect(await messageOf(() => trainerOf(twoShops(), "marl-gnn", h))).toBe(
      "graphWidths: expected multiples of attentionHeads, 4, got 6",
    );
  });
});
