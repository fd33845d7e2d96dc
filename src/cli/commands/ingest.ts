import { basename, resolve } from "node:path";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import type { CliIngestPlan, CliIngestResult, IngestRequest } from "../host.js";
import type { Io } from "../io.js";
import { printJson, printLine, printNote, printTable } from "../print.js";
import { createProgress } from "../progress.js";

export const ingestCommand: Command = {
  name: "ingest",
  summary: "Read a folder of logs into a local workspace.",
  synopsis: "ingest DIR --workspace W [--dry-run] [options]",
  details:
    "First shows what it understood: file, table, time column, zone, span, lines it cannot read. Corrections go to ingest.yaml in\n" +
    "the workspace. What is ambiguous (dates, zones) is asked, not guessed. The folder of logs is never written to.",
  options: {
    workspace: { type: "string", short: "w", value: "W", help: "Folder of the workspace; made when it does not exist" },
    "dry-run": { type: "boolean", help: "Only show what would be read" },
    force: { type: "boolean", help: "Read files again that were ingested before" },
    json: { type: "boolean", help: "Print the plan and the result as JSON" },
  },
  examples: [
    "huntbook ingest ./logs --workspace ./case-042 --dry-run",
    "huntbook ingest ./logs --workspace ./case-042",
  ],
  positionals: { min: 1, max: 1, names: "the folder to read" },
  run,
};

async function run(args: Args, { io, host: getHost }: Context): Promise<number> {
  const workspace = args.text("workspace");
  if (workspace === undefined)
    throw usageError("'huntbook ingest' needs '--workspace W'", "W is the folder to put the workspace into");
  const request: IngestRequest = {
    dir: resolve(io.cwd, args.positionals[0] ?? ""),
    workspace: resolve(io.cwd, workspace),
    force: args.flag("force"),
  };
  const host = await getHost();
  const progress = createProgress(io);
  const plan = await host.planIngest(request, progress.sink, io.signal);
  progress.clear();
  const json = args.flag("json");
  if (!json) printPlan(io, plan);
  const open = plan.questions.length > 0 || plan.rows.length === 0;
  if (open || args.flag("dry-run")) {
    if (json) printJson(io, { plan });
    return open ? exitCodes.failed : exitCodes.done;
  }
  const result = await host.runIngest(request, progress.sink, io.signal);
  progress.clear();
  if (json) printJson(io, { plan, result });
  else printIngested(io, request.workspace, result);
  return result.rejects > 0 ? exitCodes.failed : exitCodes.done;
}

/** What was read; also of `start DIR`. */
export function printIngested(io: Io, workspace: string, result: CliIngestResult): void {
  const rejects = result.rejects === 0 ? "" : `, ${result.rejects.toLocaleString("en-US")} lines set aside`;
  printLine(io, `${result.rows.toLocaleString("en-US")} rows from ${result.files.length} files${rejects}`);
  printLine(io, `  workspace  ${workspace} (generation ${result.generation})`);
}

/** Paths are cut at their head, where they are alike; on narrow terminals the file's name and the time's field are enough. */
const wideColumns = 140;
const widestPath = 60;
const widestName = 16;

/** What was understood of a folder; also of `start DIR`. */
export function printPlan(io: Io, plan: CliIngestPlan): void {
  if (plan.rows.length === 0) printNote(io, "nothing in this folder could be understood as logs");
  else {
    const wide = io.columns >= wideColumns;
    const columns = ["file", "table", "time", "zone", "span (UTC)", "rows", "rejects", ...(wide ? ["format"] : [])];
    printTable(
      io,
      columns,
      plan.rows.map(({ file, table, time, zone, from, to, rows, rejects, format }) => [
        wide ? clipHead(file, widestPath) : clipHead(basename(file), widestName),
        ...[
          table,
          wide ? time : time.replace(/ \(.*\)$/, ""),
          zone,
          (rows.startsWith("~") ? "~" : "") + describeSpan(from, to),
          rows,
          rejects,
        ],
        ...(wide ? [format] : []),
      ]),
    );
  }
  for (const { name, reason } of plan.skipped) printNote(io, `skipped ${name}: ${reason}`);
  for (const { file, message } of plan.questions) printNote(io, `question about ${file}: ${message}`);
}

function clipHead(text: string, length: number): string {
  const letters = [...text];
  return letters.length <= length ? text : `…${letters.slice(1 - length).join("")}`;
}

/** To the minute: `2023-08-15 09:53 – 09:58`, with the second day where it is another one. */
function describeSpan(from: string, to: string): string {
  if (from === "" || to === "") return from || to;
  const [first, last] = [from, to].map(t => t.slice(0, 16).replace("T", " ")) as [string, string];
  return `${first} – ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last}`;
}
