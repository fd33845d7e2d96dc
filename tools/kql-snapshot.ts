/**
 * Bundles what the start-up snapshot of the KQL compiler is made of: the language service's two files as they are, then
 * our compiler as one script. `tsx tools/kql-snapshot.ts [OUT]` also builds the snapshot, for measuring.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** Writes the bundle to `file`. */
export async function bundleSnapshotEntry(file: string): Promise<void> {
  const bundle = await build({
    entryPoints: [join(root, "src/kql/snapshot-main.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20",
    define: { "import.meta.url": "undefined" },
  });
  const require = createRequire(import.meta.url);
  const service = ["bridge.min.js", "Kusto.Language.Bridge.min.js"].map(name =>
    readFileSync(require.resolve(`@kusto/language-service-next/${name}`), "utf8"),
  );
  // The service looks for CommonJS and would export itself there; in a snapshot it must write globals.
  const head = "var exports = undefined, define = undefined;\n";
  const code = bundle.outputFiles[0]?.text ?? "";
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, [head, ...service, `(function (exports) {\n${code}\n})({});`].join("\n;\n"));
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  const out = resolve(process.argv[2] ?? join(root, "build", "kql.snapshot"));
  const entry = join(root, "build", "kql-snapshot.cjs");
  await bundleSnapshotEntry(entry);
  execFileSync(process.execPath, ["--snapshot-blob", out, "--build-snapshot", entry], { stdio: "inherit" });
  console.log(`wrote ${out}`);
}
