/** Checks the queries of files against tables: the catalogue's, a product's, a workspace's or those of a schema file. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isKqlType, type TableSchema } from "../base/column.js";
import { HuntError, messageOf } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import {
  checkKql,
  fileSpan,
  findQueries,
  fixKql,
  positionAt,
  queryFileKind,
  rewriteQueries,
  SchemaCache,
  type CheckedQuery,
  type Finding,
  type FoundQuery,
  type KqlEnvironment,
  type KqlTable,
} from "../kql/index.js";
import { exampleText } from "../query/example.js";
import { loadShippedFunctions } from "../query/load-queries.js";
import { readQueries } from "../query/read-queries.js";
import { checkTargets, loadAsim, loadTargetTables, type CheckTarget } from "../workspace/index.js";
import { usageError } from "./command.js";
import type { CheckedFile, CheckedFileQuery, CheckRequest } from "./host.js";

export interface QueryChecker {
  /** @throws HuntError `kql/bad-notebook`, `kql/invalid-schema` */
  check(request: CheckRequest): Promise<CheckedFile | undefined>;
}

/** A checker for the files of one command: the schema is bound once. `openSchemas` gives the tables of a workspace. */
export function createQueryChecker(
  openSchemas: (workspace: string) => Promise<readonly KqlTable[]>,
  cwd: string,
): QueryChecker {
  const schemas = new SchemaCache();
  let schema: Promise<Pick<KqlEnvironment, "tables" | "functions">> | undefined;
  return {
    async check(request) {
      const kind = queryFileKind(request.name);
      if (kind === undefined) return undefined;
      const target = toTarget(request.target);
      schema ??= withParsers(
        request.schema === undefined ? loadTargetTables(target) : readSchema(request.schema, cwd, openSchemas),
      );
      const environment = { schemaId: "check", ...(await schema), now: new Date().toISOString() };
      const check = (text: string, names?: FoundQuery["names"]): CheckedQuery => {
        const options = { schemas, lint: request.lint, ...(names === undefined ? {} : { names }) };
        return forTarget(checkKql(text, environment, options), target);
      };
      if (kind === "yaml" && isQueryLibrary(request.text)) {
        return { text: request.text, fixed: 0, skipped: [], queries: checkLibrary(request.name, request.text, check) };
      }
      let fixed = 0;
      const fixing = (found: FoundQuery): string => {
        const done = fixKql(found.text, text => check(text, found.names));
        if (found.writing !== undefined) fixed += done.fixed;
        return done.text;
      };
      const { text, skipped } = request.fix
        ? rewriteQueries(request.text, kind, fixing)
        : { text: request.text, skipped: [] };
      const queries = findQueries(text, kind).map((found): CheckedFileQuery => {
        const { status, reason, diagnostics } = check(found.text, found.names);
        const findings = diagnostics.map(d => inFile(d, found));
        const at = findings.find(f => f.severity === "error")?.span.start;
        return { line: at === undefined ? found.line : positionAt(text, at).line, status, reason, findings };
      });
      return { text, fixed, skipped, queries };
    },
  };
}

/** Where Microsoft Sentinel's tables are, the parsers of its information model are, too. */
async function withParsers(given: Promise<readonly KqlTable[]>): Promise<Pick<KqlEnvironment, "tables" | "functions">> {
  const tables = await given;
  return { tables, functions: [...(await loadAsim(tables)), ...loadShippedFunctions()] };
}

function toTarget(name: string | undefined): CheckTarget {
  if (name === undefined) return "Local";
  const known = checkTargets.find(t => t.toLowerCase() === name.toLowerCase());
  if (known === undefined)
    throw usageError(`'--target ${name}' is no target${didYouMean(name, checkTargets)}`, checkTargets.join(", "));
  return known;
}

/** What only the local engine refuses is no fault of a query that is to run in the cloud. */
function forTarget(checked: CheckedQuery, target: CheckTarget): CheckedQuery {
  if (target === "Local" || checked.status !== "refused") return checked;
  const diagnostics = checked.diagnostics.map((d): Finding =>
    d.code === "kql/not-supported" ? { ...d, severity: "info" } : d,
  );
  return { status: "ok", reason: "", diagnostics };
}

function inFile(finding: Finding, found: FoundQuery): Finding {
  const { fix, ...rest } = finding;
  const changes = fix?.changes.map(c => ({ span: fileSpan(found, c.span), text: c.text }));
  return {
    ...rest,
    span: fileSpan(found, finding.span),
    ...(fix === undefined || changes === undefined || found.writing === undefined ? {} : { fix: { ...fix, changes } }),
  };
}

async function readSchema(
  schema: string,
  cwd: string,
  openSchemas: (workspace: string) => Promise<readonly KqlTable[]>,
): Promise<readonly KqlTable[]> {
  const path = resolve(cwd, schema);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return openSchemas(schema);
  return parseSchemaFile(readFileSync(path, "utf8"), path);
}

/** A schema file: JSON, table → column → type. @throws HuntError `kql/invalid-schema` */
function parseSchemaFile(text: string, path: string): readonly TableSchema[] {
  const refuse = (what: string, cause?: unknown): never => {
    throw new HuntError("kql/invalid-schema", `schema file '${path}' ${what}`, {
      ...(cause === undefined ? {} : { cause }),
      hint: 'write JSON: { "Table": { "Column": "string" } }',
    });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return refuse(`is not JSON: ${messageOf(cause)}`, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("is not an object");
  return Object.entries(value).map(([name, columns]) => {
    if (typeof columns !== "object" || columns === null) return refuse(`has no columns for '${name}'`);
    return {
      name,
      columns: Object.entries(columns as Record<string, unknown>).map(([column, type]) =>
        typeof type === "string" && isKqlType(type)
          ? { name: column, type }
          : refuse(`gives '${name}.${column}' no KQL type`),
      ),
    };
  });
}

/** A file of named queries in MSTICPy's format, whose texts have holes. */
const isQueryLibrary = (text: string): boolean => /^sources:/m.test(text) && /^metadata:/m.test(text);

/**
 * Checks each named query with its defaults and example values; what cannot be read at all is an error with its line.
 * Findings stand at the definition: the text that was checked is not the file's.
 */
function checkLibrary(name: string, text: string, check: (query: string) => CheckedQuery): CheckedFileQuery[] {
  const { definitions, diagnostics } = readQueries(text, name);
  const unread = diagnostics
    .filter(d => d.severity === "error")
    .map((d): CheckedFileQuery => ({
      line: positionAt(text, d.span.start).line,
      status: "error",
      reason: `${d.code}: ${d.message}`,
      findings: [d],
    }));
  const checked = definitions.map((definition): CheckedFileQuery => {
    const { line } = definition;
    const span = lineSpan(text, line);
    const single = (status: CheckedFileQuery["status"], code: string, message: string): CheckedFileQuery => ({
      line,
      status,
      reason: `${code}: ${message}`,
      findings: [{ code, severity: "error", message, span }],
    });
    if (definition.template === undefined)
      return single("refused", "query/language-unsupported", `'${definition.name}' is not KQL`);
    try {
      const { status, reason, diagnostics: found } = check(exampleText(definition));
      const findings = found.map(({ code, severity, message, hint }): Finding => ({
        code,
        severity,
        message: `'${definition.name}': ${message}`,
        span,
        ...(hint === undefined ? {} : { hint }),
      }));
      return { line, status, reason, findings };
    } catch (error) {
      if (!(error instanceof HuntError)) throw error;
      return single("error", error.code, error.message);
    }
  });
  return [...unread, ...checked];
}

function lineSpan(text: string, line: number): { readonly start: number; readonly end: number } {
  const rows = text.split("\n");
  const start = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
  const row = rows[line - 1] ?? "";
  return { start: start + row.length - row.trimStart().length, end: start + row.trimEnd().length };
}
