import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import type { CliHost, CliIngestPlan, IngestRequest } from "../host.js";
import { runHunt } from "../hunt.js";
import { printLine, printNote } from "../print.js";
import { createProgress } from "../progress.js";
import { prepareLab, prepareNotebooks, serveOptions, serveUntilStopped } from "../serve.js";
import { defaultRows, defaultSeed, parseRowCount } from "./demo.js";
import { printIngested, printPlan } from "./ingest.js";

export const startCommand: Command = {
  name: "start",
  summary: "Open the notebooks in the browser, on the demo or on a workspace; or read a folder of logs.",
  synopsis: "start [DIR] [options]",
  details:
    "Prints the address of the page, with its key, on a line of its own when it can be opened. The first start builds JupyterLab (once,\n" +
    "from npm's packages). Without a folder: your own notebooks, on the Contoso demo unless --workspace names another. With a folder of\n" +
    "notebooks: those. With a folder of logs: shows what Huntbook understands of it, reads it into a workspace (after a question; --yes\n" +
    "answers it), and runs a first look. With a folder that is a workspace: runs the first look. Logs are never written to.",
  options: {
    ...serveOptions,
    workspace: {
      type: "string",
      short: "w",
      value: "W",
      help: "What notebooks run on; where logs are read to (default: a folder of Huntbook's own)",
    },
    yes: { type: "boolean", short: "y", help: "Read the logs without asking" },
    out: { type: "string", value: "DIR", help: "Where the executed notebook and the report go" },
    rows: { type: "string", value: "N", help: "Rows of the demo: 300k, 1m (default: 300k)" },
  },
  examples: [
    "huntbook start",
    "huntbook start --no-open --port 0",
    "huntbook start ./logs",
    "huntbook start ./logs --workspace ./case-042 --yes",
  ],
  positionals: { min: 0, max: 1, names: "" },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const given = args.positionals[0];
  if (given === undefined) return startHere(args, context);
  const dir = resolve(context.io.cwd, given);
  if (!(await holdsNotebooks(dir))) return startFolder(dir, args, context);
  await prepareLab(context);
  const workspace = args.text("workspace") ?? (isWorkspace(dir) ? dir : undefined);
  return serveUntilStopped({ root: dir, ...(workspace === undefined ? {} : { workspace }) }, args, context);
}

const isWorkspace = (dir: string): boolean => existsSync(join(dir, "manifest.json"));

/** A folder that somebody hunts in, in contrast to one of logs. */
async function holdsNotebooks(dir: string): Promise<boolean> {
  const names = await readdir(dir).catch((): string[] => []);
  return names.some(name => name.endsWith(".ipynb"));
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
  if (isWorkspace(dir)) return firstLook(dir, undefined, { args, context, host });
  const request = { dir, workspace, force: false };
  const progress = createProgress(context.io);
  const plan = await host.planIngest(request, progress.sink, context.io.signal);
  progress.clear();
  printPlan(context.io, plan);
  printLine(context.io);
  const go = await mayIngest(plan, request, args, context);
  return go === "yes" ? ingestAndLook(request, plan, { args, context, host }) : go;
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

async function ingestAndLook(request: IngestRequest, plan: CliIngestPlan, opening: Opening): Promise<number> {
  const { context, host } = opening;
  const progress = createProgress(context.io);
  const result = await host.runIngest(request, progress.sink, context.io.signal);
  progress.clear();
  printIngested(context.io, request.workspace, result);
  return firstLook(request.workspace, plan, opening);
}

function firstLook(
  workspace: string,
  plan: CliIngestPlan | undefined,
  { args, context, host }: Opening,
): Promise<number> {
  const outDir = outDirOf(args, context) ?? join(host.dataDir, "reports", basename(workspace));
  const at = shellWord(workspace);
  const next = [
    `npx huntbook start --workspace ${at}`,
    `npx huntbook query '${exampleTable(plan)} | take 10' --workspace ${at}`,
    `npx huntbook query 'search "text"' --workspace ${at}`,
    `npx huntbook new hunt.ipynb && npx huntbook run hunt.ipynb --workspace ${at} --html report.html`,
  ];
  return runHunt({ file: "first-look.ipynb", workspace, outDir, next }, context, host);
}

function outDirOf(args: Args, { io }: Context): string | undefined {
  const out = args.text("out");
  return out === undefined ? undefined : resolve(io.cwd, out);
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
