import { resolve } from "node:path";
import process from "node:process";
import { configFileName, findConfig, readConfig, systemConfigPorts, type ConfigPorts } from "../../config/config.js";
import { ConfigDocument } from "../../config/config-document.js";
import { ConfigFile } from "../../config/config-file.js";
import { configJsonSchema } from "../../config/json-schema.js";
import { parsePortalUrl, parseWorkspaceName, type WorkspaceSettings } from "../../config/import-workspace.js";
import type { ConfigFinding } from "../../config/issue.js";
import { showPath } from "../../config/issue.js";
import { saveText } from "../../config/save-text.js";
import { isMapping } from "../../config/yaml-source.js";
import { didYouMean } from "../../base/suggest.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { showAddress } from "../open-browser.js";
import { aborted, readPort } from "../serve.js";
import { displayWidth, padWidth, visibleLine } from "../../view/index.js";
import { printJson, printLine, printNote, printTable } from "../print.js";

const actions = {
  show: "the settings in use, secrets masked",
  validate: "what is wrong, with lines and what to do (1 when there are errors)",
  edit: "open the settings editor in the browser",
  init: "write a first file",
  workspaces: "the workspaces in Azure that your sign-in can see",
  import: "add a workspace: a config.json, an address of the Azure portal, or the id or name of a workspace in Azure",
  resolve: "fill in what is missing of an entry, from its WorkspaceId or WorkspaceName",
  schema: "the JSON Schema, for editors",
} as const;

export const configCommand: Command = {
  name: "config",
  summary: "Show, check or begin the configuration (msticpyconfig.yaml).",
  synopsis: "config show|validate|edit|init|workspaces|import|resolve|schema [FILE|URL|NAME] [options]",
  details: Object.entries(actions)
    .map(([name, what]) => `  ${name.padEnd(10)}  ${what}`)
    .join("\n"),
  options: {
    file: { type: "string", short: "f", value: "FILE", help: "The configuration, instead of the one in use" },
    name: { type: "string", value: "NAME", help: "import: name of the workspace's entry" },
    tenant: { type: "string", value: "T", help: "workspaces: id or domain of the tenant" },
    local: { type: "string", multiple: true, value: "NAME=DIR", help: "init: a local workspace; may repeat" },
    force: { type: "boolean", help: "init: replace a file, keeping a backup" },
    port: { type: "string", value: "N", help: "edit: port of the page (default: any free one)" },
    "no-open": { type: "boolean", help: "edit: do not open a browser; print the address only" },
    json: { type: "boolean", help: "Print the result as JSON" },
  },
  examples: [
    "huntbook config show",
    "huntbook config validate --json",
    "huntbook config edit",
    "huntbook config init --local Case42=./case-042",
    "huntbook config workspaces",
    "huntbook config import soc-prod",
    "huntbook config import config.json",
    "huntbook config schema > msticpyconfig.schema.json",
  ],
  positionals: {
    min: 1,
    max: 2,
    names: "what to do: show, validate, edit, init, workspaces, import, resolve or schema",
  },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const [action = "", target] = args.positionals;
  const known = Object.keys(actions);
  if (!known.includes(action))
    throw usageError(`'huntbook config' has no '${action}'${didYouMean(action, known)}`, `it has ${known.join(", ")}`);
  if (action !== "import" && action !== "resolve" && target !== undefined)
    throw usageError(`'huntbook config ${action}' does not take '${target}'`, "--file FILE names the configuration");
  const ports: ConfigPorts = { ...systemConfigPorts(), env: context.io.env, cwd: context.io.cwd };
  switch (action) {
    case "show":
      return show(args, context, ports);
    case "validate":
      return validate(args, context, ports);
    case "edit":
      return edit(args, context);
    case "init":
      return init(args, context, ports);
    case "workspaces":
      return listWorkspaces(args, context);
    case "import":
      return importFrom(args, context, ports);
    case "resolve":
      return resolveEntry(args, context, ports);
    default:
      printJson(context.io, configJsonSchema());
      return exitCodes.done;
  }
}

function openExisting(args: Args, ports: ConfigPorts): ConfigFile | undefined {
  const file = args.text("file");
  const config = ConfigFile.open(ports, file);
  if (config.exists) return config;
  if (file !== undefined) throw usageError(`there is no '${config.path}'`, "huntbook config init writes one");
  return undefined;
}

async function show(args: Args, { io }: Context, ports: ConfigPorts): Promise<number> {
  const config = openExisting(args, ports);
  if (args.flag("json")) printJson(io, { path: config?.path ?? null, settings: config?.masked ?? {} });
  else if (config === undefined)
    printNote(
      io,
      `no ${configFileName} found: the default workspace is the Contoso demo (huntbook config init writes one)`,
    );
  else {
    printLine(io, config.path);
    const rows = flatten(config.masked, []);
    printTable(io, ["setting", "value"], rows);
  }
  return exitCodes.done;
}

function flatten(value: unknown, path: readonly (string | number)[]): [string, string][] {
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    if (Array.isArray(value) && value.every(v => typeof v !== "object")) return [[showPath(path), value.join(", ")]];
    return Object.entries(value).flatMap(([key, item]) => flatten(item, [...path, key]));
  }
  const shown = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return [[showPath(path), shown]];
}

async function validate(args: Args, { io }: Context, ports: ConfigPorts): Promise<number> {
  const { path, findings } = findProblems(args, ports);
  const errors = findings.filter(f => f.severity === "error");
  if (args.flag("json"))
    printJson(io, { path: path ?? null, errors: errors.length, warnings: findings.length - errors.length, findings });
  else printFindings(io, path, findings);
  return errors.length > 0 ? exitCodes.failed : exitCodes.done;
}

/** Also for files that cannot be read as YAML: that is a finding like others. */
function findProblems(
  args: Args,
  ports: ConfigPorts,
): { path: string | undefined; findings: readonly ConfigFinding[] } {
  const file = args.text("file");
  const path = file === undefined ? findConfig(ports)?.path : resolve(ports.cwd, file);
  const text = path === undefined ? undefined : ports.read(path);
  if (file !== undefined && text === undefined)
    throw usageError(`there is no '${path ?? file}'`, "huntbook config init writes one");
  if (path === undefined || text === undefined) return { path: undefined, findings: [] };
  return { path, findings: readConfig(text, { path, from: "working folder" }, ports).findings };
}

function printFindings(io: Context["io"], path: string | undefined, findings: readonly ConfigFinding[]): void {
  if (path === undefined) {
    printNote(io, `no ${configFileName} found: there is nothing to check`);
    return;
  }
  const sorted = [...findings].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  for (const f of sorted) {
    printLine(io, `${path}:${f.line ?? 1}:${f.column ?? 1}: ${f.severity} ${f.code}: ${f.message}`);
    if (f.fix !== undefined) printLine(io, `  hint: ${f.fix}`);
  }
  const count = (severity: string) => findings.filter(f => f.severity === severity).length;
  printLine(io, `${path}: ${count("error")} errors, ${count("warning")} warnings`);
}

/** Until it is interrupted. A page that is closed can be opened again; what was not saved is there as long as this runs. */
async function edit(args: Args, context: Context): Promise<number> {
  const { io } = context;
  if (args.flag("json")) throw usageError("'huntbook config edit' prints an address, and no JSON");
  const host = await context.host();
  const file = args.text("file");
  const server = await host.serveSettings({
    port: readPort(args.text("port")) ?? 0,
    ...(file === undefined ? {} : { file: resolve(io.cwd, file) }),
    log: line => printNote(io, line),
  });
  try {
    printLine(io, server.address);
    printNote(io, "Press Ctrl-C to stop. The address holds the key to this page; do not share it.");
    if (!args.flag("no-open"))
      await showAddress(server.address, { env: io.env, platform: process.platform, note: line => printNote(io, line) });
    await aborted(io.signal);
  } finally {
    await server.close();
  }
  printNote(io, "\nStopped.");
  return exitCodes.done;
}

const template = `# Configuration of Huntbook and MSTICPy. \`huntbook config validate\` checks it; \`huntbook config schema\` gives editors a schema.
#
# MSSentinel:
#   Workspaces:
#     Default: # the workspace that is meant when none is named
#       WorkspaceId: 00000000-0000-0000-0000-000000000000
#       TenantId: 00000000-0000-0000-0000-000000000000
#       SubscriptionId: 00000000-0000-0000-0000-000000000000
#       ResourceGroup: my-group
#       WorkspaceName: my-workspace
# Azure:
#   cloud: global # or usgov, cn
#   auth_methods: [cli, msi, devicecode]
# TIProviders:
#   VirusTotal:
#     Args:
#       AuthKey: { EnvironmentVar: VT_API_KEY } # or text, or { KeyVault: name }
#     Primary: true
# OtherProviders:
#   GeoIPLite:
#     Args:
#       AccountID: "123456"
#       AuthKey: { EnvironmentVar: MAXMIND_KEY }
`;

async function init(args: Args, { io }: Context, ports: ConfigPorts): Promise<number> {
  const path = resolve(ports.cwd, args.text("file") ?? configFileName);
  const exists = ports.read(path) !== undefined;
  if (exists && !args.flag("force"))
    throw usageError(`'${path}' is there already`, "--force replaces it and keeps a backup");
  const document = ConfigDocument.parse(template, path);
  for (const entry of args.list("local")) {
    const [, name = "", dir = ""] = /^([^=]+)=(.+)$/s.exec(entry) ?? [];
    if (name === "") throw usageError(`'--local ${entry}' is not NAME=DIR`);
    document.set(["Huntbook", "Workspaces", name, "local"], dir);
  }
  const saved = await saveText(path, document.toString(), { backup: true, now: new Date() });
  report(args, io, `wrote ${saved.path}`, saved);
  return exitCodes.done;
}

function report(args: Args, io: Context["io"], line: string, result: object): void {
  if (args.flag("json")) printJson(io, result);
  else {
    printLine(io, line);
    const { backup } = result as { backup?: string };
    if (backup !== undefined) printLine(io, `  the old file is ${backup}`);
  }
}

/** A subscription that could not be looked at makes the list less than whole: exit code 1. */
async function listWorkspaces(args: Args, context: Context): Promise<number> {
  const { io } = context;
  const found = await (await context.host()).findWorkspaces(args.text("tenant"), io.signal);
  if (args.flag("json")) printJson(io, found);
  else {
    const rows = found.workspaces;
    const width = Math.max(0, ...rows.map(r => displayWidth(visibleLine(r.settings.WorkspaceName))));
    // Not a table: an id that is cut off is of no use.
    for (const { settings: s, subscription, location } of rows) {
      printLine(io, `${padWidth(visibleLine(s.WorkspaceName), width, "left")}  ${s.WorkspaceId}`);
      printLine(io, `  ${[subscription, s.ResourceGroup, location].filter(t => t !== "").join(", ")}`);
    }
    for (const { subscription, message } of found.failed)
      printNote(io, `subscription ${subscription} could not be looked at: ${message}`);
    const some = rows.length > 0;
    printNote(io, some ? "huntbook config import NAME adds one." : "No workspace was found that this sign-in can see.");
  }
  return found.failed.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function importFrom(args: Args, context: Context, ports: ConfigPorts): Promise<number> {
  const target = args.positionals[1];
  if (target === undefined)
    throw usageError(
      "'huntbook config import' needs a config.json, an address of the Azure portal, or the id or name of a workspace",
    );
  const file = ConfigFile.open(ports, args.text("file"));
  const isFile = /\.json$/i.test(target) || ports.read(resolve(ports.cwd, target)) !== undefined;
  const name = /^https?:/i.test(target)
    ? await importAddress(args, context, { file, address: target })
    : isFile
      ? importFile(args, file, target)
      : await importNamed(args, context, { file, known: parseWorkspaceName(target) });
  const saved = await file.save(new Date());
  report(args, context.io, `wrote workspace ${name} to ${saved.path}`, { ...saved, workspace: name });
  return exitCodes.done;
}

function importFile(args: Args, file: ConfigFile, path: string): string {
  if (args.text("name") === undefined) return file.importConfigJson(path);
  throw usageError("--name is for addresses and workspaces; a config.json says its workspace's name");
}

interface Imported {
  readonly file: ConfigFile;
  readonly known: WorkspaceSettings;
  readonly cloud?: string;
  readonly domain?: string | undefined;
}

async function importAddress(
  args: Args,
  context: Context,
  { file, address }: { readonly file: ConfigFile; readonly address: string },
): Promise<string> {
  const { cloud, settings, tenantDomain } = parsePortalUrl(address);
  const name = await importNamed(args, context, { file, known: settings, cloud, domain: tenantDomain });
  if (cloud !== "global") file.set(["Azure", "cloud"], cloud);
  return name;
}

/** The first workspace is the default too. */
async function importNamed(args: Args, context: Context, { file, known, ...place }: Imported): Promise<string> {
  const { signal } = context.io;
  const settings = await (await context.host()).resolveWorkspace(known, { ...place, signal });
  const name = args.text("name") ?? settings.WorkspaceName;
  const all = file.document.get(["MSSentinel", "Workspaces"]);
  const others = isMapping(all) ? Object.keys(all).filter(n => n !== name) : [];
  file.addWorkspace(name, settings, { asDefault: others.length === 0 });
  const [only] = others;
  // The only workspace was meant when none was named; it still is.
  if (others.length === 1 && only !== undefined && only !== "Default") {
    file.addWorkspace("Default", file.document.get(["MSSentinel", "Workspaces", only]) as WorkspaceSettings);
    printNote(context.io, `${only} stays the default: it is written as Default too.`);
  }
  return name;
}

async function resolveEntry(args: Args, context: Context, ports: ConfigPorts): Promise<number> {
  const file = ConfigFile.open(ports, args.text("file"));
  const all = file.document.get(["MSSentinel", "Workspaces"]);
  const names = isMapping(all) ? Object.keys(all) : [];
  const name = args.positionals[1] ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !names.includes(name))
    throw usageError(
      name === undefined
        ? "'huntbook config resolve' needs the name of an entry"
        : `there is no workspace '${name}'${didYouMean(name, names)}`,
      names.length === 0 ? "huntbook config import adds one" : `it has ${names.join(", ")}`,
    );
  const known = (file.document.get(["MSSentinel", "Workspaces", name]) ?? {}) as WorkspaceSettings;
  const found = await (await context.host()).resolveWorkspace(known, { signal: context.io.signal });
  file.addWorkspace(name, found);
  if (!file.isChanged) {
    report(args, context.io, `workspace ${name} is complete`, { path: file.path, workspace: name, changed: false });
    return exitCodes.done;
  }
  const saved = await file.save(new Date());
  report(args, context.io, `completed workspace ${name} in ${saved.path}`, {
    ...saved,
    workspace: name,
    changed: true,
  });
  return exitCodes.done;
}
