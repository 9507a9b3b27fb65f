import { BatchEnvironment, policyController } from "../../engine/simulation/mod.ts";
import { ReferenceSimulator } from "../reference/simulator.ts";
import type { BenchCase } from "./case.ts";
import { kotecha6, type Setting, ziegnerD1 } from "./networks.ts";

const ENVIRONMENTS = 1024;

/**
 * One core, an episode a run, period by period as training steps them: the policy applied in the kernel, demand drawn,
 * observations and rewards written. Each with the plain TypeScript loop that does the same (bench/reference).
 */
export const envStepCases: readonly BenchCase[] = [
  ...stepCases("kotecha-6", "(s,S) policy", kotecha6),
  ...stepCases("ziegner-d1", "base-stock policy", ziegnerD1),
];

function stepCases(scenario: string, policy: string, setting: () => Promise<Setting>): BenchCase[] {
  const name = `env_step ${scenario} x${ENVIRONMENTS}`;
  const unit = "Mnode-steps/s";
  return [
    {
      name,
      unit,
      doc: `${ENVIRONMENTS} environments under a fixed ${policy}, one core`,
      async prepare() {
        const { network, policy } = await setting();
        const env = await fixedEnvironment({ network, policy });
        return episode(network, () => env.step());
      },
    },
    {
      name: `${name} reference`,
      unit,
      doc: "the same in plain TypeScript loops",
      async prepare() {
        const { network, policy } = await setting();
        const simulator = new ReferenceSimulator(network, policy, { environments: ENVIRONMENTS, seed: 1 });
        return episode(network, () => simulator.step());
      },
    },
  ];
}

function episode({ horizon, nodes }: Setting["network"], step: () => void) {
  return {
    work: horizon * nodes.length * ENVIRONMENTS / 1e6,
    run() {
      for (let period = 0; period < horizon; period++) step();
    },
  };
}

/** An environment whose actions are a policy's parameters. */
async function fixedEnvironment({ network, policy }: Setting): Promise<BatchEnvironment> {
  const { rules, fixedActions = new Float32Array() } = policyController(policy, network);
  const env = await BatchEnvironment.create(network, {
    environments: ENVIRONMENTS,
    seed: 1,
    phase: "simulate",
    rules,
  });
  const { actions } = env;
  fixedActions.forEach((action, row) => {
    for (let e = 0; e < ENVIRONMENTS; e++) actions[env.column(fixedActions.length, row, e)] = action;
  });
  return env;
}
