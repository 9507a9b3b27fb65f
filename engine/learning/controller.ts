/** Trained actors as a controller: mean actions, or the likeliest choice, from what each agent observes alone. */

import { call } from "../device/kernel.ts";
import * as K from "../device/kernels.ts";
import { allocateView, viewParams } from "../device/view.ts";
import type { Program } from "../device/device.ts";
import type { WasmDevice } from "../device/wasm.ts";
import { InputError } from "../errors.ts";
import type { Network } from "../network/types.ts";
import type { BatchEnvironment, Controller, ObservationRow } from "../simulation/mod.ts";
import { type ActorInput, type ActorNetwork, checkActor, headSize, isObserved } from "./actor_network.ts";
import { NO_ROW, ONE_ROW } from "./agents.ts";
import { buildNetwork } from "./network.ts";
import type { TrainedPolicy } from "./trained_policy.ts";
import { type NetworkPlan, type NetworkSpec, specify, weightWords } from "./network_spec.ts";

/**
 * @throws InputError where the actors do not fit the network's nodes
 */
export function learnedController(policy: TrainedPolicy, network: Network): Controller {
  const ids = policy.actors.flatMap(({ nodes }) => nodes);
  const expected = network.nodes.map(({ id }) => id);
  if (JSON.stringify(ids) !== JSON.stringify(expected)) {
    throw new InputError(
      policy.name,
      `it decides for nodes ${ids.join(", ")}; the network ${network.name} has ${expected.join(", ")}`,
    );
  }
  for (const actor of policy.actors) checkActor(actor);
  let built: { env: BatchEnvironment; program: Program } | undefined;
  return {
    name: policy.name,
    rules: policy.rules,
    observation: policy.observation,
    act(env) {
      if (built?.env !== env) built = { env, program: record(policy, env) };
      env.device.runNow(built.program);
    },
  };
}

/** From the environment's observations to its actions, in its own memory. */
function record(policy: TrainedPolicy, env: BatchEnvironment): Program {
  const { device } = env;
  const { observations, actions } = env.arrays;
  const size = { seeds: 1, columns: env.environments };
  const calls = policy.actors.flatMap((actor) => {
    const spec = specOf(actor);
    const storage = {
      weights: upload(device, weightsOf(actor, spec), "actor"),
      stride: weightWords(spec),
      groups: upload(device, new Uint32Array(1), "actor: weight group"),
      joined: upload(device, new Uint32Array(1), "actor: weight group"),
    };
    const inputs = allocateView(device, "actor: inputs", { ...size, agents: 1, rows: spec.inputs });
    const network = buildNetwork(device, spec, storage, size, inputs);
    const rows = actor.inputs.map((input) => rowOf(policy, input, env));
    const select = call(K.select, {
      table: upload(device, Int32Array.from(rows), "actor: rows"),
      moments: upload(device, momentsOf(actor, rows, env.observationRows.length), "actor: moments"),
      x: observations.array,
      y: inputs.array,
    }, {
      ...size,
      agents: 1,
      rows: spec.inputs,
      normalises: actor.normaliser === undefined ? 0 : 1,
      clip: actor.normaliser?.clip ?? 0,
      moments_seed: 0,
      ...viewParams("x", observations),
      ...viewParams("y", inputs),
    });
    const at = firstActionRow(policy, actor, env);
    const decide = decisionCall(device, actor, network.output, { ...actions, at: at * actions.row }, size);
    return [select, ...network.forward, decide];
  });
  return device.record(calls);
}

function decisionCall(
  device: WasmDevice,
  { head }: ActorNetwork,
  distribution: ReturnType<typeof allocateView>,
  action: BatchEnvironment["arrays"]["actions"],
  size: { seeds: number; columns: number },
) {
  const unused = allocateView(device, "log-probability", { ...size, agents: 1, rows: 1 });
  const arrays = {
    control: device.allocate(K.control.CONTROL_STRIDE, "control"),
    distribution: distribution.array,
    action: action.array,
    log_probability: unused.array,
  };
  const shared = {
    ...size,
    agents: 1,
    phase: 0,
    deterministic: 1,
    ...viewParams("distribution", distribution),
    ...viewParams("action", action),
    ...viewParams("log_probability", unused),
  };
  return head.kind === "gaussian"
    ? call(K.gaussianSample, arrays, { ...shared, actions: head.actions, log_low: 0, log_high: 0 })
    : call(K.categoricalSample, arrays, { ...shared, choices: head.choices });
}

/** The nodes of an agent lie side by side: all of them, or one. */
function firstActionRow({ rules }: TrainedPolicy, { nodes }: ActorNetwork, env: BatchEnvironment): number {
  const first = env.network.nodes.findIndex(({ id }) => id === nodes[0]);
  return rules.slice(0, first).reduce((sum, { actions }) => sum + actions, 0);
}

function rowOf({ name }: TrainedPolicy, input: ActorInput, env: BatchEnvironment): number {
  if (!isObserved(input)) return input.constant === 0 ? NO_ROW : ONE_ROW;
  const { nodes } = env.network;
  const matches = ({ node, feature, lag, ahead, bounds: [low, high] }: ObservationRow) =>
    nodes[node]!.id === input.node && feature === input.feature && lag === input.lag &&
    ahead === input.ahead && low === input.low && high === input.high;
  const row = env.observationRows.findIndex(matches);
  if (row >= 0) return row;
  throw new InputError(
    name,
    `it observes ${input.feature} of node ${input.node}, which the network does not show`,
  );
}

function momentsOf({ normaliser }: ActorNetwork, rows: readonly number[], count: number): Float32Array {
  const moments = Float32Array.from({ length: 2 * count }, (_, k) => k % 2);
  if (normaliser === undefined) return moments;
  rows.forEach((row, k) => {
    if (row < 0) return;
    moments[2 * row] = normaliser.mean[k]!;
    moments[2 * row + 1] = normaliser.inverseDeviation[k]!;
  });
  return moments;
}

/** The actor alone: what it would take for exploration is not part of it, so a Gaussian's deviations are constant. */
function specOf({ inputs, layers, head }: ActorNetwork): NetworkSpec {
  const last = layers.at(-1)!;
  const plan: NetworkPlan = {
    name: "actor",
    agents: 1,
    inputs: inputs.length,
    groups: [0],
    layers: layers.slice(0, -1).map(({ outputs, activation }) => ({ kind: "dense", outputs, activation })),
    heads: [
      { outputs: last.outputs, activation: last.activation, gain: 1 },
      ...(head.kind === "gaussian"
        ? [{ outputs: headSize(head), activation: "none", gain: 1, constant: true } as const]
        : []),
    ],
  };
  return specify(plan, 0);
}

function weightsOf({ layers }: ActorNetwork, spec: NetworkSpec): Float32Array {
  const weights = new Float32Array(weightWords(spec));
  let at = 0;
  for (const layer of layers) {
    weights.set(layer.weights, at);
    weights.set(layer.bias, at + layer.weights.length);
    at += layer.weights.length + layer.bias.length;
  }
  return weights;
}

function upload(device: WasmDevice, values: Float32Array | Int32Array | Uint32Array, label: string) {
  const array = device.allocate(values.length, label);
  device.write(array, values);
  return array;
}
