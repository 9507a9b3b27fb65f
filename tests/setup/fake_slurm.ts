/** Commands that do as Slurm's do, on this machine and without a cluster: for what a real one rarely does. */

import { join } from "node:path";

/** Runs the tasks of the array one after another, and leaves the number of the job where `squeue` looks. */
const SBATCH = `#!/bin/sh
echo "$@" >> "$FAKE/submitted"
if [ -f "$FAKE/refusal" ]; then cat "$FAKE/refusal" >&2; exit 1; fi
id=$(($(cat "$FAKE/id" 2>/dev/null || echo 100) + 1))
echo $id > "$FAKE/id"
cp "$2" "$FAKE/$id.sh"
: > "$FAKE/$id.on"
indices=$(sed -n 's/^#SBATCH --array=\\([^%]*\\).*/\\1/p' "$2" | tr , '\\n' | sed 's/^\\([0-9]*\\)$/\\1-\\1/; s/-/ /')
(
  echo "$indices" | while read first last; do seq $first $last; done | while read k; do
    SLURM_ARRAY_JOB_ID=$id SLURM_ARRAY_TASK_ID=$k sh "$2" >> "$(dirname "$2")/\${id}_$k.log" 2>&1
  done
  rm "$FAKE/$id.on"
) > /dev/null 2>&1 &
echo $id
`;

/**
 * "-h -r -j ID -o FORMAT". Once the job has left the queue it does what gone.sh says, and answers with nothing; later,
 * that there is no such job.
 */
const SQUEUE = `#!/bin/sh
echo "$@" >> "$FAKE/asked"
if [ -f "$FAKE/silence" ]; then cat "$FAKE/silence" >&2; exit 1; fi
if [ -f "$FAKE/$4.on" ]; then echo "RUNNING|None"; cat "$FAKE/$4.on"; exit 0; fi
if [ -f "$FAKE/gone.sh" ]; then . "$FAKE/gone.sh"; fi
if [ ! -f "$FAKE/$4.left" ]; then : > "$FAKE/$4.left"; exit 0; fi
echo "slurm_load_jobs error: Invalid job id specified" >&2
exit 1
`;

export class FakeSlurm {
  /** Holds the commands, and what they write and read. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** On PATH until `stop`. */
  static async start(): Promise<FakeSlurm> {
    const fake = new FakeSlurm(await Deno.makeTempDir({ prefix: "fake-slurm-" }));
    for (const [name, text] of Object.entries({ sbatch: SBATCH, squeue: SQUEUE })) {
      await Deno.writeTextFile(join(fake.folder, name), text, { mode: 0o755 });
    }
    Deno.env.set("FAKE", fake.folder);
    Deno.env.set("PATH", `${fake.folder}:${Deno.env.get("PATH")}`);
    return fake;
  }

  /** Once its jobs have ended; those that wait see the file "over". */
  async stop(): Promise<void> {
    await this.write("over", "");
    while ([...Deno.readDirSync(this.folder)].some(({ name }) => name.endsWith(".on"))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    Deno.env.set("PATH", Deno.env.get("PATH")!.replace(`${this.folder}:`, ""));
    Deno.env.delete("FAKE");
    await Deno.remove(this.folder, { recursive: true });
  }

  /** Text of a file that the commands wrote; "" where there is none. */
  async text(name: string): Promise<string> {
    return await Deno.readTextFile(join(this.folder, name)).catch(() => "");
  }

  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(join(this.folder, name), text);
  }

  /** `--array` of every job so far. */
  async arrays(): Promise<string[]> {
    const found: string[] = [];
    for (let id = 101;; id++) {
      const script = await this.text(`${id}.sh`);
      if (script === "") return found;
      found.push(/^#SBATCH --array=(.*)$/m.exec(script)![1]!);
    }
  }
}
