/** What an exported actor's numbers mean: for whoever connects the model to a real supply chain. */

import { InputError } from "../errors.ts";
import type { Basis, Feature, Network, NetworkNode } from "../network/types.ts";
import { SUPPLY } from "../network/types.ts";
import type { NodeRule } from "../simulation/mod.ts";
import { rulesOfControl } from "../simulation/mod.ts";
import {
  type ActorNetwork,
  type ActorOutput,
  applyActor,
  checkActor,
  type ObservedInput,
  observedInputs,
} from "./actor_network.ts";
import { ONNX_OPSET } from "./onnx.ts";

/** Where an actor comes from. */
export interface ActorSource {
  /** Of Bullwhip. */
  version: string;
  /** The run's folder or name. */
  run: string;
}

export interface InputCard {
  /** Column of `observation`, from 0. */
  index: number;
  name: string;
  node: string;
  feature: string;
  /** Periods before the last completed one. */
  lag: number;
  ahead: number;
  unit: string;
  meaning: string;
  /** The model clips the value to them. */
  bounds: [low: number, high: number];
}

export interface OutputCard {
  /** Column of `action`, from 0. */
  index: number;
  name: string;
  node: string;
  parameter: string;
  unit: string;
  /** The lowest and highest value, or every one there is. */
  range: [low: number, high: number] | { oneOf: number[] };
}

export interface OrderCard {
  node: string;
  rule: NodeRule["rule"];
  /** What the rule compares with its levels; null where it compares nothing. */
  basis: Basis | null;
  /** The order in words and as a formula of the outputs' names, in units. */
  words: string;
  formula: string;
  /** How the formula's other quantities are computed, by name. */
  where: Record<string, string>;
  suppliers: string;
}

export interface ActorCard {
  card: "bullwhip actor";
  /** Of Bullwhip. */
  version: string;
  run: string;
  agent: string;
  network: string;
  nodes: string[];
  model: {
    format: string;
    input: { name: "observation"; type: "float32"; shape: ["batch", number] };
    output: { name: "action"; type: "float32"; shape: ["batch", number] };
  };
  when: string;
  inputs: InputCard[];
  outputs: OutputCard[];
  orders: OrderCard[];
  /**
   * One observation and what the model answers: a check of the connection, to 1e-5 of the outputs' ranges.
   */
  example: { observation: number[]; action: number[] };
}

/**
 * The card of an actor, for JSON: what every input and output of its ONNX model is, and the order that
 * follows.
 *
 * @param network the one that it was trained on, with its `control`
 * @throws InputError where the actor's parts do not fit together or its outputs do not fit the network's
 *   nodes and rules
 */
export function actorCard(actor: ActorNetwork, network: Network, { version, run }: ActorSource): ActorCard {
  checkActor(actor);
  const observed = observedInputs(actor);
  const rules = rulesOfControl(network);
  const known = new Set(network.nodes.map(({ id }) => id));
  const stranger = actor.outputs.find(({ node }) => !known.has(node));
  if (stranger !== undefined) {
    throw new InputError(
      `actor ${JSON.stringify(actor.id)}`,
      `network ${network.name} has no node "${stranger.node}"`,
    );
  }
  // The middle of the bounds, so that nothing is clipped.
  const observation = observed.map(({ low, high }) => Math.fround((low + high) / 2));
  return {
    card: "bullwhip actor",
    version,
    run,
    agent: actor.id,
    network: network.name,
    nodes: actor.nodes,
    model: {
      format: `ONNX, operator set ${ONNX_OPSET}`,
      input: { name: "observation", type: "float32", shape: ["batch", observed.length] },
      output: { name: "action", type: "float32", shape: ["batch", actor.outputs.length] },
    },
    when:
      "Once a period, at its start, before its deliveries and demand. Inputs are raw values, not scaled. " +
      "Before the first period, stocks are the initial ones and everything else is 0.",
    inputs: observed.map((input, index) => inputCard(network, input, index)),
    outputs: actor.outputs.map((output, index) => outputCard(output, index)),
    orders: network.nodes.flatMap((node, n) =>
      actor.outputs.some((output) => output.node === node.id)
        ? [orderCard(network, node, rules[n]!, actor)]
        : []
    ),
    example: { observation, action: applyActor(actor, observation) },
  };
}

const UNITS = "units";

const FEATURES: Readonly<Record<Feature, { unit: string; at: "end" | "in"; meaning: string }>> = {
  onHand: { unit: UNITS, at: "end", meaning: "stock on hand" },
  backorders: { unit: UNITS, at: "end", meaning: "what the node owes, to other nodes and to its customers" },
  inTransit: { unit: UNITS, at: "end", meaning: "goods on their way to the node" },
  inTransitSlots: { unit: UNITS, at: "end", meaning: "goods on their way to the node" },
  onOrder: {
    unit: UNITS,
    at: "end",
    meaning:
      "what the node has ordered and not received: in transit, owed by its suppliers, or orders on their way",
  },
  inventoryPosition: { unit: UNITS, at: "end", meaning: "the node's inventory position" },
  received: { unit: UNITS, at: "in", meaning: "goods that the node received" },
  demand: { unit: UNITS, at: "in", meaning: "customer demand plus orders that came in at the node" },
  order: { unit: UNITS, at: "in", meaning: "what the node ordered" },
  fillRate: {
    unit: "share, 0 to 1",
    at: "in",
    meaning: "share of the demand that left the node when it was due",
  },
  time: { unit: "share, 0 to 1", at: "end", meaning: "share of the episode that has gone by" },
};

function inputCard(
  network: Network,
  { node, feature, lag, ahead, low, high }: ObservedInput,
  index: number,
): InputCard {
  const known = Object.hasOwn(FEATURES, feature) ? FEATURES[feature as Feature] : undefined;
  const observed = network.nodes.find(({ id }) => id === node);
  const slot = ahead > 0;
  const past = lag > 0 ? `.lag${lag}` : "";
  const period = lag === 0
    ? "the last completed period"
    : `the period ${periods(lag)} before the last completed one`;
  const meaning = known === undefined
    ? `${feature}, of ${period}`
    : slot
    ? `${known.meaning} that arrive ${periods(ahead)} after the last completed one`
    : `${known.meaning}, ${known.at === "end" ? "at the end of" : "in"} ${period}`;
  const formula = feature === "inventoryPosition" && observed !== undefined
    ? `: ${levelFormula(observed, "inventory-position")}`
    : "";
  return {
    index,
    name: `${node}.${feature}${slot ? `.ahead${ahead}` : ""}${past}`,
    node,
    feature,
    lag,
    ahead,
    unit: known?.unit ?? "as observed",
    meaning: `${meaning}${formula}`,
    bounds: [low, high],
  };
}

function outputCard(
  { node, parameter, clip, scale, offset, choices }: ActorOutput,
  index: number,
): OutputCard {
  const ends = clip.map((end) => end * scale + offset);
  return {
    index,
    name: `${node}.${parameter}`,
    node,
    parameter,
    unit: UNITS,
    range: choices === undefined
      ? [Math.min(...ends), Math.max(...ends)]
      : { oneOf: [...new Set(choices)].sort((a, b) => a - b) },
  };
}

function orderCard(
  network: Network,
  node: NetworkNode,
  { rule, basis, actions }: NodeRule,
  { outputs, id }: ActorNetwork,
): OrderCard {
  const where = `actor ${JSON.stringify(id)}`;
  const names = outputs.filter((output) => output.node === node.id)
    .map(({ parameter }) => `[${node.id}.${parameter}]`);
  if (names.length !== actions) {
    throw new InputError(
      where,
      `gives node "${node.id}" ${names.length} parameters; its rule ${rule} takes ${actions}`,
    );
  }
  const [first, second] = names as [string, string];
  const terms: Record<string, string> = {};
  let words: string;
  let formula: string;
  switch (rule) {
    case "s-S":
    case "s-Q":
      words = `Where the level is at or below ${first}, order ${
        rule === "s-S" ? "up to " : ""
      }${second}; else nothing.`;
      formula = `level <= ${first} ? ${rule === "s-S" ? `${second} - level` : second} : 0`;
      terms.level = levelFormula(node, basis);
      break;
    case "base-stock":
      words = `Order the level up to ${first}, in every period.`;
      formula = `${first} - level`;
      terms.level = levelFormula(node, basis);
      break;
    case "demand-plus":
      words = `Order what was demanded of the node in the last completed period, plus ${first} rounded.`;
      formula = `demand + round(${first})`;
      terms.demand = "customer demand plus orders that came in at the node in the last completed period";
      break;
    case "quantity":
    case "choice":
      words = `Order ${first}.`;
      formula = first;
  }
  const cap = node.maxOrder === undefined ? "" : `min(${node.maxOrder}, `;
  const rounds = network.quantities === "integer";
  if (rounds) {
    formula = `round(${formula})`;
    words += " The order is rounded to a whole number.";
  }
  if (rounds || rule === "demand-plus") terms.round = "to the nearest whole number, halves to the even one";
  if (cap !== "") words += ` It is at most ${node.maxOrder}.`;
  return {
    node: node.id,
    rule,
    basis: terms.level === undefined ? null : basis,
    words: `${words} It is never below 0.`,
    formula: `order = max(0, ${cap}${formula}${cap === "" ? "" : ")"})`,
    where: terms,
    suppliers: suppliersOf(network, node),
  };
}

function levelFormula(node: NetworkNode, basis: Basis): string {
  if (basis === "on-hand") return "the node's stock on hand";
  if (basis === "echelon-position") {
    return "on order (in transit to the node, owed by its suppliers, its orders on their way) " +
      "+ on hand in the node and in everything downstream of it + in transit between them - owed to customers there";
  }
  const terms = [
    "on hand",
    "+ on order (in transit to the node, owed by its suppliers, its orders on their way)",
    "- owed to customers and other nodes",
  ];
  if (node.demandLeadTime > 0) terms.push("- customer demand that is known and not due");
  if (node.seesOrders) terms.push("- orders of other nodes on their way to it");
  return terms.join(" ");
}

function suppliersOf({ arcs }: Network, node: NetworkNode): string {
  const names = arcs.filter(({ to }) => to === node.id)
    .map(({ from, share }) => ({ name: from === SUPPLY ? "the external supply" : from, share }));
  const list = names.map(({ name }) => name).join(", ");
  if (names.length === 1) return `the whole order to ${list}`;
  const shares = names.map(({ name, share }) => `${name} (${share})`).join(", ");
  switch (node.sourcing) {
    case "split":
      return `split by share over ${shares}`;
    case "random":
      return `the whole order to one, drawn by share, of ${shares}`;
    case "available":
      return `split in proportion to their stock on hand over ${list}`;
    case "all":
      return `the whole order to each of ${list}`;
  }
}

function periods(count: number): string {
  return count === 1 ? "1 period" : `${count} periods`;
}
