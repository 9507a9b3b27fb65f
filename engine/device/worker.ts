/** Workers that do numbered tasks: results come back in the tasks' order, whichever worker did which. */

import { BullwhipError, InputError, RunError } from "../errors.ts";

/** What a worker answers: news of a task under way, its result, or an error's message and kind. */
export type WorkerReply<Result, News = unknown> =
  | { news: News }
  | { result: Result }
  | { message: string; where: string; kind: "input" | "run" | "bug" };

/** What a task's work is given. */
export interface TaskContext<News> {
  /** Sends news to whoever waits for the task. */
  report(news: News): void;
  /** Whether the pool was asked to wind up: long work then stops where it can go on later. */
  stops(): boolean;
}

interface Waiting<Task, Result, News> {
  task: Task;
  onNews: (news: News) => void;
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * A fixed set of workers from one module. Every worker first gets `opening`, then tasks, one at a time.
 * `close` ends them; until then they keep the process alive.
 */
export class WorkerPool<Task, Result, News = never> {
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #queue: Waiting<Task, Result, News>[] = [];
  readonly #running = new Map<Worker, Waiting<Task, Result, News>>();
  #failure: Error | undefined;

  constructor(module: URL, size: number, opening: unknown) {
    for (let k = 0; k < size; k++) {
      const worker = new Worker(module, { type: "module" });
      worker.onmessage = (event: MessageEvent<WorkerReply<Result, News>>) => this.#settle(worker, event.data);
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
  run(tasks: readonly Task[], onNews: (news: News) => void = () => {}): Promise<Result[]> {
    return Promise.all(tasks.map((task) => this.do(task, onNews)));
  }

  /** One task, as soon as a worker is free. */
  do(task: Task, onNews: (news: News) => void = () => {}): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#queue.push({ task, onNews, resolve, reject });
      this.#dispatch();
    });
  }

  /** Asks the tasks under way, and those still to come, to stop where they can go on later. */
  windUp(): void {
    for (const worker of this.#workers) worker.postMessage({ stops: true });
  }

  /** Ends the workers; tasks that still run or wait are rejected. */
  close(reason = new RunError("the workers were closed")): void {
    for (const worker of this.#workers) worker.terminate();
    this.#fail(reason);
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop()!;
      const waiting = this.#queue.shift()!;
      this.#running.set(worker, waiting);
      worker.postMessage({ task: waiting.task });
    }
  }

  #settle(worker: Worker, reply: WorkerReply<Result, News>): void {
    const waiting = this.#running.get(worker);
    if (waiting === undefined) return;
    if ("news" in reply) return waiting.onNews(reply.news);
    this.#running.delete(worker);
    this.#idle.push(worker);
    if ("result" in reply) waiting.resolve(reply.result);
    else waiting.reject(errorOf(reply));
    this.#dispatch();
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const waiting of [...this.#running.values(), ...this.#queue.splice(0)]) waiting.reject(error);
    this.#running.clear();
  }
}

/** The error as the worker threw it: its message begins with where it happened. */
function errorOf({ message, where, kind }: { message: string; where: string; kind: string }): Error {
  if (kind === "run") return new RunError(message);
  if (kind === "bug") return new Error(message);
  return new InputError(where, where === "" ? message : message.slice(where.length + 2));
}

/**
 * The other side: answers tasks with what `open(opening)` returns for them. Call it once, at the top of a worker's
 * module.
 */
export function serveTasks<Opening, Task, Result, News = never>(
  open: (opening: Opening) => Promise<(task: Task, context: TaskContext<News>) => Result | Promise<Result>>,
  transfer: (result: Result) => Transferable[],
): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<{ opening: Opening } | { task: Task } | { stops: true }>) => void;
    postMessage(reply: WorkerReply<Result, News>, transfer?: Transferable[]): void;
  };
  let work: ReturnType<typeof open> | undefined;
  let stops = false;
  const context: TaskContext<News> = {
    report: (news) => scope.postMessage({ news }),
    stops: () => stops,
  };
  scope.onmessage = async ({ data }) => {
    if ("stops" in data) {
      stops = true;
      return;
    }
    if ("opening" in data) {
      work = open(data.opening);
      // A failure to open is reported with the first task.
      work.catch(() => {});
      return;
    }
    try {
      const result = await (await work!)(data.task, context);
      scope.postMessage({ result }, transfer(result));
    } catch (error) {
      const expected = error instanceof BullwhipError;
      const message = expected ? error.message : String((error as Error)?.stack ?? error);
      const where = error instanceof InputError ? error.where : "";
      scope.postMessage({
        message,
        where,
        kind: error instanceof InputError ? "input" : expected ? "run" : "bug",
      });
    }
  };
}
