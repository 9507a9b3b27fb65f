import { describe, expect, test } from "vitest";
import { type Command, type FlagTable, helpText } from "../../scripts/cli/arguments.ts";
import * as notebook from "../../scripts/notebook.ts";
import * as notebooksRun from "../../scripts/notebooks_run.ts";
import * as plan from "../../scripts/plan.ts";
import * as scenarios from "../../scripts/scenarios.ts";
import * as simulate from "../../scripts/simulate.ts";
import * as start from "../../scripts/start.ts";

const commands: Command<FlagTable>[] = [
  notebook.command,
  notebooksRun.command,
  plan.command,
  scenarios.command,
  simulate.command,
  start.command,
];

describe.each(commands)("the help of $name", (command) => {
  test("lists every flag on a line of its own, with what happens without it", () => {
    const help = helpText(command);
    for (const key of Object.keys(command.flags)) {
      const name = `--${key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
      expect(help, name).toMatch(new RegExp(`^  ${name}( |$)`, "m"));
    }
    expect(help).toMatch(/^ {2}--json /m);
    expect(help).toMatch(/^ {2}--help /m);
    const taking = Object.values(command.flags).filter(({ placeholder }) => placeholder !== undefined);
    expect([...help.matchAll(/\(default: /g)].length).toBe(taking.length);
    expect(help).not.toContain("undefined");
  });

  test("fits a wide terminal", () => {
    const widest = Math.max(...helpText(command).split("\n").map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(120);
  });
});

test.each(["bench", "notebook", "notebooks:run", "plan", "scenarios", "simulate", "start"])(
  "deno task %s --help works",
  async (name) => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), { args: ["task", name, "--help"] })
      .output();
    expect(code).toBe(0);
    expect(new TextDecoder().decode(stdout)).toContain(`Usage: deno task ${name}`);
  },
);
