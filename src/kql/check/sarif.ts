/** SARIF 2.1.0: how code scanning services and editors take findings. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
import type { Severity, Span } from "../../base/diagnostic.js";
import type { TextChange } from "./found.js";
import { positionAt } from "../../base/diagnostic.js";
import { lintRules } from "../lint/rules.js";

/** A finding in a file. Spans are the file's. */
export interface FileFinding {
  readonly file: string;
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  readonly span: Span;
  readonly fix?: { readonly title: string; readonly changes: readonly TextChange[] };
}

const levels = { error: "error", warning: "warning", info: "note" } as const;

/**
 * A SARIF log of one run.
 *
 * Shape: `{ $schema, version: "2.1.0", runs: [{ tool, results, columnKind, artifacts }] }`; columns count UTF-16 units from 1
 * @param texts the texts of the files, for lines and snippets
 */
export function toSarif(
  findings: readonly FileFinding[],
  texts: ReadonlyMap<string, string>,
  version: string,
): Readonly<Record<string, unknown>> {
  const codes = [...new Set(findings.map(f => f.code))].sort();
  const region = (file: string, { start, end }: Span): Record<string, unknown> => {
    const text = texts.get(file) ?? "";
    const [from, to] = [positionAt(text, start), positionAt(text, Math.max(start, end))];
    return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
  };
  const results = findings.map(f => ({
    ruleId: f.code,
    ruleIndex: codes.indexOf(f.code),
    level: levels[f.severity],
    message: { text: f.hint === undefined ? f.message : `${f.message} (${f.hint})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(f.file), uriBaseId: "%SRCROOT%" },
          region: {
            ...region(f.file, f.span),
            snippet: { text: (texts.get(f.file) ?? "").slice(f.span.start, f.span.end) },
          },
        },
      },
    ],
    ...(f.fix === undefined ? {} : { fixes: [toFix(f, f.fix, region)] }),
  }));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "huntbook kql check", version, rules: codes.map(toRule) } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "the folder where the command ran" } } },
        artifacts: [...new Set(findings.map(f => f.file))].map(file => ({
          location: { uri: toUri(file), uriBaseId: "%SRCROOT%" },
        })),
        results,
      },
    ],
  };
}

function toFix(
  finding: FileFinding,
  fix: NonNullable<FileFinding["fix"]>,
  region: (file: string, span: Span) => Record<string, unknown>,
): Record<string, unknown> {
  return {
    description: { text: fix.title },
    artifactChanges: [
      {
        artifactLocation: { uri: toUri(finding.file), uriBaseId: "%SRCROOT%" },
        replacements: fix.changes.map(c => ({
          deletedRegion: region(finding.file, c.span),
          insertedContent: { text: c.text },
        })),
      },
    ],
  };
}

function toRule(code: string): Record<string, unknown> {
  const lint = lintRules.find(r => `lint/${r.name}` === code);
  if (lint === undefined) return { id: code, defaultConfiguration: { level: "error" } };
  return {
    id: code,
    shortDescription: { text: lint.why },
    fullDescription: { text: `${lint.why}\n\nBad: ${lint.bad}\nGood: ${lint.good}` },
    defaultConfiguration: { level: levels[lint.severity] },
  };
}

/** A relative reference, as RFC 3986 has it. */
function toUri(file: string): string {
  return file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
