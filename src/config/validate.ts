/** All rules over one file, with the place of everything they find. */
import type { Diagnostic } from "../base/diagnostic.js";
import { checkSpec } from "./check-spec.js";
import { toDiagnostic, toFinding, type ConfigFinding, type Issue } from "./issue.js";
import { checkLogic } from "./logical-rules.js";
import { configSpec } from "./section-table.js";
import type { EnvironmentVariables } from "./setting.js";
import type { YamlSource } from "./yaml-source.js";
import { positionAt } from "../base/diagnostic.js";

interface ValidationInput {
  readonly env: EnvironmentVariables;
  /** Errors in our own section. */
  readonly own: readonly Diagnostic[];
  /** Errors about the file as a whole. */
  readonly shape: readonly Diagnostic[];
}

export interface SourceValidation {
  /** Told each time the file is loaded. */
  readonly warnings: readonly Diagnostic[];
  /** Everything. */
  readonly findings: readonly ConfigFinding[];
}

/** Rules about settings that are worth telling each time, not only when asked. */
const told = new Set(["config/empty", "config/workspace"]);

const bySpec = { ...configSpec, keys: { ...configSpec.keys, Huntbook: { kind: "any", doc: "" } as const } };

/** Validates a parsed file; `root` is its mapping, empty when it has none. */
export function validateSource(
  source: YamlSource,
  root: Readonly<Record<string, unknown>>,
  input: ValidationInput,
): SourceValidation {
  const types = checkSpec(root, bySpec);
  const isReadable = source.value !== undefined && input.shape.length === 0;
  const logic = isReadable ? checkLogic(root, input.env) : [];
  const issues: Issue[] = [...types, ...logic.filter(i => told.has(i.code))];
  return {
    warnings: issues.map(i => toDiagnostic({ ...i, severity: "warning" }, source)).sort(byPlace),
    findings: [
      ...[...source.diagnostics, ...input.shape].map(d => fromDiagnostic(d, "file", [], source)),
      ...input.own.map(d => fromDiagnostic(d, "type", ["Huntbook"], source)),
      ...logic.map(i => toFinding(i, "logical", source)),
      ...types.map(i => toFinding(i, "type", source)),
    ],
  };
}

const byPlace = (a: Diagnostic, b: Diagnostic): number => a.span.start - b.span.start;

function fromDiagnostic(
  diagnostic: Diagnostic,
  rule: ConfigFinding["rule"],
  path: readonly string[],
  source: YamlSource,
): ConfigFinding {
  const { line, column } = positionAt(source.text, diagnostic.span.start);
  const { message, hint } = diagnostic;
  const code = diagnostic.code as ConfigFinding["code"];
  const severity = diagnostic.severity === "error" ? "error" : "warning";
  return { code, severity, path, rule, message, line, column, ...(hint === undefined ? {} : { fix: hint }) };
}

/** Validates settings that are in no file yet. */
export function validateSettings(
  root: Readonly<Record<string, unknown>>,
  env: EnvironmentVariables,
): readonly ConfigFinding[] {
  return [
    ...checkLogic(root, env).map(i => toFinding(i, "logical", undefined)),
    ...checkSpec(root, bySpec).map(i => toFinding(i, "type", undefined)),
  ];
}
