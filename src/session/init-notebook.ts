/** initNotebook: makes a hunt's names available and says what was found. */
import { createRequire } from "node:module";
import process from "node:process";
import { isHuntError } from "../base/error.js";
import type { Notice } from "../base/port.js";
import type { Content, TableCell } from "../view/index.js";
import { currentSession } from "./ambient.js";
import type { Session } from "./session.js";
import { Shown } from "./show.js";

export interface InitNotebookOptions {
  /** Where the names are put; default the notebook's global scope. */
  readonly namespace?: Record<string, unknown>;
  /** `quiet` shows only what needs attention. Default `normal`. */
  readonly verbosity?: "quiet" | "normal";
}

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
    const notice = {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
    return { entries: [], notices: [notice] };
  }
}

/**
 * Checks versions and configuration, puts the hunt's names into the notebook's scope, and returns a panel that shows
 * what was found. Calling it again is harmless.
 *
 * Never throws for a faulty configuration: the panel says what is wrong and what to do.
 */
export async function initNotebook(names: NotebookNames, options: InitNotebookOptions = {}): Promise<Shown> {
  const session = currentSession();
  const target = options.namespace ?? globalThis;
  for (const [name, value] of Object.entries(names))
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  const node = process.versions.node;
  const old: Notice[] = isOlder(node, nodeWanted)
    ? [
        {
          code: "session/old-node",
          message: `Node ${node} is older than ${nodeWanted}`,
          hint: "install Node 20.19 or newer",
        },
      ]
    : [];
  const { entries, notices } = describeWorkspaces(session);
  // That no file was found is said in the table already.
  const known = session.notices.filter(n => n.code !== "config/none");
  const attention = [...old, ...notices, ...known].map((n): Content => ({
    kind: "banner",
    tone: "warning",
    title: n.message,
    ...(n.hint === undefined ? {} : { lines: [n.hint] }),
  }));
  if (options.verbosity === "quiet") return new Shown({ kind: "group", children: attention });
  const table: [string, TableCell][] = [
    ["Huntbook", `${ownVersion()} on Node ${node}`],
    ...entries,
    ["Named queries", `${session.definitions.length} definitions`],
    ["Names", Object.keys(names).join(", ")],
  ];
  return new Shown({
    kind: "group",
    children: [
      { kind: "heading", level: 3, text: "Notebook ready" },
      { kind: "keyValue", entries: table.map(([key, value]) => ({ key, value })) },
      ...attention,
    ],
  });
}
