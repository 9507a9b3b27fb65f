/** What a scenario is, and the checks that all of them share. */

import { InputError } from "../errors.ts";
import type { NetworkInput } from "../network/schema.ts";

/** What a scenario can be asked for. Which of these a scenario takes stands in its `options`; others are errors. */
export interface ScenarioOptions {
  /** `kotecha-*`: "poisson". `zhang-*`: the shipment lead time of every arc, 1, 2 or 3 periods. */
  leadTime?: number | "poisson" | undefined;
  /** `ziegner-*2`, `ziegner-*4`: CSV of daily demand: a `Date` column, then a column a product, a row a day. */
  demandData?: string | undefined;
  /** `ziegner-*4`: CSV of lead times: the same layout as `demandData`, or one value a product in a column `vlt`. */
  leadTimeData?: string | undefined;
}

export type ScenarioOption = keyof ScenarioOptions;

/** A supply network of a paper. */
export interface Scenario {
  name: string;
  /** The paper: authors, year. */
  source: string;
  /** One line. */
  summary: string;
  nodes: number;
  /** All arcs, those from the external supply among them. */
  arcs: number;
  /** Whether `build` needs a data file that the user brings. */
  needsData: boolean;
  /** The options it takes. */
  options: ScenarioOption[];
  /** The network as JSON (`parseNetwork` validates it). Throws InputError for an option it does not take or cannot use. */
  build(options?: ScenarioOptions): Promise<NetworkInput>;
}

const FLAGS: Record<ScenarioOption, string> = {
  leadTime: "--lead-time",
  demandData: "--demand-data",
  leadTimeData: "--lead-time-data",
};

/** The flag of the commands that sets an option. */
export function flagOf(option: ScenarioOption): string {
  return FLAGS[option];
}

/** A scenario whose `build` first refuses options that it does not take. */
export function defineScenario(scenario: Scenario): Scenario {
  return {
    ...scenario,
    build: async (options = {}) => {
      for (const option of Object.keys(FLAGS) as ScenarioOption[]) {
        if (options[option] !== undefined && !scenario.options.includes(option)) {
          const taken = scenario.options.map(flagOf).join(", ");
          throw new InputError(
            scenario.name,
            `takes no ${flagOf(option)} (${option}); it takes ${
              taken === "" ? "no options" : `only ${taken}`
            }`,
          );
        }
      }
      return await scenario.build(options);
    },
  };
}

/** Up to the next integer; what rounding errors put above an integer stays there. */
export function roundUp(quantity: number): number {
  return Math.ceil(quantity - 1e-9);
}
