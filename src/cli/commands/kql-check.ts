/** `huntbook kql check`. */
import { createRequire } from "node:module";
import { formatDiagnostic, positionAt, toSarif, type FileFinding, type Finding } from "../../kql/index.js";
import { didYouMean } from "../../base/suggest.js";
import type { Args, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { writeText } from "../file.js";
import type { CheckedFileQuery } from "../host.js";
import { printJson, printLine, printNote } from "../print.js";
import { readQueryFiles, unknownKind } from "./kql-files.js";

const formats = ["text", "json", "sarif"] as const;
const levels = ["error", "warning", "info"] as const;

interface Checked extends CheckedFileQuery {
  readonly file: string;
}

function choose<T extends string>(option: string, given: string | undefined, known: readonly T[], otherwise: T): T {
  if (given === undefined) return otherwise;
  const found = known.find(k => k === given);
  if (found === undefined)
    throw usageError(`'--${option} ${given}' is not one of ${known.join(", ")}${didYouMean(given, known)}`);
  return found;
}

export async function checkFiles(
  args: Args,
  paths: readonly string[],
  { io, host: getHost }: Context,
): Promise<number> {
  const format = choose("format", args.text("format"), formats, args.flag("json") ? "json" : "text");
  const level = levels.indexOf(choose("level", args.text("level"), levels, "info"));
  const shown = (f: Finding): boolean => levels.indexOf(f.severity) <= level;
  const host = await getHost();
  const queries: Checked[] = [];
  const texts = new Map<string, string>();
  let fixed = 0;
  for await (const { file, text, path, named } of readQueryFiles(paths, io)) {
    const [schema, target] = [args.text("schema"), args.text("target")];
    const checked = await host.checkQueries({
      name: file,
      text,
      lint: !args.flag("no-lint"),
      fix: args.flag("fix") && path !== undefined,
      ...(schema === undefined ? {} : { schema }),
      ...(target === undefined ? {} : { target }),
    });
    if (checked === undefined) {
      if (named) throw unknownKind(file);
      continue;
    }
    texts.set(file, checked.text);
    fixed += checked.fixed;
    if (path !== undefined && checked.text !== text) await writeText(path, checked.text);
    for (const line of checked.skipped) printNote(io, `${file}:${line}: a fix cannot be written back here`);
    for (const { line, status, reason, findings } of checked.queries)
      queries.push({ file, line, status, reason, findings: findings.filter(shown) });
  }
  if (format === "json") printJson(io, { queries: queries.map(q => toJson(q, texts.get(q.file) ?? "")) });
  else if (format === "sarif") printJson(io, toSarif(queries.flatMap(toFindings), texts, version()));
  else for (const q of queries) for (const f of q.findings) printText(f, q.file, texts.get(q.file) ?? "", io);
  const count = (status: string) => queries.filter(q => q.status === status).length;
  const warnings = queries.flatMap(q => q.findings).filter(f => f.severity === "warning").length;
  const fixes = fixed === 0 ? "" : `, ${fixed} fixes written`;
  const summary = `${count("ok")} ok, ${count("refused")} refused, ${count("error")} with errors`;
  if (format === "text") printNote(io, `${queries.length} queries: ${summary}; ${warnings} warnings${fixes}`);
  const good = count("ok") === queries.length && !(args.flag("strict") && warnings > 0);
  return good ? exitCodes.done : exitCodes.failed;
}

function printText(finding: Finding, file: string, text: string, io: Context["io"]): void {
  for (const row of formatDiagnostic(finding, text, file).split("\n")) printLine(io, row);
}

function toFindings(query: Checked): readonly FileFinding[] {
  return query.findings.map(f => ({ ...f, file: query.file }));
}

/** Positions count from 1; columns are UTF-16 units. */
function toJson({ file, line, status, reason, findings }: Checked, text: string): Record<string, unknown> {
  return {
    file,
    line,
    status,
    reason,
    findings: findings.map(({ code, severity, message, hint, span, fix }) => {
      const [start, end] = [positionAt(text, span.start), positionAt(text, span.end)];
      return {
        ...{ code, severity, message, ...(hint === undefined ? {} : { hint }) },
        ...{ line: start.line, column: start.column, endLine: end.line, endColumn: end.column },
        ...(fix === undefined ? {} : { fix: { title: fix.title, safe: fix.safe } }),
      };
    }),
  };
}

const version = (): string => (createRequire(import.meta.url)("../../../package.json") as { version: string }).version;
