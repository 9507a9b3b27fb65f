/**
 * The typed errors of the engine. Each becomes one line on stderr and an exit code when a command meets it;
 * anything else that is thrown is a bug and keeps its stack trace.
 */

/** What every expected failure extends: `message` is one line that says what is wrong, where, and what would be right. */
export class BullwhipError extends Error {
  /** Exit code of a command that ends with this error: 1 for a failure, 2 for wrong usage or wrong input. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message.replaceAll(/\s*\n\s*/g, " "));
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** The user's input is wrong: a network, a policy, a data file, an option. Exit code 2. */
export class InputError extends BullwhipError {
  /** Where in the input: a path such as `nodes[2].holdingCost`, a file name, a flag. */
  readonly where: string;

  constructor(where: string, message: string) {
    super(where === "" ? message : `${where}: ${message}`, 2);
    this.where = where;
  }
}

/** The input was right and the work still could not be done (no memory, a worker died). Exit code 1. */
export class RunError extends BullwhipError {
  constructor(message: string) {
    super(message, 1);
  }
}

/** Another process is at the work: nothing is wrong with it, and it may be done soon. */
export class BusyError extends RunError {}
