/** What README.md shows works. */
import { expect, test } from "vitest";
import { expandSweep, parseNetworkSync, parsePolicy, parseSweep } from "../../engine/mod.ts";
import { type Command, type FlagTable, parseArguments } from "../../scripts/cli/arguments.ts";
import * as evaluate from "../../scripts/evaluate.ts";
import * as exportRun from "../../scripts/export.ts";
import * as notebook from "../../scripts/notebook.ts";
import * as notebooksRun from "../../scripts/notebooks_run.ts";
import * as plan from "../../scripts/plan.ts";
import * as scenarios from "../../scripts/scenarios.ts";
import * as simulate from "../../scripts/simulate.ts";
import * as sweep from "../../scripts/sweep.ts";
import * as sweepWorker from "../../scripts/sweep_worker.ts";
import * as train from "../../scripts/train.ts";

const root = new URL("../../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

/** The code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code]) => code!);
}

const commands: Record<string, Command<FlagTable>> = {
  evaluate: evaluate.command,
  export: exportRun.command,
  notebook: notebook.command,
  "notebooks:run": notebooksRun.command,
  plan: plan.command,
  scenarios: scenarios.command,
  simulate: simulate.command,
  sweep: sweep.command,
  "sweep:worker": sweepWorker.command,
  train: train.command,
};

test("every command line is one that its command takes", () => {
  const lines = blocks("sh").flatMap((code) => code.split("\n")).filter((line) =>
    line.startsWith("deno task")
  );
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) {
    const words = line.replace(/ > .*/, "").match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ""));
    const [, , name, ...rest] = words;
    expect(() => parseArguments(commands[name!]!, rest), line).not.toThrow();
  }
});

test("every task that it names exists", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const named = new Set([...readme.matchAll(/\btask ([a-z]+(?::[a-z]+)?)/g)].map(([, name]) => name));
  expect([...named].filter((name) => !(name! in tasks))).toEqual([]);
});

test("its network is valid, and its policies fit it", () => {
  const [, networkText, policiesText] = blocks("json");
  const network = parseNetworkSync(JSON.parse(networkText!));
  const policies = policiesText!.trim().split("\n").map((line) => JSON.parse(line));
  for (const policy of policies) expect(parsePolicy(policy, network).kind).toBe(policy.kind);
  expect(policies.length).toBe(5);
});

test("its sweep is one, of as many trials as its lists multiply to", async () => {
  const [text] = blocks("json");
  const { trials } = await expandSweep(parseSweep(JSON.parse(text!), "README.md"));
  const kinds = Map.groupBy(trials, ({ work }) => work.kind);
  expect([...kinds].map(([kind, of]) => [kind, of.length])).toEqual([
    ["train", 2 * 2 * 4 * 10],
    ["plan", 2],
    ["simulate", 2 * 31],
  ]);
});

test("its TypeScript runs", async () => {
  const [code] = blocks("ts");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--ext=ts", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code!));
  await writer.close();
  const { code: exit, stdout, stderr } = await child.output();
  expect({ exit, stderr: new TextDecoder().decode(stderr) }).toEqual({ exit: 0, stderr: "" });
  expect(new TextDecoder().decode(stdout)).toMatch(
    /^profit per episode .*\n(.*\n)*reward of node 5 in copy 7 -?\d/,
  );
}, 60_000);

test("its links to files of the project lead somewhere", async () => {
  const targets = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, path]) => path!);
  expect(targets.length).toBeGreaterThan(2);
  for (const path of targets) await Deno.stat(new URL(path, root));
});
