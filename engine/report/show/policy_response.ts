/** What a controller orders at one node over the node's stock, everything else as it usually is. */

import { type Basis, type Network, roundHalfEven, type Topology, topology } from "../../network/mod.ts";
import {
  BatchEnvironment,
  type Controller,
  type NodeRule,
  type NodeView,
  type ObservationRow,
  readState,
  resolveSimulateOptions,
} from "../../simulation/mod.ts";

/** The levels that rules read, and what the node was asked for last. */
export interface Levels {
  onHand: number;
  backorders: number;
  position: number;
  echelon: number;
  demand: number;
}

/** Decisions of a simulation, and the state in which the controller can be asked for others. */
export interface Usual {
  env: BatchEnvironment;
  node: number;
  rule: NodeRule;
  /** (decisions) each: the node's levels before the decision, and its order. */
  levels: readonly Levels[];
  orders: readonly number[];
  /** Medians of the levels, and (observation rows) of what is observed, as the controller sees it. */
  median: Levels;
  observed: readonly number[];
}

export interface Answer {
  order: number;
  /** In units, as the rule reads them: s and S, or a base-stock level, or a quantity. */
  parameters: readonly number[];
}

/** Copies of the network whose decisions are kept, and the copies that can be asked at once. */
const KEPT = 16;
export const MOST_ASKED = 256;

/** Simulates episodes as `simulate` does and keeps what the node sees and orders after their warm-up. */
export async function observeUsual(network: Network, controller: Controller, node: number): Promise<Usual> {
  const seen = controller.observation === undefined
    ? network
    : { ...network, observation: controller.observation };
  const options = resolveSimulateOptions(network, {});
  const { periods } = options;
  const warmup = Math.max(Math.floor(periods / 4), options.warmup);
  const env = await BatchEnvironment.create(seen, {
    environments: MOST_ASKED,
    seed: 0,
    phase: "simulate",
    rules: controller.rules,
    horizon: periods,
    autoreset: false,
    recordsAll: true,
  });
  if (controller.fixedActions !== undefined) env.fillActions(controller.fixedActions);
  const shape = topology(network);
  const levels: Levels[] = [];
  const orders: number[] = [];
  const observed: number[][] = env.observationRows.map(() => []);
  for (let period = 0; period < periods; period++) {
    const counts = period >= warmup || period === periods - 1;
    if (counts) {
      for (let i = 0; i < KEPT; i++) levels.push(levelsOf(readState(env, i).nodes, shape, node));
      const { observations } = env;
      observed.forEach((values, row) => {
        for (let i = 0; i < KEPT; i++) values.push(observations[env.column(observed.length, row, i)]!);
      });
    }
    controller.act?.(env);
    env.step();
    if (counts) { for (let i = 0; i < KEPT; i++) orders.push(readState(env, i).nodes[node]!.order); }
  }
  const medianLevel = (name: keyof Levels) => median(levels.map((level) => level[name]));
  return {
    env,
    node,
    rule: controller.rules[node]!,
    levels,
    orders,
    median: {
      onHand: medianLevel("onHand"),
      backorders: medianLevel("backorders"),
      position: medianLevel("position"),
      echelon: medianLevel("echelon"),
      demand: medianLevel("demand"),
    },
    observed: observed.map(median),
  };
}

function levelsOf(nodes: readonly NodeView[], { downstream }: Topology, node: number): Levels {
  const { onHand, backorders, inventoryPosition, onOrder, demand } = nodes[node]!;
  const below = [...downstream[node]!].map((n) => nodes[n]!);
  const echelon =
    [nodes[node]!, ...below].reduce((sum, one) => sum + one.onHand - one.owedToCustomers, onOrder) +
    below.reduce((sum, one) => sum + one.inTransit, 0);
  return { onHand, backorders, position: inventoryPosition, echelon, demand };
}

export const LEVEL_OF: Readonly<Record<Basis, "onHand" | "position" | "echelon">> = {
  "on-hand": "onHand",
  "inventory-position": "position",
  "echelon-position": "echelon",
};

/** The usual state with one level moved, and with it those that hang on it. */
export function levelsAt(
  { median, levels }: Pick<Usual, "median" | "levels">,
  basis: Basis,
  value: number,
): Levels {
  if (basis === "on-hand") {
    const moved = value - median.onHand;
    return { ...median, onHand: value, position: median.position + moved, echelon: median.echelon + moved };
  }
  // A part of the echelon's stock is not the node's own, and a part of the position is on its way.
  const elsewhere = median.echelon - median.position;
  const position = basis === "echelon-position" ? value - elsewhere : value;
  const coming = medianOf(levels, (one) => one.position - one.onHand + one.backorders);
  return {
    ...median,
    position,
    echelon: position + elsewhere,
    onHand: Math.max(0, position - coming),
    backorders: Math.max(0, coming - position),
  };
}

/** What the controller does at several levels, at most MOST_ASKED of them. */
export function ask(
  usual: Usual,
  controller: Controller,
  network: Network,
  asked: readonly Levels[],
): Answer[] {
  const { env, node, rule, observed } = usual;
  const { observations } = env;
  observed.forEach((value, row) => {
    const of = env.observationRows[row]!;
    asked.forEach((levels, i) => {
      const level = of.node === node && of.lag === 0 ? observedLevel(of, levels) : undefined;
      observations[env.column(observed.length, row, i)] = level ?? value;
    });
  });
  controller.act?.(env);
  const { actions } = env;
  const rows = env.compiled.actionRows;
  const first = controller.rules.slice(0, node).reduce((sum, one) => sum + one.actions, 0);
  return asked.map((levels, i) => {
    const parameters = Array.from(
      { length: rule.actions },
      (_, k) => decoded(rule, actions[env.column(rows, first + k, i)]!),
    );
    return { parameters, order: orderOf(network, node, rule, parameters, levels) };
  });
}

/** As the observation has it, in [-1, 1]; undefined for what hangs on no level. */
function observedLevel({ feature, bounds: [low, high] }: ObservationRow, levels: Levels): number | undefined {
  const value = feature === "onHand"
    ? levels.onHand
    : feature === "backorders"
    ? levels.backorders
    : feature === "inventoryPosition"
    ? levels.position
    : undefined;
  if (value === undefined) return undefined;
  return Math.min(1, Math.max(-1, -1 + 2 * (value - low) / (high - low)));
}

function decoded({ decode }: NodeRule, action: number): number {
  if (decode === undefined) return action;
  const { clip: [low, high], scale, offset } = decode;
  return Math.min(high, Math.max(low, action)) * scale + offset;
}

/** The order rules of the kernels (kernels/env_step/decide): rounded half to even in integer networks, then capped. */
function orderOf(
  network: Network,
  node: number,
  { rule, basis, choices }: NodeRule,
  [first, second]: readonly number[],
  levels: Levels,
): number {
  const level = levels[LEVEL_OF[basis]];
  const wanted = () => {
    switch (rule) {
      case "quantity":
        return first!;
      case "base-stock":
        return first! - level;
      case "s-S":
        return level <= first! ? second! - level : 0;
      case "s-Q":
        return level <= first! ? second! : 0;
      case "demand-plus":
        return levels.demand + roundHalfEven(first!);
      case "choice":
        return choices![roundHalfEven(first!)]!;
    }
  };
  const order = network.quantities === "integer" ? roundHalfEven(wanted()) : wanted();
  return Math.max(0, Math.min(order, network.nodes[node]!.maxOrder ?? Infinity));
}

function medianOf<T>(values: readonly T[], of: (value: T) => number): number {
  return median(values.map(of));
}

/** The lower one of two in the middle: a value that was there. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!;
}
