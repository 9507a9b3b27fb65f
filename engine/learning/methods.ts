/** The methods of the papers as rows: who acts, on what, judged by which critic, for which reward. */

import { InputError } from "../errors.ts";
import type { RewardScheme } from "../network/types.ts";

export interface Method {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  /** Which trainer updates it. */
  readonly trainer: "ppo";
  /** One agent for all nodes, or one a node. */
  readonly agents: "central" | "node";
  /** Which agents share an actor: none, or all nodes that only serve customers. */
  readonly shares: "none" | "retailers";
  /** What the critic reads: one a node its own observation, or one all observations, as they are or through a graph. */
  readonly critic: "own" | "all" | "convolution" | "attention";
  /** How the nodes' graph features become the critic's input. */
  readonly joins: "concatenate" | "mean";
  /** One value for all agents, or one an agent. */
  readonly values: "one" | "agent";
  /** Which node's profit an agent is rewarded for; null: as the network says. */
  readonly reward: RewardScheme | null;
  /** Noise on the value by default (eq. 30). */
  readonly valueNoise: boolean;
}

const KOTECHA = "Kotecha and del Rio Chanona 2024";
const ZIEGNER = "Ziegner et al. 2024";

const node = {
  trainer: "ppo",
  agents: "node",
  shares: "none",
  critic: "all",
  joins: "concatenate",
  values: "one",
  reward: null,
  valueNoise: false,
} as const;

export const methods: readonly Method[] = [
  {
    ...node,
    name: "ppo",
    doc: "one agent decides for all nodes and sees everything",
    source: `${KOTECHA}, section 4`,
    agents: "central",
  },
  {
    ...node,
    name: "ippo",
    doc: "an actor and a critic a node, each on its own observation",
    source: KOTECHA,
    critic: "own",
    values: "agent",
  },
  {
    ...node,
    name: "mappo",
    doc: "an actor a node, one critic on all observations",
    source: `${KOTECHA}, section 2.3`,
  },
  {
    ...node,
    name: "g-mappo",
    doc: "mappo whose critic reads three graph convolutions, concatenated",
    source: `${KOTECHA}, section 4`,
    critic: "convolution",
  },
  {
    ...node,
    name: "p-gcn-mappo",
    doc: "mappo whose critic reads the mean of three graph convolutions",
    source: `${KOTECHA}, section 3.3`,
    critic: "convolution",
    joins: "mean",
  },
  {
    ...node,
    name: "reg-p-gcn-mappo",
    doc: "p-gcn-mappo with Gaussian noise on the value",
    source: `${KOTECHA}, section 3.4`,
    critic: "convolution",
    joins: "mean",
    valueNoise: true,
  },
  { ...node, name: "sarl", doc: "one agent decides for all nodes", source: ZIEGNER, agents: "central" },
  {
    ...node,
    name: "sarl-gnn",
    doc: "sarl whose critic reads graph attention",
    source: ZIEGNER,
    agents: "central",
    critic: "attention",
    joins: "mean",
  },
  {
    ...node,
    name: "marl",
    doc: "an actor a node, shared by the retailers; one critic with a value an agent",
    source: ZIEGNER,
    shares: "retailers",
    values: "agent",
    reward: "retailers-own",
  },
  {
    ...node,
    name: "marl-gnn",
    doc: "marl whose critic reads graph attention",
    source: ZIEGNER,
    shares: "retailers",
    critic: "attention",
    joins: "concatenate",
    values: "agent",
    reward: "retailers-own",
  },
];

/** @throws InputError when there is no such method */
export function findMethod(name: string): Method {
  const method = methods.find((row) => row.name === name);
  if (method !== undefined) return method;
  throw new InputError("method", `expected ${methods.map((row) => row.name).join(" or ")}, got "${name}"`);
}
