/** One piece of a sweep's work: what it is, and the id that follows from it. */

import type { Hyperparameters } from "../../learning/mod.ts";
import type { Network } from "../../network/mod.ts";
import type { PolicyInput } from "../../policies/mod.ts";
import { fingerprintOf, sortedJson } from "../config.ts";
import type { PlannerEntry } from "./sweep_file.ts";

/** What is done. */
export type TrialWork =
  | {
    readonly kind: "train";
    readonly method: string;
    readonly preset: string;
    readonly hyperparameters: Hyperparameters;
  }
  | { readonly kind: "plan"; readonly planner: Exclude<PlannerEntry, string> }
  | { readonly kind: "simulate"; readonly policy: PolicyInput };

export interface Trial {
  /** Names its files: a few words, and digits that no other work shares. */
  readonly id: string;
  /** A key of the manifest's networks. */
  readonly network: string;
  /** Of the training, of the search, or of the simulation. */
  readonly seed: number;
  readonly work: TrialWork;
}

/** How the outcome of every trial is judged. */
export interface SweepEvaluation {
  readonly episodes: number;
  /** Default: the network's own. */
  readonly periods?: number;
  readonly warmup?: number;
  /** Of the demand; a trial that only simulates takes its own seed. */
  readonly seed: number;
  /** Settings as `changedNetwork` takes them: the network as it is is always evaluated, then each of these. */
  readonly changes: readonly (readonly string[])[];
}

/** The training method, the planning method (with what a search is for), or the policy's kind. */
export function methodOf(work: TrialWork): string {
  switch (work.kind) {
    case "train":
      return work.method;
    case "plan": {
      const { method, policy, basis } = work.planner;
      return [method, ...(policy === undefined ? [] : [policy]), ...(basis === undefined ? [] : [basis])]
        .join(" ");
    }
    case "simulate":
      return work.policy.kind;
  }
}

/**
 * The ids of a work's trials by their seeds: the same for the same work on the same network, whatever stands beside it
 * in the sweep; how it is evaluated and on which device does not matter.
 */
export function trialIds(label: string, network: Network, work: TrialWork): (seed: number) => string {
  const word = (text: string) => text.replaceAll(/[^\w.-]+/g, "-").slice(0, 40);
  const words = `${word(label)}_${word(methodOf(work))}`;
  // A network's text is long, and the same for all of its trials.
  const [before, after] = [sortedJsonOf(network), sortedJson(work)];
  return (seed) => {
    const digits = fingerprintOf(`{"network":${before},"seed":${seed},"work":${after}}`);
    return `${words}_s${seed}_${digits.slice(0, 12)}`;
  };
}

const networkTexts = new WeakMap<Network, string>();

function sortedJsonOf(network: Network): string {
  const known = networkTexts.get(network) ?? sortedJson(network);
  networkTexts.set(network, known);
  return known;
}
