import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isTextNotebook } from "../../notebook/runner/index.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import type { CliHost, CliIngestPlan, IngestRequest } from "../host.js";
import { fileError } from "../file.js";
import { runHunt } from "../hunt.js";
import { printLine, printNote } from "../print.js";
import { createProgress } from "../progress.js";
import type { NotebookFolder } from "../serve.js";
import { prepareCase, prepareLab, prepareNotebooks, serveOptions, serveUntilStopped } from "../serve.js";
import { defaultRows, defaultSeed, parseRowCount } from "./demo.js";
import { printIngested, printPlan } from "./ingest.js";

export const startCommand: Command = {
  name: "start",
  summary: "Open the notebooks in the browser, on the demo or on a workspace; or read a folder of logs.",
  synopsis: "start [DIR] [options]",
  details:
    "Prints the address of the page, with its key, on a line of its own when it can be opened. The first start builds JupyterLab (once,\n" +
    "from npm's packages). Without a folder: your own notebooks, on the Contoso demo unless --workspace names another. With a notebook\n" +
    "or a folder of notebooks: those. With a folder of logs: shows what Huntbook understands of it, reads it into a workspace (after a\n" +
    "question; --yes answers it), and opens First look on it; the case's notebooks are kept in the workspace. With a folder that is a\n" +
    "workspace: opens that. With --out no browser: First look is run, and the notebook and a report are written. Logs are never written to.",
  options: {
    ...serveOptions,
    workspace: {
      type: "string",
      short: "w",
      value: "W",
      help: "What notebooks run on; where logs are read to (default: a folder of Huntbook's own)",
    },
    yes: { type: "boolean", short: "y", help: "Read the logs without asking" },
    out: {
      type: "string",
      value: "DIR",
      help: "Run the first look without a browser, and write its notebook and report here",
    },
    rows: { type: "string", value: "N", help: "Rows of the demo: 300k, 1m (default: 300k)" },
  },
  examples: [
    "huntbook start",
    "huntbook start --no-open --port 0",
    "huntbook start ./logs",
    "huntbook start ./logs --workspace ./case-042 --yes",
    "huntbook start ./logs --yes --out ./report",
  ],
  positionals: { min: 0, max: 1, names: "" },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const given = args.positionals[0];
  if (given === undefined) return startHere(args, context);
  const path = resolve(context.io.cwd, given);
  const found = await findNotebooks(path);
  if (found === undefined) return startFolder(path, args, context);
  await prepareLab(context);
  const workspace = args.text("workspace") ?? (isWorkspace(found.root) ? found.root : undefined);
  return serveUntilStopped({ ...found, ...(workspace === undefined ? {} : { workspace }) }, args, context);
}

const isNotebook = (name: string): boolean => name.endsWith(".ipynb") || isTextNotebook(name);
const isWorkspace = (dir: string): boolean => existsSync(join(dir, "manifest.json"));

/** A notebook, or a folder that somebody hunts in, in contrast to one of logs. @throws HuntError `cli/file` */
async function findNotebooks(path: string): Promise<NotebookFolder | undefined> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fileError(path, "read", cause);
  });
  if (found.isFile()) return isNotebook(path) ? { root: dirname(path), opens: basename(path) } : undefined;
  const names = await readdir(path);
  return names.some(isNotebook) ? { root: path } : undefined;
}

/** The user's own notebooks, on the demo unless a workspace is named. */
async function startHere(args: Args, context: Context): Promise<number> {
  const host = await context.host();
  const workspace = args.text("workspace");
  // The packages of JupyterLab travel while the demo is computed.
  await Promise.all([workspace === undefined ? makeDemo(args, context, host) : undefined, prepareLab(context)]);
  const folder = await prepareNotebooks(host.dataDir, context.galleryDir);
  return serveUntilStopped({ ...folder, ...(workspace === undefined ? {} : { workspace }) }, args, context);
}

async function makeDemo(args: Args, { io }: Context, host: CliHost): Promise<void> {
  const progress = createProgress(io);
  const rows = parseRowCount(args.text("rows") ?? String(defaultRows));
  const demo = await host.generateDemo({ rows, seed: defaultSeed, reuse: true }, progress.sink, io.signal);
  progress.clear();
  const made = demo.reused ? "Found" : "Made";
  printNote(io, `${made} the Contoso demo: ${demo.rows.toLocaleString("en-US")} rows in ${demo.dir}`);
}

async function startFolder(dir: string, args: Args, context: Context): Promise<number> {
  const host = await context.host();
  const given = args.text("workspace");
  const workspace = given === undefined ? ownWorkspace(host, dir) : resolve(context.io.cwd, given);
  if (isWorkspace(dir)) return openCase(dir, undefined, { args, context, host });
  const request = { dir, workspace, force: false };
  const progress = createProgress(context.io);
  const plan = await host.planIngest(request, progress.sink, context.io.signal);
  progress.clear();
  printPlan(context.io, plan);
  printLine(context.io);
  const go = await mayIngest(plan, request, args, context);
  return go === "yes" ? ingestAndOpen(request, plan, { args, context, host }) : go;
}

/** A folder of Huntbook's own for the case: the same one when the same logs are opened again. */
function ownWorkspace(host: CliHost, dir: string): string {
  const key = createHash("sha256").update(dir).digest("hex").slice(0, 8);
  const name = basename(dir)
    .replace(/[^\w.-]+/g, "-")
    .slice(0, 40);
  return join(host.dataDir, "cases", `${name}-${key}`);
}

/** What only a person can answer stops here; so does the question whether to read at all, unless it is answered. */
async function mayIngest(
  plan: CliIngestPlan,
  { dir, workspace }: IngestRequest,
  args: Args,
  { io }: Context,
): Promise<"yes" | number> {
  if (plan.rows.length === 0) return exitCodes.failed;
  if (plan.questions.length > 0) {
    printLine(io, `Answer in ${join(workspace, "ingest.yaml")} (see docs/bring-your-logs.md), and start again.`);
    return exitCodes.failed;
  }
  if (args.flag("yes")) return "yes";
  if (io.ask === undefined) {
    printLine(io, `Nothing was read. To read these logs into ${workspace}:`);
    printLine(io, `  npx huntbook start ${shellWord(dir)} --yes`);
    return exitCodes.done;
  }
  const answer = await io.ask(`Read these logs into ${workspace}? [Y/n] `);
  if (/^(|y|yes)$/i.test(answer.trim())) return "yes";
  printLine(io, "Nothing was read.");
  return exitCodes.done;
}

interface Opening {
  readonly args: Args;
  readonly context: Context;
  readonly host: CliHost;
}

async function ingestAndOpen(request: IngestRequest, plan: CliIngestPlan, opening: Opening): Promise<number> {
  const { context, host } = opening;
  const progress = createProgress(context.io);
  const result = await host.runIngest(request, progress.sink, context.io.signal);
  progress.clear();
  printIngested(context.io, request.workspace, result);
  return openCase(request.workspace, plan, opening);
}

/** First look in the browser, or with `--out` as files. */
async function openCase(workspace: string, plan: CliIngestPlan | undefined, opening: Opening): Promise<number> {
  const { args, context, host } = opening;
  const out = args.text("out");
  if (out !== undefined) return firstLook(workspace, plan, { outDir: resolve(context.io.cwd, out), context, host });
  await prepareLab(context);
  return serveUntilStopped(await prepareCase(workspace, host.dataDir, context.galleryDir), args, context);
}

interface Look {
  readonly outDir: string;
  readonly context: Context;
  readonly host: CliHost;
}

function firstLook(
  workspace: string,
  plan: CliIngestPlan | undefined,
  { outDir, context, host }: Look,
): Promise<number> {
  const at = shellWord(workspace);
  const next = [
    `npx huntbook start ${at}`,
    `npx huntbook query '${exampleTable(plan)} | take 10' --workspace ${at}`,
    `npx huntbook query 'search "text"' --workspace ${at}`,
    `npx huntbook new hunt.ipynb && npx huntbook run hunt.ipynb --workspace ${at} --html report.html`,
  ];
  return runHunt({ file: "first-look.ipynb", workspace, outDir, next }, context, host);
}

/** A path as one word of a POSIX shell. */
const shellWord = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** The table with the most rows. Names that need quoting are not for a line that people copy into a shell. */
function exampleTable(plan: CliIngestPlan | undefined): string {
  const plain = (plan?.rows ?? []).filter(row => /^[A-Za-z_]\w*$/.test(row.table));
  const size = (rows: string) => Number(rows.replace(/\D/g, ""));
  return plain.reduce((best, row) => (size(row.rows) > size(best.rows) ? row : best), plain[0] ?? noRow).table;
}
const noRow = { table: "TableName", rows: "0" };
