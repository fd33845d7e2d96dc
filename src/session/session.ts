/** Session: everything one run of the tool shares. The composition root. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { pinnedClock, type Clock, type TimeRange } from "../base/clock.js";
import { HuntError } from "../base/error.js";
import type { Notice, NoticeSink, ProgressSink } from "../base/port.js";
import { noProgress } from "../base/port.js";
import { createSettings, systemConfigPorts, type Config, type ConfigPorts, type Settings } from "../config/config.js";
import { contosoName, WorkspaceConfig, type WorkspacePlace } from "../config/workspace-config.js";
import type { DuckDBConnection } from "../frame/duckdb.js";
import { FrameStore } from "../frame/store.js";
import { createHttpClient, type HttpClient } from "../net/client.js";
import type { KqlCompiler, KqlHost } from "../kql/api.js";
import { createWorkerCompiler } from "../kql/worker.js";
import type { QueryDefinition } from "../query/definition.js";
import { loadDefinitions } from "../query/load-queries.js";
import type { LocalWorkspace } from "../workspace/api.js";
import { setDefaultSessionFactory } from "./ambient.js";
import { contosoDir, ensureContoso } from "./demo.js";
import { createExternalReader } from "./external-data.js";
import { dataFolder } from "./folders.js";
import { createPatternRunner } from "./pattern-runner.js";

export interface SessionLimits {
  /** Memory of the engine, bytes; default half of the machine's. */
  readonly memoryBytes?: number;
  /** Disk that queries may spill to, bytes. */
  readonly spillBytes?: number;
}

export interface SessionOptions {
  /** A fixed "now" for everything relative: ISO text, Date or milliseconds UTC. Default: each workspace's own clock. */
  readonly now?: string | Date | number;
  readonly limits?: SessionLimits;
  /** The workspace that is meant when none is named: a configured name, or a folder. Default: the configuration's. */
  readonly workspace?: string;
  /** Where configuration comes from; default the process's environment and files. */
  readonly configPorts?: ConfigPorts;
  /** Folder for the demo tenant and caches; default the user's data folder. */
  readonly dataDir?: string;
  /** The KQL compiler; default one in a worker thread, started on first use. Closed with the session. */
  readonly createCompiler?: () => KqlCompiler;
  /** What KQL may ask of this session: GeoIP data for `geo_info_from_ip_address()`. */
  readonly kqlHost?: KqlHost;
  readonly onNotice?: NoticeSink;
  readonly onProgress?: ProgressSink;
}

type LocalPlace = Exclude<WorkspacePlace, { kind: "sentinel" }>;

const systemClock: Clock = { now: () => Date.now(), kind: "system" };

const liveClock = (find: () => Clock): Clock => ({
  now: () => find().now(),
  get kind() {
    return find().kind;
  },
});

function toClock(now: SessionOptions["now"]): Clock | undefined {
  if (now === undefined) return undefined;
  const ms = now instanceof Date ? now.getTime() : typeof now === "number" ? now : Date.parse(now);
  if (Number.isNaN(ms))
    throw new HuntError("session/now", `'${String(now)}' is not an instant`, {
      hint: "write it as 2026-01-13T18:00:00Z",
    });
  return pinnedClock(ms);
}

/**
 * One run of the tool: configuration, clock, limits, the engine with its scratch space, open workspaces and the query
 * library. Two sessions in one process never see each other. Make one with `createSession`; close it.
 */
export class Session implements AsyncDisposable {
  /** Set when the whole session has a fixed "now" (`--now`); otherwise each workspace says. */
  readonly pinned: Clock | undefined;
  readonly dataDir: string;
  readonly notices: Notice[] = [];
  /** The notebook's time range, when it has one. */
  huntWindow: TimeRange | undefined;
  readonly #options: SessionOptions;
  readonly #workspaces = new Map<string, Promise<LocalWorkspace>>();
  #store: Promise<FrameStore> | undefined;
  #compiler: KqlCompiler | undefined;
  #settings: Settings | undefined;
  #definitions: readonly QueryDefinition[] | undefined;
  #http: HttpClient | undefined;
  #primaryClock: Clock | undefined;
  #patterns: ReturnType<typeof createPatternRunner> | undefined;
  #closed = false;

  constructor(options: SessionOptions = {}) {
    this.#options = options;
    this.pinned = toClock(options.now);
    this.dataDir = options.dataDir ?? dataFolder({ env: process.env, platform: process.platform, home: homedir() });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The configuration, read on first use. @throws HuntError `config/invalid`, `config/unreadable` */
  get settings(): Settings {
    if (this.#settings === undefined) {
      const settings = createSettings(this.#options.configPorts ?? systemConfigPorts());
      this.#settings = chooseWorkspace(settings, this.#options.workspace, this.dataDir);
      for (const notice of this.#settings.config.notices) this.notify(notice);
    }
    return this.#settings;
  }

  get config(): Config {
    return this.settings.config;
  }

  /**
   * What "now" means: the session's own pinned instant, else the clock of the workspace that was opened first, else the
   * system's. Live: a value taken before a workspace was opened follows it afterwards.
   */
  readonly clock: Clock = liveClock(() => this.pinned ?? this.#primaryClock ?? systemClock);

  get compiler(): KqlCompiler {
    this.#assertOpen();
    this.#compiler ??= (this.#options.createCompiler ?? createWorkerCompiler)();
    return this.#compiler;
  }

  /** The HTTP client; proxies and extra certificates come from the environment. Nothing is sent before it is used. */
  get http(): HttpClient {
    this.#http ??= createHttpClient({ env: process.env, extraCa: readExtraCa(process.env) });
    return this.#http;
  }

  /** Runs users' regular expressions where they can be stopped. */
  get patterns(): ReturnType<typeof createPatternRunner> {
    this.#assertOpen();
    this.#patterns ??= createPatternRunner();
    return this.#patterns;
  }

  get onProgress(): ProgressSink {
    return this.#options.onProgress ?? noProgress;
  }

  /** Every query definition that is known: the shipped ones and those of the configuration's folders. */
  get definitions(): readonly QueryDefinition[] {
    this.#definitions ??= this.#loadDefinitions();
    return this.#definitions;
  }

  notify(notice: Notice): void {
    this.notices.push(notice);
    this.#options.onNotice?.(notice);
  }

  /** The engine that holds frames; opened on first use. */
  async store(): Promise<FrameStore> {
    this.#assertOpen();
    // What the caller says wins over the configuration's `Huntbook.Limits`.
    const limits = { ...this.config.limits, ...this.#options.limits };
    this.#store ??= FrameStore.open({
      compiler: this.compiler,
      clock: this.clock,
      ...(limits.memoryBytes === undefined ? {} : { memoryLimitBytes: limits.memoryBytes }),
      ...(limits.spillBytes === undefined ? {} : { spillLimitBytes: limits.spillBytes }),
      prepare: [connection => prepareDatabase(connection, this.#options.kqlHost ?? {})],
      external: createExternalReader({
        settings: () => this.config.externalData,
        http: checkUrl => createHttpClient({ env: process.env, extraCa: readExtraCa(process.env), checkUrl }),
      }),
    });
    return this.#store;
  }

  /** The settings of a workspace. @throws HuntError `config/unknown-workspace`, `config/no-default-workspace` */
  workspaceConfig(name?: string): WorkspaceConfig {
    return new WorkspaceConfig({ config: this.config, workspace: name });
  }

  /**
   * Opens a local workspace (or the demo, generating it when it is not there); the same one again for the same name.
   *
   * @throws HuntError `session/not-local` for a Sentinel workspace, `config/…`, `workspace/…`
   */
  async workspace(target?: string | WorkspaceConfig): Promise<LocalWorkspace> {
    this.#assertOpen();
    const config = typeof target === "object" ? target : this.workspaceConfig(target);
    const place = config.place;
    if (place.kind === "sentinel")
      throw new HuntError("session/not-local", `workspace '${config.name}' is in the cloud`, {
        hint: `new QueryProvider("MSSentinel") connects to it`,
      });
    return this.workspaceAt(config.name, place);
  }

  /** What the configuration calls a place. */
  nameOf(place: LocalPlace): string {
    if (place.kind === "contoso") return contosoName;
    return this.config.localWorkspaces.find(w => w.path === place.path)?.name ?? basename(place.path);
  }

  /** As `workspace`, for a place that is known already. */
  async workspaceAt(name: string, place: LocalPlace): Promise<LocalWorkspace> {
    this.#assertOpen();
    const key = place.kind === "contoso" ? "contoso" : place.path;
    let opened = this.#workspaces.get(key);
    if (opened === undefined) {
      opened = place.kind === "contoso" ? this.#openContoso(name) : this.openFolder(place.path, name);
      this.#workspaces.set(key, opened);
      opened.catch(() => this.#workspaces.delete(key));
    }
    return opened;
  }

  /** Opens the workspace in a folder. Not remembered: whoever opens it closes it. */
  async openFolder(dir: string, name: string): Promise<LocalWorkspace> {
    const [store, { openWorkspace }] = await Promise.all([this.store(), import("../workspace/open.js")]);
    const workspace = await openWorkspace(dir, {
      name,
      store,
      compiler: this.compiler,
      ...(this.pinned === undefined ? {} : { clock: this.pinned }),
    });
    // A live workspace keeps the session's clock: what it says then is the system's, and never itself again.
    this.#primaryClock ??= workspace.clock === this.clock ? systemClock : workspace.clock;
    return workspace;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const opened of this.#workspaces.values()) await opened.then(w => w.close()).catch(() => undefined);
    const store = await this.#store?.catch(() => undefined);
    await store?.close();
    await this.#compiler?.close();
    await this.#http?.close();
    await this.#patterns?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #openContoso(name: string): Promise<LocalWorkspace> {
    mkdirSync(this.dataDir, { recursive: true });
    const dir = await ensureContoso({ dataDir: this.dataDir, clock: systemClock, onProgress: this.onProgress });
    return this.openFolder(dir, name);
  }

  #loadDefinitions(): readonly QueryDefinition[] {
    const custom = this.config.find("QueryDefinitions.Custom");
    const folders = Array.isArray(custom) ? custom.filter(f => typeof f === "string") : [];
    return loadDefinitions({ custom: folders, notify: notice => this.notify(notice) });
  }

  #assertOpen(): void {
    if (this.#closed) throw new HuntError("session/closed", "this session is closed");
  }
}

/** Opens a session. Nothing is read or started before it is used. @throws HuntError `session/now`, `config/…` */
export function createSession(options: SessionOptions = {}): Session {
  return new Session(options);
}

setDefaultSessionFactory(() => new Session());

/** Settings whose default workspace is the chosen one, also after they are read again. */
function chooseWorkspace(settings: Settings, chosen: string | undefined, dataDir: string): Settings {
  if (chosen === undefined) return settings;
  const path = resolve(chosen);
  const isFolder = existsSync(join(path, "manifest.json"));
  const name = isFolder ? basename(path) : chosen;
  const apply = (config: Config): Config => {
    if (path === contosoDir(dataDir)) return config.withDefault(contosoName);
    return isFolder ? config.withDefault(name, path) : config.withDefault(name);
  };
  let config = apply(settings.config);
  return {
    get config() {
      return config;
    },
    refreshConfig: () => (config = apply(settings.refreshConfig())),
  };
}

/** Functions first: some macros call them. Loaded with the first frame, so that importing Huntbook stays quick. */
async function prepareDatabase(connection: DuckDBConnection, host: KqlHost): Promise<void> {
  const { installPrelude, registerUdfs, udfsFor } = await import("../frame/udf-host.js");
  await registerUdfs(connection, udfsFor(host));
  await installPrelude(connection);
}

/** Certificates of private authorities: `NODE_EXTRA_CA_CERTS`, as Node and the Azure CLI read it. */
function readExtraCa(env: NodeJS.ProcessEnv): string[] {
  const path = env["NODE_EXTRA_CA_CERTS"];
  if (path === undefined || path === "") return [];
  try {
    return [readFileSync(path, "utf8")];
  } catch (cause) {
    throw new HuntError("net/extra-ca", `NODE_EXTRA_CA_CERTS names '${path}', which cannot be read`, {
      cause,
      hint: "correct or unset the variable",
    });
  }
}

/** Reads a text file for layers that ask by port. */
export const readTextFile = (path: string): string => readFileSync(path, "utf8");
