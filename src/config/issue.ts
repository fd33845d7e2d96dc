/** Something that is wrong with a configuration: what the rules find, before it is known where in which file it stands. */
import { positionAt, type Diagnostic, type Severity } from "../base/diagnostic.js";
import type { ErrorCode } from "../base/error.js";
import type { YamlPath, YamlSource } from "./yaml-source.js";

export interface Issue {
  readonly code: ErrorCode;
  readonly severity: Exclude<Severity, "info">;
  /** Where the setting is, or should be. */
  readonly path: YamlPath;
  readonly message: string;
  /** What to do, in one sentence. */
  readonly fix?: string;
}

/** An issue with its place. */
export interface ConfigFinding extends Issue {
  /** `file` is YAML itself, `type` a key or value that does not fit, `logical` settings that do not work together. */
  readonly rule: "file" | "type" | "logical";
  /** 1-based; of the key, or of the nearest one above it that is there. Undefined for settings without a file. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

export function toDiagnostic(issue: Issue, source: YamlSource): Diagnostic {
  const { code, severity, message, fix, path } = issue;
  return { code, severity, message, span: source.spanOf(path), ...(fix === undefined ? {} : { hint: fix }) };
}

export function toFinding(issue: Issue, rule: ConfigFinding["rule"], source: YamlSource | undefined): ConfigFinding {
  const position = source === undefined ? undefined : positionAt(source.text, source.spanOf(issue.path).start);
  return { ...issue, rule, line: position?.line, column: position?.column };
}

/** A key as it can be shown: a slip of the pen makes a key of what was a secret, `Password:hunter2` without a space of both. */
export function showKey(key: string): string {
  if (!/^[\w.:-]{1,60}$/.test(key)) return "<hidden>";
  const at = key.indexOf(":");
  return at < 0 || at === key.length - 1 ? key : `${key.slice(0, at + 1)}…`;
}

/** `TIProviders.OTX.Args`; steps with dots are quoted. */
export function showPath(path: YamlPath): string {
  return path
    .map(step => (/^[\w-]+$/.test(String(step)) ? String(step) : JSON.stringify(showKey(String(step)))))
    .join(".");
}
