/** Type rules: every key is known, every value fits what the table says. */
import type { ErrorCode } from "../base/error.js";
import { didYouMean, nearestName } from "../base/suggest.js";
import { unreachable } from "../base/error.js";
import type { Issue } from "./issue.js";
import { showKey, showPath } from "./issue.js";
import { entrySpec, findKey, type EnumSpec, type MapSpec, type NamedSpec, type Spec, type TextSpec } from "./spec.js";
import { isMapping, type YamlPath } from "./yaml-source.js";

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Says whether text has the form of a GUID. */
export function isGuid(text: string): boolean {
  return uuid.test(text);
}

/** `{ EnvironmentVar: NAME }` or `{ KeyVault: NAME }`. */
export function isReference(value: unknown): value is Record<string, unknown> {
  return isMapping(value) && ("EnvironmentVar" in value || "KeyVault" in value) && !isMapping(value["KeyVault"]);
}

/** YAML 1.1's words for true and false, which MSTICPy's reader (PyYAML) takes as such. */
export function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (/^(?:yes|true|on)$/i.test(value)) return true;
  return /^(?:no|false|off)$/i.test(value) ? false : undefined;
}

/** Nesting beyond this is not followed: the table is far from that deep. */
const maxDepth = 12;

/** Everything that does not fit, in the order of the file. Values are never part of a message: they may be secrets. */
export function checkSpec(root: unknown, spec: Spec): Issue[] {
  const issues: Issue[] = [];
  check(root, spec, [], issues);
  return limitIssues(issues);
}

/** A file with more than this is another file; to place each of thousands of issues takes minutes. */
const maxIssues = 100;

/** The first ones, and how many more there are. */
export function limitIssues(issues: readonly Issue[]): Issue[] {
  if (issues.length <= maxIssues) return [...issues];
  const message = `and ${issues.length - maxIssues} more`;
  return [...issues.slice(0, maxIssues), { code: "config/more", severity: "warning", path: [], message }];
}

type Words = readonly [code: ErrorCode, path: YamlPath, message: string, fix?: string | undefined];

function add(issues: Issue[], ...[code, path, message, fix]: Words): void {
  issues.push({ code, severity: "warning", path, message, ...(fix === undefined ? {} : { fix }) });
}

function check(value: unknown, spec: Spec, path: YamlPath, issues: Issue[]): void {
  // Not set, which the logical rules judge.
  if (value === null || value === undefined || path.length > maxDepth) return;
  switch (spec.kind) {
    case "any":
      return;
    case "map":
      return checkMap(value, spec, path, issues);
    case "named":
      return checkNamed(value, spec, path, issues);
    case "text":
    case "secret":
      return checkText(value, spec, path, issues);
    case "bool":
      if (toBoolean(value) === undefined && !isReference(value))
        wrong(path, "must be true or false", "write true or false, without quotes", issues);
      return;
    case "number": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      if (isReference(value)) return;
      if (typeof number !== "number" || !Number.isFinite(number)) wrong(path, "must be a number", undefined, issues);
      else if (spec.above !== undefined && number <= spec.above)
        wrong(path, `must be above ${spec.above}`, undefined, issues);
      return;
    }
    case "enum":
      return checkEnum(value, spec, path, issues);
    case "list": {
      const items = Array.isArray(value) ? (value as unknown[]) : [value];
      for (const [i, item] of items.entries())
        if (typeof item !== "string" && typeof item !== "number")
          wrong(Array.isArray(value) ? [...path, i] : path, "must be text", "write a list of texts", issues);
      return;
    }
    case "timeout":
      if (!isTimeout(value))
        wrong(path, "is no time limit", "write seconds, [total, connect] or { timeout: 30, connect: 5 }", issues);
      return;
    default:
      return unreachable(spec, "checkSpec");
  }
}

function wrong(path: YamlPath, what: string, fix: string | undefined, issues: Issue[]): void {
  add(issues, "config/type", path, `'${showPath(path)}' ${what}`, fix);
}

function checkMap(value: unknown, spec: MapSpec, path: YamlPath, issues: Issue[]): void {
  if (!isMapping(value)) {
    const what = path.length === 0 ? "the file must be a mapping" : `'${showPath(path)}' must be a mapping`;
    add(issues, "config/type", path, what, `it has ${Object.keys(spec.keys).slice(0, 6).join(", ")}`);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    const known = findKey(spec, key);
    const here = known === undefined ? spec.others : spec.keys[known];
    const isSlip =
      known === undefined && here?.kind === "any" && nearestName(key, Object.keys(spec.keys)) !== undefined;
    if (here !== undefined && !isSlip) check(item, here, [...path, key], issues);
    else unknownKey(key, spec, path, issues);
  }
  for (const [key, item] of Object.entries(spec.keys))
    if (item.kind === "text" && item.required === true && !isSet(value, key, spec)) missing(key, item, path, issues);
}

function isSet(value: Readonly<Record<string, unknown>>, key: string, spec: MapSpec): boolean {
  const found = Object.keys(value).find(k => findKey(spec, k) === key);
  return found !== undefined && value[found] !== null && value[found] !== "";
}

function unknownKey(key: string, spec: MapSpec, path: YamlPath, issues: Issue[]): void {
  const known = Object.keys(spec.keys);
  if (issues.length >= maxIssues) return add(issues, "config/unknown-key", path, "");
  const where = path.length === 0 ? "" : ` in '${showPath(path)}'`;
  const shown = showKey(key);
  const near = shown === key ? nearestName(key, known) : undefined;
  const message = `unknown key '${shown}'${where}${near === undefined ? "" : `; did you mean '${near}'?`}`;
  add(
    issues,
    "config/unknown-key",
    [...path, key],
    message,
    near === undefined ? `known: ${known.join(", ")}` : `write ${near}`,
  );
}

function missing(key: string, spec: TextSpec, path: YamlPath, issues: Issue[]): void {
  if (spec.format === "guid" && path[1] === "Workspaces")
    return add(issues, "config/guid", [...path, key], invalidGuid(key, path), guidFix);
  add(issues, "config/required", [...path, key], `'${showPath(path)}' has no ${key}`, spec.doc);
}

const guidFix = "copy it from the workspace's page in the portal";
const invalidGuid = (key: string | number | undefined, path: YamlPath): string =>
  `Invalid GUID for ${key ?? ""} in ${path[2] ?? ""} section`;

function checkNamed(value: unknown, spec: NamedSpec, path: YamlPath, issues: Issue[]): void {
  if (!isMapping(value)) {
    add(issues, "config/type", path, `'${showPath(path)}' must be names with settings`, spec.doc);
    return;
  }
  for (const [name, item] of Object.entries(value)) check(item, entrySpec(spec, name), [...path, name], issues);
}

function checkText(
  value: unknown,
  spec: Extract<Spec, { kind: "text" | "secret" }>,
  path: YamlPath,
  issues: Issue[],
): void {
  if (isReference(value)) return checkReference(value, path, issues);
  if (typeof value === "boolean" || (typeof value === "object" && value !== null)) {
    const fix =
      typeof value === "boolean" ? "put it in quotes" : "write text, { EnvironmentVar: NAME } or { KeyVault: NAME }";
    return wrong(path, "must be text", fix, issues);
  }
  if (value === "" || spec.kind === "secret") return;
  const text = String(value);
  if (spec.format === "guid" && !isGuid(text)) {
    if (path[1] === "Workspaces" && path.length === 4)
      add(issues, "config/guid", path, invalidGuid(path.at(-1), path), guidFix);
    else add(issues, "config/guid", path, `'${showPath(path)}' is not a GUID`, "copy it from the portal");
  }
  if (spec.format === "url" && !/^https?:\/\/[^\s/]+/i.test(text))
    wrong(path, "must be an http or https address", "begin it with https://", issues);
}

function checkReference(value: Readonly<Record<string, unknown>>, path: YamlPath, issues: Issue[]): void {
  const name = value["EnvironmentVar"];
  if ("EnvironmentVar" in value && (typeof name !== "string" || name === ""))
    add(
      issues,
      "config/reference",
      path,
      `${showPath(path)}: No environment variable name specified.`,
      "write { EnvironmentVar: NAME }",
    );
  const secret = value["KeyVault"];
  if (typeof secret === "string" && secret !== "" && !/^(?:[0-9A-Za-z-]+\/)?[0-9A-Za-z-]+$/.test(secret))
    add(
      issues,
      "config/reference",
      path,
      `'${showPath(path)}' names a key vault secret in a form that cannot be`,
      "names have letters, digits and hyphens: secret or vault/secret",
    );
  for (const key of Object.keys(value))
    if (key !== "EnvironmentVar" && key !== "KeyVault")
      add(
        issues,
        "config/unknown-key",
        [...path, key],
        `unknown key '${showKey(key)}' in '${showPath(path)}'`,
        "remove it",
      );
}

function checkEnum(value: unknown, spec: EnumSpec, path: YamlPath, issues: Issue[]): void {
  const isList = Array.isArray(value);
  if (isList && spec.many !== true)
    return wrong(path, "must be one value", `one of: ${spec.options.join(", ")}`, issues);
  for (const [i, item] of (isList ? (value as unknown[]) : [value]).entries()) {
    if (typeof item === "string" && toOption(item, spec) !== undefined) continue;
    const known = spec.options.join(", ");
    const suggestion = typeof item === "string" ? didYouMean(item, spec.options) : "";
    add(
      issues,
      "config/type",
      isList ? [...path, i] : path,
      `'${showPath(path)}' must be ${spec.many === true ? "of" : "one of"}: ${known}${suggestion}`,
    );
  }
}

/** The option that a text means, in any case and by its other names. */
export function toOption(text: string, spec: EnumSpec): string | undefined {
  const lower = text.trim().toLowerCase();
  return spec.options.find(o => o === lower) ?? spec.aliases?.[lower];
}

const isSeconds = (value: unknown): boolean => typeof value === "number" && value > 0;

function isTimeout(value: unknown): boolean {
  if (Array.isArray(value))
    return value.length >= 1 && value.length <= 4 && value.every(v => v === null || isSeconds(v));
  if (!isMapping(value)) return isSeconds(value);
  const known = ["timeout", "connect", "read", "write", "pool"];
  return Object.entries(value).every(([key, v]) => known.includes(key) && (v === null || isSeconds(v)));
}
