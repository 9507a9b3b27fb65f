import { expect, test } from "vitest";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import { findMethod, methods } from "../../../engine/learning/methods.ts";
import { Model } from "../../../engine/learning/model.ts";
import { compileForTraining } from "../../../engine/learning/training_network.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { tiny } from "../../setup/training.ts";

/** What the papers' methods are on six nodes, of which the last three sell. */
interface Expected {
  /** Agents that act, and the actors that they share. */
  agents: number;
  actors: number;
  /** Critics with weights of their own, nodes that a critic looks at one by one, and values that it tells apart. */
  critics: number;
  looksAt: number;
  values: number;
  critic: string;
}

const CONVOLUTIONS = "convolution dense convolution dense";
const ATTENTIONS = "dense attention dense attention";
const OWN = { agents: 6, actors: 6 };
const CENTRAL = { agents: 1, actors: 1 };
const PLAIN = { critics: 1, looksAt: 1, values: 1, critic: "dense" };
const ON_GRAPH = { critics: 1, looksAt: 6, values: 1 };

const EXPECTED: Record<string, Expected> = {
  "ppo": { ...CENTRAL, ...PLAIN },
  "sarl": { ...CENTRAL, ...PLAIN },
  "ippo": { ...OWN, critics: 6, looksAt: 6, values: 6, critic: "dense" },
  "mappo": { ...OWN, ...PLAIN },
  "g-mappo": { ...OWN, ...ON_GRAPH, critic: `${CONVOLUTIONS} concatenate dense` },
  "p-gcn-mappo": { ...OWN, ...ON_GRAPH, critic: `${CONVOLUTIONS} mean dense` },
  "reg-p-gcn-mappo": { ...OWN, ...ON_GRAPH, critic: `${CONVOLUTIONS} mean dense` },
  "sarl-gnn": { ...CENTRAL, ...ON_GRAPH, critic: `${ATTENTIONS} mean dense` },
  "marl": { agents: 6, actors: 4, ...PLAIN, values: 6 },
  "marl-gnn": { agents: 6, actors: 4, ...ON_GRAPH, values: 6, critic: `${ATTENTIONS} concatenate dense` },
};

test.each(Object.entries(EXPECTED))("%s has the networks of its paper", async (name, expected) => {
  const h = tiny({ criticWidths: [7], graphWidths: [4, 4] });
  const method = findMethod(name);
  const compiled = compileForTraining(await loadNetwork("kotecha-6"), method, h);
  const { actor, critic, agents, values } = new Model(await WasmDevice.create(), compiled, method, h, [1]);
  expect({
    agents: agents.nodes.length,
    actors: actor.spec.groupCount,
    critics: critic.spec.groupCount,
    looksAt: critic.spec.agents,
    values,
    critic: critic.spec.layers.map(({ kind }) => kind).join(" "),
  }).toEqual(expected);
  expect(agents.nodes.flat()).toEqual([0, 1, 2, 3, 4, 5]);
  if (expected.actors === 4) expect(agents.groups).toEqual([1, 2, 3, 0, 0, 0]);
  if (expected.critics === 6) expect(critic.spec.groups).toEqual([0, 1, 2, 3, 4, 5]);
  expect(agents.valueOf).toEqual(agents.nodes.map((_, agent) => expected.values === 1 ? 0 : agent));
  expect(compiled.network.reward!.scheme).toBe(name.startsWith("marl") ? "retailers-own" : "total");
});

test("every method is expected to be something", () => {
  const known = methods.filter(({ trainer }) => trainer === "ppo").map(({ name }) => name);
  expect(Object.keys(EXPECTED).sort()).toEqual(known.sort());
});
