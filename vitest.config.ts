import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // The KQL language service costs about 1.7 s to start, so files share a few long-lived workers instead of one each.
    pool: "forks",
    maxWorkers: 2,
    isolate: false,
    // Every output of the whole run is searched for secrets.
    globalSetup: ["test/leaks/global-setup.ts"],
    setupFiles: ["test/leaks/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { TZ: "UTC" },
  },
});
