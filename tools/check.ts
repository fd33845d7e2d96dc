/**
 * `npm test`: everything a change must pass, one step after another, stopping at none, and a closing line that counts
 * tests: `N passed, N failed, N skipped`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const temp = mkdtempSync(join(tmpdir(), "huntbook-check-"));
const report = join(temp, "vitest.json");

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  /** A folder of packages of its own: without it the step is skipped, and that is said. */
  readonly needs?: { readonly folder: string; readonly install: string };
}
const bin = (path: string) => join(root, "node_modules", path);
const steps: readonly Step[] = [
  { name: "format", args: [bin("prettier/bin/prettier.cjs"), "--check", "--log-level", "warn", "."] },
  { name: "lint", args: [bin("eslint/bin/eslint.js"), "."] },
  { name: "types", args: [bin("typescript/bin/tsc"), "-p", "tsconfig.json", "--noEmit"] },
  { name: "types (browser)", args: [bin("typescript/bin/tsc"), "-p", "src/notebook/web/tsconfig.json", "--noEmit"] },
  { name: "build", args: [bin("tsx/dist/cli.mjs"), "tools/build.ts"] },
  { name: "public API", args: [bin("tsx/dist/cli.mjs"), "tools/api-report.ts", "--check"] },
  {
    name: "tests",
    args: [bin("vitest/vitest.mjs"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  },
  {
    name: "docs site",
    args: [bin("../docs/node_modules/vitepress/bin/vitepress.js"), "build", "docs"],
    needs: { folder: "docs/node_modules", install: "npm ci --prefix docs" },
  },
  {
    name: "types (Lab)",
    args: [bin("typescript/bin/tsc"), "-p", "lab/tsconfig.json", "--noEmit"],
    needs: { folder: "lab/node_modules", install: "npm run fetch-all" },
  },
];

let failedSteps = 0;
for (const step of steps) {
  const { needs } = step;
  if (needs !== undefined && !existsSync(join(root, needs.folder))) {
    console.log(`\n== ${step.name}: skipped, its packages are not installed (${needs.install})`);
    continue;
  }
  const startMs = performance.now();
  console.log(`\n== ${step.name}`);
  const result = spawnSync(process.execPath, step.args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, CI: process.env["CI"] ?? "true" },
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (result.status !== 0) failedSteps += 1;
  console.log(`== ${step.name}: ${result.status === 0 ? "ok" : "FAILED"} (${seconds} s)`);
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}
let counts: VitestReport = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
try {
  counts = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
} catch {
  console.log("The test runner left no report.");
  failedSteps += 1;
}
rmSync(temp, { recursive: true, force: true });
const failed = counts.numFailedTests + (counts.numFailedTests === 0 ? failedSteps : Math.max(0, failedSteps - 1));
console.log(`\n${counts.numPassedTests} passed, ${failed} failed, ${counts.numPendingTests} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
