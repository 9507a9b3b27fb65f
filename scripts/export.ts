/** `deno task export`: a run's actors as ONNX models, each with a card. */

import { join } from "node:path";
import { actorCard, actorToOnnx, InputError, loadRuns, VERSION } from "../engine/mod.ts";
import type { Arguments } from "./cli/arguments.ts";
import { print, runCommand } from "./cli/exit.ts";
import { text } from "./cli/flags.ts";
import { writeOutput } from "./cli/output_file.ts";

export const command = {
  name: "export",
  doc:
    "Write a trained run's actors as ONNX models: an agent's own observation in, its order rule's levels out.",
  operands: [{ name: "RUN", doc: "a run's folder, as `deno task train` writes it" }],
  flags: {
    out: text({ placeholder: "DIR", default: "actors", doc: "Where AGENT.onnx and AGENT.json go" }),
  },
  example: "export runs/kotecha-6-mappo/seed-0 --out actors",
};

export async function main({ operands, flags, json }: Arguments<typeof command.flags>): Promise<void> {
  const [run, ...others] = await loadRuns(operands[0]!);
  if (run === undefined || others.length > 0) {
    throw new InputError(operands[0]!, `holds ${others.length + 1} runs; expected one, such as ${run?.path}`);
  }
  const files: { agent: string; model: string; card: string }[] = [];
  const names = fileNames(run.policy.actors.map(({ id }) => id));
  for (const [k, actor] of run.policy.actors.entries()) {
    const name = names[k]!;
    const model = join(flags.out, `${name}.onnx`);
    const card = join(flags.out, `${name}.json`);
    const described = actorCard(actor, run.config.network, { version: VERSION, run: run.path });
    const metadata = { version: VERSION, run: run.path };
    await writeOutput(model, await actorToOnnx(actor, { metadata }));
    await writeOutput(card, `${JSON.stringify(described, null, 2)}\n`);
    files.push({ agent: actor.id, model, card });
  }
  print(
    json ? JSON.stringify({ run: run.path, iteration: run.iteration, files }) : [
      `${files.length} actors of ${run.path} (${run.config.method}, ${run.iteration} iterations) in ${flags.out}:`,
      ...files.map(({ model }) => `  ${model}`),
      "The .json beside each says what goes in, what comes out, and what order follows from it.",
    ].join("\n"),
  );
}

/** `agent-ID` for each, what no file system takes replaced; a number tells those apart that are then the same. */
function fileNames(ids: readonly string[]): string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const name = `agent-${id.replaceAll(/[^\w.-]+/g, "-")}`;
    let free = name;
    // Some file systems know no capitals.
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}-${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

if (import.meta.main) await runCommand(command, main);
