/** A Slurm cluster of two nodes on this machine, with daemons, keys and ports of its own, all in one folder. */

import { join } from "node:path";

export type NodeName = "a" | "b";

/** Seconds after which a node that does not answer is down, and its tasks go back into the queue. */
const NODE_PATIENCE = 5;

export class SlurmCluster {
  readonly folder: string;
  /** What commands need to find the cluster. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #daemons: Deno.ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    // Daemons are where not every user's PATH leads.
    const path = `${Deno.env.get("PATH") ?? ""}:/usr/sbin:/sbin`;
    this.environment = { PATH: path, SLURM_CONF: join(folder, "slurm.conf") };
  }

  /** @throws Error with the ends of the daemons' logs where the nodes do not come up */
  static async start(): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(await Deno.makeTempDir({ prefix: "slurm-" }));
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      const logs = await cluster.#logs();
      await cluster.stop();
      throw new Error(`no Slurm: ${error instanceof Error ? error.message : error}\n${logs}`);
    }
  }

  /** @returns stdout of one of Slurm's commands */
  async run(program: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command(program, { args, env: this.environment })
      .output();
    if (code === 0) return new TextDecoder().decode(stdout);
    throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }

  /** Index in its array of the task that a node is at; undefined where it is at none. */
  taskOn(node: NodeName): number | undefined {
    const [task] = this.#processes().filter(({ environ }) => environ.get("SLURMD_NODENAME") === node);
    return task === undefined ? undefined : Number(task.environ.get("SLURM_ARRAY_TASK_ID"));
  }

  /** The node is gone from one moment to the next: its daemon, the keepers of its tasks, the tasks. */
  async kill(node: NodeName): Promise<void> {
    const daemon = Number(await Deno.readTextFile(join(this.folder, `slurmd.${node}.pid`)));
    const tasks = this.#processes().filter(({ environ }) => environ.get("SLURMD_NODENAME") === node);
    const keepers = tasks.map(({ parent }) => parent).filter((parent) => parent > 1 && parent !== daemon);
    for (const id of new Set([daemon, ...keepers, ...tasks.map(({ id }) => id)])) killProcess(id);
  }

  async stop(): Promise<void> {
    // The daemons first, or they would start a task again.
    for (const daemon of this.#daemons) {
      await daemon.stdin.close().catch(() => {});
      await daemon.status;
    }
    for (const { id } of this.#processes()) killProcess(id);
    await Deno.remove(this.folder, { recursive: true });
  }

  async #start(): Promise<void> {
    const at = (name: string) => join(this.folder, name);
    for (const name of ["munge", "state", "spool.a", "spool.b"]) await Deno.mkdir(at(name));
    await Deno.chmod(this.folder, 0o755);
    await Deno.writeFile(at("munge.key"), crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
    await Deno.writeTextFile(at("slurm.conf"), await this.#config());
    const munge = Object.entries({
      "key-file": "munge.key",
      socket: "munge/socket",
      "pid-file": "munge/pid",
      "log-file": "munge/log",
      "seed-file": "munge/seed",
    }).map(([flag, name]) => `--${flag}=${at(name)}`);
    this.#daemon("munged", "--foreground", "--force", ...munge);
    await until(() => exists(at("munge/socket")));
    this.#daemon("slurmctld", "-D");
    for (const node of ["a", "b"]) this.#daemon("slurmd", "-D", "-N", node);
    await until(async () => {
      const states = await this.run("sinfo", "-h", "-N", "-o", "%T").catch(() => "");
      return states === "idle\nidle\n";
    });
  }

  async #config(): Promise<string> {
    const { folder } = this;
    // As Slurm shortens it.
    const host = Deno.hostname().replace(/\..*/, "");
    const user = (await this.run("id", "-un")).trim();
    const [control, a, b] = freePorts(3);
    const node = (name: NodeName, port: number) =>
      `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=1`;
    return `${
      [
        "ClusterName=test",
        `SlurmctldHost=${host}(127.0.0.1)`,
        `SlurmctldPort=${control}`,
        `SlurmUser=${user}`,
        `SlurmdUser=${user}`,
        "AuthType=auth/munge",
        "CredType=cred/munge",
        // A task that goes back into the queue waits until the credential of its first start has expired.
        `AuthInfo=socket=${folder}/munge/socket,cred_expire=5`,
        "MpiDefault=none",
        "ProctrackType=proctrack/pgid",
        "TaskPlugin=task/none",
        "JobAcctGatherType=jobacct_gather/none",
        "SwitchType=switch/none",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core",
        "SchedulerType=sched/builtin",
        "ReturnToService=2",
        `SlurmdTimeout=${NODE_PATIENCE}`,
        "MessageTimeout=3",
        "TCPTimeout=1",
        "SchedulerParameters=sched_interval=1,batch_sched_delay=0",
        "KillWait=5",
        `StateSaveLocation=${folder}/state`,
        `SlurmdSpoolDir=${folder}/spool.%n`,
        `SlurmctldPidFile=${folder}/slurmctld.pid`,
        `SlurmdPidFile=${folder}/slurmd.%n.pid`,
        `PlugStackConfig=${folder}/none`,
        node("a", a!),
        node("b", b!),
        "PartitionName=all Nodes=a,b Default=YES MaxTime=INFINITE State=UP",
      ].join("\n")
    }\n`;
  }

  /** Started so that it ends with this process, however this process ends. */
  #daemon(program: string, ...args: string[]): void {
    const log = join(this.folder, `${program}${this.#daemons.length}.log`);
    const script = '"$0" "$@" >"$LOG" 2>&1 & child=$!; cat; kill -9 $child; wait';
    this.#daemons.push(
      new Deno.Command("sh", {
        args: ["-c", script, program, ...args],
        env: { ...this.environment, LOG: log },
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn(),
    );
  }

  async #logs(): Promise<string> {
    const lines: string[] = [];
    for await (const { name } of Deno.readDir(this.folder)) {
      if (!name.endsWith(".log")) continue;
      const log = await Deno.readTextFile(join(this.folder, name));
      lines.push(...log.trimEnd().split("\n").slice(-5).map((line) => `${name}: ${line}`));
    }
    return lines.join("\n");
  }

  /** Those of this cluster and of its tasks that can be looked at. */
  #processes(): Process[] {
    return processes().filter(({ environ }) => environ.get("SLURM_CONF") === this.environment.SLURM_CONF);
  }
}

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly environ: ReadonlyMap<string, string>;
}

/** This one left out. */
function processes(): Process[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    const id = Number(name);
    if (!Number.isInteger(id) || id === Deno.pid) return [];
    try {
      const variables = Deno.readTextFileSync(`/proc/${id}/environ`).split("\0");
      // "ID (NAME) STATE PARENT ..."
      const [, parent] = Deno.readTextFileSync(`/proc/${id}/stat`).replace(/^.*\) /, "").split(" ");
      const environ = new Map(variables.map((one) => {
        const at = one.indexOf("=");
        return [one.slice(0, at), one.slice(at + 1)];
      }));
      return [{ id, parent: Number(parent), environ }];
    } catch {
      // It has ended, or is someone else's.
      return [];
    }
  });
}

function killProcess(id: number): void {
  try {
    Deno.kill(id, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}

/** All at once, so that they differ. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

const START_SECONDS = 60;

async function until(condition: () => Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (!await condition()) {
    if (performance.now() - started > 1000 * START_SECONDS) throw new Error("it has not come up in a minute");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
