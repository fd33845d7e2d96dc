import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { didYouMean } from "../../base/suggest.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { readText } from "../file.js";
import type { CheckedFileQuery } from "../host.js";
import { printJson, printLine, printNote } from "../print.js";

export const kqlCommand: Command = {
  name: "kql",
  summary: "Check KQL queries in .kql, .yaml and Markdown files without running them.",
  synopsis: "kql check FILE... [--schema S] [--json]",
  details:
    "Each query is parsed, bound against the schema and compiled: ok, refused (good KQL that does not run here yet, with the\n" +
    "feature and its place) or error. Folders are searched for such files. Exit code 1 unless all are ok.",
  options: {
    schema: {
      type: "string",
      value: "S",
      help: "Tables to check against: a workspace or a schema file (default: Sentinel's)",
    },
    json: { type: "boolean", help: 'Print { "queries": [{ "file", "line", "status", "reason" }] }' },
  },
  examples: ["huntbook kql check hunts/*.kql", "huntbook kql check queries/ --schema ./case-042 --json"],
  positionals: { min: 1, max: Number.POSITIVE_INFINITY, names: "'check' and the files" },
  run,
};

interface Checked extends CheckedFileQuery {
  readonly file: string;
}

async function run(args: Args, { io, host: getHost }: Context): Promise<number> {
  const [action = "", ...paths] = args.positionals;
  if (action !== "check") throw usageError(`'huntbook kql' has no '${action}'${didYouMean(action, ["check"])}`);
  if (paths.length === 0) throw usageError("'huntbook kql check' needs files");
  const host = await getHost();
  const queries: Checked[] = [];
  for (const { file, named } of await findFiles(paths, io.cwd)) {
    const found = await host.checkQueries(file, await readText(resolve(io.cwd, file)), args.text("schema"));
    if (found === undefined && named) throw usageError(`'${file}' is not a .kql, .yaml or Markdown file`);
    for (const { line, status, reason } of found ?? []) queries.push({ file, line, status, reason });
  }
  const count = (status: string) => queries.filter(q => q.status === status).length;
  if (args.flag("json")) printJson(io, { queries });
  else {
    for (const q of queries) if (q.status !== "ok") printLine(io, `${q.file}:${q.line}: ${q.status} ${q.reason}`);
    printNote(
      io,
      `${queries.length} queries: ${count("ok")} ok, ${count("refused")} refused, ${count("error")} with errors`,
    );
  }
  return count("ok") === queries.length ? exitCodes.done : exitCodes.failed;
}

/** Files as named, and those inside folders; `named` ones must be of a known kind. */
async function findFiles(paths: readonly string[], cwd: string): Promise<{ file: string; named: boolean }[]> {
  const found: { file: string; named: boolean }[] = [];
  for (const path of paths) {
    const info = await stat(resolve(cwd, path)).catch(() => undefined);
    if (info?.isDirectory() !== true) found.push({ file: path, named: true });
    else {
      const inside = await readdir(resolve(cwd, path), { recursive: true });
      const wanted = inside.filter(f => /\.(kql|csl|kusto|ya?ml|md|markdown)$/i.test(f)).sort();
      for (const f of wanted) found.push({ file: join(path, f), named: false });
    }
  }
  return found;
}
