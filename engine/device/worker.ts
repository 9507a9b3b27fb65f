/** Workers that do numbered tasks: results come back in the tasks' order, whichever worker did which. */

import { BullwhipError, InputError, RunError } from "../errors.ts";

/** What a worker answers: a result, or an error's message and kind. */
export type WorkerReply<Result> =
  | { result: Result }
  | { message: string; where: string; input: boolean };

interface Waiting<Task, Result> {
  task: Task;
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * A fixed set of workers from one module. Every worker first gets `opening`, then tasks, one at a time.
 * `close` ends them; until then they keep the process alive.
 */
export class WorkerPool<Task, Result> {
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #queue: Waiting<Task, Result>[] = [];
  readonly #running = new Map<Worker, Waiting<Task, Result>>();
  #failure: Error | undefined;

  constructor(module: URL, size: number, opening: unknown) {
    for (let k = 0; k < size; k++) {
      const worker = new Worker(module, { type: "module" });
      worker.onmessage = (event: MessageEvent<WorkerReply<Result>>) => this.#settle(worker, event.data);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#fail(new RunError(`a worker stopped: ${event.message}`));
      };
      this.#workers.push(worker);
      this.#idle.push(worker);
      worker.postMessage({ opening });
    }
  }

  /** All tasks, on all workers. @throws the first error that a task meets */
  run(tasks: readonly Task[]): Promise<Result[]> {
    return Promise.all(tasks.map((task) =>
      new Promise<Result>((resolve, reject) => {
        if (this.#failure !== undefined) return reject(this.#failure);
        this.#queue.push({ task, resolve, reject });
        this.#dispatch();
      })
    ));
  }

  /** Ends the workers; tasks that still run or wait are rejected. */
  close(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#fail(new RunError("the workers were closed"));
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop()!;
      const waiting = this.#queue.shift()!;
      this.#running.set(worker, waiting);
      worker.postMessage({ task: waiting.task });
    }
  }

  #settle(worker: Worker, reply: WorkerReply<Result>): void {
    const waiting = this.#running.get(worker);
    if (waiting === undefined) return;
    this.#running.delete(worker);
    this.#idle.push(worker);
    if ("result" in reply) waiting.resolve(reply.result);
    else waiting.reject(reply.input ? inputError(reply) : new RunError(reply.message));
    this.#dispatch();
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const waiting of [...this.#running.values(), ...this.#queue.splice(0)]) waiting.reject(error);
    this.#running.clear();
  }
}

/** The error as the worker threw it: its message begins with where it happened. */
function inputError({ message, where }: { message: string; where: string }): InputError {
  return new InputError(where, where === "" ? message : message.slice(where.length + 2));
}

/**
 * The other side: answers tasks with what `open(opening)` returns for them. Call it once, at the top of a worker's
 * module.
 */
export function serveTasks<Opening, Task, Result>(
  open: (opening: Opening) => Promise<(task: Task) => Result>,
  transfer: (result: Result) => Transferable[],
): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<{ opening: Opening } | { task: Task }>) => void;
    postMessage(reply: WorkerReply<Result>, transfer?: Transferable[]): void;
  };
  let work: Promise<(task: Task) => Result> | undefined;
  scope.onmessage = async ({ data }) => {
    if ("opening" in data) {
      work = open(data.opening);
      // A failure to open is reported with the first task.
      work.catch(() => {});
      return;
    }
    try {
      const result = (await work!)(data.task);
      scope.postMessage({ result }, transfer(result));
    } catch (error) {
      const message = error instanceof BullwhipError
        ? error.message
        : String((error as Error)?.stack ?? error);
      const where = error instanceof InputError ? error.where : "";
      scope.postMessage({ message, where, input: error instanceof InputError });
    }
  };
}
