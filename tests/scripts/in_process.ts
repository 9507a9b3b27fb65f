import { vi } from "vitest";
import type { Arguments, Command, FlagTable } from "../../scripts/cli/arguments.ts";
import { execute } from "../../scripts/cli/exit.ts";

/** A command as its file exports it. */
export interface Script<F extends FlagTable> {
  command: Command<F>;
  main(given: Arguments<F>): Promise<void>;
}

/** Runs a command as its process would, in this one: much faster, and with what it writes kept. */
export async function runInProcess<F extends FlagTable>({ command, main }: Script<F>, ...line: string[]) {
  let stdout = "";
  let stderr = "";
  const out = vi.spyOn(Deno.stdout, "writeSync").mockImplementation((bytes) => {
    stdout += new TextDecoder().decode(bytes);
    return bytes.length;
  });
  const err = vi.spyOn(console, "error").mockImplementation((text) => {
    stderr += `${text}\n`;
  });
  try {
    const code = await execute(command, main, line);
    return { code, stdout, stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
