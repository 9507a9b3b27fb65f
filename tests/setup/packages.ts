/**
 * The packages that tests alone need, in a list of their own, tests/packages/deno.json: they are large, and
 * any command fetches all that the repository's deno.json lists.
 */

const folder = new URL("../packages/", import.meta.url);

/** Where the packages lie, and what is made from them. */
export const packagesFolder = new URL("node_modules/", folder);

/** After how many milliseconds of installing a line says what is going on. */
const PATIENCE = 1000;

/**
 * Runs once before all test files: installs what is missing of tests/packages/deno.lock, or ends the process
 * with one line. Several processes may do so at once, Deno lets one after the other into the folder.
 */
export default async function installPackages(): Promise<void> {
  const notice = setTimeout(() => console.error("installing packages for the tests, once ..."), PATIENCE);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  clearTimeout(notice);
  if (code === 0) return;
  const reason = reasonIn(new TextDecoder().decode(stderr).trim());
  console.error(`the packages in tests/packages could not be installed: ${reason}`);
  Deno.exit(1);
}

/** What went wrong and why, in one line, out of several of Deno's. */
function reasonIn(text: string): string {
  const [, what, why] = /^(?:error: )?(.*)(?:\s+Caused by:\s+(?:0: )?(.*))?/.exec(text)!;
  return why === undefined ? what! : `${what}: ${why}`;
}
