/** What columns of results are called on axes, and their units. */

import type { AxisText } from "./figure.ts";

const WORDS: Readonly<Record<string, readonly [label: string, unit?: string]>> = {
  profitPerEpisode: ["Profit per episode", "money"],
  bestProfitPerEpisode: ["Best profit per episode", "money"],
  profitPerPeriod: ["Profit per period", "money"],
  costPerPeriod: ["Cost per period", "money"],
  profit: ["Profit", "money"],
  cost: ["Cost", "money"],
  fillRate: ["Fill rate", "share of demand"],
  cycleServiceLevel: ["Cycle service level", "share of periods"],
  stockOutFrequency: ["Stock-outs", "share of periods"],
  inventoryTurnover: ["Inventory turnover", "per period"],
  onHand: ["On hand", "units"],
  medianOnHand: ["Median on hand", "units"],
  backorders: ["Backorders", "units"],
  medianBackorders: ["Median backorders", "units"],
  inTransit: ["In transit", "units"],
  onOrder: ["On order", "units"],
  inventoryPosition: ["Inventory position", "units"],
  order: ["Order", "units"],
  received: ["Received", "units"],
  demand: ["Demand", "units"],
  shipped: ["Shipped", "units"],
  bullwhip: ["Bullwhip", "variance ratio"],
  period: ["Period"],
  periods: ["Periods"],
  episode: ["Episode"],
  episodes: ["Episodes"],
  steps: ["Environment steps"],
  iteration: ["Iteration"],
  iterations: ["Iterations"],
  bestIteration: ["Iteration of the best policy"],
  seconds: ["Time", "s"],
  nodes: ["Nodes"],
  agents: ["Agents"],
  environments: ["Environments"],
  "charts/episodicReturn": ["Profit per episode while training", "money"],
  "charts/sps": ["Environment steps per second"],
  "eval/profitPerEpisode": ["Profit per episode without exploration", "money"],
  "losses/policy": ["Policy loss"],
  "losses/value": ["Value loss"],
  "losses/entropy": ["Entropy", "nats"],
  "losses/approxKl": ["Approximate KL divergence", "nats"],
  "losses/clipFrac": ["Clipped share", "share of samples"],
  "losses/explainedVariance": ["Explained variance", "share"],
  "losses/gradientNorm": ["Gradient norm"],
  "losses/klCoefficient": ["KL coefficient"],
};

/** Words for a column; one that nobody knows is taken apart: `stockCover` -> Stock cover. */
export function wordsFor(column: string, label?: string, unit?: string): AxisText {
  const known = Object.hasOwn(WORDS, column) ? WORDS[column] : undefined;
  const shownUnit = unit ?? (label === undefined ? known?.[1] : undefined);
  return {
    label: label ?? known?.[0] ?? taken(column),
    ...(shownUnit === undefined || shownUnit === "" ? {} : { unit: shownUnit }),
  };
}

function taken(column: string): string {
  const words = column.replaceAll(/[_./]+/g, " ").replaceAll(
    /(\p{Ll}|\d)(\p{Lu})(?=\p{Ll})/gu,
    (_, before: string, capital: string) => `${before} ${capital.toLowerCase()}`,
  ).trim();
  return words === "" ? column : words[0]!.toUpperCase() + words.slice(1);
}
