/** The commands' host over a session: workspaces, ingest, the demo, notebooks. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { HuntError } from "../base/error.js";
import type { ProgressSink } from "../base/port.js";
import { Frame } from "../frame/frame.js";
import type { FrameLike } from "../frame/api.js";
import { csvText, jsonLinesText, jsonText } from "../frame/write/write-text.js";
import { anyTenant } from "../config/azure-token.js";
import { WorkspaceConfig } from "../config/workspace-config.js";
import { withSession } from "../session/ambient.js";
import { contosoDir, generateDemo } from "../session/demo.js";
import { runKqlText } from "../session/run-kql.js";
import { createSession, type Session } from "../session/session.js";
import { planIngest, planRows, readManifest, runIngest, type IngestPlan } from "../workspace/index.js";
import { createQueryChecker } from "./check-queries.js";
import { createCliCompiler } from "./compiler.js";
import { doctorChecks } from "./doctor-checks.js";
import type {
  CliFrame,
  CliHost,
  CliIngestPlan,
  CliTi,
  CliWorkspace,
  DemoRequest,
  DemoResult,
  IngestRequest,
  OpenOptions,
  TextFormat,
  TiRequest,
} from "./host.js";
import type { Io } from "./io.js";
import { printNote } from "./print.js";

const sessionHostModule = new URL("../notebook/kernel/session-host.js", import.meta.url);

/** Under tsx (tests, development) modules still end in .ts. */
const hostModuleUrl = (): string =>
  import.meta.url.endsWith(".ts") ? sessionHostModule.href.replace(/\.js$/, ".ts") : sessionHostModule.href;

function sessionFor(io: Io, dataDir: string, options: OpenOptions & { readonly offline?: boolean }): Session {
  return createSession({
    dataDir,
    createCompiler: () => createCliCompiler(dataDir, options.query),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.offline === true ? { offline: true } : {}),
    ...(options.workspace === undefined ? {} : { workspace: chosenWorkspace(io, options.workspace) }),
  });
}

/** A folder counts from where the command runs; anything else is a configured name. */
function chosenWorkspace(io: Io, workspace: string): string {
  const path = resolve(io.cwd, workspace);
  return existsSync(join(path, "manifest.json")) ? path : workspace;
}

const texts = { csv: csvText, json: jsonText, ndjson: jsonLinesText } as const satisfies Record<TextFormat, unknown>;

class SessionFrame implements CliFrame {
  readonly #frame: Frame;

  constructor(frame: FrameLike) {
    if (!(frame instanceof Frame)) throw new HuntError("internal/bug", "a query gave something that is no frame");
    this.#frame = frame as Frame;
  }

  get columns() {
    return this.#frame.columns;
  }
  get rowCount() {
    return this.#frame.rowCount;
  }
  get completeness() {
    return this.#frame.completeness;
  }
  get name() {
    return this.#frame.name;
  }
  get results(): readonly SessionFrame[] {
    return this.#frame.results.map(f => new SessionFrame(f));
  }

  view(options: { readonly limit: number; readonly alone?: boolean }) {
    return this.#frame.view(options);
  }

  text(format: TextFormat): AsyncIterable<string> {
    return texts[format](this.#frame);
  }

  async write(format: TextFormat | "parquet", path: string): Promise<void> {
    const options = { overwrite: true };
    if (format === "csv") await this.#frame.toCsv(path, options);
    else if (format === "json") await this.#frame.toJson(path, options);
    else if (format === "ndjson") await this.#frame.toJsonLines(path, options);
    else await this.#frame.toParquet(path, options);
  }

  async close(): Promise<void> {
    await this.#frame.close();
  }

  get frame(): Frame {
    return this.#frame;
  }
}

/** Threat intelligence for one command, with notices on stderr. */
async function openTi(io: Io, dataDir: string, { providers, signal, ...options }: TiRequest): Promise<CliTi> {
  const { TILookup } = await import("../session/enrich.js");
  const session = sessionFor(io, dataDir, options);
  const choice = providers.length === 0 ? {} : { providers };
  try {
    const ti = withSession(session, () => new TILookup(choice));
    for (const { message } of session.notices) printNote(io, message);
    return {
      lookup: observables =>
        withSession(session, async () => new SessionFrame(await ti.lookupIocs(observables, { ...choice, signal }))),
      browse: results =>
        withSession(session, async () => {
          if (!(results instanceof SessionFrame)) throw new HuntError("internal/bug", "results of another host");
          return (await ti.browseResults(results.frame, { severities: "all" })).view;
        }),
      plan: observables => withSession(session, async () => (await ti.showPlan(observables, choice)).view),
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function openWorkspace(session: Session): Promise<CliWorkspace> {
  const config = session.workspaceConfig();
  const local = config.kind === "sentinel" ? undefined : await session.workspace(config);
  const clock = local?.clock ?? session.clock;
  return {
    name: config.name,
    clock: { kind: clock.kind, now: new Date(clock.now()).toISOString() },
    query: async (text, { limit, signal }) =>
      new SessionFrame(await runKqlText(session, text, { signal, ...(limit === undefined ? {} : { maxRows: limit }) })),
    close: () => session.close(),
  };
}

function toCliPlan(plan: IngestPlan): CliIngestPlan {
  return {
    rows: planRows(plan),
    skipped: plan.skipped,
    questions: plan.questions.map(q => ({ file: q.file, message: q.message })),
  };
}

/** `2026-01-13` is the story's last day, whose evening is the workspace's now. */
function endOf(date: string | undefined): Date | undefined {
  return date === undefined ? undefined : new Date(`${date}T18:00:00Z`);
}

async function makeDemo(
  dataDir: string,
  request: DemoRequest,
  onProgress: ProgressSink,
  signal: AbortSignal,
): Promise<DemoResult> {
  const dir = request.dir ?? contosoDir(dataDir);
  if (request.reuse && existsSync(join(dir, "manifest.json"))) {
    const { tables } = await readManifest(dir);
    const rows = [...tables.values()].flatMap(t => t.files).reduce((sum, f) => sum + f.rows, 0);
    return { dir, rows, tables: tables.size, reused: true };
  }
  const end = endOf(request.end);
  const made = await generateDemo({
    dir,
    rows: request.rows,
    seed: request.seed,
    nowMs: Date.now(),
    onProgress,
    signal,
    ...(end === undefined ? {} : { end }),
  });
  return { ...made, reused: false };
}

/** That of the default workspace, else the one that all workspaces have. */
function tenantOfWorkspaces(session: Session): string | undefined {
  const names = WorkspaceConfig.list(session.config);
  const find = (name?: string): string | undefined => {
    try {
      return session.workspaceConfig(name).tenantId;
    } catch {
      return undefined;
    }
  };
  const tenants = new Set(names.map(find).filter(t => t !== undefined));
  return find() ?? (tenants.size === 1 ? [...tenants][0] : undefined);
}

/** The tenant that is meant when none is named; without any, each way's own. */
function tenantOf(session: Session): string {
  const { config } = session;
  const configured = tenantOfWorkspaces(session) ?? config.text("Azure.tenant_id") ?? config.text("KeyVault.TenantId");
  const variable = process.env["AZURE_TENANT_ID"] ?? "";
  return configured ?? (variable === "" ? anyTenant : variable);
}

/** The host of the real product. Sessions are opened by the commands that need one, and closed with what they opened. */
export function createSessionHost(io: Io, dataDir: string): CliHost {
  const plan = (request: IngestRequest, progress: ProgressSink, signal: AbortSignal) =>
    planIngest([request.dir], { workspace: request.workspace, progress, signal });
  const checker = createQueryChecker(async schema => {
    const session = sessionFor(io, dataDir, { workspace: schema });
    try {
      return (await session.workspace()).schemas;
    } finally {
      await session.close();
    }
  }, io.cwd);
  return {
    dataDir,
    async openWorkspace(options) {
      const session = sessionFor(io, dataDir, options);
      // Loads while the workspace is opened.
      void session.compiler;
      try {
        return await openWorkspace(session);
      } catch (error) {
        await session.close();
        throw error;
      }
    },
    openTi: request => openTi(io, dataDir, request),
    async findIocs(text, types) {
      const { extractIocs } = await import("../session/transform.js");
      return extractIocs(text, types.length === 0 ? {} : { iocTypes: types });
    },
    planIngest: async (request, progress, signal) => toCliPlan(await plan(request, progress, signal)),
    runIngest: async (request, progress, signal) =>
      runIngest(await plan(request, progress, signal), request.workspace, { force: request.force, progress, signal }),
    generateDemo: (request, progress, signal) => makeDemo(dataDir, request, progress, signal),
    checkQueries: request => checker.check(request),
    async resolveWorkspace(known, { cloud: cloudName, domain, signal }) {
      await using session = createSession({ dataDir });
      const { resolveThrough } = await import("../session/settings-access.js");
      const { azure, config } = session;
      return resolveThrough(session, { azure, config }, { known, cloudName, domain, signal });
    },
    async findWorkspaces(tenant, signal) {
      await using session = createSession({ dataDir });
      const { findThrough } = await import("../session/settings-access.js");
      const { azure, config } = session;
      return findThrough(session, { azure, config }, { tenant, signal });
    },
    async authStatus(tenant, signal) {
      await using session = createSession({ dataDir });
      const tenantId = tenant ?? tenantOf(session);
      const { cloud } = session.azure;
      return (await session.azure.signIn()).status(`${cloud.resourceManager}/.default`, tenantId, signal);
    },
    doctor: request => doctorChecks(dataDir, request),
    notebookHost: options => describeNotebookHost(io, dataDir, options),
    runNotebook: async (...run) => (await import("../notebook/runner/index.js")).runNotebook(...run),
    prepareLab: async (progress, signal) => (await import("./notebook-server.js")).prepareLab(progress, signal),
    preparePlaces: async (progress, signal) => {
      const { preparePlaces } = await import("../session/geo.js");
      await preparePlaces(dataDir, label => progress({ label, done: 0, unit: "steps" }), signal);
    },
    async serveSettings({ port, file, log }) {
      const { serveSettings } = await import("./settings-editor.js");
      return serveSettings({ port, file, log, openSession: () => sessionFor(io, dataDir, {}) });
    },
    async serveNotebooks(request) {
      const { serveNotebooks } = await import("./notebook-server.js");
      const workspace = request.workspace === undefined ? undefined : chosenWorkspace(io, request.workspace);
      return serveNotebooks(request, { dataDir, workspace, openSession: () => sessionFor(io, dataDir, request) });
    },
  };
}

type NotebookHost = Awaited<ReturnType<CliHost["notebookHost"]>>;

async function describeNotebookHost(io: Io, dataDir: string, options: OpenOptions): Promise<NotebookHost> {
  const workspace = options.workspace === undefined ? undefined : chosenWorkspace(io, options.workspace);
  const session = sessionFor(io, dataDir, options);
  try {
    const config = session.workspaceConfig();
    const { place } = config;
    const dir = place.kind === "local" ? place.path : place.kind === "contoso" ? contosoDir(dataDir) : undefined;
    const now = options.now ?? (await pinnedNow(dir));
    return {
      host: {
        module: hostModuleUrl(),
        options: {
          dataDir,
          ...(workspace === undefined ? {} : { workspace }),
          ...(options.now === undefined ? {} : { now: options.now }),
        },
      },
      context: { workspace: config.name, ...(now === undefined ? {} : { clock: { kind: "pinned", now } }) },
    };
  } finally {
    await session.close();
  }
}

/** The instant that a workspace's manifest pins, if it does. */
async function pinnedNow(dir: string | undefined): Promise<string | undefined> {
  if (dir === undefined || !existsSync(join(dir, "manifest.json"))) return undefined;
  const { clock } = await readManifest(dir);
  return clock.kind === "pinned" ? clock.now : undefined;
}
