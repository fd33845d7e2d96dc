/** initNotebook: makes a hunt's names available and says what was found. */
import { createRequire } from "node:module";
import process from "node:process";
import { HuntError, isHuntError } from "../base/error.js";
import type { Notice } from "../base/port.js";
import { didYouMean } from "../base/suggest.js";
import { ConfigFile } from "../config/config-file.js";
import type { Content, TableCell } from "../view/index.js";
import { currentSession } from "./ambient.js";
import { loadUserDefaults, loadUserSession } from "./autoload.js";
import { findLatestVersion, importExtras, missingPackages } from "./notebook-imports.js";
import type { Session } from "./session.js";
import { Shown } from "./show.js";

export interface InitNotebookOptions {
  /** Where the names are put; default the notebook's global scope. */
  readonly namespace?: Record<string, unknown>;
  /** `quiet` (or MSTICPy's 0) shows only what needs attention; `normal` (1) is the default; `verbose` (2) adds details. */
  readonly verbosity?: "quiet" | "normal" | "verbose" | 0 | 1 | 2;
  /** Another configuration file for this session. */
  readonly config?: string;
  /** Which names are put into the scope: all (default), or none of Huntbook's. */
  readonly defImports?: "all" | "none";
  /** `"package"`, `"package, name"` or `"package, name, alias"`: imported from the notebook's folder. */
  readonly extraImports?: string | readonly string[];
  /** Packages that the notebook needs; the panel says how to install those that are missing. */
  readonly additionalPackages?: readonly string[];
  /** Leaves out the check of the configuration. */
  readonly noConfigCheck?: boolean;
  /** Asks the registry that npm uses for a newer version. Default false: nothing is sent unasked. */
  readonly checkUpgrade?: boolean;
  /** A user session file; default `mp_user_session.yaml` in the notebook's folder, when it is there. */
  readonly userSession?: string;
}

const optionNames: readonly (keyof InitNotebookOptions)[] = [
  ...(["namespace", "verbosity", "config", "defImports", "extraImports", "additionalPackages"] as const),
  ...(["noConfigCheck", "checkUpgrade", "userSession"] as const),
];

/** The names that a hunt's cells use without importing them; filled by index.ts, which knows the public API. */
export type NotebookNames = Readonly<Record<string, unknown>>;

const nodeWanted = "20.19.0";

function isOlder(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map(v => v.split(".").map(Number));
  const index = [0, 1, 2].find(i => a?.[i] !== b?.[i]);
  return index !== undefined && (a?.[index] ?? 0) < (b?.[index] ?? 0);
}

const ownVersion = (): string => {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  return version;
};

function describeWorkspaces(session: Session): { entries: [string, TableCell][]; notices: Notice[] } {
  try {
    const workspace = session.workspaceConfig();
    const place = session.config.place?.path ?? "none found: using the Contoso demo";
    const kinds = {
      contoso: "demo tenant, generated on this machine",
      local: "local folder",
      sentinel: "Microsoft Sentinel",
    };
    return {
      entries: [
        ["Configuration", place],
        ["Default workspace", `${workspace.name} (${kinds[workspace.kind]})`],
        ["Workspaces", workspace.listWorkspaces().join(", ")],
      ],
      notices: [],
    };
  } catch (error) {
    if (!isHuntError(error)) throw error;
    return { entries: [], notices: [asNotice(error)] };
  }
}

function checkOptions(options: InitNotebookOptions): void {
  for (const name of Object.keys(options))
    if (!(optionNames as readonly string[]).includes(name))
      throw new HuntError("session/option", `initNotebook has no option '${name}'${didYouMean(name, optionNames)}`, {
        hint: `it has ${optionNames.join(", ")}`,
      });
}

const asNotice = (error: HuntError): Notice => ({
  code: error.code,
  message: error.message,
  ...(error.hint === undefined ? {} : { hint: error.hint }),
});

/** A notice where this Node is older than what Huntbook is made for. */
export function checkNode(node: string): Notice[] {
  if (!isOlder(node, nodeWanted)) return [];
  const message = `Node ${node} is older than ${nodeWanted}`;
  return [{ code: "session/old-node", message, hint: "install Node 20.19 or newer" }];
}

/** That there is a newer version, and how to get it. */
export function upgradeNotice(own: string, latest: string | undefined): Notice | undefined {
  if (latest === undefined || !isOlder(own, latest)) return undefined;
  const message = `Huntbook ${latest} is available`;
  return { code: "session/upgrade", message, hint: "npm install huntbook@latest" };
}

async function checkVersions(
  options: InitNotebookOptions,
): Promise<{ notices: Notice[]; upgrade: string | undefined }> {
  const notices = checkNode(process.versions.node);
  if (options.checkUpgrade !== true) return { notices, upgrade: undefined };
  const latest = await findLatestVersion("huntbook");
  if (latest === undefined) return { notices, upgrade: "the newest version could not be found out (offline?)" };
  const notice = upgradeNotice(ownVersion(), latest);
  if (notice === undefined) return { notices, upgrade: "latest known version" };
  return { notices: [...notices, notice], upgrade: notice.message };
}

/** Findings of the configuration as one notice: the details are one call away. */
function checkConfiguration(session: Session): Notice[] {
  const { path } = session.config.place ?? {};
  if (path === undefined) return [];
  const findings = ConfigFile.open(session.configPorts, path).validate();
  const errors = findings.filter(f => f.severity === "error");
  if (errors.length === 0) return [];
  const [first] = errors;
  return [
    {
      code: "config/invalid",
      message: `${path}: ${errors.length} ${errors.length === 1 ? "error" : "errors"}; line ${first?.line ?? 1}: ${first?.message ?? ""}`,
      hint: "new MpConfigFile().validateSettings() shows all of them",
    },
  ];
}

/** Each step of its own: one that fails becomes a notice, and the notebook still works. */
async function attempt<T>(notices: Notice[], otherwise: T, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isHuntError(error)) throw error;
    notices.push(asNotice(error));
    return otherwise;
  }
}

/**
 * Checks versions and configuration, loads plug-ins, puts the hunt's names into the notebook's scope, makes what the
 * configuration's `UserDefaults` and `mp_user_session.yaml` ask for, and returns a panel that shows what was found. Calling it
 * again is harmless.
 *
 * Never throws for a faulty configuration: the panel says what is wrong and what to do.
 * @throws HuntError `session/option` for an option that does not exist
 */
export async function initNotebook(names: NotebookNames, options: InitNotebookOptions = {}): Promise<Shown> {
  checkOptions(options);
  const session = currentSession();
  const { namespace = globalThis } = options;
  const put = (name: string, value: unknown) =>
    Object.defineProperty(namespace, name, { value, writable: true, configurable: true, enumerable: false });
  const { notices, upgrade } = await checkVersions(options);
  const { config } = options;
  if (config !== undefined) await attempt(notices, undefined, () => session.useConfigFile(config));
  const found = describeWorkspaces(session);
  notices.push(...found.notices);
  const usable = found.notices.length === 0;
  const plugins = usable ? await attempt(notices, [], () => session.loadPlugins()) : [];
  const own: NotebookNames =
    options.defImports === "none" ? {} : { ...names, ...Object.fromEntries(session.plugins.names) };
  for (const [name, value] of Object.entries(own)) put(name, value);
  if (usable && options.noConfigCheck !== true)
    notices.push(...(await attempt(notices, [], () => checkConfiguration(session))));
  const extras = typeof options.extraImports === "string" ? [options.extraImports] : (options.extraImports ?? []);
  const imported = await attempt(notices, undefined, () => importExtras(extras));
  for (const [name, value] of imported?.names ?? []) put(name, value);
  notices.push(...(imported?.notices ?? []), ...missingPackages(options.additionalPackages ?? []));
  const loaded: string[] = [];
  // Classes of plug-ins can be named in `UserDefaults` and `mp_user_session.yaml` as our own can.
  const components = {
    ...names,
    ...Object.fromEntries(session.plugins.providers.map(p => [p.name, p.provider])),
    ...own,
  };
  if (usable)
    for (const load of [
      () => loadUserDefaults(session, components),
      () => loadUserSession(session, components, options.userSession),
    ]) {
      const result = await attempt(notices, undefined, load);
      for (const [name, value] of result?.variables ?? []) {
        put(name, value);
        loaded.push(name);
      }
      notices.push(...(result?.notices ?? []));
    }
  // That no file was found is said in the table already.
  const known = session.notices.filter(n => n.code !== "config/none");
  const attention = [...notices, ...known].map(toBanner);
  const { verbosity = "normal" } = options;
  if (verbosity === "quiet" || verbosity === 0) return new Shown({ kind: "group", children: attention });
  const rows: [string, TableCell][] = [
    ["Huntbook", `${ownVersion()} on Node ${process.versions.node}${upgrade === undefined ? "" : ` (${upgrade})`}`],
    ...found.entries,
    ...(usable ? [["Named queries", `${session.definitions.length} definitions`] as [string, TableCell]] : []),
    ["Names", Object.keys(own).join(", ")],
    ...(imported === undefined || imported.names.size === 0 ? [] : [imports(imported.names)]),
    ...(plugins.length === 0 ? [] : [["Plug-ins", plugins.join(", ")] as [string, TableCell]]),
    ...(loaded.length === 0 ? [] : [["Auto-loaded", loaded.join(", ")] as [string, TableCell]]),
    settingsHint,
    ...(verbosity === "verbose" || verbosity === 2 ? details(session) : []),
  ];
  return new Shown({
    kind: "group",
    children: [
      { kind: "heading", level: 3, text: notices.length === 0 ? "Notebook ready" : "Notebook ready, with warnings" },
      { kind: "keyValue", entries: rows.map(([key, value]) => ({ key, value })) },
      ...attention,
    ],
  });
}

/** How to look at the settings and change them. */
const settingsHint: [string, TableCell] = [
  "Settings",
  "new MpConfigEdit() shows and changes them; in the Lab also: menu Settings, Huntbook Settings",
];

const imports = (names: ReadonlyMap<string, unknown>): [string, TableCell] => [
  "Imported",
  [...names.keys()].join(", "),
];

function details(session: Session): [string, TableCell][] {
  return [
    ["Data folder", session.dataDir],
    ["Clock", session.clock.kind],
    ["Platform", `${process.platform} ${process.arch}`],
  ];
}

const toBanner = ({ message, hint }: Notice): Content => ({
  kind: "banner",
  tone: "warning",
  title: message,
  ...(hint === undefined ? {} : { lines: [hint] }),
});
