import type { Network } from "../../engine/network/mod.ts";
import { BatchEnvironment, policyController } from "../../engine/simulation/mod.ts";
import { ReferenceSimulator } from "../reference/simulator.ts";
import type { BenchCase, Workload } from "./case.ts";
import { kotecha6, type Setting, ziegnerD1 } from "./networks.ts";

const ENVIRONMENTS = 1024;
/** Of a run: enough that the clock's resolution does not matter, few enough for many runs a second. */
const PERIODS = 10;

/**
 * One core, one call a period as training steps them: the policy applied in the kernel, demand drawn,
 * observations and rewards written, the next episode begun where one ends. Each with the plain TypeScript
 * loop that does the same (bench/reference).
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
        return periods(network, () => env.step());
      },
    },
    {
      name: `${name} reference`,
      unit,
      doc: "the same in plain TypeScript loops",
      async prepare() {
        const { network, policy } = await setting();
        const simulator = new ReferenceSimulator(network, policy, { environments: ENVIRONMENTS, seed: 1 });
        return periods(network, () => simulator.step());
      },
    },
  ];
}

function periods({ nodes }: Network, step: () => void): Workload {
  return {
    work: PERIODS * nodes.length * ENVIRONMENTS / 1e6,
    run() {
      for (let period = 0; period < PERIODS; period++) step();
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
