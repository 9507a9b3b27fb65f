import { defineConfig } from "vitest/config";

const root = new URL("../../", import.meta.url);

/** What lies there was written by others, tests included. */
const PACKAGES = "tests/packages/";

/** What a file says that opens a WebGPU device. */
const OPENS_DEVICE = /setup\/devices\.ts|device\/(webgpu\w*|choose|adapter)\.ts/;

const deviceTests = findTests("tests/").filter((file) =>
  OPENS_DEVICE.test(Deno.readTextFileSync(new URL(file, root)))
);

export default defineConfig({
  test: {
    globalSetup: ["tests/setup/packages.ts", "tests/setup/build_kernels.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Deno runs vitest's forks pool; threads break there.
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "devices",
          include: deviceTests,
          // One process, one file after another: a driver's start takes longer than most of these tests, and a
          // driver in software uses every core.
          maxWorkers: 1,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "others",
          include: ["tests/**/*.test.ts"],
          exclude: [...deviceTests, `${PACKAGES}**`],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

/** Paths of test files, from the repository's root. */
function findTests(folder: string): string[] {
  if (folder === PACKAGES) return [];
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(({ name, isDirectory }) =>
    isDirectory ? findTests(`${folder}${name}/`) : name.endsWith(".test.ts") ? [`${folder}${name}`] : []
  );
}
