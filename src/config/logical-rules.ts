/** Rules about settings that must be there together: MSTICPy's `validate_config`, with places and what to do. */
import { isGuid, isReference, limitIssues, toBoolean } from "./check-spec.js";
import { showKey, type Issue } from "./issue.js";
import { configSpec } from "./section-table.js";
import type { EnvironmentVariables } from "./setting.js";
import { specAt } from "./spec.js";
import { isMapping, type YamlPath } from "./yaml-source.js";

type Root = Readonly<Record<string, unknown>>;
type Report = (issue: Issue) => void;

const sentinelSections = ["AzureSentinel", "MSSentinel"] as const;

/** What MSTICPy's own check finds, and where. `root` is the file as plain values. */
export function checkLogic(root: Root, env: EnvironmentVariables): Issue[] {
  const issues: Issue[] = [];
  const report: Report = issue => void issues.push(issue);
  checkSentinel(root, report);
  for (const section of ["TIProviders", "OtherProviders", "ContextProviders", "DataProviders"])
    if (section in root) checkProviders(section, root[section], report);
  checkVault(root, report);
  checkCli(root, report);
  checkVariables(root, [], env, report);
  return limitIssues(issues);
}

function checkSentinel(root: Root, report: Report): void {
  const section = sentinelSections.find(s => root[s] !== undefined && root[s] !== null);
  // Local workspaces do as well: MSTICPy's error is a warning where there are some.
  const severity = isMapping(root["Huntbook"]) && "Workspaces" in root["Huntbook"] ? "warning" : "error";
  const fix = "add MSSentinel.Workspaces with WorkspaceId and TenantId, or Huntbook.Workspaces for folders";
  if (section === undefined) {
    report({
      code: "config/no-sentinel",
      severity,
      path: [],
      message: "Missing or empty 'AzureSentinel' section",
      fix,
    });
    return;
  }
  const names: string[] = [];
  for (const name of sentinelSections) {
    const value = root[name];
    const workspaces = isMapping(value) ? value["Workspaces"] : undefined;
    if (isMapping(workspaces)) names.push(...Object.keys(workspaces));
    if (name !== section || isMapping(workspaces)) continue;
    const message = "Missing or empty 'Workspaces' key in 'AzureSentinel' section";
    report({ code: "config/no-sentinel", severity, path: [name], message, fix });
  }
  checkWorkspaceEntries(root, report);
  if (names.length > 1 && !names.some(n => n.toLowerCase() === "default"))
    report({
      code: "config/no-default-workspace",
      severity: "warning",
      path: [section, "Workspaces"],
      message: "No default workspace set",
      fix: "name one of them Default, or name a workspace each time",
    });
}

function checkWorkspaceEntries(root: Root, report: Report): void {
  for (const section of sentinelSections) {
    const value = root[section];
    const workspaces = isMapping(value) ? value["Workspaces"] : undefined;
    if (!isMapping(workspaces)) continue;
    for (const [name, entry] of Object.entries(workspaces))
      if (!isMapping(entry) || Object.keys(entry).length === 0)
        report({
          code: "config/workspace",
          severity: "error",
          path: [section, "Workspaces", name],
          message: `workspace '${showKey(name)}' has no settings`,
          fix: "give WorkspaceId and TenantId",
        });
  }
}

/** Whether a setting has a value: text, a number, or a reference. `{ KeyVault: null }` is one, null is none. */
const hasValue = (value: unknown): boolean =>
  isReference(value) || typeof value === "number" || (typeof value === "string" && value.trim() !== "");

function checkProviders(section: string, value: unknown, report: Report): void {
  const empty = (path: YamlPath, message: string, fix: string) =>
    report({ code: "config/empty", severity: "warning", path, message, fix });
  if (!isMapping(value) || Object.keys(value).length === 0)
    return empty([section], `'${section}' section has no settings.`, "add a provider or remove the section");
  for (const [name, entry] of Object.entries(value)) {
    const path = [section, name];
    if (!isMapping(entry) || Object.keys(entry).length === 0) {
      empty(path, `'${section}/${showKey(name)}' sub-section has no settings.`, "fill it in or remove it");
      continue;
    }
    if (toBoolean(entry["Enabled"]) === false || entry["Provider"] === "--no-load--") continue;
    checkArguments(path, entry, report);
  }
}

function checkArguments(path: YamlPath, entry: Root, report: Report): void {
  const [section, name] = path;
  const args = entry["Args"];
  if ("Args" in entry && (!isMapping(args) || Object.keys(args).length === 0)) {
    const message = `'${section}/${showKey(String(name))}/Args' key has no settings or is not a valid format.`;
    report({
      code: "config/args",
      severity: "error",
      path: [...path, "Args"],
      message,
      fix: "give it keys, or remove it",
    });
    return;
  }
  const given = isMapping(args) ? args : {};
  const spec = specAt(configSpec, [...path, "Args"]);
  if (spec?.kind !== "map") return;
  for (const [key, item] of Object.entries(spec.keys))
    if (item.kind === "secret" && item.required === true && !hasValue(given[key]))
      report({
        code: "config/key",
        severity: "error",
        path: [...path, "Args", key],
        message: `${section}/${showKey(String(name))}: Missing or invalid ${key}.`,
        fix: `set Args.${key} to text, { EnvironmentVar: NAME } or { KeyVault: NAME }`,
      });
}

function checkVault(root: Root, report: Report): void {
  const uses = findReferences(root, []).filter(r => r.kind === "KeyVault");
  const vault = root["KeyVault"];
  const key = (name: string) => {
    const found = isMapping(vault) ? Object.keys(vault).find(k => k.toLowerCase() === name) : undefined;
    return found === undefined || !isMapping(vault) ? undefined : vault[found];
  };
  const first = uses[0];
  if (first !== undefined && !isMapping(vault))
    return report({
      code: "config/no-vault",
      severity: "error",
      path: first.path,
      message: `${uses.length} ${uses.length === 1 ? "setting is" : "settings are"} in a key vault and there is no KeyVault section`,
      fix: "add KeyVault with VaultName and TenantId",
    });
  if (!isMapping(vault)) return;
  const needsName = uses.some(u => !u.name.includes("/"));
  if ((needsName || uses.length === 0) && !hasValue(key("vaultname")))
    report({
      code: "config/no-vault",
      severity: needsName ? "error" : "warning",
      path: ["KeyVault"],
      message: "'KeyVault' has no VaultName",
      fix: "give the vault's name",
    });
  const tenant = key("tenantid");
  if (!hasValue(tenant) || (typeof tenant === "string" && !isGuid(tenant)))
    report({
      code: "config/no-vault",
      severity: uses.length > 0 ? "error" : "warning",
      path: ["KeyVault"],
      message: "'KeyVault' has no valid TenantId",
      fix: "give the directory id from the vault's properties",
    });
}

/** An application needs all three. */
function checkCli(root: Root, report: Report): void {
  const providers = root["DataProviders"];
  const places: [YamlPath, unknown][] = [
    [["AzureCLI"], root["AzureCLI"]],
    [["DataProviders", "AzureCLI"], isMapping(providers) ? providers["AzureCLI"] : undefined],
  ];
  for (const [path, value] of places) {
    const args = isMapping(value) ? (isMapping(value["Args"]) ? value["Args"] : value) : {};
    if (!hasValue(args["clientId"])) continue;
    for (const key of ["tenantId", "clientSecret"])
      if (!hasValue(args[key]))
        report({
          code: "config/key",
          severity: "error",
          path: [...path, "Args", key],
          message: `${path.join("/")}: Missing or invalid ${key}.`,
          fix: "an application needs clientId, tenantId and clientSecret",
        });
  }
}

interface Reference {
  readonly kind: "EnvironmentVar" | "KeyVault";
  readonly path: YamlPath;
  /** Empty when it says none. */
  readonly name: string;
}

/** Every `{ EnvironmentVar }` and `{ KeyVault }` of the file; the section KeyVault is none. */
export function findReferences(value: unknown, path: YamlPath): Reference[] {
  if (path.length > 12) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => findReferences(item, [...path, i]));
  if (!isMapping(value)) return [];
  if (path.length > 0 && isReference(value))
    return (["EnvironmentVar", "KeyVault"] as const)
      .filter(kind => kind in value)
      .map(kind => ({ kind, path, name: typeof value[kind] === "string" ? value[kind] : "" }));
  return Object.entries(value).flatMap(([key, item]) => findReferences(item, [...path, key]));
}

function checkVariables(root: Root, path: YamlPath, env: EnvironmentVariables, report: Report): void {
  for (const { kind, name, path: at } of findReferences(root, path)) {
    if (kind !== "EnvironmentVar" || name === "") continue;
    const value = env[name];
    if (value !== undefined && value !== "") continue;
    report({
      code: "config/variable",
      severity: "warning",
      path: at,
      message: value === undefined ? `Env variable ${name} not set.` : `Env variable ${name} value is not set.`,
      fix: `set ${name} before you start, or store the setting elsewhere`,
    });
  }
}
