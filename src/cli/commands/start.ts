import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import type { CliHost, CliIngestPlan, IngestRequest } from "../host.js";
import { runHunt } from "../hunt.js";
import { printLine, printNote } from "../print.js";
import { createProgress } from "../progress.js";
import { defaultRows, defaultSeed, parseRowCount } from "./demo.js";
import { printIngested, printPlan } from "./ingest.js";

export const startCommand: Command = {
  name: "start",
  summary: "Open the demo, or a folder of logs, with a first notebook that has been run on it.",
  synopsis: "start [DIR] [options]",
  details:
    "Without a folder: makes the Contoso demo if needed and runs the Getting started hunt on it. With a folder of logs: shows what\n" +
    "Huntbook understands of it, reads it into a workspace (after a question; --yes answers it), and runs a first look. With a folder\n" +
    "that is a workspace: runs the first look. The folder of logs is never written to.",
  options: {
    workspace: {
      type: "string",
      short: "w",
      value: "W",
      help: "Where the logs are read to (default: a folder of Huntbook's own)",
    },
    yes: { type: "boolean", short: "y", help: "Read the logs without asking" },
    out: { type: "string", value: "DIR", help: "Where the executed notebook and the report go" },
    rows: { type: "string", value: "N", help: "Rows of the demo: 300k, 1m (default: 300k)" },
    "no-open": { type: "boolean", help: "Do not open a browser (there is none to open yet)" },
  },
  examples: ["huntbook start", "huntbook start ./logs", "huntbook start ./logs --workspace ./case-042 --yes"],
  positionals: { min: 0, max: 1, names: "" },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const host = await context.host();
  const dir = args.positionals[0];
  return dir === undefined ? startDemo(args, context, host) : startFolder(resolve(context.io.cwd, dir), args, context);
}

const isWorkspace = (dir: string): boolean => existsSync(join(dir, "manifest.json"));

async function startDemo(args: Args, context: Context, host: CliHost): Promise<number> {
  const { io } = context;
  const progress = createProgress(io);
  const rows = parseRowCount(args.text("rows") ?? String(defaultRows));
  const demo = await host.generateDemo({ rows, seed: defaultSeed, reuse: true }, progress.sink, io.signal);
  progress.clear();
  printNote(
    io,
    `${demo.reused ? "Found" : "Made"} the Contoso demo: ${demo.rows.toLocaleString("en-US")} rows in ${demo.dir}`,
  );
  const next = [
    "npx huntbook query 'SigninLogs | summarize count() by ResultType'   ask the demo something",
    "npx huntbook new hunt.ipynb                                         write a notebook of your own",
    "npx huntbook start ./logs                                           open logs of yours",
  ];
  const outDir = outDirOf(args, context) ?? join(host.dataDir, "reports");
  return runHunt({ file: "getting-started.ipynb", workspace: demo.dir, outDir, next }, context, host);
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
