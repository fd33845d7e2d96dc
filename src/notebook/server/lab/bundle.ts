/** Bundles `lab/` with esbuild, which comes from that folder's own packages. */
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type * as Esbuild from "esbuild";

export interface BundleOptions {
  /** The folder `lab/` with its packages installed. */
  readonly labDir: string;
  /** Where the built Lab goes; must not exist yet. */
  readonly outDir: string;
}

const themes = ["theme-light-extension", "theme-dark-extension"];

export async function bundleLab({ labDir, outDir }: BundleOptions): Promise<void> {
  const esbuild = createRequire(join(labDir, "package.json"))("esbuild") as typeof Esbuild;
  const plugins = [patchedModules(labDir), pictures(), emptyModules()];
  const common = { bundle: true, minify: true, logLevel: "silent", plugins, loader: loaders } as const;
  await esbuild.build({
    ...common,
    absWorkingDir: labDir,
    entryPoints: { index: join(labDir, "src", "index.ts") },
    outdir: join(outDir, "static"),
    format: "esm",
    splitting: true,
    target: "es2022",
    mainFields: ["browser", "module", "main"],
    conditions: ["browser"],
    publicPath: "/static/lab",
    // Node's globals that some packages look for.
    define: {
      "process.env.NODE_ENV": '"production"',
      "process.env": "{}",
      "process.platform": '"browser"',
      "process.argv": "[]",
      "process.cwd": "__huntbookCwd",
      process: "__huntbookProcess",
      global: "globalThis",
      __dirname: '"/"',
    },
    banner: { js: 'globalThis.__huntbookCwd??=()=>"/";globalThis.__huntbookProcess??={env:{},cwd:()=>"/",argv:[]};' },
  });
  for (const theme of themes)
    await esbuild.build({
      ...common,
      absWorkingDir: labDir,
      entryPoints: { index: join(labDir, "node_modules", "@jupyterlab", theme, "style", "theme.css") },
      outdir: join(outDir, "themes", "@jupyterlab", theme),
    });
  await writeFile(join(outDir, "schemas.json"), JSON.stringify(await collectSchemas(labDir)));
}

const loaders = {
  ".svg": "text",
  ".woff": "file",
  ".woff2": "file",
  ".ttf": "file",
  ".eot": "file",
  ".png": "dataurl",
  ".gif": "dataurl",
  ".md": "text",
} as const;

interface Patch {
  readonly file: RegExp;
  /** Why, for whoever finds that it does not apply any more. */
  readonly because: string;
  readonly from: RegExp;
  readonly to: string;
}

/** Packages that were made for webpack or an AMD loader. A patch that does not apply fails the build. */
const patches: readonly Patch[] = [
  {
    file: /[\\/]jupyterlab-manager[\\/]lib[\\/]plugin\.js$/,
    because: "loads its controls by webpack's require.ensure",
    from: /return new Promise\(\(resolve, reject\) => \{\s*require\.ensure[\s\S]*?'@jupyter-widgets\/controls'\);\s*\}\);/,
    to: "return import('@jupyter-widgets/controls');",
  },
  {
    file: /[\\/]anywidget[\\/]dist[\\/]index\.js$/,
    because: "defines an AMD module in ESM syntax",
    from: /define\(\["@jupyter-widgets\/base"\], (\w+)\);?/,
    to: "export default $1;",
  },
  {
    file: /[\\/]outputarea[\\/]lib[\\/]model\.js$/,
    because:
      "compares all of a stream's text, character by character, with every piece that is printed: a minute for 10 MB",
    from: /(function addText\(prevIndex, curText, newText\) \{[\s\S]*?)let idx = 0;/,
    // Nothing before the line that the cursor is in can change.
    to: '$1let idx = prevIndex > 0 ? curText.text.lastIndexOf("\\n", prevIndex - 1) + 1 : 0;',
  },
];

/** Modules that are replaced: what has no code generation, no second way to run scripts, or a form that bundles. */
function patchedModules(labDir: string): Esbuild.Plugin {
  const replaced: Readonly<Record<string, string>> = {
    ajv: join(labDir, "src", "settings-validator.ts"),
    json5: join(labDir, "node_modules", "json5", "dist", "index.js"),
    path: join(labDir, "node_modules", "path-browserify", "index.js"),
  };
  return {
    name: "patched-modules",
    setup(build) {
      build.onResolve({ filter: /^(?:ajv|json5|path)$/ }, ({ path }) => ({ path: resolve(replaced[path] ?? path) }));
      for (const { file, because, from, to } of patches)
        build.onLoad({ filter: file }, async ({ path }) => {
          const text = await readFile(path, "utf8");
          if (!from.test(text)) return { errors: [{ text: `the patch does not fit any more (${because})` }] };
          return { contents: text.replace(from, to), loader: "js" };
        });
    },
  };
}

/** Node's `url`, and diagrams in Markdown: 5 MB of code that turns text into markup, for a notebook of logs. */
function emptyModules(): Esbuild.Plugin {
  return {
    name: "empty-modules",
    setup(build) {
      build.onResolve(
        { filter: /^(?:url|mermaid|@mermaid-js\/layout-elk|ajv-formats|ajv\/dist\/2019|ajv\/dist\/2020)$/ },
        ({ path }) => ({
          path,
          namespace: "empty",
        }),
      );
      build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({
        contents: "export default () => undefined; export const parse = undefined;",
        loader: "js",
      }));
    },
  };
}

/** Drawings are text for scripts and data for styles; fonts of styles come with `?v=…` behind their names. */
function pictures(): Esbuild.Plugin {
  return {
    name: "pictures",
    setup(build) {
      build.onResolve({ filter: /\.svg(?:[?#].*)?$/ }, ({ kind, resolveDir, path }) =>
        kind === "url-token" && path.startsWith(".")
          ? { path: resolve(resolveDir, path.replace(/[?#].*$/, "")), namespace: "svg-data" }
          : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "svg-data" }, async ({ path }) => ({
        contents: await readFile(path),
        // The old icon font as a drawing is 400 kB, which no browser of today asks for.
        loader: path.includes("fontawesome") ? "file" : "dataurl",
      }));
      build.onResolve({ filter: /\.(?:woff2?|ttf|eot)[?#]/ }, ({ resolveDir, path }) => ({
        path: resolve(resolveDir, path.replace(/[?#].*$/, "")),
      }));
      build.onResolve({ filter: /^~/ }, ({ path, kind, resolveDir }) =>
        build.resolve(path.slice(1), { kind, resolveDir }),
      );
    },
  };
}

/** The settings of the plug-ins, by plug-in id, from the packages' `schema` folders. */
async function collectSchemas(labDir: string): Promise<Record<string, { schema: unknown; version: string }>> {
  const schemas: Record<string, { schema: unknown; version: string }> = {};
  for (const scope of ["@jupyterlab", "@jupyter-widgets"]) {
    const packages = join(labDir, "node_modules", scope);
    for (const name of (await readdir(packages)).sort()) {
      const dir = join(packages, name, "schema");
      if (!existsSync(dir)) continue;
      const { version } = JSON.parse(await readFile(join(packages, name, "package.json"), "utf8")) as {
        version: string;
      };
      for (const file of (await readdir(dir)).filter(f => f.endsWith(".json")).sort())
        schemas[`${scope}/${name}:${file.slice(0, -".json".length)}`] = {
          schema: JSON.parse(await readFile(join(dir, file), "utf8")) as unknown,
          version,
        };
    }
  }
  return schemas;
}
