/** Bundles for browsers, `dist/web`, and the one file of d3 that figures use. */
import { join } from "node:path";
import { build } from "esbuild";

/** Files of `src/notebook/web` that hosts load; each is one module without imports. */
export const webEntries = ["view", "widgets", "widgets-view"] as const;

export async function bundleWeb(root: string, outdir = join(root, "dist/web")): Promise<void> {
  await build({
    entryPoints: webEntries.map(name => join(root, "src/notebook/web", `${name}.ts`)),
    outdir,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "eof",
    logLevel: "warning",
  });
}

/** A hundred small modules would cost 40 ms at each start; one file costs 4. */
export async function bundleD3(root: string): Promise<void> {
  await build({
    entryPoints: [join(root, "src/view/figure/d3.ts")],
    outfile: join(root, "dist/view/figure/d3.js"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "node20",
    minify: true,
    legalComments: "eof",
    logLevel: "warning",
  });
}
