import { BullwhipError } from "../../engine/mod.ts";
import { type Arguments, type Command, type FlagTable, helpText, parseArguments } from "./arguments.ts";

const INTERRUPTED = 130;

const cleanups = new Set<() => void>();

/**
 * Registers what must be undone before the process ends, however it ends: a progress bar to take off the
 * terminal.
 *
 * @returns takes the registration back
 */
export function beforeExit(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

let deferred: (() => void) | undefined;

/** Lets the next Ctrl-C call `instead` where it would end the process; the one after ends it. */
export function deferInterruption(instead: () => void): void {
  deferred = instead;
}

/** Work that Ctrl-C ended at a good place: `message` says how to go on. Exit code 130, as of any interrupted command. */
export class Interrupted extends Error {}

/** Milliseconds. In a terminal `deno task` passes on the Ctrl-C that the terminal has already sent to its child. */
const SAME_KEYPRESS = 500;

let interruptedAt = -Infinity;

async function onInterruption(): Promise<void> {
  const now = performance.now();
  if (now - interruptedAt < SAME_KEYPRESS) return;
  interruptedAt = now;
  if (deferred !== undefined) {
    const instead = deferred;
    deferred = undefined;
    return instead();
  }
  cleanUp();
  await writing;
  end(INTERRUPTED);
}

/**
 * Runs a command and ends the process: exit code 0 when it is done (and when the reader of its output has
 * gone away), 2 for wrong input and 1 for failed work, each with one line on stderr, 130 after Ctrl-C.
 * Anything else thrown is a bug: its stack trace, a line that asks to report it, exit code 1.
 *
 * @param main gets the values of the command's flags; writes its result with `print`
 */
export async function runCommand<F extends FlagTable>(
  command: Command<F>,
  main: (given: Arguments<F>) => void | Promise<void>,
  line: readonly string[] = Deno.args,
): Promise<never> {
  Deno.addSignalListener("SIGINT", onInterruption);
  return end(await execute(command, main, line));
}

/** What `runCommand` does within a process that goes on. @returns the exit code */
export async function execute<F extends FlagTable>(
  command: Command<F>,
  main: (given: Arguments<F>) => void | Promise<void>,
  line: readonly string[],
): Promise<number> {
  try {
    const given = parseArguments(command, line);
    if (given === "help") print(helpText(command));
    else await main(given);
    return 0;
  } catch (error) {
    return report(command.name, error);
  }
}

let writing: Promise<void> = Promise.resolve();

/** Does work that Ctrl-C must not cut in two, such as writing a file: the process ends after it. */
export async function uninterrupted(work: () => Promise<void>): Promise<void> {
  const done = work();
  writing = done.catch(() => {});
  await done;
}

/**
 * Writes text and a line end to stdout. Where its reader is gone, as after `| head`, the command ends
 * quietly.
 */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
}

/** Says on stderr what went wrong and returns the exit code for it. */
function report(name: string, error: unknown): number {
  cleanUp();
  if (error instanceof Deno.errors.BrokenPipe) return 0;
  if (error instanceof BullwhipError || error instanceof Interrupted) {
    console.error(`deno task ${name}: ${error.message}`);
    return error instanceof Interrupted ? INTERRUPTED : error.exitCode;
  }
  console.error(error instanceof Error ? error.stack ?? error.message : error);
  console.error(
    `deno task ${name}: this is a bug in bullwhip; please report it with the lines above and the command`,
  );
  return 1;
}

function end(code: number): never {
  cleanUp();
  Deno.exit(code);
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup();
  cleanups.clear();
}
