/** The networks of the papers and of textbooks by name, and networks in JSON files. */

import { InputError } from "../errors.ts";
import { loadNetworkFile } from "../network/load.ts";
import { suggestion } from "../network/messages.ts";
import { parseNetwork } from "../network/schema.ts";
import type { Network } from "../network/types.ts";
import { abdulraheemScenarios } from "./abdulraheem.ts";
import { kotechaScenarios } from "./kotecha.ts";
import { flagOf, type Scenario, type ScenarioOption, type ScenarioOptions } from "./scenario.ts";
import { textbookScenarios } from "./textbook.ts";
import { zhangScenarios } from "./zhang.ts";
import { ziegnerScenarios } from "./ziegner.ts";

export type { Scenario, ScenarioOption, ScenarioOptions };

/** Every scenario, paper by paper. */
export const scenarios: readonly Scenario[] = [
  ...kotechaScenarios,
  ...ziegnerScenarios,
  ...zhangScenarios,
  ...abdulraheemScenarios,
  ...textbookScenarios,
];

export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}

/**
 * The network of a scenario, or of a JSON file. What ends in `.json` or contains a slash is a file, all else a name.
 *
 * @param options for scenarios only
 * @throws InputError for an unknown name (with near ones), options that the scenario cannot use, a file that cannot be
 *   read or is no valid network
 */
export async function loadNetwork(nameOrPath: string, options: ScenarioOptions = {}): Promise<Network> {
  const scenario = findScenario(nameOrPath);
  if (scenario !== undefined) {
    return await parseNetwork(await scenario.build(options), { where: scenario.name });
  }
  if (!/\.json$|[/\\]/i.test(nameOrPath)) throw unknownScenario(nameOrPath);
  for (const option of Object.keys(options) as ScenarioOption[]) {
    if (options[option] !== undefined) {
      throw new InputError(nameOrPath, `${flagOf(option)} (${option}) is for scenarios, not for files`);
    }
  }
  return await loadNetworkFile(nameOrPath);
}

function unknownScenario(name: string): InputError {
  const names = scenarios.map((scenario) => scenario.name);
  const longer = name === "" ? [] : names.filter((other) => other.startsWith(name.toLowerCase()));
  const near = longer.length > 0
    ? `; did you mean ${longer.slice(0, 5).join(", ")}${longer.length > 5 ? ", ..." : ""}?`
    : suggestion(name, names) || ";";
  return new InputError(
    "",
    `unknown scenario ${JSON.stringify(name)}${near} \`deno task scenarios\` lists them, ` +
      "and a file with a network ends in .json",
  );
}
