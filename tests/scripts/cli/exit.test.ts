import { describe, expect, test } from "vitest";
import { runScript, startScript } from "../run_script.ts";

const fixture = "tests/scripts/cli/fixtures/command.ts";

describe("runCommand", () => {
  test("ends with 0 and its result on stdout, progress nowhere when stderr is no terminal", async () => {
    expect(await run("--lines", "2")).toEqual({ code: 0, stdout: "lines lines\n", stderr: "cleaned up\n" });
  });

  test("passes --json on", async () => {
    expect((await run("--json")).stdout).toBe('{"lines":3}\n');
  });

  test("--help prints the help on stdout and does nothing", async () => {
    const { code, stdout, stderr } = await run("--lines", "nonsense", "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Ends in the way asked for\n/);
  });

  test.each([
    ["wrong input", "input", 2, "deno task fixture: nodes[2].holdingCost: expected a number\n"],
    ["failed work", "run", 1, "deno task fixture: no memory left\n"],
  ])("%s is one line on stderr, after the cleaning up", async (_, end, code, message) => {
    expect(await run("--end", end)).toEqual({ code, stdout: "", stderr: `cleaned up\n${message}` });
  });

  test("a wrong flag is one line and exit code 2", async () => {
    expect(await run("--line", "3")).toEqual({
      code: 2,
      stdout: "",
      stderr: "deno task fixture: --line: unknown flag; did you mean --lines?\n",
    });
  });

  test("a bug shows its stack trace and asks to be reported", async () => {
    const { code, stderr } = await run("--end", "bug");
    expect(code).toBe(1);
    expect(stderr).toMatch(/TypeError: x is not a function\n {4}at .*command\.ts/);
    expect(stderr).toMatch(/deno task fixture: this is a bug in bullwhip; please report it .*\n$/);
  });

  test("something thrown that is no error still shows", async () => {
    const { code, stderr } = await run("--end", "thrown");
    expect(code).toBe(1);
    expect(stderr).toContain("a word\n");
  });

  test("ends quietly when the reader of its output goes away", async () => {
    const child = start("--end", "flood");
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const stderr = await new Response(child.stderr).text();
    expect({ code: (await child.status).code, stderr }).toEqual({ code: 0, stderr: "cleaned up\n" });
  });

  test("Ctrl-C cleans up and ends with 130", async () => {
    const child = start("--end", "wait");
    await child.stdout.getReader().read();
    child.kill("SIGINT");
    const stderr = await new Response(child.stderr).text();
    expect({ code: (await child.status).code, stderr }).toEqual({ code: 130, stderr: "cleaned up\n" });
  });

  test("Ctrl-C while a file is written ends after it", async () => {
    const child = start("--end", "write");
    let stdout = "";
    for await (const bytes of child.stdout) {
      if (stdout === "") child.kill("SIGINT");
      stdout += new TextDecoder().decode(bytes);
    }
    await child.stderr.cancel();
    expect({ code: (await child.status).code, stdout }).toEqual({ code: 130, stdout: "writing\nwritten\n" });
  });
});

function start(...line: string[]): Deno.ChildProcess {
  return startScript(fixture, ...line);
}

function run(...line: string[]) {
  return runScript(fixture, ...line);
}
