/**
 * `externaldata`: rows of files elsewhere, which the host reads, if it is allowed to. They come as texts and are converted
 * as `tolong()`, `todatetime()` … do.
 *
 * Source: https://learn.microsoft.com/kusto/query/externaldata-operator
 */
import type { ExternalFormat, ExternalSource } from "../api.js";
import type { BoundNode } from "../bridge.js";
import type { Computed, Expr, NamedColumn, Rel, ScanColumn } from "../plan.js";
import type { Lowering, Scope, Table } from "./context.js";
import { refuse, Refusal, reject } from "../refusal.js";
import { columnExpr, knownType, tableColumns, withRow } from "./context.js";
import { constantText, lowerExpr } from "./expr.js";
import { extendRel } from "./step.js";

export function lowerExternalData(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const source = sourceOf(lowering, node, scope);
  const key = JSON.stringify(source);
  const answer = lowering.options.answerAt(key);
  if (answer === undefined) {
    const asks = { kind: "external", source } as const;
    return lowering.ask({ at: node.span.end, key, kind: "externaldata", facts: {}, asks }, tableColumns(node));
  }
  if (answer.refused !== undefined)
    throw new Refusal({ code: "kql/external-data", severity: "error", span: node.span, ...answer.refused });
  const texts = source.columns.map((c, i): ScanColumn => ({
    name: c.name,
    type: "string",
    slot: lowering.slot(),
    physical: answer.relation?.physical?.[`c${i}`] ?? `c${i}`,
  }));
  const rel: Rel = {
    kind: "scan",
    table: "externaldata",
    path: answer.relation?.path,
    columns: texts,
    time: undefined,
  };
  const items: Computed[] = [];
  const columns = source.columns.map((c, i): NamedColumn => {
    const text = texts[i] ?? refuse("externaldata", node.span);
    if (c.type === "string") return { ...c, slot: text.slot };
    const slot = lowering.slot();
    const value = columnExpr(text);
    const expr: Expr =
      c.type === "dynamic"
        ? { kind: "call", name: "parse_json", args: [value], type: "dynamic", span: node.span }
        : { kind: "convert", operand: value, type: c.type, span: node.span };
    items.push({ slot, expr });
    return { ...c, slot };
  });
  return { rel: extendRel(rel, items), columns, order: [], serialized: false };
}

function sourceOf(lowering: Lowering, node: BoundNode, scope: Scope): ExternalSource {
  const constant = (n: BoundNode): string =>
    constantText(lowerExpr(n, { lowering, scope: withRow(scope, undefined) })) ??
    refuse("externaldata from an address that is not constant", n.span);
  const uris = node.list("URIs").map(n => constant(n));
  const properties = new Map(
    (node.find("WithClause")?.list("Properties") ?? []).map(p => [
      p.get("Name").name.toLowerCase(),
      p.get("Expression"),
    ]),
  );
  const written = properties.get("format");
  const name = written === undefined ? undefined : (written.stringValue ?? written.text);
  const ignore = properties.get("ignorefirstrecord");
  return {
    uris: uris.map(uri => uri.replace(/;.*$/, "")),
    columns: tableColumns(node).map(c => ({ name: c.name, type: knownType(c.type) })),
    format: formatOf(name, uris[0] ?? "", written ?? node),
    ignoreFirstRecord: ignore !== undefined && /^(true|"true"|'true')$/i.test(ignore.text),
  };
}

const formats: Readonly<Record<string, ExternalFormat>> = {
  csv: "csv",
  tsv: "tsv",
  tsve: "tsv",
  psv: "psv",
  scsv: "scsv",
  sohsv: "sohsv",
  txt: "txt",
  raw: "raw",
  json: "json",
  multijson: "multijson",
  singlejson: "multijson",
  jsonl: "json",
};

/** The format as written, else by the file's name, else comma-separated values. */
function formatOf(written: string | undefined, uri: string, node: BoundNode): ExternalFormat {
  if (written !== undefined) {
    const known = formats[written.toLowerCase()];
    if (known !== undefined) return known;
    if (/^(avro|apacheavro|orc|parquet|w3clogfile|azmonstream)$/i.test(written))
      return refuse(`externaldata with format='${written}'`, node.span);
    return reject(
      "kql/external-data",
      `externaldata knows no format '${written}'; known: ${Object.keys(formats).join(", ")}`,
      node.span,
    );
  }
  const ending = /\.([a-z]+)(?:\.gz)?(?:[?#;].*)?$/i.exec(uri)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(formats, ending) ? (formats[ending] ?? "csv") : "csv";
}
