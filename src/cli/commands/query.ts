import { resolve } from "node:path";
import { describeCompleteness, uniteCompleteness } from "../../base/completeness.js";
import { didYouMean } from "../../base/suggest.js";
import type { CliFrame } from "../host.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { readText } from "../file.js";
import { printNote, printView } from "../print.js";

const formats = ["table", "json", "csv", "ndjson", "parquet"] as const;

export const queryCommand: Command = {
  name: "query",
  summary: "Run a KQL query on a workspace.",
  synopsis: "query 'KQL' [--workspace W] [--format table|json|csv|ndjson|parquet] [options]",
  details:
    "Results go to stdout, everything else to stderr. A result that is not whole says so and ends with exit code 1, unless\n" +
    "--allow-partial is given; a limit written into the query itself (take, top) is no such case.",
  options: {
    workspace: { type: "string", short: "w", value: "W", help: "A configured name or a folder (default: the demo)" },
    format: { type: "string", short: "f", value: "FORMAT", help: `${formats.join(", ")} (default: table)` },
    out: { type: "string", short: "o", value: "FILE", help: "Write to a file instead of stdout (needed for parquet)" },
    limit: { type: "string", short: "n", value: "N", help: "At most N rows; says so when there are more" },
    now: { type: "string", value: "TIME", help: "What now() means, for example 2026-01-13T08:00:00Z" },
    file: { type: "string", value: "FILE", help: "Read the query from a file" },
    result: { type: "string", value: "N|NAME", help: "Only this result of a query that has several (fork, facet …)" },
    rows: { type: "string", value: "N", help: "Rows that a table shows (default: 50)" },
    "allow-partial": { type: "boolean", help: "Exit with 0 even when the result is not whole" },
  },
  examples: [
    "huntbook query 'SigninLogs | summarize count() by ResultType'",
    "huntbook query 'SecurityEvent | where EventID == 4625' --workspace ./case-042 --format csv > failed.csv",
    "huntbook query --file hunt.kql --format parquet --out hits.parquet",
  ],
  positionals: { min: 0, max: 1, names: "a query" },
  run,
};

async function run(args: Args, { io, host }: Context): Promise<number> {
  const format = formats.find(f => f === (args.text("format") ?? "table"));
  if (format === undefined)
    throw usageError(
      `there is no format '${args.text("format") ?? ""}'${didYouMean(args.text("format") ?? "", formats)}`,
      `formats: ${formats.join(", ")}`,
    );
  const out = args.text("out");
  if (format === "parquet" && out === undefined) throw usageError("'--format parquet' needs '--out FILE'");
  if (format === "table" && out !== undefined)
    throw usageError("'--out' needs '--format json', csv, ndjson or parquet");
  const limit = readCount(args, "limit");
  const shown = readCount(args, "rows") ?? 50;
  const text = await readQuery(args, io.cwd);

  const [workspaceName, now] = [args.text("workspace"), args.text("now")];
  const workspace = await (
    await host()
  ).openWorkspace({
    ...(workspaceName === undefined ? {} : { workspace: workspaceName }),
    ...(now === undefined ? {} : { now }),
    query: text,
  });
  try {
    const frame = await workspace.query(text, { signal: io.signal, ...(limit === undefined ? {} : { limit }) });
    try {
      const chosen = choose(frame, args.text("result"));
      const [first, ...others] = chosen;
      if (format === "table") printView(io, await first.view({ limit: shown, alone: others.length === 0 }));
      else if (others.length > 0)
        throw usageError(
          `the query has ${chosen.length} results, and ${format} holds one`,
          `choose by '--result N', or show them all by '--format table'`,
        );
      else if (out !== undefined) await first.write(format, resolve(io.cwd, out));
      else if (format !== "parquet") for await (const piece of first.text(format)) io.stdout(piece);
      const partial = describeCompleteness(uniteCompleteness(chosen.map(f => f.completeness)));
      if (partial === undefined) return exitCodes.done;
      if (format !== "table") printNote(io, partial);
      return args.flag("allow-partial") ? exitCodes.done : exitCodes.failed;
    } finally {
      await frame.close();
    }
  } finally {
    await workspace.close();
  }
}

/** All results of the query, or the one that is asked for by its number from 1 or its name. */
function choose(frame: CliFrame, wanted: string | undefined): readonly [CliFrame, ...CliFrame[]] {
  const { results } = frame;
  if (wanted === undefined) return [frame, ...results.slice(1)];
  const found =
    results.find(r => r.name === wanted) ?? (/^\d+$/.test(wanted) ? results[Number(wanted) - 1] : undefined);
  if (found !== undefined) return [found];
  const known = results.map((r, i) => r.name ?? String(i + 1)).join(", ");
  throw usageError(`the query has no result '${wanted}'`, `results: ${known}`);
}

async function readQuery(args: Args, cwd: string): Promise<string> {
  const [given, file] = [args.positionals[0], args.text("file")];
  if ((given === undefined) === (file === undefined))
    throw usageError("'huntbook query' needs a query, either as an argument or by '--file'");
  const text = given ?? (await readText(resolve(cwd, file ?? "")));
  if (text.trim() === "") throw usageError("the query is empty");
  return text;
}

function readCount(args: Args, name: string): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw usageError(`'--${name} ${text}' is not a positive whole number`);
  return Number(text);
}
