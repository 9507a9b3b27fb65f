import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/setup/build_kernels.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Deno runs vitest's forks pool; threads break there.
    pool: "forks",
    maxWorkers: 2,
  },
});
