/**
 * Builds the V8 start-up snapshot of the KQL compiler: `tsx tools/kql-snapshot.ts [OUT]`, default `build/kql.snapshot`.
 * The language service's two files go first, as they are; our compiler follows as one bundle.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const out = resolve(process.argv[2] ?? join(root, "build", "kql.snapshot"));
const require = createRequire(import.meta.url);
const temp = mkdtempSync(join(tmpdir(), "huntbook-snapshot-"));
try {
  const bundle = await build({
    entryPoints: [join(root, "src/kql/snapshot-main.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20",
    define: { "import.meta.url": "undefined" },
  });
  const service = ["bridge.min.js", "Kusto.Language.Bridge.min.js"].map(name =>
    readFileSync(require.resolve(`@kusto/language-service-next/${name}`), "utf8"),
  );
  // The service looks for CommonJS and would export itself there; in a snapshot it must write globals.
  const head = "var exports = undefined, define = undefined;\n";
  const entry = join(temp, "entry.js");
  const code = bundle.outputFiles[0]?.text ?? "";
  writeFileSync(entry, [head, ...service, `(function (exports) {\n${code}\n})({});`].join("\n;\n"));
  mkdirSync(dirname(out), { recursive: true });
  execFileSync(process.execPath, ["--snapshot-blob", out, "--build-snapshot", entry], { stdio: "inherit" });
  console.log(`wrote ${out}`);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
