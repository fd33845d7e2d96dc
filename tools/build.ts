/** Builds `dist`: tsc, the modules joined, and the bundle for the compiler's snapshot. Called by `npm run build` and, through `prepare`, by `npm ci`. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bundleDist } from "./bundle.js";
import { bundleSnapshotEntry } from "./kql-snapshot.js";
import { bundleD3, bundleWeb } from "./web.js";

const root = join(import.meta.dirname, "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
await bundleD3(root);
await bundleDist(join(root, "dist"));
await bundleSnapshotEntry(join(root, "dist", "kql-snapshot.cjs"));
await bundleWeb(root);
