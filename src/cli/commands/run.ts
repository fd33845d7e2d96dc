import { basename, resolve } from "node:path";
import { describeCompleteness } from "../../base/completeness.js";
import type { NotebookRun, RunProgress } from "../../notebook/runner/index.js";
import {
  formatDuration,
  formatNotebook,
  notebookDir,
  isTextNotebook,
  parseNotebookFile,
  renderJUnit,
  renderReport,
  toParameters,
} from "../../notebook/runner/index.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { readText, writeText } from "../file.js";
import { printJson, printLine, printNote } from "../print.js";
import { createProgress } from "../progress.js";

export const runCommand: Command = {
  name: "run",
  summary: "Run a notebook from top to bottom, without a browser.",
  synopsis: "run FILE [-p NAME=VALUE]... [--out FILE] [--html FILE] [--junit FILE] [options]",
  details:
    "Parameters replace the defaults of the cell tagged 'parameters'. The run fails (exit code 1) when a cell fails or when a\n" +
    "result is known not to be whole. The files are written in any case, so that one can look.",
  options: {
    parameter: {
      type: "string",
      short: "p",
      multiple: true,
      value: "NAME=VALUE",
      help: "Set a parameter; may be repeated",
    },
    out: { type: "string", value: "FILE", help: "Write the executed notebook here" },
    html: { type: "string", value: "FILE", help: "Write a report (one HTML file) here" },
    junit: { type: "string", value: "FILE", help: "Write the cells as JUnit test cases (XML, for CI servers) here" },
    workspace: { type: "string", short: "w", value: "W", help: "Workspace of %%kql cells: a name or a folder" },
    now: { type: "string", value: "TIME", help: "What now() means, for example 2026-01-13T08:00:00Z" },
    timeout: { type: "string", value: "SECONDS", help: "Stop any cell that runs longer" },
    "continue-on-error": { type: "boolean", help: "Run the cells behind a failed one too" },
    "fail-on-partial": { type: "boolean", help: "Fail when a result is not whole (this is the default)" },
    "allow-partial": { type: "boolean", help: "Do not fail when a result is not whole" },
    "allow-secrets": { type: "boolean", help: "Leave known secrets in the outputs, instead of taking them out" },
    json: { type: "boolean", help: "Print a summary as JSON" },
  },
  examples: [
    "huntbook run hunt.ipynb -p host=dc01 --out out.ipynb --html report.html",
    "huntbook run hunt.ipynb --workspace ./case-042 --timeout 300 --json",
    "huntbook run hunt.ipynb --junit results.xml",
  ],
  positionals: { min: 1, max: 1, names: "the notebook to run" },
  run,
};

async function run(args: Args, { io, host: getHost }: Context): Promise<number> {
  if (args.flag("allow-partial") && args.flag("fail-on-partial"))
    throw usageError("'--allow-partial' and '--fail-on-partial' contradict each other");
  const file = resolve(io.cwd, args.positionals[0] ?? "");
  const name = basename(file);
  const to = args.text("out");
  if (to !== undefined && isTextNotebook(to))
    throw usageError(`'${to}' cannot hold outputs`, "give --out a name that ends with .ipynb");
  const notebook = parseNotebookFile(await readText(file), name);
  const parameters = toParameters(notebook, args.list("parameter").map(splitPair));
  const host = await getHost();
  const [workspace, now] = [args.text("workspace"), args.text("now")];
  const open = { ...(workspace === undefined ? {} : { workspace }), ...(now === undefined ? {} : { now }) };
  const timeoutMs = readTimeout(args.text("timeout"));

  const progress = createProgress(io);
  const result = await host.runNotebook({
    notebook,
    dir: notebookDir(file),
    parameters,
    ...(await host.notebookHost(open)),
    signal: io.signal,
    allowSecrets: args.flag("allow-secrets"),
    stopOnError: !args.flag("continue-on-error"),
    ...(timeoutMs === undefined ? {} : { cellTimeoutMs: timeoutMs }),
    onProgress: event => showProgress(event, io.isTty ? progress.sink : undefined, text => printNote(io, text)),
  });
  progress.clear();

  const [out, html, junit] = [args.text("out"), args.text("html"), args.text("junit")].map(p =>
    p === undefined ? undefined : resolve(io.cwd, p),
  );
  if (out !== undefined) await writeText(out, formatNotebook(result.notebook));
  if (html !== undefined) await writeText(html, renderReport(result.notebook, { title: name }));
  const failOnPartial = !args.flag("allow-partial");
  if (junit !== undefined) await writeText(junit, renderJUnit(result, { name, failOnPartial }));

  const files = { name, out, html, junit };
  if (args.flag("json")) printJson(io, toSummary(result, files));
  else for (const line of describeRun(result, files)) printLine(io, line);
  if (result.status === "cancelled") return exitCodes.interrupted;
  if (result.status === "failed") return exitCodes.failed;
  return result.completeness.state !== "complete" && failOnPartial ? exitCodes.failed : exitCodes.done;
}

interface Files {
  readonly name: string;
  readonly out: string | undefined;
  readonly html: string | undefined;
  readonly junit?: string | undefined;
}

/** The JSON of `--json`; a promise to scripts. */
function toSummary(result: NotebookRun, { name, out, html, junit }: Files): object {
  return {
    notebook: name,
    status: result.status,
    completeness: result.completeness,
    executed: result.executed,
    total: result.total,
    tookMs: result.tookMs,
    failures: result.failures.map(({ count, error }) => ({
      cell: count,
      name: error.name,
      code: error.code,
      message: error.message,
    })),
    ...(result.leaks.length === 0
      ? {}
      : { secrets: result.leaks.map(({ count, origins }) => ({ cell: count, origins })) }),
    ...(out === undefined ? {} : { out }),
    ...(html === undefined ? {} : { html }),
    ...(junit === undefined ? {} : { junit }),
  };
}

/** What a person reads after a run; also of `start`. */
export function describeRun(result: NotebookRun, { name, out, html, junit }: Files): readonly string[] {
  const lines: string[] = [];
  for (const { count, error } of result.failures)
    lines.push(`cell ${count} failed:`, ...error.traceback.map(l => `  ${l}`), "");
  for (const { count, origins } of result.leaks)
    lines.push(`cell ${count} printed ${origins.length === 1 ? "a secret" : "secrets"}: ${origins.join(", ")}`);
  const partial = describeCompleteness(result.completeness);
  if (partial !== undefined) lines.push(partial);
  const word = { ok: "ran", failed: "failed", cancelled: "was cancelled" }[result.status];
  lines.push(`${name} ${word}: ${result.executed} of ${result.total} cells in ${formatDuration(result.tookMs)}`);
  if (out !== undefined) lines.push(`  notebook  ${out}`);
  if (html !== undefined) lines.push(`  report    ${html}`);
  if (junit !== undefined) lines.push(`  junit     ${junit}`);
  return lines;
}

/** A bar on a terminal, elsewhere one line per finished cell. */
export function showProgress(
  event: RunProgress,
  sink: ((e: { label: string; done: number; total: number; unit: "steps" }) => void) | undefined,
  print: (line: string) => void,
): void {
  const done = event.phase === "end" ? event.index + 1 : event.index;
  if (sink !== undefined) sink({ label: event.title, done, total: event.total, unit: "steps" });
  else if (event.phase === "end")
    print(
      `[${event.index + 1}/${event.total}] ${event.status ?? ""} ${formatDuration(event.tookMs ?? 0)}  ${event.title}`,
    );
}

function splitPair(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw usageError(`'-p ${text}' is not NAME=VALUE`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds > 0)) throw usageError(`'--timeout ${text}' is not a positive number of seconds`);
  return Math.ceil(seconds * 1000);
}
