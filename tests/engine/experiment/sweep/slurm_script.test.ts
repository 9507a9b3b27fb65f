import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JobScript, jobScript } from "../../../../engine/experiment/sweep/slurm_script.ts";

const JOB: JobScript = {
  name: "kotecha",
  indices: [7, 0, 1, 2, 9, 10],
  limit: undefined,
  cpus: 4,
  logs: "/data/my sweeps/100%/slurm",
  command: ["/opt/deno", "run", "-A", "/home/o'neil/worker.ts", "--tasks", "12", "a b", "$HOME"],
};

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function template(text: string): Promise<string> {
  const path = `${folder}/job.sh`;
  await Deno.writeTextFile(path, text);
  return path;
}

/** Options of sbatch in a script. */
function options(script: string): string[] {
  return [...script.matchAll(/^#SBATCH (.*)$/gm)].map(([, option]) => option!);
}

describe("the default job script", () => {
  test("asks for an array that survives the loss of nodes", async () => {
    expect(options(await jobScript(JOB))).toEqual([
      "--job-name=kotecha",
      "--array=0-2,7,9-10",
      "--cpus-per-task=4",
      '--output="/data/my sweeps/100%%/slurm/%A_%a.log"',
      "--open-mode=append",
      "--requeue",
    ]);
  });

  test("limits how many tasks run at a time where that is asked", async () => {
    expect(options(await jobScript({ ...JOB, limit: 3 }))).toContain("--array=0-2,7,9-10%3");
  });

  test("becomes the command, its words as they are", async () => {
    const script = await jobScript({ ...JOB, command: ["printf", "%s\\n", ...JOB.command.slice(3)] });
    const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
    expect(new TextDecoder().decode(stdout).split("\n")).toEqual([...JOB.command.slice(3), ""]);
    expect(script).toMatch(/^exec printf /m);
  });
});

describe("a template of one's own", () => {
  test("is filled in, but for its comments", async () => {
    const path = await template(
      "#!/bin/bash\n# {{anything}}\n#SBATCH -a {{array}} -J x{{name}}\n{{command}}\n",
    );
    expect(await jobScript({ ...JOB, command: ["a"] }, path)).toBe(
      "#!/bin/bash\n# {{anything}}\n#SBATCH -a 0-2,7,9-10 -J xkotecha\na\n",
    );
  });

  test.each([
    ["#SBATCH --array={{array}}\necho", "has no {{command}}; expected it as in "],
    ["#!/bin/sh\n# {{array}}\n{{command}}", "has no {{array}}; expected it as in "],
    [
      "#SBATCH --array={{array}}{{limit}}\n{{command}}",
      "{{limit}} stands for nothing; expected one of {{name}}, {{array}}, {{cpus}}, {{logs}}, {{command}}",
    ],
  ])("is refused: %j", async (text, message) => {
    const path = await template(text);
    await expect(jobScript(JOB, path)).rejects.toThrow(`${path}: ${message}`);
  });

  test("must be there", async () => {
    await expect(jobScript(JOB, `${folder}/none.sh`)).rejects.toThrow(`${folder}/none.sh: no such file`);
  });
});
