/** What a policy orders at a node against the node's stock: classical and learned policies alike. */

import { InputError } from "../../errors.ts";
import { learnedController, type TrainedPolicy } from "../../learning/mod.ts";
import { oneOf, suggestion } from "../../network/messages.ts";
import type { Basis, Network } from "../../network/mod.ts";
import type { Policy } from "../../policies/mod.ts";
import { type Controller, isPolicy, type KernelRule, policyController } from "../../simulation/mod.ts";
import { domainOf, niceDomain } from "../axes.ts";
import { formatNumber } from "../numbers.ts";
import {
  axis,
  type AxisText,
  axisTitle,
  faded,
  type Figure,
  layout,
  plain,
  type PlotlyTrace,
  seriesStyle,
} from "./figure.ts";
import {
  type Answer,
  ask,
  LEVEL_OF,
  levelsAt,
  MOST_ASKED,
  observeUsual,
  type Usual,
} from "./policy_response.ts";
import { rounded } from "./rows.ts";

/** A run with its policy, a trained policy, a controller, a classical policy. */
export type PolicySource =
  | { readonly policy: TrainedPolicy; readonly config: { readonly network: Network } }
  | TrainedPolicy
  | Controller
  | Policy;

export interface PolicyOptions {
  /** Default: the network that a run was trained on. */
  network?: Network;
  title?: string;
  /** What the policies are called, in their order. */
  names?: readonly string[];
  /** The level on the axis. Default: what the rule compares, or the inventory position. */
  against?: Basis;
}

/** One policy at the node. */
export interface Response {
  name: string;
  usual: Usual;
  /** (levels) ascending. */
  levels: readonly number[];
  answers: readonly Answer[];
}

const LEVEL_TEXT: Readonly<Record<Basis, AxisText>> = {
  "on-hand": { label: "On hand at the start of the period", unit: "units" },
  "inventory-position": { label: "Inventory position at the start of the period", unit: "units" },
  "echelon-position": { label: "Echelon inventory position at the start of the period", unit: "units" },
};
const PARAMETERS: Readonly<Partial<Record<KernelRule, readonly string[]>>> = {
  "s-S": ["reorder point s", "order-up-to level S"],
  "base-stock": ["base-stock level S"],
  "s-Q": ["reorder point s", "quantity Q"],
};
/** Decisions of the simulation that are drawn. */
const MOST_DOTS = 240;

/** @throws InputError where there is no policy, no network, or no such node */
export async function policyFigure(
  source: PolicySource | readonly PolicySource[],
  agent: string,
  options: PolicyOptions = {},
): Promise<Figure> {
  const responses = await respond(source, agent, options);
  const basis = basisOf(responses, options);
  const x = LEVEL_TEXT[basis];
  const title = options.title ??
    `Orders of node ${agent} under ${responses.map(({ name }) => name).join(", ")}`;
  const alone = responses.length === 1;
  const data = [
    ...responses.flatMap((response, k) => dots(response, basis, k, alone)),
    ...responses.map((response, k) => curve(response, k, alone)),
    ...(alone ? parameterLines(responses[0]!) : []),
  ];
  const hasLevels = alone && responses[0]!.usual.rule.rule in PARAMETERS;
  const legend = data.filter(({ showlegend }) => showlegend === true).map(({ name }) => String(name));
  const shown = responses.flatMap((
    { answers, usual },
  ) => [...answers.map(({ order }) => order), ...usual.orders]);
  const [first] = responses as [Response, ...Response[]];
  return {
    data,
    layout: layout({
      title,
      note: "curve: all else at the medians of simulated episodes; dots: orders in these episodes",
      legend,
      oneSeries: true,
    }, {
      plotHeight: 320,
      xaxis: axis(x, { range: [first.levels[0], first.levels.at(-1)] }),
      yaxis: axis({ label: hasLevels ? "Order; levels" : "Order", unit: "units" }, {
        range: padded(orderDomain(data, shown)),
      }),
    }),
    text: `${title}: order (units) against ${axisTitle(x).toLowerCase()}; ${
      responses.map(({ name, levels, answers }) =>
        `${name}: ${formatNumber(answers[0]!.order)} at ${formatNumber(levels[0]!)}, ${
          formatNumber(answers.at(-1)!.order)
        } at ${formatNumber(levels.at(-1)!)}`
      ).join("; ")
    }`,
  };
}

/** What each policy orders over a common range of levels. */
export async function respond(
  source: PolicySource | readonly PolicySource[],
  agent: string,
  options: PolicyOptions = {},
): Promise<Response[]> {
  const where = "show.policy";
  const sources = (Array.isArray(source) ? source : [source]) as readonly PolicySource[];
  if (sources.length === 0) throw new InputError(where, "expected at least one policy, got none");
  const network = networkOf(sources, options, where);
  const node = nodeOf(network, agent, where);
  const asked = [];
  for (const one of sources) {
    const controller = controllerOf(one, network, where);
    asked.push({ controller, usual: await observeUsual(network, controller, node) });
  }
  const basis = options.against ?? commonBasis(asked.map(({ usual }) => usual));
  const levels = grid(network, basis, asked.map(({ usual }) => usual));
  return asked.map(({ controller, usual }, k) => ({
    name: options.names?.[k] ?? controller.name,
    usual,
    levels,
    answers: ask(usual, controller, network, levels.map((level) => levelsAt(usual, basis, level))),
  }));
}

function basisOf(responses: readonly Response[], { against }: PolicyOptions): Basis {
  return against ?? commonBasis(responses.map(({ usual }) => usual));
}

function networkOf(sources: readonly PolicySource[], { network }: PolicyOptions, where: string): Network {
  if (network !== undefined) return network;
  for (const source of sources) if ("config" in source) return source.config.network;
  throw new InputError(`${where}: network`, "expected the network of the policy, such as { network }");
}

function nodeOf({ nodes, name }: Network, agent: string, where: string): number {
  const node = nodes.findIndex(({ id }) => id === String(agent));
  if (node >= 0) return node;
  const ids = nodes.map(({ id }) => id);
  throw new InputError(
    where,
    `the network ${name} has no node ${JSON.stringify(agent)}${
      suggestion(String(agent), ids) || `; its nodes are ${oneOf(ids)}`
    }`,
  );
}

function controllerOf(source: PolicySource, network: Network, where: string): Controller {
  if (typeof source !== "object" || source === null) {
    throw new InputError(where, "expected a run, a trained policy, a policy or a controller");
  }
  if ("config" in source) return learnedController(source.policy, network);
  if ("actors" in source) return learnedController(source, network);
  if (isPolicy(source)) return policyController(source, network);
  return source;
}

/** What the rules compare, where they compare one thing. */
function commonBasis(usuals: readonly Usual[]): Basis {
  const compared = usuals.filter(({ rule: { rule } }) => rule in PARAMETERS).map(({ rule }) => rule.basis);
  return compared.length > 0 && new Set(compared).size === 1 ? compared[0]! : "inventory-position";
}

/** From the lowest level that was seen to where orders end; whole numbers in integer networks. */
function grid(network: Network, basis: Basis, usuals: readonly Usual[]): number[] {
  const seen = usuals.flatMap(({ levels }) => levels.map((one) => one[LEVEL_OF[basis]]));
  const targets = usuals.flatMap(targetsOf);
  const [low, high] = domainOf([...seen, ...targets], ...(basis === "on-hand" ? [0] : []));
  const margin = 0.08 * (high - low);
  const [first, last] = [basis === "on-hand" ? Math.max(0, low - margin) : low - margin, high + margin];
  if (network.quantities === "integer" && last - first < MOST_ASKED - 2) {
    return Array.from({ length: Math.ceil(last) - Math.floor(first) + 1 }, (_, i) => Math.floor(first) + i);
  }
  return Array.from({ length: MOST_ASKED }, (_, i) => first + (last - first) * i / (MOST_ASKED - 1));
}

/** Levels of a classical policy, which never change: orders end there. */
function targetsOf({ rule, env, node }: Usual): number[] {
  if (rule.decode !== undefined || (rule.rule !== "base-stock" && rule.rule !== "s-S")) return [];
  const first = env.rules.slice(0, node).reduce((sum, one) => sum + one.actions, 0);
  const row = first + rule.actions - 1;
  return [env.actions[env.column(env.compiled.actionRows, row, 0)]!];
}

function dots({ usual, name }: Response, basis: Basis, k: number, alone: boolean): PlotlyTrace[] {
  const step = Math.max(1, Math.floor(usual.orders.length / MOST_DOTS));
  const kept = usual.orders.flatMap((_, i) => i % step === 0 ? [i] : []);
  return [{
    type: "scatter",
    mode: "markers",
    name: alone ? "simulated orders" : plain(name),
    legendgroup: alone ? "simulated" : name,
    showlegend: alone,
    x: kept.map((i) => rounded(usual.levels[i]![LEVEL_OF[basis]])),
    y: kept.map((i) => rounded(usual.orders[i]!)),
    marker: { size: 4, color: alone ? "rgba(102, 114, 130, 0.45)" : faded(seriesStyle(k).colour, 0.3) },
    hoverinfo: "x+y",
  }];
}

function curve({ name, levels, answers }: Response, k: number, alone: boolean): PlotlyTrace {
  const { colour, dash } = seriesStyle(k);
  return {
    type: "scatter",
    mode: "lines",
    name: alone ? "order" : plain(name),
    legendgroup: name,
    showlegend: true,
    x: levels.map(rounded),
    y: answers.map(({ order }) => rounded(order)),
    line: { color: colour, width: 2.4, dash },
  };
}

/** The rule's parameters over the level: flat for a classical policy, not so for a learned one. */
function parameterLines({ usual, levels, answers }: Response): PlotlyTrace[] {
  return (PARAMETERS[usual.rule.rule] ?? []).map((label, p) => ({
    type: "scatter",
    mode: "lines",
    name: label,
    showlegend: true,
    x: levels.map(rounded),
    y: answers.map(({ parameters }) => rounded(parameters[p]!)),
    line: { color: seriesStyle(p + 1).colour, width: 1.4, dash: p === 0 ? "dash" : "dot" },
  }));
}

function orderDomain(data: readonly PlotlyTrace[], orders: readonly number[]): readonly [number, number] {
  return niceDomain(domainOf([...data.flatMap(({ y }) => y as number[]), ...orders], 0), 5);
}

/** A curve on the edge would be cut in half. */
function padded([low, high]: readonly [number, number]): number[] {
  return [low - 0.02 * (high - low), high + 0.02 * (high - low)];
}
