/**
 * Joins the modules of `dist` into few files: Node takes half a millisecond to find and open each, and there are hundreds.
 *
 * What can be started or imported from outside stays a file of its own name (`entries`); the code that several of them need
 * is in `dist/chunks`, once, so that classes and sessions are the same whoever loads them. Modules that are in neither are
 * deleted: a file that is loaded by a computed name and is missing here fails at once, instead of bringing a second copy.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import * as esbuild from "esbuild";

/** By what loads them. */
const entries = [
  // `exports` of package.json
  ...["index", "kql/index", "view/index", "testing/index"],
  // bin/huntbook.js
  "cli/main",
  // processes, and modules that they are told to load
  ...[
    "cli/snapshot-build",
    "notebook/kernel/kernel-main",
    "notebook/kernel/session-host",
    "notebook/runner/child-main",
  ],
  // measurements (bench)
  ...["notebook/client/kernel-handle", "notebook/client/kernel-spec"],
  // threads
  ...[
    "kql/worker-main",
    "session/scan-thread-main",
    "workspace/contoso/thread-main",
    "notebook/server/contents/thread-main",
  ],
  ...["interrupt-main", "language-thread", "module-hook", "protocol-thread"].map(name => `notebook/kernel/${name}`),
];

/** `import.meta` of a module that is now part of another file: its own place, from which files beside it are found. */
const keepPlaces = (dist: string): esbuild.Plugin => ({
  name: "keep-places",
  setup: build =>
    build.onLoad({ filter: /\.js$/, namespace: "file" }, async ({ path }) => {
      const place = JSON.stringify(relative(dist, path).split("\\").join("/"));
      const code = await readFile(path, "utf8");
      for (const [, file = ""] of code.matchAll(/new URL\("(\.[^"]+)\.js", import\.meta\.url\)/g)) {
        const entry = relative(dist, join(dirname(path), file))
          .split("\\")
          .join("/");
        if (!entries.includes(entry))
          throw new Error(`${path} starts ${entry}: it belongs to the entries of tools/bundle.ts`);
      }
      const contents = code
        .replaceAll("import.meta.url", `huntbookModuleUrl(${place})`)
        .replaceAll("import.meta.dirname", `huntbookModuleDir(${place})`);
      return { contents, loader: "js" };
    }),
});

const head = `import { dirname as huntbookDirname } from "node:path";
import { fileURLToPath as huntbookToPath } from "node:url";
const huntbookModuleUrl = place => import.meta.url.slice(0, import.meta.url.lastIndexOf("/dist/") + 6) + place;
const huntbookModuleDir = place => huntbookDirname(huntbookToPath(huntbookModuleUrl(place)));`;

/** Bundles the JavaScript that tsc wrote to `dist`, in place; declarations stay. */
export async function bundleDist(dist: string): Promise<void> {
  const modules = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter(name => /\.js(\.map)?$/.test(name));
  const { metafile } = await esbuild.build({
    entryPoints: entries.map(name => join(dist, `${name}.js`)),
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    absWorkingDir: dist,
    bundle: true,
    splitting: true,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    chunkNames: "chunks/[hash]",
    banner: { js: head },
    plugins: [keepPlaces(dist)],
    logLevel: "warning",
  });
  const written = new Set(Object.keys(metafile.outputs));
  for (const module of modules) if (!written.has(module)) rmSync(join(dist, module));
  for (const module of written)
    if (/\bimport\.meta\.(?!url)/.test(readFileSync(join(dist, module), "utf8")))
      throw new Error(`${module}: import.meta`);
}
