const root = new URL("../../", import.meta.url);

/**
 * Starts a command's file as `deno task` would, with the output piped; without Deno's own words about packages, which
 * it may still look up in a fresh clone.
 */
export function startScript(path: string, ...line: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", path, ...line],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

export async function runScript(path: string, ...line: string[]) {
  const child = startScript(path, ...line);
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  return { code, stdout, stderr };
}
