import { InputError, type ScenarioOptions } from "../../engine/mod.ts";
import type { FlagValues } from "./arguments.ts";
import { type Flag, text } from "./flags.ts";

const leadTime: Flag<ScenarioOptions["leadTime"]> = {
  default: undefined,
  placeholder: "N|poisson",
  doc: "Lead times of kotecha-* (poisson) and of every arc of zhang-* (1, 2 or 3)",
  unit: "periods",
  otherwise: "the scenario's",
  parse(value, where) {
    if (value === "poisson") return value;
    if (/^\d+$/.test(value)) return Number(value);
    throw new InputError(where, `expected a number of periods or poisson, got "${value}"`);
  },
};

/** The options of scenarios, for every command that takes a network by name. */
export const scenarioFlags = {
  leadTime,
  demandData: text({
    placeholder: "FILE.csv",
    doc: "Daily demand for ziegner-*2 and -*4: a Date column, a column a product",
  }),
  leadTimeData: text({
    placeholder: "FILE.csv",
    doc: "Lead times for ziegner-*4: laid out the same, or one value a product in a column vlt",
  }),
};

export function scenarioOptions(flags: FlagValues<typeof scenarioFlags>): ScenarioOptions {
  const { leadTime, demandData, leadTimeData } = flags;
  return { leadTime, demandData, leadTimeData };
}
