/** One piece of a sweep's work: what it is, and the id that follows from it. */

import type { Hyperparameters } from "../../learning/mod.ts";
import type { Network } from "../../network/mod.ts";
import type { PolicyInput } from "../../policies/mod.ts";
import { fingerprint } from "../config.ts";
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
 * The same for the same work on the same network, whatever stands beside it in the sweep; how it is evaluated and on
 * which device does not matter.
 */
export function trialId(label: string, network: Network, seed: number, work: TrialWork): string {
  const words = [label, methodOf(work), `s${seed}`].map((word) =>
    word.replaceAll(/[^\w.-]+/g, "-").slice(0, 40)
  );
  return `${words.join("_")}_${fingerprint({ network, seed, work }).slice(0, 12)}`;
}
