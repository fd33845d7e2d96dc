/** Session: everything one run of the tool shares. The composition root. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { pinnedClock, type Clock, type TimeRange } from "../base/clock.js";
import { HuntError, isHuntError, messageOf } from "../base/error.js";
import type { Secret } from "../base/secret.js";
import type { LocateIp, Notice, NoticeSink, ProgressSink } from "../base/port.js";
import { noProgress } from "../base/port.js";
import { createSettings, systemConfigPorts, type Config, type ConfigPorts, type Settings } from "../config/config.js";
import type { DeviceCodePrompt } from "../config/azure-methods.js";
import { httpTimes, proxyEnvironment } from "../config/network.js";
import { findSecretsInValue, redactSecrets, type SecretHit } from "../config/secret-scan.js";
import type { SecretVault } from "../config/setting.js";
import { contosoName, WorkspaceConfig, type WorkspacePlace } from "../config/workspace-config.js";
import type { DuckDBConnection } from "../frame/duckdb.js";
import { FrameStore, type FrameStoreOptions } from "../frame/store.js";
import { createAuditLog } from "../net/audit.js";
import { createHttpClient, type HttpClient } from "../net/client.js";
import { createRecordingClient, createReplayClient } from "../net/record.js";
import type { KqlCompiler, KqlFunction, KqlHost } from "../kql/api.js";
import { createWorkerCompiler } from "../kql/worker.js";
import type { QueryDefinition } from "../query/definition.js";
import { libraryFunctions } from "../query/kql-functions.js";
import { loadDefinitions, loadShippedFunctions } from "../query/load-queries.js";
import type { LocalWorkspace } from "../workspace/api.js";
import type { LiveReply, LiveRequest } from "../view/index.js";
import { setDefaultSessionFactory, withSession } from "./ambient.js";
import { AzureAccess } from "./azure.js";
import { contosoDir, ensureContoso } from "./demo.js";
import { createExternalReader } from "./external-data.js";
import { FindingList } from "./finding-list.js";
import { dataFolder } from "./folders.js";
import type { KqlPlaces } from "./geo.js";
import { createPatternRunner } from "./pattern-runner.js";
import { createScanThread } from "./scan-thread.js";
import { createViewPorts } from "./views.js";
import { pluginFolders, PluginRegistry } from "./plugins.js";
import { isUnattended, signInPrompt } from "./sign-in-prompt.js";

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
  /** Nothing leaves the machine: every request is refused. Default: `HUNTBOOK_OFFLINE` is set and not `0`. */
  readonly offline?: boolean;
  /**
   * A file of exchanges with services (JSON lines, secrets replaced): `record` adds every one to it, `replay` answers from it
   * and sends nothing. For tests of notebooks, and for showing a hunt where there is no network.
   */
  readonly exchanges?: { readonly record: string } | { readonly replay: string };
  /** Where configuration comes from; default the process's environment and files. */
  readonly configPorts?: ConfigPorts;
  /** Folder for the demo tenant and caches; default the user's data folder. */
  readonly dataDir?: string;
  /** The KQL compiler; default one in a worker thread, started on first use. Closed with the session. */
  readonly createCompiler?: () => KqlCompiler;
  /** What KQL may ask of this session (`geo_info_from_ip_address()`); default: the sources of GeoLiteLookup, opened on first use. */
  readonly kqlHost?: KqlHost;
  /** Shows a code with which a person signs in to Azure; default: in the notebook, or on a terminal. */
  readonly onSignInCode?: (prompt: DeviceCodePrompt) => void;
  readonly onNotice?: NoticeSink;
  readonly onProgress?: ProgressSink;
}

type LocalPlace = Exclude<WorkspacePlace, { kind: "sentinel" }>;

/** What is opened once for a session. */
export interface Shared<T> {
  readonly value: T;
  readonly close?: () => Promise<void> | void;
}

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
  /** What cells kept with `finding({ … })`. */
  readonly findings = new FindingList();
  /** What plug-ins added. */
  readonly plugins = new PluginRegistry();
  /** The notebook's time range, when it has one; see `huntWindow`. */
  #huntWindow: TimeRange | undefined;
  readonly #options: SessionOptions;
  readonly #workspaces = new Map<string, Promise<LocalWorkspace>>();
  #store: Promise<FrameStore> | undefined;
  #compiler: KqlCompiler | undefined;
  #settings: Settings | undefined;
  #configFile: string | undefined;
  #definitions: readonly QueryDefinition[] | undefined;
  #http: HttpClient | undefined;
  #azure: { readonly config: Config; readonly access: AzureAccess } | undefined;
  readonly #learned = new Map<string, Secret>();
  #primaryClock: Clock | undefined;
  readonly #shared = new Map<string, Promise<Shared<unknown>>>();
  #patterns: ReturnType<typeof createPatternRunner> | undefined;
  #scanThread: ReturnType<typeof createScanThread> | undefined;
  #closed = false;

  constructor(options: SessionOptions = {}) {
    this.#options = options;
    this.pinned = toClock(options.now);
    this.dataDir = options.dataDir ?? dataFolder({ env: process.env, platform: process.platform, home: homedir() });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Where the configuration is looked for. */
  get configPorts(): ConfigPorts {
    const ports = this.#options.configPorts ?? systemConfigPorts();
    return this.#configFile === undefined
      ? ports
      : { ...ports, env: { ...ports.env, MSTICPYCONFIG: this.#configFile } };
  }

  /** Reads another configuration file from now on. @throws HuntError `config/unreadable` when it is not there */
  useConfigFile(path: string): void {
    const full = resolve(this.configPorts.cwd, path);
    if (this.configPorts.read(full) === undefined)
      throw new HuntError("config/unreadable", `there is no configuration '${full}'`, { hint: "check the path" });
    this.#configFile = full;
    this.#settings = undefined;
  }

  /** The configuration, read on first use. @throws HuntError `config/invalid`, `config/unreadable` */
  get settings(): Settings {
    if (this.#settings === undefined) {
      const openVault = (): SecretVault => ({ get: (reference, signal) => this.azure.secrets.get(reference, signal) });
      const settings = createSettings({ openVault, ...this.configPorts });
      this.#settings = chooseWorkspace(settings, this.#options.workspace, this.dataDir);
      for (const notice of this.#settings.config.notices) this.notify(notice);
    }
    return this.#settings;
  }

  /** The time range that queries mean when they say none: the notebook's, else `Huntbook.Window` of the configuration. */
  get huntWindow(): TimeRange | undefined {
    if (this.#huntWindow !== undefined) return this.#huntWindow;
    const { windowMs } = this.config;
    const endMs = windowMs === undefined ? 0 : this.clock.now();
    return windowMs === undefined ? undefined : { startMs: endMs - windowMs, endMs };
  }
  set huntWindow(range: TimeRange | undefined) {
    this.#huntWindow = range;
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

  /**
   * The HTTP client; proxies come from the configuration, else the environment, certificates from the environment. Nothing is
   * sent before it is used.
   * @throws HuntError `config/…`, `net/extra-ca`
   */
  get http(): HttpClient {
    this.#http ??= this.#openHttp();
    return this.#http;
  }

  #openHttp(): HttpClient {
    const { exchanges } = this.#options;
    if (exchanges !== undefined && "replay" in exchanges) return createReplayClient(exchanges.replay);
    const client = createHttpClient({
      env: proxyEnvironment(this.config, process.env),
      extraCa: readExtraCa(process.env),
      ...httpTimes(this.config),
      offline: this.offline,
      audit: createAuditLog(join(this.enrichDir, "audit")),
    });
    return exchanges === undefined ? client : createRecordingClient(client, exchanges.record);
  }

  /** Runs users' regular expressions where they can be stopped. */
  get patterns(): ReturnType<typeof createPatternRunner> {
    this.#assertOpen();
    this.#patterns ??= createPatternRunner();
    return this.#patterns;
  }

  /** Looks for observables in large frames. */
  get scanThread(): ReturnType<typeof createScanThread> {
    this.#assertOpen();
    this.#scanThread ??= createScanThread();
    return this.#scanThread;
  }

  /** Something that the session opens once and closes when it ends. A failure is forgotten: the next call tries again. */
  async shared<T>(name: string, open: () => Promise<Shared<T>>): Promise<T> {
    this.#assertOpen();
    let opened = this.#shared.get(name) as Promise<Shared<T>> | undefined;
    if (opened === undefined) {
      opened = open();
      this.#shared.set(name, opened);
      opened.catch(() => this.#shared.delete(name));
    }
    return (await opened).value;
  }

  get offline(): boolean {
    const variable = process.env["HUNTBOOK_OFFLINE"];
    return this.#options.offline ?? (variable !== undefined && variable !== "" && variable !== "0");
  }

  /** Where kept answers, quotas and the log of what was sent are. */
  get enrichDir(): string {
    return join(this.dataDir, "enrich");
  }

  /** Signing in to Azure and key vaults, as the configuration says now. */
  get azure(): AzureAccess {
    this.#assertOpen();
    const { config } = this;
    if (this.#azure?.config !== config) {
      void this.#azure?.access.close();
      this.#azure = { config, access: this.azureFor(config) };
    }
    return this.#azure.access;
  }

  /** The same as another configuration says, for example one that is being edited. The caller closes it. */
  azureFor(config: Config): AzureAccess {
    this.#assertOpen();
    return new AzureAccess({
      config,
      http: this.http,
      dataDir: this.dataDir,
      env: this.configPorts.env,
      prompt: this.#options.onSignInCode ?? signInPrompt(),
      isUnattended: this.#options.onSignInCode === undefined && isUnattended(),
      learn: secret => this.learnSecret(secret),
    });
  }

  /** Remembers a secret that passed through, for `knownSecrets`. */
  learnSecret(secret: Secret): void {
    this.#learned.set(secret.reveal(), secret);
  }

  /** The values of all secrets that this session knows: of the configuration, of vaults, tokens. */
  knownSecrets(): Secret[] {
    const configured = this.#settings?.config.knownSecrets() ?? [];
    return [...new Map([...configured.map(s => [s.reveal(), s] as const), ...this.#learned]).values()];
  }

  /**
   * The secrets of this session that stand in a value, for example the outputs of a cell before they are saved. Values shorter
   * than 6 characters are not looked for.
   */
  findSecretsIn(value: unknown): SecretHit[] {
    return findSecretsInValue(value, this.knownSecrets());
  }

  /** Text without the secrets of this session: for logs and messages. */
  redact(text: string): string {
    return redactSecrets(text, this.knownSecrets());
  }

  get onProgress(): ProgressSink {
    return this.#options.onProgress ?? noProgress;
  }

  /** Every query definition that is known: the shipped ones and those of the configuration's folders. */
  get definitions(): readonly QueryDefinition[] {
    this.#definitions ??= this.#loadDefinitions();
    return this.#definitions;
  }

  /**
   * Loads the plug-ins of the configuration's `PluginFolders` and of further folders; those that fail become notices.
   * @returns names of all that are loaded
   */
  async loadPlugins(folders: readonly string[] = []): Promise<readonly string[]> {
    const { config } = this;
    const configured = pluginFolders(config.find("PluginFolders"), config.place?.path);
    const before = this.plugins.queryFolders.length;
    const errors = await this.plugins.load([...configured, ...folders.map(f => resolve(f))]);
    for (const { code, message, hint } of errors)
      this.notify({ code, message, ...(hint === undefined ? {} : { hint }) });
    if (this.plugins.queryFolders.length > before) this.#definitions = undefined;
    return [...this.plugins.loaded.keys()];
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
      ...this.#kqlHost(),
      external: createExternalReader({
        settings: () => this.config.externalData,
        http: checkUrl =>
          createHttpClient({
            env: proxyEnvironment(this.config, process.env),
            extraCa: readExtraCa(process.env),
            ...httpTimes(this.config),
            offline: this.offline,
            checkUrl,
          }),
      }),
      enrich: async (...asked) => (await import("./kql-enrich.js")).createEnricher(this)(...asked),
      views: createViewPorts({
        workspaces: () => this.#openWorkspaces(),
        finder: () => withSession(this, async () => new (await import("./geo.js")).GeoLiteLookup().finder()),
        onTrouble: error =>
          this.notify({
            code: isHuntError(error) ? error.code : "geo/no-pack",
            message: `a map is drawn from the sites file alone: ${messageOf(error)}`,
          }),
      }),
    });
    return this.#store;
  }

  /** What KQL may ask: what the options give, else places of addresses, opened by the first query that asks for them. */
  #kqlHost(): Pick<FrameStoreOptions, "prepare" | "beforeUdfs"> {
    const given = this.#options.kqlHost;
    if (given !== undefined) return { prepare: [connection => prepareDatabase(connection, given)] };
    let places: Promise<KqlPlaces> | undefined;
    let locateIp: LocateIp = () => undefined;
    return {
      prepare: [connection => prepareDatabase(connection, { locateIp: ip => locateIp(ip) })],
      beforeUdfs: async udfs => {
        if (!udfs.includes("ku_ip_location")) return;
        places ??= import("./geo.js").then(({ KqlPlaces }) => new KqlPlaces(this));
        const host = await places;
        await host.open();
        locateIp = host.locateIp;
      },
    };
  }

  /** Answers what an interactive view asks of its frame (rows, a zoom, a branch); see `view/live.ts`. Never throws. */
  async answerView(request: LiveRequest): Promise<LiveReply> {
    return (await this.store()).plotHost.live.answer(request);
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

  /** Whether the demo is there; what only looks something up must not make it. */
  get hasDemo(): boolean {
    return existsSync(join(contosoDir(this.dataDir), "manifest.json"));
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
      functions: () => this.#libraryFunctions(),
      others: {
        names: () => [...this.config.localWorkspaces.map(w => w.name), contosoName],
        open: other => this.workspace(other),
      },
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
    await this.#azure?.access.close();
    await this.#http?.close();
    await this.#patterns?.close();
    await this.#scanThread?.close();
    for (const opened of this.#shared.values()) await opened.then(s => s.close?.()).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The workspaces that are open, the failed ones left out. */
  async #openWorkspaces(): Promise<readonly LocalWorkspace[]> {
    const opened = await Promise.allSettled(this.#workspaces.values());
    return opened.flatMap(o => (o.status === "fulfilled" ? [o.value] : []));
  }

  async #openContoso(name: string): Promise<LocalWorkspace> {
    mkdirSync(this.dataDir, { recursive: true });
    const dir = await ensureContoso({ dataDir: this.dataDir, clock: systemClock, onProgress: this.onProgress });
    return this.openFolder(dir, name);
  }

  get #ownQueries(): readonly string[] {
    const custom = this.config.find("QueryDefinitions.Custom");
    const own = Array.isArray(custom) ? custom.filter(f => typeof f === "string") : [];
    return [...own, ...this.plugins.queryFolders];
  }

  #loadDefinitions(): readonly QueryDefinition[] {
    return loadDefinitions({ custom: this.#ownQueries, notify: notice => this.notify(notice) });
  }

  /** The named queries as functions of KQL. Reading the shipped ones is a good part of a short command's time. */
  #libraryFunctions(): readonly KqlFunction[] {
    const shippedOnly = this.#definitions === undefined && this.#ownQueries.length === 0;
    return shippedOnly ? loadShippedFunctions() : libraryFunctions(this.definitions);
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
