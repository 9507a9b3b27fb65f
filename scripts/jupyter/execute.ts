/** Executes a notebook through nbconvert, with a kernel that no one else sees. */

import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RunError } from "../../engine/mod.ts";
import { beforeExit } from "../cli/exit.ts";
import { missingJupyter } from "./jupyter.ts";
import { denoPath, installKernel, kernelSpec } from "./kernelspec.ts";
import { codeCells, type Notebook, QUIET, readNotebook, showsSomething, textOf } from "./notebook_files.ts";

const CONFIG = fileURLToPath(new URL("nbconvert_config.py", import.meta.url));

/** What is wrong with a notebook, in a line. */
export interface Problem {
  /** Its path as it was given. */
  notebook: string;
  /** Number among the cells with code, from 1, as Jupyter counts them; none where it is the whole notebook. */
  cell?: number;
  what: string;
}

export interface Execution {
  /** Without the outputs of cells after the first error; none where it could not be executed. */
  notebook?: Notebook;
  /** Wall time, the start of the kernel included. */
  seconds: number;
  problems: Problem[];
}

export interface ExecuteOptions {
  /** For the kernel, beside the environment of this process. */
  env?: Record<string, string>;
  /** Seconds that a cell may take. */
  timeout: number;
  /** A cell begins: how many are done, of those with code. */
  onCell?(done: number): void;
}

/** A folder with the kernel and Jupyter's own files, which goes with the process at the latest. */
export class Bench {
  readonly #forget: () => void;

  private constructor(readonly folder: string) {
    this.#forget = beforeExit(() => {
      try {
        Deno.removeSync(folder, { recursive: true });
      } catch {
        // A Jupyter that is still ending writes there.
      }
    });
  }

  static async create(): Promise<Bench> {
    const bench = new Bench(await Deno.makeTempDir({ prefix: "bullwhip-notebooks-" }));
    await installKernel(bench.folder, kernelSpec(await denoPath()));
    return bench;
  }

  async close(): Promise<void> {
    this.#forget();
    await Deno.remove(this.folder, { recursive: true });
  }

  /** Cells run in the notebook's folder, one after the other, up to the first that fails. */
  async execute(path: string, { env = {}, timeout, onCell = () => {} }: ExecuteOptions): Promise<Execution> {
    const cells = codeCells(await readNotebook(path));
    const before = performance.now();
    let started = 0;
    const { success, words } = await this.nbconvert(
      ["--to=notebook", "--execute", `--config=${CONFIG}`, `--ExecutePreprocessor.timeout=${timeout}`, path],
      env,
      (line) => {
        if (!/^bullwhip: cell \d+$/.test(line)) return false;
        onCell(started++);
        return true;
      },
    );
    const seconds = (performance.now() - before) / 1000;
    const at = (cell: number, what: string): Problem => ({
      notebook: path,
      cell,
      what: `${what}: ${firstLine(textOf(cells[cell - 1]?.source), 60)}`,
    });
    if (!success) {
      const reason = reasonIn(words, timeout);
      const problem = started > 0 ? at(started, reason) : { notebook: path, what: reason };
      return { seconds, problems: [problem] };
    }
    const notebook = await readNotebook(join(this.folder, basename(path)));
    return { notebook, seconds, problems: problemsOf(notebook).map(({ cell, what }) => at(cell, what)) };
  }

  /** An executed notebook as a web page. */
  async page(path: string): Promise<Uint8Array> {
    const { success, words } = await this.nbconvert(["--to=html", path], {});
    if (!success) {
      throw new RunError(`${path}: nbconvert made no page of it (${words.at(-1) ?? "no reason"})`);
    }
    return await Deno.readFile(join(this.folder, basename(path).replace(/\.ipynb$/, ".html")));
  }

  /** @param takes whether a line of stderr is meant for us */
  async nbconvert(
    line: readonly string[],
    env: Record<string, string>,
    takes: (line: string) => boolean = () => false,
  ): Promise<{ success: boolean; words: string[] }> {
    const { folder } = this;
    const paths = [folder, Deno.env.get("JUPYTER_PATH") ?? ""].filter((path) => path !== "");
    const child = spawn(["nbconvert", `--output-dir=${folder}`, ...line], {
      NO_COLOR: "1",
      JUPYTER_PATH: paths.join(delimiter),
      JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
      JUPYTER_CONFIG_DIR: join(folder, "config"),
      ...env,
    });
    const forget = beforeExit(() => child.kill("SIGTERM"));
    const words: string[] = [];
    for await (const text of linesOf(child.stderr)) {
      if (!takes(text) && text.trim() !== "") words.push(text.trim());
    }
    const { success } = await child.status;
    forget();
    return { success, words };
  }
}

function spawn(args: string[], env: Record<string, string>): Deno.ChildProcess {
  try {
    return new Deno.Command("jupyter", { args, env, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new RunError(missingJupyter("jupyter nbconvert"));
    throw error;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}

/** Where an executed notebook fails a reader: the first error, or every cell that shows nothing. */
export function problemsOf(notebook: Notebook): { cell: number; what: string }[] {
  const cells = codeCells(notebook);
  const failed = cells.findIndex(({ outputs }) => outputs.some((output) => output.output_type === "error"));
  const ran = failed < 0 ? cells : cells.slice(0, failed);
  const silent = ran.flatMap((cell, k) =>
    showsSomething(cell) || cell.metadata.tags?.includes(QUIET) === true
      ? []
      : [{ cell: k + 1, what: `shows nothing (it should, or have the tag "${QUIET}")` }]
  );
  if (failed < 0) return silent;
  const { ename, evalue } = cells[failed]!.outputs.find((output) => output.output_type === "error")!;
  return [...silent, { cell: failed + 1, what: `fails with ${ename}: ${firstLine(evalue ?? "", 200)}` }];
}

/** Why nbconvert gave up, out of what it said last. */
function reasonIn(words: readonly string[], timeout: number): string {
  const says = (text: string) => words.some((line) => line.includes(text));
  if (says("DeadKernelError")) return "ended the kernel";
  if (says("CellTimeoutError")) return `took longer than ${timeout} s`;
  return `could not be executed (${words.at(-1) ?? "no reason"})`;
}

function firstLine(text: string, width: number): string {
  const line = text.trim().split("\n")[0]!;
  return line.length > width ? `${line.slice(0, width - 3)}...` : line;
}
