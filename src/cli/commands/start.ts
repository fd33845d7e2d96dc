import { join, resolve } from "node:path";
import { formatNotebook, parseNotebook, renderReport } from "../../notebook/runner/index.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import { readText, writeText } from "../file.js";
import type { CliHost, CliIngestPlan } from "../host.js";
import { printLine, printNote } from "../print.js";
import { createProgress } from "../progress.js";
import { defaultRows, defaultSeed, parseRowCount } from "./demo.js";
import { printPlan } from "./ingest.js";
import { describeRun, showProgress } from "./run.js";

export const startCommand: Command = {
  name: "start",
  summary: "Make the demo workspace if needed and run the Getting started hunt on it.",
  synopsis: "start [DIR] [options]",
  details: "With a folder of logs, shows what Huntbook understands of it and how to go on.",
  options: {
    out: { type: "string", value: "DIR", help: "Where the executed notebook and the report go" },
    rows: { type: "string", value: "N", help: "Rows of the demo: 300k, 1m (default: 300k)" },
    "no-open": { type: "boolean", help: "Do not open a browser (there is none to open yet)" },
  },
  examples: ["huntbook start", "huntbook start ./logs"],
  positionals: { min: 0, max: 1, names: "" },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const host = await context.host();
  const dir = args.positionals[0];
  return dir === undefined ? startDemo(args, context, host) : showFolder(resolve(context.io.cwd, dir), context, host);
}

async function startDemo(args: Args, { io, galleryDir }: Context, host: CliHost): Promise<number> {
  const progress = createProgress(io);
  const rows = parseRowCount(args.text("rows") ?? String(defaultRows));
  const demo = await host.generateDemo({ rows, seed: defaultSeed, reuse: true }, progress.sink, io.signal);
  progress.clear();
  printNote(
    io,
    `${demo.reused ? "Found" : "Made"} the Contoso demo: ${demo.rows.toLocaleString("en-US")} rows in ${demo.dir}`,
  );

  const name = "getting-started.ipynb";
  const notebook = parseNotebook(await readText(join(galleryDir, name)), name);
  const result = await host.runNotebook({
    notebook,
    dir: galleryDir,
    ...(await host.notebookHost({ workspace: demo.dir })),
    signal: io.signal,
    onProgress: event => showProgress(event, io.isTty ? progress.sink : undefined, text => printNote(io, text)),
  });
  progress.clear();
  const outDir =
    args.text("out") === undefined ? join(host.dataDir, "reports") : resolve(io.cwd, args.text("out") ?? "");
  const [out, html] = [join(outDir, "getting-started.ipynb"), join(outDir, "getting-started.html")];
  await writeText(out, formatNotebook(result.notebook));
  await writeText(html, renderReport(result.notebook, { title: name }));
  for (const line of describeRun(result, { name, out, html })) printLine(io, line);
  if (result.status === "cancelled") return exitCodes.interrupted;
  printLine(io);
  printLine(io, "What to try next:");
  for (const line of [
    "npx huntbook query 'SigninLogs | summarize count() by ResultType'   ask the demo something",
    "npx huntbook new hunt.ipynb                                         write a notebook of your own",
    "npx huntbook ingest ./logs --workspace ./case --dry-run             see what it makes of your logs",
  ])
    printLine(io, `  ${line}`);
  return result.status === "ok" && result.completeness.state === "complete" ? exitCodes.done : exitCodes.failed;
}

async function showFolder(dir: string, { io }: Context, host: CliHost): Promise<number> {
  const progress = createProgress(io);
  const workspace = join(host.dataDir, "cases");
  const plan = await host.planIngest({ dir, workspace, force: false }, progress.sink, io.signal);
  progress.clear();
  printPlan(io, plan);
  printLine(io);
  printLine(io, "To read these logs:   npx huntbook ingest DIR --workspace ./case");
  printLine(io, `Then ask something:   npx huntbook query '${exampleTable(plan)} | take 10' --workspace ./case`);
  return plan.questions.length > 0 || plan.rows.length === 0 ? exitCodes.failed : exitCodes.done;
}

/** The table with the most rows. Names that need quoting are not for a line that people copy into a shell. */
function exampleTable(plan: CliIngestPlan): string {
  const plain = plan.rows.filter(row => /^[A-Za-z_]\w*$/.test(row.table));
  const size = (rows: string) => Number(rows.replace(/\D/g, ""));
  return plain.reduce((best, row) => (size(row.rows) > size(best.rows) ? row : best), plain[0] ?? noRow).table;
}
const noRow = { table: "TableName", rows: "0" };
