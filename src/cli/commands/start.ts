import { readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import type { CliHost, CliIngestPlan } from "../host.js";
import { printLine, printNote } from "../print.js";
import { createProgress } from "../progress.js";
import type { NotebookFolder } from "../serve.js";
import { prepareLab, prepareNotebooks, serveOptions, serveUntilStopped } from "../serve.js";
import { defaultRows, defaultSeed, parseRowCount } from "./demo.js";
import { printPlan } from "./ingest.js";

export const startCommand: Command = {
  name: "start",
  summary: "Open the notebooks in the browser, with the demo workspace made if needed.",
  synopsis: "start [DIR] [options]",
  details:
    "Prints the address of the page, with its key, on a line of its own when it can be opened. The first start builds JupyterLab\n" +
    "(once, from npm's packages). Notebooks are kept in Huntbook's data folder; with DIR, a folder of notebooks or a workspace, there.\n" +
    "With a folder of logs, shows what Huntbook understands of it and how to go on.",
  options: {
    ...serveOptions,
    workspace: { type: "string", short: "w", value: "W", help: "Workspace of the notebooks: a name or a folder" },
    rows: { type: "string", value: "N", help: "Rows of the demo: 300k, 1m (default: 300k)" },
  },
  examples: ["huntbook start", "huntbook start ./hunts --workspace ./case-042", "huntbook start --no-open --port 0"],
  positionals: { min: 0, max: 1, names: "" },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const given = args.positionals[0];
  if (given === undefined) return startHere(args, context);
  const dir = resolve(context.io.cwd, given);
  if (!(await holdsNotebooks(dir))) return showFolder(dir, context, await context.host());
  await prepareLab(context);
  return serveUntilStopped(folderOf(dir, args), args, context);
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

/** A folder that somebody hunts in, in contrast to one of logs. */
async function holdsNotebooks(dir: string): Promise<boolean> {
  if (existsSync(join(dir, "manifest.json"))) return true;
  const names = await readdir(dir).catch((): string[] => []);
  return names.some(name => name.endsWith(".ipynb"));
}

/** A workspace's own folder is also what its notebooks run on. */
function folderOf(dir: string, args: Args): NotebookFolder {
  const own = existsSync(join(dir, "manifest.json")) ? dir : undefined;
  const workspace = args.text("workspace") ?? own;
  return { root: dir, ...(workspace === undefined ? {} : { workspace }) };
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
