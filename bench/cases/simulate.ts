import { simulate } from "../../engine/simulation/mod.ts";
import type { BenchCase } from "./case.ts";
import { kotecha6 } from "./networks.ts";

const EPISODES = 65_536;

/** What `deno task simulate` does, all metrics and the start of the workers among it. */
export const simulateCases: readonly BenchCase[] = [
  {
    name: "simulate kotecha-6 all-cores",
    unit: "Mnode-steps/s",
    doc: `simulate() with ${EPISODES} episodes, a worker a core`,
    async prepare() {
      const { network, policy } = await kotecha6();
      return {
        work: EPISODES * network.horizon * network.nodes.length / 1e6,
        async run() {
          await simulate(network, policy, { episodes: EPISODES, seed: 1 });
        },
      };
    },
  },
];
