/** The networks of a method: actors and critic, as plans. */

import { InputError } from "../errors.ts";
import type { Agents, Inputs } from "./agents.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Method } from "./methods.ts";
import type { NetworkPlan, PlannedHead, PlannedLayer } from "./network_spec.ts";

/** Small first means: a new policy acts alike everywhere. */
const POLICY_GAIN = 0.01;

export function actorPlan(agents: Agents, h: Hyperparameters): NetworkPlan {
  const { decision, inputs, groups } = agents;
  const layers = h.actorWidths.map((outputs): PlannedLayer => ({
    kind: "dense",
    outputs,
    activation: h.actorActivation,
  }));
  return {
    name: "actor",
    agents: inputs.agents,
    inputs: inputs.rows,
    groups,
    layers,
    heads: headsOf(decision, h),
  };
}

function headsOf(decision: Agents["decision"], h: Hyperparameters): PlannedHead[] {
  if (decision.kind === "categorical") {
    return [{ outputs: decision.choices, activation: "none", gain: POLICY_GAIN }];
  }
  const outputs = decision.actions;
  const bias = Math.log(h.initialDeviation);
  return [
    { outputs, activation: h.actionSquash, gain: POLICY_GAIN },
    { outputs, activation: "none", gain: POLICY_GAIN, bias, constant: h.deviation === "learned" },
  ];
}

/** @param values how many values it tells apart */
export function criticPlan(method: Method, inputs: Inputs, values: number, h: Hyperparameters): NetworkPlan {
  const own = method.critic === "own";
  const layers = [
    ...graphLayers(method, h),
    ...h.criticWidths.map((outputs): PlannedLayer => ({
      kind: "dense",
      outputs,
      activation: h.criticActivation,
    })),
  ];
  return {
    name: "critic",
    agents: inputs.agents,
    inputs: inputs.rows,
    groups: Array.from({ length: inputs.agents }, (_, agent) => own ? agent : 0),
    layers,
    heads: [{ outputs: own ? 1 : values, activation: "none", gain: 1 }],
  };
}

function graphLayers({ critic, joins }: Method, h: Hyperparameters): PlannedLayer[] {
  if (critic === "own" || critic === "all") return [];
  const layers = h.graphWidths.flatMap((width): PlannedLayer[] => {
    if (critic === "convolution") {
      return [{ kind: "convolution" }, { kind: "dense", outputs: width, activation: "relu" }];
    }
    const heads = h.attentionHeads;
    if (width % heads !== 0) {
      throw new InputError("graphWidths", `expected multiples of attentionHeads, ${heads}, got ${width}`);
    }
    return [{ kind: "attention", heads, features: width / heads, activation: "relu" }];
  });
  return [...layers, { kind: joins }];
}
